"""Which runs a worker should look at: the rows are the truth, messages only hurry it up.

On one machine, and on several without a queue, workers look here for themselves. Where a distributed queue is in use
(`playground.queues`), it is told by `become_due`, and `offer_again` finds what it has lost.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Min, Q, QuerySet
from django.db.models.expressions import RawSQL

from playground.models import Run as RunRow
from playground.queues.port import Due, Wakes, wakes
from playground.store.database import in_database, is_steady
from playground.store.database_clock import Now
from playground.store.notices import tell_due
from playground.store.turns.statements import HAS_ROOM, HAS_TURNS
from playground.store.turns.taking import next_in_turn

MOST = 500
"""How many runs are handed over at once."""

# What follows is for PostgreSQL alone: there is no queue beside a file. A run that nobody takes is handed over again
# when it has waited for twice as long, so that those that no worker can go on with cost next to nothing.
OFFER = f"""
    WITH due AS (
        UPDATE playground_run
        SET offer_at = statement_timestamp() + GREATEST(%s * interval '1 s', statement_timestamp() - queued_at)
        WHERE run_id = ANY(%s) AND queued_at IS NOT NULL
            AND (leased_until IS NULL OR leased_until <= statement_timestamp()) AND {HAS_ROOM}
        RETURNING run_id, workflow_id, digest, queue, priority
    )
    SELECT run_id, COALESCE(due.queue, version.queue, 'default'), COALESCE(due.priority, version.priority, 0)
    FROM due LEFT JOIN playground_workflowversion AS version USING (workflow_id, digest)
"""
HAND_ON = """
    UPDATE playground_run
    SET queue = %s, priority = %s, offer_at = NULL, queued_at = COALESCE(queued_at, statement_timestamp())
    WHERE run_id = %s AND epoch = %s AND ended_at IS NULL
"""
ELAPSED = """
    UPDATE playground_run SET queued_at = statement_timestamp(), offer_at = NULL
    WHERE wake_at <= statement_timestamp() AND leased_until IS NULL AND queued_at IS NULL AND ended_at IS NULL
"""
EXPIRED = """
    UPDATE playground_run SET queued_at = statement_timestamp(), offer_at = NULL
    WHERE leased_until <= statement_timestamp() AND queued_at IS NULL AND ended_at IS NULL
"""
UNTAKEN = f"""
    SELECT run_id FROM playground_run
    WHERE queued_at IS NOT NULL AND (leased_until IS NULL OR leased_until <= statement_timestamp())
        AND (offer_at IS NULL OR offer_at <= statement_timestamp())
        AND (NOT {HAS_TURNS} OR leased_until IS NOT NULL OR ended_at IS NOT NULL) AND {HAS_ROOM}
    ORDER BY offer_at NULLS FIRST, number LIMIT %s FOR UPDATE SKIP LOCKED
"""
NEXT = """
    SELECT EXTRACT(EPOCH FROM min(wake_at) - statement_timestamp()) FROM playground_run
    WHERE wake_at > statement_timestamp() AND wake_at < statement_timestamp() + interval '1 minute'
        AND leased_until IS NULL
