"""The way to the database from coroutines: threads that read, threads that write, patience while it is locked or away.

Whatever is done is done again when the database was not there for it, from its beginning: reading does no harm, and
what a transaction wrote is undone when it did not come to its end. Only whether a COMMIT came through is not known when
the connection breaks before its answer; PostgreSQL is asked then what became of the transaction.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import ParamSpec, TypeVar

from django.db import DataError, InterfaceError, OperationalError, connection, transaction

from engine.errors import StoreError
from playground.store.database_errors import is_lost, is_passing

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 20.0
"""Seconds for which a file is waited for that another process holds; as long as a person may wait for a page."""
PATIENCE_WITH_SERVERS = 60.0
"""Seconds for which a server is waited for: one that starts again, or is replaced by another one, needs as long."""

LEAVING = 3.0
"""Seconds for which a process waits that is told to end; what it cannot say any more, its silence says."""

PAUSE = 0.05
"""Seconds between two tries; a database that is held is waited for inside the driver besides."""
LONGEST_PAUSE = 0.5
"""Seconds between two tries after a while."""
SETTLE = 10.0
"""Seconds after an outage for which silence is no sign of death."""
TELL_EVERY = 5.0
"""Seconds between two lines in the log."""

logger = logging.getLogger("playground.store")


class DatabaseBusy(StoreError):
    """The database cannot be used: another process has held it for long, the disk is full, or it is away. Try later."""


class _Process:
    """What this process knows of its database."""

    patience: float | None = None
    outage_at: float | None = None


def be_patient(seconds: float) -> None:
    """Have everything in this process wait so long for the database, unless it is told otherwise."""
    _Process.patience = seconds


def hurry() -> None:
    """Have nothing in this process, which is told to end, wait for the database any longer than a moment."""
    be_patient(min(patience(), LEAVING))


def patience() -> float:
    """Return for how many seconds the database is waited for."""
    usual = PATIENCE if connection.vendor == "sqlite" else PATIENCE_WITH_SERVERS
    return usual if _Process.patience is None else _Process.patience


def note_outage() -> None:
    """Note that the database was away a moment ago."""
    _Process.outage_at = time.monotonic()


def is_steady() -> bool:
    """Tell whether the database has not been away lately; for use inside the database's threads.

    While it was, nobody could give a sign of life, so that nobody is to be taken for dead right after it.
    """
    if _Process.outage_at is not None and time.monotonic() - _Process.outage_at < SETTLE:
        return False
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        # A process that has only just begun has noticed nothing itself.
        cursor.execute("SELECT pg_postmaster_start_time() < statement_timestamp() - %s * interval '1 s'", [SETTLE])
        return bool(cursor.fetchone()[0])


# Threads of our own: sync_to_async would put every caller behind one thread.
@cache
def _readers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4, "database-reader")


@cache
def _writers() -> ThreadPoolExecutor:
    # SQLite takes one writer at a time: a second thread would only wait inside the database instead of outside.
    return ThreadPoolExecutor(1 if connection.vendor == "sqlite" else 4, "database-writer")


async def in_database(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that reads from the database in a thread; again, when the database was away.

    Raises:
        DatabaseBusy: it was away for long.
    """
    return await asyncio.get_running_loop().run_in_executor(_readers(), _read, lambda: function(*args, **kwargs))


async def in_patient_database(seconds: float, work: Callable[[], T]) -> T:
    """Do what `in_database` does, with a patience of one's own in seconds."""
    return await asyncio.get_running_loop().run_in_executor(_readers(), lambda: _read(work, Patience(seconds)))


