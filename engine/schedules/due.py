"""What to start of a schedule whose due times have passed, as a function of its timing and the clock alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from engine.schedules.planned import Missed
from engine.schedules.timing import Timing, latest

ON_TIME = timedelta(seconds=60)
"""How late a due time may be come to and still not count as missed."""
AT_ONCE = 100
"""The most runs that one look starts; the next look goes on where it ended."""
COUNTED = 1000
"""Missed due times are counted up to here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsDue:
    """What is to be done about the due times up to a moment."""

    start: tuple[datetime, ...]
    """The due times for which a run is started, in order."""
    passed_over: int
    """For how many due times none is."""
    until: datetime
    """Nothing is left to do about the due times up to here; what is asked next begins after it."""
    next: datetime | None
    """When something is due next; it may have passed already."""


def settle(timing: Timing, missed: Missed, *, since: datetime, now: datetime) -> StartsDue:
    """Decide for which due times after ``since`` and up to ``now`` a run is started.

    Those of the last minute are on time, and each starts a run. Older ones were missed.

    Args:
        timing: when the schedule is due.
        missed: what becomes of missed ones.
        since: up to when all is dealt with.
        now: this moment; when clocks were set back it may lie before ``since``, and nothing is due then.
    """
    if now <= since:
        return StartsDue(start=(), passed_over=0, until=since, next=timing.after(since))
    on_time_after = max(since, now - ON_TIME)
    start: list[datetime] = []
    passed = 0
    if missed == "all":
        on_time_after = since
    elif (last := latest(timing, after=since, until=on_time_after)) is not None:
        passed = sum(1 for _ in islice(due_times(timing, after=since, until=on_time_after), COUNTED))
        if missed == "once":
            start.append(last)
            passed -= 1
    start += islice(due_times(timing, after=on_time_after, until=now), AT_ONCE)
    until = start[-1] if len(start) >= AT_ONCE else now
    return StartsDue(start=tuple(start), passed_over=passed, until=until, next=timing.after(until))


def due_times(timing: Timing, *, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield every due time in ``(after, until]``, in order."""
    due = timing.after(after)
    while due is not None and due <= until:
        yield due
        due = timing.after(due)
