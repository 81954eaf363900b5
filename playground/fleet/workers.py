"""The worker processes as pages see them, and what the supervisor writes when one has ended."""

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from playground.catalogue.catalogue import SILENT
from playground.fleet.crash_suspects import expire_claims, give_back
from playground.live import nudges
from playground.models import Run as RunRow
from playground.models import Worker as WorkerRow
from playground.store.database import in_database, in_transaction
from playground.store.database_clock import Now
from playground.store.rows import from_text, plain, to_text

FATAL = ("WorkerDied", "TimeLimit")
"""The types of the problems with modules that ended a worker while it imported them."""
LAST_WORDS = 200
"""Characters of the last line that are shown with the end of a worker."""

Status = Literal["starting", "importing", "ready", "stopping", "silent", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """What keeps a worker's event loop from turning."""

    seconds: float
    run_id: str | None = None
    step: str | None = None
    """The written path of the step."""
    file: str | None = None
    line: int | None = None
    source: str | None = None
    """The text of the line that is being executed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerView:
    """A worker process, alive or gone."""

    worker_id: str
    pid: int
    host: str
    site: tuple[str, ...]
    """The modules it was told to import."""
    status: Status
    started_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None
    importing: str
    """The module that it is importing now."""
    running: tuple[str, ...]
    """The ids of the runs that it executes."""
    blocked: Blocked | None
    memory: int
    """Resident memory in bytes."""
    grown: int
    """By how many bytes it has grown since the user's code was imported."""
    exit: str | None
    """How it ended: ``exit code 1``, ``killed by SIGKILL``."""
    tail: str
    """What it printed last."""


async def listing(*, ended: int = 10) -> list[WorkerView]:
    """Return the workers, newest first: all that live, and some that ended."""
    return await in_database(_listing, ended)


async def ready_count() -> int:
    """Return how many workers can take runs now."""
    return await in_database(lambda: WorkerRow.objects.filter(status="ready", heartbeat_at__gt=Now() - SILENT).count())


async def blocked_count() -> int:
    """Return how many of the workers that live are blocked by what they execute, and so take nothing."""
    return sum(1 for one in await listing(ended=0) if one.blocked)


def restricted(site: Sequence[str], run_id: str | None) -> tuple[str, ...]:
    """Return what stands as the site of a worker that may execute one run only; others are not to wait for it."""
    return tuple(site) if run_id is None else (*site, f"only for run {run_id}")


async def record_exit(worker_id: str, code: int, tail: str, *, asked: bool = False) -> None:
    """Record that a worker process has ended, and have others take its runs over at once.

    Args:
        worker_id: the worker.
        code: its exit code; below zero the signal that ended it.
        tail: what it printed last.
        asked: whether it was told to end before; then no run is blamed for it.
    """
    for run_id in await in_transaction(_record_exit, worker_id, code, tail, asked):
        await nudges.wake(run_id)
        await nudges.nudge(run_id)
    await nudges.nudge_catalogue()


def exit_text(code: int) -> str:
    """Say how a process ended."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def _listing(ended: int) -> list[WorkerView]:
    rows = WorkerRow.objects.order_by("-id")
    silent = set(rows.filter(ended_at=None, heartbeat_at__lt=Now() - SILENT).values_list("id", flat=True))
    found = (*rows.filter(ended_at=None), *rows.filter(ended_at__isnull=False)[:ended])
    return [_view(row, row.id in silent) for row in found]


def _view(row: WorkerRow, silent: bool) -> WorkerView:
    blocked = from_text(row.blocked)
    return WorkerView(
        worker_id=row.worker_id,
        pid=row.pid,
        host=row.host,
        site=tuple(from_text(row.site)),
        status="silent" if silent else cast(Status, row.status),
        started_at=row.started_at,
        heartbeat_at=row.heartbeat_at,
        ended_at=row.ended_at,
        importing=row.importing,
        running=tuple(from_text(row.running)),
        blocked=Blocked(**blocked) if blocked else None,
        memory=row.memory,
        grown=row.memory - row.memory_first if row.memory_first else 0,
        exit=row.exit,
        tail=from_text(row.tail) if row.tail else "",
    )


def _record_exit(worker_id: str, code: int, tail: str, asked: bool) -> list[str]:
    """Write the end of a worker; one that died while it imported a module leaves that as the module's problem."""
    how = exit_text(code)
    row = WorkerRow.objects.filter(worker_id=worker_id).first()
    if row is not None:
        if row.importing and code not in (0, -signal.SIGTERM):
            row.problems = to_text([*from_text(row.problems), _fatal(row, how, tail)])
        held = RunRow.objects.filter(owner=worker_id, leased_until__isnull=False).exists()
        row.exit = row.exit or plain(f"{how}{_last_words(tail)}" if held else how)
        row.tail, row.status, row.ended_at = to_text(tail), "ended", Now()
        row.running, row.blocked = "[]", "null"
        row.save()
    return give_back([worker_id]) if asked else expire_claims([worker_id])


def _fatal(row: WorkerRow, how: str, tail: str) -> dict[str, object]:
    """Return the problem of the module that a worker imported when it ended, or was ended since it took too long."""
    if not row.exit:
        message = f"the worker process ended while it imported this module: {how}"
        return {"module": row.importing, "type": "WorkerDied", "message": message, "traceback": tail}
    place = from_text(row.blocked) or {}
    message = f"the worker that imported this module was {row.exit}; STEPYARD_BLOCKED_SECONDS says how long it may take"
    problem = {"module": row.importing, "type": "TimeLimit", "message": message, "traceback": tail}
    return problem | {key: place.get(key) for key in ("file", "line", "source")}


def _last_words(tail: str) -> str:
    """Return the last line that a process printed, before what the interpreter itself may have added."""
    lines = tail.partition("Fatal Python error")[0].strip().splitlines()
    return f"; it printed last: {lines[-1][:LAST_WORDS]}" if lines else ""
