"""Durations and times as people write them: seconds or a timedelta, a datetime with or without a zone."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

from engine.errors import DefinitionError
from engine.short_text import shown

LONGEST = 1000 * 365 * 24 * 3600.0
"""Seconds: a thousand years, which the calendar still has."""


def is_number(value: Any) -> TypeGuard[float]:
    """Tell whether something is a number; that True and False count as such is of no use to anybody."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def in_seconds(what: str, duration: Any, *, above: bool = False) -> float:
    """Return seconds from seconds or a timedelta.

    Args:
        what: what they are for, in messages.
        duration: what was given.
        above: whether 0 is too little.

    Raises:
        DefinitionError: it is neither, negative, or more than the calendar has.
    """
    found = duration.total_seconds() if isinstance(duration, timedelta) else duration
    if is_number(found) and 0 <= found <= LONGEST and (found or not above):
        return found
    least = "more than 0" if above else "0 or more"
    most = " The longest is a thousand years." if is_number(found) and found > LONGEST else ""
    raise DefinitionError(f"{what} was given {shown(duration)}. Expected seconds, {least}, or a timedelta.{most}")


def due_after(now: datetime, wait: Any) -> datetime | None:
    """Return when a wait that begins now is over, in UTC; None when it is no wait.

    Args:
        now: the time, in UTC.
        wait: seconds, a timedelta, or a datetime; one without a time zone is local.
    """
    if isinstance(wait, timedelta):
        wait = wait.total_seconds()
    if isinstance(wait, datetime) and is_in_calendar(wait):
        return wait.astimezone(UTC)
    return now + timedelta(seconds=wait) if is_number(wait) and abs(wait) <= LONGEST else None


WAITS = "seconds (no more than a thousand years), a timedelta or a datetime of the calendar"
"""What `due_after` takes, in words."""


def is_in_calendar(at: datetime) -> bool:
    """Tell whether a time exists in UTC too; zones move the first and last hours of the calendar out of it."""
    try:
        at.astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        return False
    return True
