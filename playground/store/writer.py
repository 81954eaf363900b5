"""Group commit: the appends of all runs that come in one turn of the event loop share one transaction.

On SQLite the transaction is written on the event loop itself: it takes tens of microseconds, less than the way to a
thread and back. When another process holds the database, or on another database, a thread does it instead, so the
event loop never waits. Measured by ``tests/benchmarks/bench_store.py``.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from engine.events import Draft
from playground.store.database import PATIENCE, DatabaseBusy, Patience, is_passing, logger
from playground.store.journal import Append, JournalWriter
from playground.store.sqlite import DirectCursor

Batch = Sequence[tuple[Append, asyncio.Future[None]]]
Outcome = dict[int, Exception]
"""Why appends were refused, by their place in the batch."""

SHORT_WAIT_MS = 2
"""How long the event loop may wait for another process's transaction before a thread takes over."""
LONG_WAIT_MS = 1000
"""How long the thread waits inside the database between two looks at its patience."""


class _Refused(Exception):
    """An owner has lost its claim or lags behind; the whole transaction is undone."""


class Writer:
    """The one place of a process through which owners append to their runs."""

    def __init__(self, patience: float = PATIENCE) -> None:
        """Take the seconds for which a locked database is waited for."""
        self._patience = patience
        self._pending: list[tuple[Append, asyncio.Future[None]]] = []
        self._flushing = False
        self._thread = ThreadPoolExecutor(1, "journal-writer")
        self._connection: BaseDatabaseWrapper | None = None
        self._undo: Callable[[], None]
        self._cursor: Any

    async def append(self, number: int, *, epoch: int, after: int, drafts: Sequence[Draft]) -> bool:
        """Write to a run's journal; return when it is durable, and tell whether the run ends with it.

        Raises:
            StaleEpoch, Conflict, DatabaseBusy: nothing of this append was written.
            TypeError, ValueError: a payload is not JSON.
        """
        loop = asyncio.get_running_loop()
        if self._connection is None:
            await loop.run_in_executor(self._thread, self._open)
        append = self._journal.prepare(number, epoch=epoch, after=after, drafts=drafts)
        written: asyncio.Future[None] = loop.create_future()
        self._pending.append((append, written))
        if not self._flushing:
            self._flushing = True
            loop.call_soon(self._flush, loop)
        await written
        return append.ends

    def close(self) -> None:
        """Close the connection; what is being written is finished first."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _open(self) -> None:
        if self._connection is not None:
            return
        # A connection of our own: Django's belongs to one thread, this one is used by the loop and the thread in turn.
        connection = connections["default"].copy()
        connection.inc_thread_sharing()
        connection.ensure_connection()
        self._on_loop = connection.vendor == "sqlite"
        self._cursor = DirectCursor(connection) if self._on_loop else connection.cursor()
        self._journal = JournalWriter(connection, self._cursor)
        self._begin = "BEGIN IMMEDIATE" if self._on_loop else "BEGIN"
        # Through the driver: SQLite may have rolled back by itself, and a ROLLBACK statement would fail then.
        self._undo = connection.connection.rollback
        self._wait_at_most(SHORT_WAIT_MS)
        self._connection = connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _wait_at_most(self, milliseconds: int) -> None:
        if self._on_loop:
            self._cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write everything that has come until now."""
        batch, self._pending = self._pending, []
        appends = [append for append, _ in batch]
        if self._on_loop:
            try:
                outcome = self._write(appends)
            except OperationalError:
                logger.debug("another process writes: a thread waits for it")
            else:
                self._settle(loop, batch, outcome)
                return
        later = loop.run_in_executor(self._thread, self._write_patiently, appends)
        later.add_done_callback(lambda done: self._settle(loop, batch, done.result()))

    def _settle(self, loop: asyncio.AbstractEventLoop, batch: Batch, outcome: Outcome) -> None:
        """Tell each caller how its append went, and go on with what has come meanwhile."""
        for place, (_, written) in enumerate(batch):
            error = outcome.get(place)
            if written.done():
                continue
            if error is None:
                written.set_result(None)
            else:
                written.set_exception(error)
        if self._pending:
            loop.call_soon(self._flush, loop)
        else:
            self._flushing = False

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
            return _all(appends, error)
        finally:
            self._wait_at_most(SHORT_WAIT_MS)

    def _write(self, appends: Sequence[Append]) -> Outcome:
        """Write the appends in one transaction; return why some were refused.

        Raises:
            OperationalError: nothing was written, and waiting may mend it.
        """
        try:
            with self._transaction():
                if not self._journal.write(appends):
                    raise _Refused
        except (_Refused, IntegrityError, DataError):
            return self._write_each(appends)
        except DatabaseError as error:
            if is_passing(error):
                raise
            return _all(appends, error)
        return {}

    def _write_each(self, appends: Sequence[Append]) -> Outcome:
        """Write what can be written, so that no run suffers from another's."""
        outcome: Outcome = {}
        with self._transaction():
            for place, append in enumerate(appends):
                self._cursor.execute("SAVEPOINT one_append")
                try:
                    if not self._journal.write([append]):
                        outcome[place] = self._journal.refusal(append)
                except (IntegrityError, DataError) as error:
                    self._cursor.execute("ROLLBACK TO SAVEPOINT one_append")
                    outcome[place] = error
                self._cursor.execute("RELEASE SAVEPOINT one_append")
        return outcome

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._cursor.execute(self._begin)
        try:
            yield
            self._cursor.execute("COMMIT")
        except BaseException:
            self._undo()
            raise


def _all(appends: Sequence[Append], error: Exception) -> Outcome:
    return dict.fromkeys(range(len(appends)), error)
