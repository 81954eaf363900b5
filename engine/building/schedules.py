"""Schedules as a workflow's definition names them, and what `commit` makes of them."""

from dataclasses import KW_ONLY, dataclass
from typing import Any, get_args
from zoneinfo import ZoneInfo

from engine.errors import DefinitionError, DuplicateId, InvalidValue
from engine.ids import check_id, free_id
from engine.schedules.cron import read_cron
from engine.schedules.planned import Missed, Planned
from engine.schedules.timing import Interval, Timing
from engine.short_text import shown
from engine.tree.argument_checks import defined_by
from engine.tree.nodes import Flow
from engine.values.durations import LONGEST, is_number
from engine.values.incoming import admitted

EXAMPLE = "Schedule('0 9 * * mon-fri', timezone='Europe/Berlin')"


@defined_by("Schedule('0 9 * * mon-fri', input_data={...}, timezone='Europe/Berlin')")
@dataclass(frozen=True, slots=True)
class Schedule:
    """Times by a cron expression at which a workflow starts by itself: ``create_workflow(..., schedules=[...])``.

    An expression that names its minutes and hours is due once for each of them, also on days on which clocks are
    changed: a time that is left out is due when clocks go on, one that comes twice the first time. One whose minutes or
    hours begin with ``*`` means a pace, and follows the clock.
    """

    expression: str
    """Five fields: minute, hour, day of the month, month, day of the week; names such as ``mon`` and ``jan`` too."""
    _: KW_ONLY
    input_data: Any = None
    """What its runs are given: JSON, or the input schema's own type."""
    timezone: str | ZoneInfo = "UTC"
    """Whose clock counts, by its name in the IANA database: ``Europe/Berlin``."""
    id: str | None = None
    """Its name within the workflow; ``schedule-1`` and so on when left out."""
    missed: Missed = "once"
    """What of due times at which nothing ran: one run for all (``once``), none (``skip``), each one (``all``)."""


@defined_by("Every(minutes=5, input_data={...})")
@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """A steady interval at which a workflow starts by itself: ``create_workflow(..., schedules=[Every(minutes=5)])``.

    Intervals are counted from the beginning of 1970 in UTC, so ``Every(minutes=5)`` is due when the minutes of the
    clock are a multiple of five. Changes of clocks do not matter to it; for times of the day there is `Schedule`.
    """

    days: float = 0
    """Days of 24 hours; the parts are added up to whole seconds, one at least."""
    hours: float = 0
    minutes: float = 0
    seconds: float = 0
    input_data: Any = None
    """What its runs are given: JSON, or the input schema's own type."""
    id: str | None = None
    """Its name within the workflow; ``schedule-1`` and so on when left out."""
    missed: Missed = "once"
    """What of due times at which nothing ran: one run for all (``once``), none (``skip``), each one (``all``)."""


def plan(flow: Flow, given: Any) -> tuple[Planned, ...]:
    """Return the schedules of a workflow, checked.

    Args:
        flow: the workflow.
        given: what stands after ``schedules=``.

    Raises:
        DefinitionError: it is no list of schedules, or one has a wrong expression, zone, interval, input or id.
        DuplicateId: two have the same id.
    """
    if given is None:
        return ()
    if not isinstance(given, list | tuple):
        raise DefinitionError(
            f"Workflow {flow.id!r} has schedules={shown(given)}. "
            f"Expected a list, such as [{EXAMPLE}, Every(minutes=5)]."
        )
    planned: list[Planned] = []
    taken = {one.id for one in given if isinstance(one, Schedule | Every) and isinstance(one.id, str)}
    for one in given:
        made = _planned(flow, one, taken | {known.id for known in planned})
        if any(known.id == made.id for known in planned):
            raise DuplicateId(f"Two schedules of workflow {flow.id!r} have the id {made.id!r}. Give one another id.")
        planned.append(made)
    return tuple(planned)


def _planned(flow: Flow, given: Any, taken: set[str]) -> Planned:
    if not isinstance(given, Schedule | Every):
        raise DefinitionError(
            f"Workflow {flow.id!r} has the schedule {shown(given)}. Expected {EXAMPLE} or Every(minutes=5)."
        )
    id = free_id("schedule", taken) if given.id is None else check_id(given.id, "schedule")
    if not isinstance(given.missed, str) or given.missed not in get_args(Missed):
        raise DefinitionError(
            f"Schedule {id!r} of workflow {flow.id!r} has missed={shown(given.missed)}. "
            "Expected 'once', 'skip' or 'all'."
        )
    try:
        timing = _timing(given)
        return Planned(id=id, timing=timing, missed=given.missed, input=admitted(flow.input, given.input_data))
    except InvalidValue as error:
        lines = "\n".join(f"  {issue}" for issue in error.issues)
        raise DefinitionError(
            f"The input_data of schedule {id!r} does not fit the input_schema of workflow {flow.id!r}:\n{lines}"
        ) from None
    except DefinitionError as error:
        raise DefinitionError(f"Schedule {id!r} of workflow {flow.id!r}: {error}") from None


def _timing(given: Schedule | Every) -> Timing:
    if isinstance(given, Schedule):
        return read_cron(given.expression, given.timezone)
    parts = (given.days, given.hours, given.minutes, given.seconds)
    if all(is_number(part) and abs(part) <= LONGEST for part in parts):
        length = given.days * 86400 + given.hours * 3600 + given.minutes * 60 + given.seconds
        if 1 <= length <= LONGEST and length == int(length):
            return Interval(int(length))
    raise DefinitionError(f"{shown(given)} is no interval. Expected whole seconds, one or more: Every(minutes=5).")
