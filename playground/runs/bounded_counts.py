"""Counts of runs for pages: up to a thousand, so that they take as long over millions of runs as over a few."""

from collections import Counter
from collections.abc import Mapping
from typing import get_args

from django.db import connection

from engine.events import RunStatus
from playground.store.database import in_database

COUNTED = 1000
"""Up to so many runs are counted; a count of one more stands for any number above that."""

STATUSES: tuple[RunStatus, ...] = get_args(RunStatus)

COUNT = f"""
    WITH RECURSIVE
    flow(id) AS (
        SELECT MIN(workflow_id) FROM playground_run
        UNION ALL
        SELECT (SELECT MIN(workflow_id) FROM playground_run WHERE workflow_id > flow.id) FROM flow
        WHERE flow.id IS NOT NULL
    ),
    kind(status) AS (VALUES {", ".join(["(%s)"] * len(STATUSES))})
    SELECT flow.id, kind.status, (
        SELECT COUNT(*) FROM (
            SELECT 1 FROM playground_run WHERE workflow_id = flow.id AND status = kind.status LIMIT {COUNTED + 1}
        ) AS counted
    )
    FROM flow CROSS JOIN kind WHERE flow.id IS NOT NULL
"""
"""Steps from one workflow to the next by the index ``run_counted``, which a plain ``GROUP BY`` reads as a whole."""


async def bounded_counts() -> Mapping[str, Counter[str]]:
    """Return for each workflow id how many runs have each status, where some have it; see `COUNTED`."""
    return await in_database(_bounded_counts)


def count_text(number: int) -> str:
    """Return a count in words, as in ``7`` or ``1,000+``."""
    return f"{number:,}" if number <= COUNTED else f"{COUNTED:,}+"


def _bounded_counts() -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, STATUSES)
        for workflow_id, status, number in cursor.fetchall():
            if number:
                found.setdefault(workflow_id, Counter())[status] = number
    return found