"""
ANEW = """
    UPDATE playground_run SET offer_at = NULL
    WHERE queued_at IS NOT NULL AND offer_at IS NOT NULL AND workflow_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a look at the queue found."""

    run_ids: tuple[str, ...]
    """The runs to execute now, the longest waiting first."""
    next: float | None
    """Seconds until the next timer or lease ends, when one does within the next minute."""


async def due(
    workflow_ids: Collection[str],
    *,
    busy: Collection[str],
    limit: int,
    but: Collection[str] = (),
    only: str | None = None,
) -> Outlook:
    """Return the runs that have something to do and no owner; also ended ones of which hooks may be left.

    Args:
        workflow_ids: the workflows whose code is at hand.
        busy: ids of runs to leave out.
        limit: the most runs to return.
        but: digests whose runs are left to others.
        only: the id of the one run that may be returned.
    """
    return await in_database(_due, workflow_ids, busy, limit, but, only)


def become_due(run_ids: Sequence[str]) -> None:
    """Have workers look at runs, in the transaction that makes these due; what carries wakes to workers begins here.

    It comes after the runs' rows were written, which are the truth: those of them that are queued and free are handed
    to the queue in use. What is said may be lost: the sweep, or else the workers, look from time to time.
    """
    tell_due(run_ids)
    if (queue := wakes()) is not None and run_ids:
        _offer(queue, run_ids)


def offer_again() -> tuple[int, float | None]:
    """Hand over what is due and no worker has taken; for use in a transaction, in one process at a time.

    These are runs whose timer or lease has ended since, and those whose wake the queue has lost, or a worker left.

    Returns:
        How many runs; and the seconds until the next timer, when there is one within the next minute.
    """
    queue = wakes()
    if queue is None:
        return 0, None
    queue.clear()
    with connection.cursor() as cursor:
        cursor.execute(ELAPSED)
        if is_steady():
            cursor.execute(EXPIRED)
        cursor.execute(UNTAKEN, [MOST])
        found = [run_id for (run_id,) in cursor.fetchall()]
        cursor.execute(NEXT)
        (seconds,) = cursor.fetchone()
    found += next_in_turn()
    if found:
        _offer(queue, found)
    return len(found), None if seconds is None else float(seconds)


def hand_on(run_id: str, epoch: int, queue: str, priority: int | None) -> None:
    """Have workers of another queue take a run once its owner, who asks for it, releases it; for a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(HAND_ON, [queue, priority, run_id, epoch])


def offer_next(workflow_id: str) -> None:
    """Hand over whose turn it is now that a run of the workflow rests; for use in a transaction."""
    queue = wakes()
    if queue is not None and (found := next_in_turn([workflow_id])):
        _offer(queue, found)


def elapse(run_id: str) -> None:
    """Hand over a run whose timer is due now; for use in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"{ELAPSED} AND run_id = %s", [run_id])
    become_due([run_id])


def offer_anew(workflow_ids: Collection[str]) -> None:
    """Have the sweep hand over what is queued of workflows that a worker holds now; for use in a transaction."""
    if wakes() is not None:
        with connection.cursor() as cursor:
            cursor.execute(ANEW, [list(workflow_ids)])


def _offer(queue: Wakes, run_ids: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(OFFER, [queue.gap, list(run_ids)])
        found = cursor.fetchall()
    if found:
        queue.enqueue([Due(run_id=run_id, queue=name, priority=priority) for run_id, name, priority in found])


def unowned() -> Q:
    """Return the condition that no lease holds."""
    return Q(leased_until=None) | Q(leased_until__lte=Now())


def _free() -> Q:
    """Return the condition that a run may be taken; right after an outage owners have had no chance to renew leases."""
    return unowned() if is_steady() else Q(leased_until=None)


def _due(
    workflow_ids: Collection[str],
    busy: Collection[str],
    limit: int,
    but: Collection[str] = (),
    only: str | None = None,
) -> Outlook:
    runs = RunRow.objects.filter(workflow_id__in=workflow_ids).exclude(run_id__in=busy).exclude(digest__in=but)
    if only is not None:
        runs = runs.filter(run_id=only)
    ready = runs.filter(Q(ended_at=None) | Q(queued_at__isnull=False)).filter(_free()).filter(number__in=_ready())
    # Whose turn it is, the claim knows; but what has to wait takes no room from others.
    ready = ready.filter(RawSQL(HAS_ROOM, [], output_field=BooleanField()))
    # Said in full, since databases differ in where they put what has no time.
    now = ready.order_by(*(F(name).asc(nulls_first=True) for name in ("queued_at", "wake_at")), "number")
    found = tuple(now.values_list("run_id", flat=True)[:limit]) if limit > 0 else ()
    timers = RunRow.objects.filter(wake_at__gt=Now(), wake_at__lt=Now() + timedelta(minutes=1), leased_until=None)
    soon = runs.filter(number__in=timers.values("number"), ended_at=None)
    moment = soon.aggregate(next=Min("wake_at"), now=Min(Now()))
    return Outlook(run_ids=found, next=(moment["next"] - moment["now"]).total_seconds() if moment["next"] else None)


def _ready() -> QuerySet[RunRow, Any]:
    """Return what waits, is due or was lost, each found by its own index: they are few, and the runs may be many."""
    numbers = RunRow.objects.values("number")
    queued = numbers.filter(queued_at__isnull=False)
    return queued.union(numbers.filter(wake_at__lte=Now()), numbers.filter(leased_until__lte=Now()))
