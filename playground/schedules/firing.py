"""Starting a run for each due time, once, whichever process comes to it first."""

from datetime import datetime
from functools import partial

from engine.events import Draft
from engine.journal.requests import Start
from engine.schedules.due import settle
from engine.schedules.planned import Planned, run_id_of
from playground.actions.value_checks import UncheckedStart
from playground.catalogue.catalogue import find_version
from playground.models import Run as RunRow
from playground.models import Schedule
from playground.store.database import transact
from playground.store.database_clock import database_now
from playground.store.orm import create_run
from playground.store.rows import from_text


def fire(now: datetime | None = None) -> list[str]:
    """Start what is due; return the ids of the new runs. For a thread that may use the database.

    None of the user's code is needed: what is due follows from what was published. So a start is checked by the
    worker that begins it.

    Args:
        now: this moment; the database's time by default, which is the same for all.
    """
    now = now or database_now()
    due = list(Schedule.objects.filter(next_at__lte=now).order_by("next_at").values_list("pk", flat=True))
    return [run_id for key in due for run_id in transact(partial(_fire, key, now))]


def _fire(key: int, now: datetime) -> list[str]:
    """Start what one schedule is due for, and note it, in one transaction: both are done or neither is."""
    # Whoever comes second waits here, and then finds nothing due.
    row = Schedule.objects.select_for_update().filter(pk=key, next_at__lte=now).first()
    if row is None or row.since is None:
        return []
    planned = Planned.from_dict(from_text(row.definition))
    settled = settle(planned.timing, planned.missed, since=row.since, now=now)
    started = [run_id for due in settled.start if (run_id := _start(row.workflow_id, planned, due, now)) is not None]
    row.since, row.next_at = settled.until, settled.next
    if settled.start:
        row.last_at = settled.start[-1]
        row.last_run_id = run_id_of(row.workflow_id, planned.id, settled.start[-1])
    if settled.passed_over:
        row.missed, row.missed_at = row.missed + settled.passed_over, now
    row.save()
    return started


def _start(workflow_id: str, planned: Planned, due: datetime, now: datetime) -> str | None:
    """Record the run of a due time; return its id, or None when there is one already."""
    run_id = run_id_of(workflow_id, planned.id, due)
    if RunRow.objects.filter(run_id=run_id).exists():
        return None
    version = find_version(workflow_id, "")
    start = UncheckedStart.of(Start(input=planned.input, schedule=planned.id, scheduled_for=due))
    payload = {"workflow_id": workflow_id, "digest": "" if version is None else version.digest, **start.payload()}
    create_run(run_id, [Draft(now, "run-created", (), payload)])
    return run_id
