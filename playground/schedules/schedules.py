"""The schedules as pages and programs see them, and what a person does to one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import UnknownSchedule
from engine.schedules.cron import Cron
from engine.schedules.due import due_times
from engine.schedules.planned import Planned
from engine.schedules.timing import timing_text, timing_to_dict
from playground.actions import actions
from playground.catalogue import catalogue, published_schedules
from playground.live import nudges
from playground.models import Run as RunRow
from playground.models import Schedule
from playground.store.database import in_database, in_transaction
from playground.store.database_clock import database_now
from playground.store.notices import Notice, notify
from playground.store.rows import from_text

CATCHING_UP = {
    "once": "what was missed is caught up once",
    "skip": "what was missed is skipped",
    "all": "all that was missed is caught up",
}
COMING = 3
"""How many due times to come are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """A schedule and what has become of it."""

    workflow_id: str
    planned: Planned
    armed: bool
    coming: tuple[datetime, ...]
    """The next due times, also of one that is not armed; by the clock of its zone, as all times here."""
    last_at: datetime | None
    """The due time for which a run was started last."""
    last_run_id: str
    """That run; empty when it was deleted."""
    last_status: str
    missed: int
    """For how many due times no run was started since it was armed."""
    missed_at: datetime | None

    @property
    def schedule_id(self) -> str:
        """Return its id."""
        return self.planned.id

    @property
    def anchor(self) -> str:
        """Return what its card is called in the page."""
        return f"schedule-{self.workflow_id}-{self.planned.id}"

    @property
    def catching_up(self) -> str:
        """Return in words what becomes of due times at which nothing ran."""
        return CATCHING_UP[self.planned.missed]

    @property
    def text(self) -> str:
        """Return its times in words."""
        return timing_text(self.planned.timing)

    def to_dict(self) -> dict[str, Any]:
        """Return it as programs get it; ``missed`` is the policy, ``missedCount`` how often it was needed."""
        return {
            "workflowId": self.workflow_id,
            "scheduleId": self.planned.id,
            **timing_to_dict(self.planned.timing),
            "missed": self.planned.missed,
            "armed": self.armed,
            "nextAt": [at.isoformat() for at in self.coming],
            "lastAt": None if self.last_at is None else self.last_at.isoformat(),
            "lastRunId": self.last_run_id or None,
            "missedCount": self.missed,
        }


async def listing(workflow_id: str | None = None) -> list[ScheduleView]:
    """Return the schedules that the current code holds, those of each workflow in their order."""
    return await in_database(_listing, workflow_id)


async def arm(workflow_id: str, schedule_id: str | None = None) -> list[str]:
    """Have due times from now on start runs; return the ids of the schedules that this concerns.

    Args:
        workflow_id: the workflow.
        schedule_id: one of its schedules; all of them when left out.

    Raises:
        UnknownSchedule: there is none.
    """
    return await _choose(workflow_id, schedule_id, _arm)


async def disarm(workflow_id: str, schedule_id: str | None = None) -> list[str]:
    """Have due times start nothing; see `arm`."""
    return await _choose(workflow_id, schedule_id, lambda row, now: published_schedules.disarm(row))


async def run_now(workflow_id: str, schedule_id: str) -> str:
    """Start a run as the schedule would at this moment, armed or not; return its id.

    Raises:
        UnknownSchedule: there is none.
        InvalidInput, StartRefused: no run was made.
    """
    await catalogue.workflow(workflow_id)
    (row,), now = await in_database(lambda: (_rows(workflow_id, schedule_id), database_now()))
    planned = Planned.from_dict(from_text(row.definition))
    return await actions.start(workflow_id, planned.input, schedule=planned.id, scheduled_for=now)


async def _choose(
    workflow_id: str, schedule_id: str | None, change: Callable[[Schedule, datetime], object]
) -> list[str]:
    await catalogue.workflow(workflow_id)

    def write() -> list[str]:
        now = database_now()
        rows = _rows(workflow_id, schedule_id, locked=True)
        for row in rows:
            change(row, now)
            row.chosen = True
            row.save()
        notify(Notice(catalogue=True))
        return [row.schedule_id for row in rows]

    changed = await in_transaction(write)
    await nudges.nudge_catalogue()
    return changed


def _arm(row: Schedule, now: datetime) -> None:
    # One that is armed already keeps what it has to catch up.
    if not row.armed:
        published_schedules.arm(row, now)


def _rows(workflow_id: str, schedule_id: str | None, *, locked: bool = False) -> Sequence[Schedule]:
    """Return one schedule of a workflow, or all of them.

    Raises:
        UnknownSchedule: there is none.
    """
    rows = Schedule.objects.filter(workflow_id=workflow_id, current=True).order_by("position", "id")
    every = list(rows.select_for_update() if locked else rows)
    found = [row for row in every if schedule_id in (None, row.schedule_id)]
    if found:
        return found
    known = ", ".join(row.schedule_id for row in every) or "none"
    if schedule_id is None:
        raise UnknownSchedule(f"workflow {workflow_id!r} has no schedules: give it some with schedules=[...]")
    raise UnknownSchedule(f"workflow {workflow_id!r} has no schedule {schedule_id!r}. There are: {known}")


def _listing(workflow_id: str | None) -> list[ScheduleView]:
    rows = Schedule.objects.filter(current=True).order_by("workflow_id", "position", "id")
    found = list(rows if workflow_id is None else rows.filter(workflow_id=workflow_id))
    last = RunRow.objects.filter(run_id__in=[row.last_run_id for row in found if row.last_run_id])
    statuses = dict(last.values_list("run_id", "status"))
    now = database_now()
    return [_view(row, statuses, now) for row in found]


def _view(row: Schedule, statuses: dict[str, str], now: datetime) -> ScheduleView:
    planned = Planned.from_dict(from_text(row.definition))
    start = now if row.since is None else max(now, row.since)
    zone: tzinfo = ZoneInfo(planned.timing.timezone) if isinstance(planned.timing, Cron) else UTC
    coming = due_times(planned.timing, after=start, until=datetime.max.replace(tzinfo=now.tzinfo))
    return ScheduleView(
        workflow_id=row.workflow_id,
        planned=planned,
        armed=row.armed,
        coming=tuple(due.astimezone(zone) for due in islice(coming, COMING)),
        last_at=None if row.last_at is None else row.last_at.astimezone(zone),
        last_run_id=row.last_run_id if row.last_run_id in statuses else "",
        last_status=statuses.get(row.last_run_id, ""),
        missed=row.missed,
        missed_at=row.missed_at,
    )
