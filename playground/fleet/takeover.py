"""What a restart has taken over: the runs that went on since, and the steps that were run again; told once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from playground.models import Event as EventRow
from playground.models import Run as RunRow
from playground.store.database import in_database
from playground.store.rows import from_text

PATIENCE = timedelta(seconds=30)
"""After so long it is told what went on, although some have not: their code is gone, or all workers are busy."""
MOST = 1000
"""How many runs are followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """What went on after a restart."""

    run_ids: tuple[str, ...]
    """The runs, the newest first."""
    steps: int
    """How many steps were interrupted, and run again."""

    @property
    def text(self) -> str:
        """Return it as a sentence."""
        runs, steps = len(self.run_ids), self.steps
        again = f"{steps} step{'' if steps == 1 else 's'} {'was' if steps == 1 else 'were'} run again"
        return f"After the restart {runs} run{'' if runs == 1 else 's'} went on, {again}."


@dataclass(slots=True)
class Watch:
    """Follows what was at work when a playground started, until it was told."""

    since: datetime | None = None
    left: tuple[str, ...] = ()
    """The runs that were at work; none when there is nothing to tell, or no more."""

    async def begin(self) -> None:
        """Take down which runs were at work, before a worker of this playground takes any."""
        self.since, self.left = datetime.now(UTC), await in_database(_at_work)

    async def tell(self) -> TakenOver | None:
        """Return what went on, once; None before it is known, when nothing did, and when it was told."""
        if self.since is None or not self.left:
            return None
        found = await in_database(_gone_on, self.left, self.since)
        if len(found.run_ids) < len(self.left) and datetime.now(UTC) - self.since < PATIENCE:
            return None
        # Of two who ask at once, one is told.
        left, self.left = self.left, ()
        return found if left and found.run_ids else None


watch = Watch()
"""That of this process."""


def _at_work() -> tuple[str, ...]:
    unfinished = RunRow.objects.filter(ended_at=None).filter(Q(leased_until__isnull=False) | Q(queued_at__isnull=False))
    return tuple(unfinished.order_by("-number").values_list("run_id", flat=True)[:MOST])


def _gone_on(run_ids: tuple[str, ...], since: datetime) -> TakenOver:
    moved = RunRow.objects.filter(run_id__in=run_ids, updated_at__gte=since).order_by("-number")
    events = EventRow.objects.filter(run__run_id__in=run_ids, type="run-recovered", at__gte=since)
    interrupted = [from_text(payload).get("interrupted", ()) for payload in events.values_list("payload", flat=True)]
    return TakenOver(run_ids=tuple(moved.values_list("run_id", flat=True)), steps=sum(map(len, interrupted)))
