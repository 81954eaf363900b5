"""What is done about a worker that hangs: it is ended with its reason written down, and only what hung pays for it."""

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import timedelta

from django.db import DatabaseError

from playground.fleet.crash_suspects import give_back
from playground.live import nudges
from playground.models import Run as RunRow
from playground.models import Worker as WorkerRow
from playground.store.database import DatabaseBusy, in_database, in_transaction, is_steady
from playground.store.database_clock import Now
from playground.store.rows import from_text, plain

LOOK = 2.0
"""Seconds between two looks; longer than a worker needs to write its heartbeat once the database is free again."""
SIGN = timedelta(seconds=5)
"""Without a heartbeat for so long, a worker is taken for stuck in code that lets no other thread run."""

logger = logging.getLogger("playground.fleet.hung_workers")


async def watch_over(ours: Callable[[], Collection[str]], end: Callable[[str], None], *, seconds: float) -> None:
    """End workers that hang for longer than some seconds, for ever; one that is ended is replaced by its supervisor.

    Two looks in a row must agree: a machine that wakes from sleep finds every heartbeat old, and new a second later.
    And each look is a transaction that could write, since while the database is held no worker can.

    Args:
        ours: gives the ids of the workers that may be ended.
        end: ends one.
        seconds: how long is too long.
    """
    suspects: set[str] = set()
    while True:
        try:
            hanging = await in_transaction(_hanging, seconds)
            for worker_id in hanging & suspects & set(ours()):
                await give_up(worker_id)
                end(worker_id)
            suspects = hanging
        except (DatabaseError, DatabaseBusy) as error:
            suspects = set()
            logger.warning("whether a worker hangs could not be looked up: %s", error)
        await asyncio.sleep(LOOK)


async def holder_of(run_id: str) -> str | None:
    """Return the worker that this run keeps from going on; None when it keeps none."""
    return await in_database(_holder_of, run_id)


async def give_up(worker_id: str) -> None:
    """Write why a worker is ended, and free the runs that it executes beside the one that hangs."""
    for run_id in await in_transaction(_give_up, worker_id):
        await nudges.wake(run_id)


def _hanging(seconds: float) -> set[str]:
    if not is_steady():
        return set()
    rows = WorkerRow.objects.filter(ended_at=None, status__in=("ready", "importing"))
    latest = Now() - max(timedelta(seconds=seconds), SIGN)
    silent = rows.filter(heartbeat_at__lt=latest).values_list("worker_id", flat=True)
    blocked = {row.worker_id: from_text(row.blocked) for row in rows.exclude(blocked="null")}
    late = {worker_id for worker_id, stuck in blocked.items() if stuck["seconds"] >= seconds}
    # What blocks on for a run that has ended, as when it was canceled from outside, does so for nothing.
    runs = RunRow.objects.filter(run_id__in={stuck["run_id"] for stuck in blocked.values()}, ended_at__isnull=False)
    over = set(runs.values_list("run_id", flat=True))
    return {*silent, *late, *(worker_id for worker_id, stuck in blocked.items() if stuck["run_id"] in over)}


def _holder_of(run_id: str) -> str | None:
    owner = RunRow.objects.filter(run_id=run_id).values_list("owner", flat=True).first()
    row = WorkerRow.objects.filter(worker_id=owner, ended_at=None, status="ready").annotate(now=Now()).first()
    if row is None or run_id not in from_text(row.running):
        return None
    stuck = from_text(row.blocked)
    if row.heartbeat_at < row.now - SIGN or (stuck and stuck["run_id"] in (run_id, None)):
        return row.worker_id
    return None


def _give_up(worker_id: str) -> list[str]:
    row = WorkerRow.objects.get(worker_id=worker_id)
    stuck = from_text(row.blocked)
    row.exit = plain(_reason(stuck))
    row.status = "stopping"
    row.save(update_fields=["exit", "status"])
    if not stuck or not stuck["run_id"]:
        return []
    # What still runs of the others in the process that is about to end cannot write any more, once they are claimed.
    return give_back([worker_id], but=[stuck["run_id"]])


def _reason(stuck: dict[str, object] | None) -> str:
    if not stuck:
        return "ended because it hung: it gave no sign any more"
    who = f"step {stuck['step']}" if stuck["step"] else "code outside of any step"
    where = f" at {stuck['file']}:{stuck['line']}" if stuck["file"] else ""
    return f"ended because {who} blocked it for {stuck['seconds']:.0f} s{where}"
