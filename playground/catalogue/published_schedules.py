"""The schedules of what workers publish: kept beside the catalogue, with what has become of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.schedules.planned import Planned
from playground.models import Schedule, WorkflowVersion
from playground.store.database_clock import database_now
from playground.store.rows import from_text, to_text

Definition = Mapping[str, Any]


def keep_schedules(published: Mapping[str, Sequence[Definition]], *, arms: bool) -> None:
    """Bring the schedules in line with the workflows that are current; for use in the transaction that publishes them.

    A schedule that the code no longer has is off, and its row stays: when it comes back, it is armed as it was, and
    counts from then on. So does one whose times have changed.

    Args:
        published: the definitions of the schedules of each workflow that was published now.
        arms: whether those of them are armed that no person has disarmed.
    """
    now = database_now()
    current = WorkflowVersion.objects.filter(current=True).values("workflow_id")
    _retire(Schedule.objects.exclude(workflow_id__in=current))
    known = {
        (row.workflow_id, row.schedule_id): row
        for row in Schedule.objects.select_for_update().filter(workflow_id__in=list(published)).order_by("id")
    }
    for workflow_id, definitions in published.items():
        held = [definition["id"] for definition in definitions]
        _retire(Schedule.objects.filter(workflow_id=workflow_id).exclude(schedule_id__in=held))
        for position, definition in enumerate(definitions):
            row = known.get((workflow_id, definition["id"]))
            row = row or Schedule(workflow_id=workflow_id, schedule_id=definition["id"], current=False)
            row.position = position
            _take(row, definition, now, arms)


def arm(row: Schedule, now: datetime) -> None:
    """Have due times after ``now`` start runs; those before are of no interest."""
    row.armed = True
    row.since, row.missed, row.missed_at = now, 0, None
    row.next_at = Planned.from_dict(from_text(row.definition)).timing.after(now)


def disarm(row: Schedule) -> None:
    """Have due times start nothing."""
    row.armed = False
    row.since = row.next_at = None


def _take(row: Schedule, definition: Definition, now: datetime, arms: bool) -> None:
    """Write what was published of a schedule."""
    planned = Planned.from_dict(definition)
    moved = not row.current or Planned.from_dict(from_text(row.definition)).timing != planned.timing
    row.definition, row.current = to_text(definition), True
    if row.armed and moved:
        row.since, row.next_at = now, planned.timing.after(now)
    elif not row.armed and not row.chosen and arms:
        arm(row, now)
    row.save()


def _retire(rows: Any) -> None:
    rows.filter(current=True).update(current=False, next_at=None)
