"""When a schedule is due: by a cron expression, or at a steady interval; as a value, and as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.schedules.cron import Cron

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so many seconds, counted from the beginning of 1970 in UTC, so that all who count agree."""

    seconds: int

    def after(self, at: datetime) -> datetime:
        """Return the first time after ``at`` that is due, in UTC."""
        length = timedelta(seconds=self.seconds)
        return EPOCH + ((at - EPOCH) // length + 1) * length


Timing = Cron | Interval


def latest(timing: Timing, *, after: datetime, until: datetime) -> datetime | None:
    """Return the last time in ``(after, until]`` that is due; None when there is none.

    It is found by halving, since the times between may be very many.
    """
    found = timing.after(after)
    if found is None or found > until:
        return None
    # Invariant: something is due after `low` and not after `until`, and nothing is after `high`.
    low, high = after, until
    while high - low > SECOND:
        middle = low + (high - low) // 2
        due = timing.after(middle)
        low, high = (low, middle) if due is None or due > until else (middle, high)
        found = due if due is not None and due <= until else found
    return found


def timing_to_dict(timing: Timing) -> dict[str, Any]:
    """Return a timing as JSON: ``{"cron", "timezone"}`` or ``{"every"}`` in seconds."""
    if isinstance(timing, Interval):
        return {"every": timing.seconds}
    return {"cron": timing.expression, "timezone": timing.timezone}


def timing_from_dict(data: Mapping[str, Any]) -> Timing:
    """Read a timing back from `timing_to_dict`."""
    return Interval(data["every"]) if "every" in data else Cron(data["cron"], data["timezone"])


def timing_text(timing: Timing) -> str:
    """Return a timing in words: ``0 9 * * mon-fri, Europe/Berlin`` or ``every 5 min``."""
    if isinstance(timing, Cron):
        return f"{timing.expression}, {timing.timezone}"
    size, unit = next((s, u) for s, u in UNITS if timing.seconds % s == 0)
    return f"every {timing.seconds // size} {unit}"


UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
