"""Several statements sent together and answered together: one round trip, one transaction, on the event loop itself.

libpq's pipeline mode without a driver's cursors around it, which cost more than the statements of a journal do. What is
sent between two marks (syncs) is one transaction of its own: all of it is durable when it is answered, or nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

Statement = tuple[str, Sequence[bytes | None], int]
"""SQL with $1, $2, …; its values as the wire takes them; 1 when they are binary, 0 when they are text."""

GOOD = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)

SETTINGS = """
    SET plan_cache_mode = force_generic_plan;
    SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off
"""
"""Statements are planned once, when tables may be small still, and are to find rows by their keys for ever."""


class Pipeline:
    """A connection for one event loop and one caller at a time."""

    def __init__(
        self,
        connect: Callable[[], "psycopg.Connection[Any]"],
        errors: AbstractContextManager[Any],
    ) -> None:
        """Take what connects, and what turns the driver's errors into Django's."""
        self._connect = connect
        self._errors = errors
        self._connection: psycopg.Connection[Any] | None = None
        self._loop: asyncio.AbstractEventLoop
        self._link: PGconn
        self._socket = -1
        self._names: dict[str, bytes] = {}
        self._made = 0
        self._results: list[PGresult] = []
        self._answer: asyncio.Future[list[PGresult]] | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether there is a connection, for this event loop, that was not found broken."""
        return self._connection is not None and self._loop is asyncio.get_running_loop()

    async def open(self) -> None:
        """Connect, in a thread.

        Raises:
            OperationalError: of Django's; the database cannot be reached.
        """
        self.close()
        self._loop = asyncio.get_running_loop()
        with self._errors:
            connection = await self._loop.run_in_executor(None, self._connected)
        self._link = connection.pgconn
        self._link.nonblocking = 1
        self._link.enter_pipeline_mode()
        self._names = {}
        # Kept, since the link forgets it when the connection breaks.
        self._socket = self._link.socket
        self._loop.add_reader(self._socket, self._read)
        self._connection = connection

    def close(self) -> None:
        """Close the connection; what is under way is not waited for."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
        connection.close()

    async def send(self, statements: Sequence[Statement]) -> list[list[tuple[bytes | None, ...]]]:
        """Execute statements as one transaction; return the rows of each, as text.

        Raises:
            DatabaseError: Django's. Nothing was written; but whether it was is not known when the connection broke.
        """
        self._results, self._answer = [], self._loop.create_future()
        with self._errors:
            try:
                fresh = self._queue(statements)
                self._link.pipeline_sync()
                self._flush()
                results = await self._answer
            except (psycopg.Error, asyncio.CancelledError) as error:
                # An answer for which nobody waits any more would be taken for that of the next.
                if self._link.status or isinstance(error, asyncio.CancelledError):
                    self.close()
                raise
        self._names |= fresh
        return [_rows(result) for result in results]

    def _connected(self) -> "psycopg.Connection[Any]":
        connection = self._connect()
        connection.execute(SETTINGS)
        return connection

    def _queue(self, statements: Sequence[Statement]) -> dict[str, bytes]:
        """Hand the statements to libpq; return what is prepared with them, which is so only if all goes well."""
        fresh: dict[str, bytes] = {}
        for sql, values, kind in statements:
            name = self._names.get(sql) or fresh.get(sql)
            if name is None:
                self._made += 1
                name = fresh[sql] = b"s%d" % self._made
                self._link.send_prepare(name, sql.encode())
            self._link.send_query_prepared(name, values, [kind] * len(values))
        return fresh

    def _flush(self) -> None:
        """Write what the socket takes, and the rest when it takes more."""
        if self._link.flush():
            self._loop.add_writer(self._socket, self._write_more)

    def _write_more(self) -> None:
        try:
            if not self._link.flush():
                self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self._break(error)

    def _read(self) -> None:
        """Take in what has come; the mark at its end says that the transaction is durable, or undone."""
        try:
            self._link.consume_input()
            while not self._link.is_busy():
                # Between two statements there is one None; after the last mark there is nothing but None.
                result = self._link.get_result()
                if result is None and not self._link.is_busy():
                    result = self._link.get_result()
                if result is None:
                    return
                if result.status == ExecStatus.PIPELINE_SYNC:
                    self._settle()
                    return
                self._results.append(result)
        except psycopg.Error as error:
            self._break(error)

    def _settle(self) -> None:
        answer = self._answer
        if answer is None or answer.done():
            return
        failed = next((result for result in self._results if result.status == ExecStatus.FATAL_ERROR), None)
        if failed is not None:
            answer.set_exception(error_from_result(failed, encoding="utf-8"))
        else:
            # What prepares a statement answers, too, with a result that has neither rows nor a command's name.
            answer.set_result([result for result in self._results if result.status in GOOD and result.command_status])

    def _break(self, error: psycopg.Error) -> None:
        """Note that the connection is gone; a server that shuts down says why before."""
        said = next((result for result in self._results if result.status == ExecStatus.FATAL_ERROR), None)
        answer = self._answer
        self.close()
        if answer is not None and not answer.done():
            answer.set_exception(error if said is None else error_from_result(said, encoding="utf-8"))


def _rows(result: PGresult) -> list[tuple[bytes | None, ...]]:
    columns = range(result.nfields)
    return [tuple(result.get_value(row, column) for column in columns) for row in range(result.ntuples)]
