"""Workflows with schedules, and a look at what was started of them, by clocks of the tests' own."""

import asyncio
from datetime import datetime
from typing import Any

from django.db import connection

from engine import Every, Schedule, Workflow, create_workflow, step
from playground.models import Run
from playground.models import Schedule as Row
from playground.schedules.firing import fire
from playground.store.database import in_database


@step
async def note(data: Any) -> Any:
    """Hand on what is given."""
    return data


def timed(*schedules: Schedule | Every, id: str = "timed", **options: Any) -> Workflow[Any, Any]:
    """Return a workflow with schedules."""
    made = create_workflow(id=id, input_schema=None, output_schema=None, schedules=list(schedules), **options)
    return made.then(note).commit()


def _look(now: datetime | None) -> list[str]:
    try:
        return fire(now)
    finally:
        connection.close()


async def look(*clocks: datetime) -> list[str]:
    """Have as many workers as clocks look at the same moment; return the ids of the runs that they started."""
    found = await asyncio.gather(*(asyncio.to_thread(_look, now) for now in clocks))
    return sorted(run_id for ids in found for run_id in ids)


async def row(schedule_id: str = "schedule-1") -> Row:
    """Return what is kept of a schedule."""
    return await in_database(lambda: Row.objects.get(schedule_id=schedule_id))


async def started() -> list[str]:
    """Return the ids of all runs, in order."""
    return await in_database(lambda: sorted(Run.objects.values_list("run_id", flat=True)))
