"""The journal in SQLite, written on the event loop itself.

A transaction takes tens of microseconds, less than the way to a thread and back. When another process holds the
database, a thread waits for it, so that the event loop never does. Measured by ``tests/benchmarks/bench_store.py``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from playground.store.database import DatabaseBusy, Patience, logger
from playground.store.database_errors import is_passing
from playground.store.journal_sql import Append, JournalWriter, Outcome, outcome_of_all

SHORT_WAIT_MS = 2
"""How long the event loop may wait for another process's transaction before a thread takes over."""
LONG_WAIT_MS = 1000
"""How long the thread waits inside the database between two looks at its patience."""


class _Refused(Exception):
    """An owner has lost its claim or lags behind; the whole transaction is undone."""


class SqliteSink:
    """Writes journals to a file."""

    journal: JournalWriter

    def __init__(self, connection: BaseDatabaseWrapper, patience: float | None) -> None:
        """Take a connection of its own, not yet open, and the seconds for which a locked database is waited for."""
        self._connection = connection
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, "journal-writer")
        self._is_open = False
        self._undo: Callable[[], None]
        self._cursor: DirectCursor

    async def open(self) -> None:
        """Connect, in the thread; see `Sink`."""
        if not self._is_open:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    def write(self, appends: Sequence[Append]) -> Outcome | Awaitable[Outcome]:
        """Write on the event loop, or in the thread when another process writes; see `Sink`."""
        try:
            return self._write(appends)
        except OperationalError:
            logger.debug("another process writes: a thread waits for it")
        return asyncio.get_running_loop().run_in_executor(self._thread, self._write_patiently, appends)

    def close(self) -> None:
        """Close the connection; see `Sink`."""
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()

    def _open(self) -> None:
        if self._is_open:
            return
        # It is used by the loop and the thread in turn.
        self._connection.inc_thread_sharing()
        self._connection.ensure_connection()
        self._cursor = DirectCursor(self._connection)
        self.journal = JournalWriter(self._connection, self._cursor)
        # Through the driver: SQLite may have rolled back by itself, and a ROLLBACK statement would fail then.
        self._undo = self._connection.connection.rollback
        self._wait_at_most(SHORT_WAIT_MS)
        self._is_open = True

    def _wait_at_most(self, milliseconds: int) -> None:
        self._cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")

    def _write_patiently(self, appends: Sequence[Append]) -> Outcome:
        waiting = Patience(self._patience)
        self._wait_at_most(LONG_WAIT_MS)
        try:
            while True:
                try:
                    return self._write(appends)
                except OperationalError as error:
                    waiting.check(error)
        except DatabaseBusy as error:
            return outcome_of_all(appends, error)
        finally:
            self._wait_at_most(SHORT_WAIT_MS)

    def _write(self, appends: Sequence[Append]) -> Outcome:
        """Write the appends in one transaction; return why some were refused.

        Raises:
            OperationalError: nothing was written, and waiting may mend it.
        """
        try:
            with self._transaction():
                if not self.journal.write(appends):
                    raise _Refused
        except (_Refused, IntegrityError, DataError):
            return self._write_each(appends)
        except DatabaseError as error:
            if is_passing(error):
                raise
            return outcome_of_all(appends, error)
        return {}

    def _write_each(self, appends: Sequence[Append]) -> Outcome:
        """Write what can be written, so that no run suffers from another's."""
        outcome: Outcome = {}
        with self._transaction():
            for place, append in enumerate(appends):
                self._cursor.execute("SAVEPOINT one_append")
                try:
                    if not self.journal.write([append]):
                        outcome[place] = self.journal.refusal(append)
                except (IntegrityError, DataError) as error:
                    self._cursor.execute("ROLLBACK TO SAVEPOINT one_append")
                    outcome[place] = error
                self._cursor.execute("RELEASE SAVEPOINT one_append")
        return outcome

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._cursor.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._cursor.execute("COMMIT")
        except BaseException:
            self._undo()
            raise


class DirectCursor:
    """Takes statements as Django writes them to the driver's own cursor, and raises Django's errors.

    Django's cursor costs several times what the statements of a journal do.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        """Take an open connection to SQLite."""
        self._cursor = connection.connection.cursor()
        self._errors = connection.wrap_database_errors

    @property
    def rowcount(self) -> int:
        """Return how many rows the last statement changed."""
        return int(self._cursor.rowcount)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Execute one statement."""
        with self._errors:
            self._cursor.execute(_with_question_marks(sql), values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement for each row."""
        with self._errors:
            self._cursor.executemany(_with_question_marks(sql), rows)

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row of the result."""
        row: tuple[Any, ...] | None = self._cursor.fetchone()
        return row


@lru_cache(maxsize=256)
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?")
