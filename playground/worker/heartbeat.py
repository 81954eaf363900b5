"""A thread that keeps the worker's row up to date, and says what blocks the event loop when something does."""

import linecache
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from types import FrameType
from typing import Any

from django.db import Error, connection

from engine import execution
from engine.execution.context import Context
from engine.paths import format_path
from playground.fleet.workers import Blocked
from playground.models import Worker as WorkerRow
from playground.store.database import logger
from playground.store.database_clock import Now
from playground.store.rows import plain, to_text
from playground.worker.loading.user_files import is_user_file
from playground.worker.worker_row import resident_memory

BEAT = 1.0
"""Seconds between two writes of the row."""
BLOCKED_AFTER = 1.0
"""Seconds without a turn after which the event loop counts as blocked."""


class Heartbeat:
    """Writes heartbeats from a thread of its own, so that they go on while the user's code blocks everything else."""

    def __init__(
        self, worker_id: str, running: Callable[[], Sequence[str]], figures: Callable[[], dict[str, Any]]
    ) -> None:
        """Take the row's id, what tells the runs in execution, and what tells the figures of those that were."""
        self._worker_id = worker_id
        self._running = running
        self._figures = figures
        self._main = threading.main_thread().ident
        self._turned_at = time.monotonic()
        self.gone: bool = False
        """Whether others have taken the worker for dead, so that its runs are theirs."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="pulse", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Stop writing and wait for the last write."""
        self._over.set()
        self._thread.join()

    def turned(self) -> None:
        """Note that the event loop, or the import of a module, has gone on."""
        self._turned_at = time.monotonic()

    def _keep(self) -> None:
        while not self._over.wait(BEAT):
            try:
                self._write()
            except Error as error:
                logger.info("the worker's heartbeat could not be written: %s", error)
                connection.close_if_unusable_or_obsolete()
        connection.close()

    def _write(self) -> None:
        stuck = self.blocked()
        written = WorkerRow.objects.filter(worker_id=self._worker_id, ended_at=None).update(
            heartbeat_at=Now(),
            running=to_text(list(self._running())),
            memory=resident_memory(),
            figures=to_text(self._figures()),
            blocked=to_text(asdict(stuck) if stuck else None),
        )
        self.gone = not written

    def blocked(self) -> Blocked | None:
        """Return what the main thread is doing when it has not turned for long; None while it turns."""
        seconds = time.monotonic() - self._turned_at
        if seconds < BLOCKED_AFTER:
            return None
        frame = sys._current_frames().get(self._main or 0)
        return where(frame, seconds)


def where(frame: FrameType | None, seconds: float) -> Blocked:
    """Return where a thread is: the user's innermost line, and the step that it belongs to."""
    line = context = None
    while frame is not None:
        if line is None and is_user_file(frame.f_code.co_filename):
            line = (frame.f_code.co_filename, frame.f_lineno)
        if context is None:
            context = next((value for value in _locals(frame) if isinstance(value, Context)), None)
        frame = frame.f_back
    file, number = line or (None, None)
    source = linecache.getline(file, number).strip() if file and number else None
    return Blocked(
        seconds=round(seconds, 1),
        run_id=context.run_id if context else None,
        step=format_path(context.path) if context else None,
        file=file,
        line=number,
        source=plain(source) if source else None,
    )


def _locals(frame: FrameType) -> list[Any]:
    # Reading the locals of a running frame copies them; only those of the room that calls steps are of interest.
    room = frame.f_globals.get("__package__") or ""
    return list(frame.f_locals.values()) if room.startswith(execution.__name__) else []
