"""Cron expressions in a time zone: the next time that one is due, also where clocks are changed.

The calendar (which minutes of which days an expression means) is `cronsim`'s; which instants those minutes are in a
zone is decided here, as Debian's cron does it (its manual, cron(8), on changes of the clock of less than three hours):

- An expression that names its minutes and hours is due once for each: a time that clocks leave out is due when they
  go on, one that they show twice the first time.
- An expression whose minutes or hours begin with ``*`` means a pace: it is due whenever the clock shows a time that it
  means, so not in an hour that is left out, and twice in one that comes twice.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from engine.errors import DefinitionError
from engine.short_text import shown

SECOND = timedelta(seconds=1)
PROBE = timedelta(days=1)
"""No zone changes its clocks twice within so long."""

EXAMPLE = "Expected five fields: minute, hour, day of the month, month, day of the week, such as '0 9 * * mon-fri'."


PACES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""What cron(8) takes instead of five fields, and what it means."""
MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAY_NAMES = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
LONG = {name[:3]: name for name in (*MONTH_NAMES, *WEEKDAY_NAMES)}
NUMBERS = {
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day-of-month": "1 to 31, and L for the last",
    "month": "1 to 12",
    "day-of-week": "0 to 7, and both ends are Sunday",
}
MONTHS = {name[:3]: number for number, name in enumerate(MONTH_NAMES, 1)}
WEEKDAYS = {name[:3]: number for number, name in enumerate(WEEKDAY_NAMES)}


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression in a zone. Make it with `read_cron`, which checks both."""

    expression: str
    timezone: str

    @property
    def is_pace(self) -> bool:
        """Tell whether it means a pace instead of times of the day."""
        minute, hour, *_ = self.expression.split()
        return minute.startswith("*") or hour.startswith("*")

    def after(self, at: datetime) -> datetime | None:
        """Return the first time after ``at`` that is due, in UTC; None when there is none within fifty years.

        The offset of a zone is constant between two changes of its clocks, so one stretch after the other is searched,
        by the clock on the wall.
        """
        zone = ZoneInfo(self.timezone)
        at = at.astimezone(UTC)
        offset = _offset(zone, at)
        wall: datetime | None = (at + offset).replace(tzinfo=None)
        while wall is not None and (wall := _next(self.expression, wall)) is not None:
            due = wall.replace(tzinfo=UTC) - offset
            change = _first_change(zone, at, due)
            if change is None:
                if self.is_pace or not due.astimezone(zone).fold:
                    return due
                at = due
                continue
            at, offset = change, _offset(zone, change)
            fresh = (change + offset).replace(tzinfo=None)
            if wall < fresh and not self.is_pace:
                return change
            wall = fresh - SECOND
        return None


def read_cron(expression: object, timezone: object) -> Cron:
    """Return an expression in a zone, checked.

    Args:
        expression: five fields.
        timezone: a name of the IANA database, or a `ZoneInfo` with such a name.

    Raises:
        DefinitionError: the expression means nothing, never comes, or the zone is unknown.
    """
    if not isinstance(expression, str):
        raise DefinitionError(f"A cron expression is {shown(expression)}. {EXAMPLE}")
    if (written := PACES.get(expression.strip().lower())) is not None:
        raise DefinitionError(
            f"The cron expression {shown(expression)} is a name for five fields: write {written!r}. {EXAMPLE}"
        )
    if len(fields := expression.split()) != 5:
        raise DefinitionError(
            f"The number of fields of the cron expression {shown(expression)} is {len(fields)}. {EXAMPLE}"
        )
    try:
        first = _next(" ".join(fields), datetime(2024, 1, 1))
    except CronSimError as error:
        what = str(error).removeprefix("Bad ")
        raise DefinitionError(
            f"The {what} of the cron expression {shown(expression)} means nothing. {_hint(what, fields)}{EXAMPLE}"
        ) from None
    if first is None:
        raise DefinitionError(f"The cron expression {shown(expression)} means no day of the calendar. {EXAMPLE}")
    return Cron(" ".join(fields), _zone_name(timezone))


def _hint(what: str, fields: list[str]) -> str:
    """Return the beginning of a mend, where it is known what was meant; else nothing."""
    *_, day, month, weekday = fields
    for names, field in (*(({}, field) for field in fields[:3]), (MONTHS, month), (WEEKDAYS, weekday)):
        for part in re.split(r"[,/-]", field.lower()):
            if len(part) > 3 and part[:3] in names and LONG[part[:3]].startswith(part):
                return f"Write {part[:3]} for {part}. "
        for first, last in re.findall(r"(\w+)-(\w+)", field.lower()):
            order = [int(one) if one.isdecimal() else names.get(one, -1) for one in (first, last)]
            if min(order) >= 0 and order[0] > order[1]:
                return f"A range must go up, and {first}-{last} does not: write it as a list, or as two ranges. "
    if what == "day-of-month" and day.isdecimal() and month.isdecimal() and 1 <= int(day) <= 31:
        return f"The day {day} never comes in month {month}. "
    return f"Its numbers are {NUMBERS[what]}. " if what in NUMBERS else ""


def _zone_name(timezone: object) -> str:
    name = timezone.key if isinstance(timezone, ZoneInfo) else timezone
    wrong = f"{shown(timezone)} is no time zone. Expected a name such as 'Europe/Berlin' or 'UTC'."
    if not isinstance(name, str) or not name:
        raise DefinitionError(wrong)
    try:
        return ZoneInfo(name).key
    except (LookupError, ValueError, OSError):
        raise DefinitionError(wrong) from None


def _next(expression: str, wall: datetime) -> datetime | None:
    """Return the next time on the wall's clock after ``wall``, in a calendar whose clocks are never changed."""
    return next(CronSim(expression, wall), None)


@lru_cache(maxsize=4096)
def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _first_change(zone: ZoneInfo, after: datetime, until: datetime) -> datetime | None:
    """Return the first instant in ``(after, until]`` from which clocks show another offset than at ``after``."""
    offset = _offset(zone, after)
    while after < until:
        probe = min(after + PROBE, until)
        if _offset(zone, probe) != offset:
            return _bisect(zone, after, probe)
        after = probe
    return None


def _bisect(zone: ZoneInfo, before: datetime, changed: datetime) -> datetime:
    offset = _offset(zone, before)
    while (gap := changed - before) > SECOND:
        middle = before + gap // 2
        before, changed = (middle, changed) if _offset(zone, middle) == offset else (before, middle)
    return changed.replace(microsecond=0)
