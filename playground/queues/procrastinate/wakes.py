"""Wakes as jobs of Procrastinate, inserted by the transaction that makes the runs due."""

import json
from collections.abc import Sequence

from django.db import connection

from playground.queues.port import Due

TASK = "stepyard.segment"

# The lock in the queue keeps one wake a run; a run whose wake waits elsewhere, as for a worker that has gone, is moved.
# Procrastinate tells its workers of new jobs only, and of a new place they have to hear, too. A wake that waits for
# longer keeps its number, and with it its place among others.
ENQUEUE = f"""
    WITH due AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::int[]) AS due (run_id, queue, priority)
    ), job AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
        SELECT queue, '{TASK}', priority, run_id, jsonb_build_object('run_id', run_id) FROM due
        ON CONFLICT (queueing_lock) WHERE status = 'todo' DO UPDATE SET queue_name = excluded.queue_name
            WHERE procrastinate_jobs.queue_name <> excluded.queue_name
        RETURNING id, queue_name, xmax <> 0 AS moved
    )
    SELECT pg_notify('procrastinate_queue_v1#' || queue_name, %s) FROM job WHERE moved
"""
NEWS = json.dumps({"type": "job_inserted", "job_id": 0})

# A job that its worker has left behind blocks nothing, as it holds no lock of Procrastinate's.
CLEAR = f"""
    DELETE FROM procrastinate_jobs WHERE task_name = '{TASK}' AND (
        status NOT IN ('todo', 'doing') OR (status = 'doing' AND NOT EXISTS (
            SELECT 1 FROM procrastinate_workers
            WHERE id = worker_id AND last_heartbeat > now() - interval '30 seconds'
        ))
    )
"""


class JobWakes:
    """Inserts a job for each run that is due, and has none that waits; see `playground.queues.port.Wakes`."""

    gap: float = 1.0

    def enqueue(self, runs: Sequence[Due]) -> None:
        """Insert jobs, in the order in which everybody does, since two that insert the same wait for each other."""
        ordered = sorted(runs, key=lambda run: run.run_id)
        run_ids, queues = [run.run_id for run in ordered], [run.queue for run in ordered]
        with connection.cursor() as cursor:
            cursor.execute(ENQUEUE, [run_ids, queues, [run.priority for run in ordered], NEWS])

    def clear(self) -> None:
        """Delete jobs of workers that are gone."""
        with connection.cursor() as cursor:
            cursor.execute(CLEAR)