async def in_transaction(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that writes to the database in a thread, as one transaction; see `transact`."""
    return await in_patient_transaction(None, lambda: function(*args, **kwargs))


async def in_patient_transaction(seconds: float | None, work: Callable[[], T]) -> T:
    """Do what `in_transaction` does, with a patience of one's own in seconds."""
    return await asyncio.get_running_loop().run_in_executor(_writers(), transact, work, seconds)


def transact(work: Callable[[], T], seconds: float | None = None) -> T:
    """Do something in one transaction; again from its beginning when the database is held, deadlocked or away.

    Args:
        work: reads and writes, and has no effect elsewhere that a repetition would double.
        seconds: the patience, if not that of the process.

    Raises:
        DatabaseBusy: the database could not be used for long.
        RuntimeError: it was called inside a transaction, which would have to end first.
    """
    waiting = Patience(seconds)
    while True:
        number: str | None = None
        _leave_unfinished()
        try:
            with transaction.atomic(durable=True):
                result = work()
                number = _transaction_number()
        except (OperationalError, InterfaceError) as error:
            waiting.check(error)
            if number is None or not _read(partial(_is_committed, number), waiting):
                continue
        return result


def _read(work: Callable[[], T], waiting: "Patience | None" = None) -> T:
    waiting = waiting or Patience()
    while True:
        _leave_unfinished()
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            waiting.check(error)


def _leave_unfinished() -> None:
    """Close the thread's connection when whatever is done on it would never be committed, and have it made anew.

    An error that comes between two transactions, or while a connection is made, leaves it so: Django would take all
    that follows for parts of a transaction that has begun elsewhere, and the server would hold its locks for ever.
    """
    if connection.connection is None or connection.in_atomic_block or connection.autocommit:
        return
    logger.warning("a connection to the database was left inside a transaction: it is closed, and made anew")
    connection.close()


def _transaction_number() -> str | None:
    """Return by which number to ask for the transaction's end; None where nothing was written or no answer is lost."""
    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned()::text")
        (number,) = cursor.fetchone()
    return None if number is None else str(number)


def _is_committed(number: str) -> bool:
    """Tell whether a transaction came to its end."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT pg_xact_status(%s::xid8)", [number])
        except DataError:
            return False  # a server that took the place of the lost one, and has not come that far
        (status,) = cursor.fetchone()
    if status == "in progress":
        # Its server process has not noticed yet that nobody is there any more, and may commit or not.
        raise OperationalError("the transaction before has not ended") from _StillGoing()
    return bool(status == "committed")


class _StillGoing(Exception):
    """A transaction whose end is not known goes on."""

    sqlstate = "55P03"


class Patience:
    """Decides whether what failed is worth another try, and says so in the log."""

    def __init__(self, seconds: float | None = None) -> None:
        """Start counting; ``seconds`` is the time after which to give up, if not that of the process."""
        self._started = self._told = time.monotonic()
        self._seconds = seconds
        self._pause = PAUSE

    def check(self, error: Exception) -> None:
        """Return, after a pause, when it is worth another try; for threads.

        Raises:
            DatabaseBusy: it has taken too long.
            Exception: the error is one that waiting does not mend.
        """
        if is_lost(error):
            note_outage()
            connection.close()
        time.sleep(self.judge(error))

    def judge(self, error: Exception) -> float:
        """Return after how many seconds to try again; see `check` for what is raised."""
        if not is_passing(error):
            raise error
        now = time.monotonic()
        waited = now - self._started
        # Asked anew, since the process may be told to end meanwhile.
        if waited >= (patience() if self._seconds is None else self._seconds):
            raise DatabaseBusy(_given_up(error, waited)) from error
        if now - self._told >= TELL_EVERY:
            self._told = now
            logger.warning("the database could not be used for %.0f s (%s): still waiting", waited, _first_line(error))
        if is_lost(error):
            self._pause = min(self._pause * 1.5, LONGEST_PAUSE)
        return self._pause


def _given_up(error: Exception, waited: float) -> str:
    if is_lost(error):
        return (
            f"the database could not be reached for {waited:.0f} s ({_first_line(error)}): see that its server runs, "
            "and try again"
        )
    return (
        f"the database could not be written for {waited:.0f} s ({_first_line(error)}): end the process that holds it, "
        "or make room on the disk, and try again"
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
