"""Whose death it was: runs that have lost two workers at one place begin one at a time, and the next loss is their own.

A worker that dies takes all its runs with it, and which of them killed it is not known. So the first two losses count
for all that was at work. But a step fails that loses three, and one deadly step would make others fail that only ran
beside it. So a worker begins such runs one by one (`playground.worker.crash_suspects`), and if it dies soon after one
began, the others are given back as if it had been stopped. A step that kills later is not told from its company, unless
its run rehearses that.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import F, QuerySet

from engine.journal.fold import fold
from engine.journal.lost_workers import is_deadly, is_suspect
from playground.models import Event as EventRow
from playground.models import Run as RunRow
from playground.store.database import in_database
from playground.store.database_clock import Now
from playground.store.queue import become_due
from playground.store.rows import events_of, locked

ALONE = 3.0
"""Seconds for which nothing else begins beside a suspect."""

# Of most runs nothing has to be counted: they were never taken over.
LOOK = """
    SELECT leased_until IS NOT NULL, CASE WHEN epoch < 2 THEN 0 ELSE
        (SELECT count(*) FROM playground_event WHERE run_id = number AND type = 'run-recovered') END
    FROM playground_run WHERE run_id = %s
"""


async def would_pay(run_id: str) -> bool:
    """Tell whether a run that is about to be claimed would fail with the next loss."""
    return await in_database(_is_on_trial, run_id)


def expire_claims(worker_ids: Collection[str]) -> list[str]:
    """End the leases of workers that are gone, and return the runs; for use in a transaction.

    The claims of those that may have been the cause stay marked as not released.
    """
    run_ids: list[str] = []
    for worker_id in worker_ids:
        held = RunRow.objects.filter(owner=worker_id, leased_until__isnull=False)
        run_ids += locked(held)
        blamed = _began_alone(held) or _rehearsing(held)
        if blamed:
            held.exclude(run_id__in=blamed).update(leased_until=None, queued_at=Now())
        held.update(leased_until=Now(), queued_at=F("updated_at"))
    become_due(run_ids)
    return run_ids


def give_back(worker_ids: Collection[str], *, but: Collection[str] = ()) -> list[str]:
    """Free the runs of workers that are gone through no fault of theirs, and return them; for use in a transaction.

    Given back, not lost: three losses fail a step. Silence, a drain and a host that was killed come from outside.

    Args:
        worker_ids: the workers.
        but: ids of runs that keep their claims.
    """
    held = RunRow.objects.filter(owner__in=worker_ids, leased_until__isnull=False).exclude(run_id__in=but)
    run_ids = locked(held)
    held.update(leased_until=None, queued_at=Now())
    become_due(run_ids)
    return run_ids


def _is_on_trial(run_id: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LOOK, [run_id])
        held, recoveries = cursor.fetchone() or (0, 0)
    # A claim that was not given back is a loss that its next owner will record.
    return held + recoveries > 1 and is_suspect(fold(events_of(run_id, 0, None)), more=int(held))


def _rehearsing(held: QuerySet[RunRow]) -> list[str]:
    """Return those runs that have killed their worker since they rehearse it."""
    run_ids = held.filter(rehearsal=True).values_list("run_id", flat=True)
    return [run_id for run_id in run_ids if is_deadly(fold(events_of(run_id, 0, None)))]


def _began_alone(held: QuerySet[RunRow]) -> list[str]:
    """Return those runs that a worker had begun alone just now."""
    since = datetime.now(UTC) - timedelta(seconds=ALONE)
    recent = EventRow.objects.filter(run__in=held, type="run-recovered", at__gte=since)
    run_ids = recent.values_list("run__run_id", flat=True).distinct()
    return [run_id for run_id in run_ids if is_suspect(fold(events_of(run_id, 0, None)))]
