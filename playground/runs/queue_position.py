"""Where runs stand with the workers: who executes one, and how many others wait for longer."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, QuerySet

from playground.models import Run as RunRow
from playground.store.database import in_database
from playground.store.database_clock import Now, database_now
from playground.store.turns.taking import Turn, turn_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a run stands with the workers."""

    owner: str | None
    """The id of the worker that executes it now."""
    queued_at: datetime | None
    """Since when it waits for a worker; None when it does not."""
    ahead: int
    """How many other runs have waited for longer."""
    wake_at: datetime | None
    """When its next timer is due."""
    queue: str | None = None
    """The distributed queue that its next step names."""
    turn: Turn | None = None
    """Why it has to wait for others of its workflow; None when it need not."""


async def standing_of(run_id: str) -> Standing | None:
    """Return where a run stands with the workers; None when there is no such run."""
    return await in_database(_standing, run_id)


async def queue_length() -> int:
    """Return how many runs wait for a worker."""
    return await in_database(lambda: _queued().count())


async def longest_wait() -> float:
    """Return for how many seconds the oldest of them has waited; 0 when none does."""

    def read() -> float:
        since = _queued().aggregate(oldest=Min("queued_at"))["oldest"]
        return 0.0 if since is None else max((database_now() - since).total_seconds(), 0.0)

    return await in_database(read)


async def executed_count() -> int:
    """Return how many runs a worker executes now."""
    return await in_database(lambda: RunRow.objects.filter(leased_until__gt=Now(), ended_at=None).count())


def _queued() -> QuerySet[RunRow]:
    return RunRow.objects.filter(queued_at__isnull=False, leased_until=None, ended_at=None)


def _standing(run_id: str) -> Standing | None:
    run = RunRow.objects.filter(run_id=run_id).annotate(now=Now()).first()
    if run is None:
        return None
    owned = run.leased_until is not None and run.leased_until > run.now
    queued_at = None if owned or run.ended_at is not None else run.queued_at
    ahead, turn = 0, None
    if queued_at is not None:
        ahead = _queued().filter(queued_at__lt=queued_at).count()
        turn = turn_of(run.number) if run.leased_until is None else None
    owner = run.owner if owned else None
    return Standing(owner=owner, queued_at=queued_at, ahead=ahead, wake_at=run.wake_at, queue=run.queue, turn=turn)
