"""The way to the database from coroutines: threads that read, one thread that writes, patience while it is locked."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

from engine.errors import StoreError

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 20.0
"""Seconds for which a write waits for another process before it gives up; as long as a person may wait for a page."""

PAUSE = 0.05
"""Seconds between two tries; a database that is held is waited for inside the driver besides."""
TELL_EVERY = 5.0
"""Seconds between two lines in the log."""

logger = logging.getLogger("playground.store")

# Threads of our own: sync_to_async would put every caller behind one thread. SQLite takes one writer at a time, so a
# second writing thread would only wait inside the database instead of outside.
_READERS = ThreadPoolExecutor(4, "database-reader")
_WRITER = ThreadPoolExecutor(1, "database-writer")


class DatabaseBusy(StoreError):
    """The database cannot be written: another process has held it for long, or the disk is full. Try again later."""


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that reads from the database in a thread."""
    return await asyncio.get_running_loop().run_in_executor(_READERS, lambda: function(*args, **kwargs))


async def in_transaction(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that writes to the database in a thread, as one transaction.

    Raises:
        DatabaseBusy: the database could not be locked in time; the function was not called.
    """
    return await in_patient_transaction(PATIENCE, lambda: function(*args, **kwargs))


async def in_patient_transaction(patience: float, work: Callable[[], T]) -> T:
    """Do what `in_transaction` does, with a patience of one's own in seconds."""

    def patiently() -> T:
        with patient_transaction(patience):
            return work()

    return await asyncio.get_running_loop().run_in_executor(_WRITER, patiently)


@contextmanager
def patient_transaction(patience: float = PATIENCE) -> Iterator[None]:
    """Hold a write transaction; only its beginning is tried again, so that the body runs once."""
    with ExitStack() as stack:
        waiting = Patience(patience)
        while True:
            try:
                stack.enter_context(transaction.atomic())
            except OperationalError as error:
                waiting.check(error)
            else:
                break
        yield


class Patience:
    """Decides whether a write that failed is worth another try, and says so in the log."""

    def __init__(self, seconds: float = PATIENCE) -> None:
        """Start counting; ``seconds`` is the time after which to give up."""
        self._started = self._told = time.monotonic()
        self._seconds = seconds

    def check(self, error: OperationalError) -> None:
        """Return, after a pause, when it is worth another try; for threads.

        Raises:
            DatabaseBusy: it has taken too long.
            OperationalError: the error is one that waiting does not mend.
        """
        if not is_passing(error):
            raise error
        now = time.monotonic()
        waited = now - self._started
        if waited >= self._seconds:
            raise DatabaseBusy(
                f"the database could not be written for {waited:.0f} s ({error}): end the process that holds it, or "
                "make room on the disk, and try again"
            ) from error
        if now - self._told >= TELL_EVERY:
            self._told = now
            logger.warning("the database could not be written for %.0f s (%s): still waiting", waited, error)
        time.sleep(PAUSE)


def is_passing(error: Exception) -> bool:
    """Tell whether waiting may mend the error: another process writes, or the disk is full."""
    text = str(error)
    return "locked" in text or "busy" in text or "disk is full" in text
