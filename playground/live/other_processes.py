"""Hears what others record in the same database: the command line, or another playground.

Their nudges do not reach this playground's pages and workers, whose channel layer ends with its own processes. On
SQLite the journals tell: events are numbered as they come, whoever writes them. On PostgreSQL those who record notify.
"""

import asyncio
import logging
from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.db.models import Count, Max

from playground.live import nudges as live
from playground.live.other_machines import Listening
from playground.models import Run as RunRow
from playground.models import WorkflowVersion
from playground.store.database import DatabaseBusy, in_database

LOOK = 0.2
"""Seconds between two looks."""
MOST = 500
"""How many runs are told of at once; who watches another one looks for itself when it is nudged later."""
REQUESTS = ("run-created", "run-started", "run-canceled", "step-resumed", "event-received")
"""Events that are recorded for a worker to act on."""

GROWN = f"""
    SELECT playground_run.run_id, MAX(type IN {REQUESTS})
    FROM playground_event JOIN playground_run ON number = playground_event.run_id
    WHERE playground_event.rowid > %s GROUP BY playground_run.run_id LIMIT {MOST}
"""
LAST = "SELECT COALESCE(MAX(rowid), 0) FROM playground_event"

logger = logging.getLogger("playground.live.other_processes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a look found."""

    last: int = 0
    """The number of the last event of all."""
    catalogue: tuple[object, ...] = ()
    """What differs when workflows were published."""
    grown: tuple[str, ...] = ()
    """The runs whose journals have grown."""
    asked: tuple[str, ...] = ()
    """Those among them of which a worker may not know."""


async def so_far() -> Heard | Listening:
    """Return what is known now, so that only what comes later is new."""
    if connection.vendor == "sqlite":
        return await in_database(_look, None)
    listening = Listening()
    await listening.begin()
    return listening


async def overhear(known: Heard | Listening) -> None:
    """Nudge pages and wake workers for what others have recorded since, for ever."""
    await (known.go_on() if isinstance(known, Listening) else _look_on(known))


async def _look_on(heard: Heard) -> None:
    nudges = live.Nudges()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(nudges.send())
        while True:
            await asyncio.sleep(LOOK)
            try:
                now = await in_database(_look, heard)
            except (DatabaseError, DatabaseBusy) as error:
                logger.info("what others record could not be looked up: %s", error)
                continue
            await _tell(nudges, heard, now)
            heard = now


async def _tell(nudges: live.Nudges, before: Heard, now: Heard) -> None:
    """Hand on what is new; what this playground itself has done is told twice, which costs a look."""
    for run_id in now.grown:
        nudges.moved(run_id, True)
    for run_id in now.asked:
        await live.wake(run_id)
    if now.catalogue != before.catalogue:
        await live.nudge_catalogue()


def _look(before: Heard | None) -> Heard:
    with connection.cursor() as cursor:
        cursor.execute(LAST)
        (last,) = cursor.fetchone()
        grown: dict[str, bool] = {}
        if before is not None and last > before.last:
            cursor.execute(GROWN, [before.last])
            grown = {run_id: bool(asked) for run_id, asked in cursor.fetchall()}
    named = WorkflowVersion.objects.filter(current=True).aggregate(Count("id"), Max("published_at"))
    return Heard(last=last, catalogue=tuple(named.values()), grown=tuple(grown), asked=_unknown(grown))


def _unknown(grown: dict[str, bool]) -> tuple[str, ...]:
    """Return the runs that wait in the queue, or were ended while a worker executes them."""
    asked = [run_id for run_id, asks in grown.items() if asks]
    if not asked:
        return ()
    runs = RunRow.objects.filter(run_id__in=asked)
    queued = runs.filter(queued_at__isnull=False, leased_until=None)
    held = runs.filter(leased_until__isnull=False, ended_at__isnull=False)
    return tuple((queued | held).values_list("run_id", flat=True))
