"""How long it took from what happened in runs until this process had it for those who watch."""

from datetime import UTC, datetime

from playground.histogram import Histogram

WATCHERS: Histogram = Histogram()
"""Of this process, since it began."""


def seen(at: datetime) -> None:
    """Count that an event of this time, by the clock of whoever recorded it, is about to be shown."""
    WATCHERS.add(max((datetime.now(UTC) - at).total_seconds(), 0.0))
