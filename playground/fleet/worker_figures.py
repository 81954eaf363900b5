"""What the worker processes have counted of the runs that they executed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from playground.histogram import Histogram
from playground.models import Worker as WorkerRow
from playground.store.database import in_database
from playground.store.database_clock import Now
from playground.store.rows import from_text

KEPT = timedelta(minutes=10)
"""For how long the figures of a worker are given that has ended, so that whoever asks seldom gets its last ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedByWorker:
    """The figures of one worker process, since it began."""

    worker_id: str
    host: str
    steps: Mapping[str, Histogram]
    """For each workflow, how long attempts of its steps took."""
    takeovers: int
    """How many runs went on in it after their worker was lost, or stopped in the middle of a step."""


async def counted() -> list[CountedByWorker]:
    """Return what the workers have counted that live, or have ended a moment ago."""
    return await in_database(_counted)


def _counted() -> list[CountedByWorker]:
    rows = WorkerRow.objects.filter(Q(ended_at=None) | Q(ended_at__gt=Now() - KEPT)).order_by("id")
    return [_read(*row) for row in rows.values_list("worker_id", "host", "figures")]


def _read(worker_id: str, host: str, text: str) -> CountedByWorker:
    figures = from_text(text)
    return CountedByWorker(
        worker_id=worker_id,
        host=host,
        steps={id: Histogram(counts, total) for id, (*counts, total) in figures.get("steps", {}).items()},
        takeovers=figures.get("takeovers", 0),
    )
