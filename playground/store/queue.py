"""Which runs a worker should look at: the rows are the truth, messages only hurry it up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, Min, Q, QuerySet

from playground.models import Run as RunRow
from playground.store.clock import Now
from playground.store.database import in_database, is_steady
from playground.store.notices import tell_due


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
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
) -> Due:
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

    The rows are the truth, and what is said may be lost: workers look for themselves from time to time.
    """
    tell_due(run_ids)


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
) -> Due:
    runs = RunRow.objects.filter(workflow_id__in=workflow_ids).exclude(run_id__in=busy).exclude(digest__in=but)
    if only is not None:
        runs = runs.filter(run_id=only)
    ready = runs.filter(Q(ended_at=None) | Q(queued_at__isnull=False)).filter(_free()).filter(number__in=_ready())
    # Said in full, since databases differ in where they put what has no time.
    now = ready.order_by(*(F(name).asc(nulls_first=True) for name in ("queued_at", "wake_at")), "number")
    found = tuple(now.values_list("run_id", flat=True)[:limit]) if limit > 0 else ()
    timers = RunRow.objects.filter(wake_at__gt=Now(), wake_at__lt=Now() + timedelta(minutes=1), leased_until=None)
    soon = runs.filter(number__in=timers.values("number"), ended_at=None)
    moment = soon.aggregate(next=Min("wake_at"), now=Min(Now()))
    return Due(run_ids=found, next=(moment["next"] - moment["now"]).total_seconds() if moment["next"] else None)


def _ready() -> QuerySet[RunRow, Any]:
    """Return what waits, is due or was lost, each found by its own index: they are few, and the runs may be many."""
    numbers = RunRow.objects.values("number")
    queued = numbers.filter(queued_at__isnull=False)
    return queued.union(numbers.filter(wake_at__lte=Now()), numbers.filter(leased_until__lte=Now()))
