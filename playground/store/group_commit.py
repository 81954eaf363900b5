"""Group commit: the appends of all runs that come in one turn of the event loop share one transaction."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Protocol

from django.db import connections

from engine.events import Draft
from playground.store.journal_sql import Append, JournalWriter, Outcome
from playground.store.postgres_journal import PostgresSink
from playground.store.sqlite_journal import SqliteSink

Batch = Sequence[tuple[Append, asyncio.Future[None]]]


class Sink(Protocol):
    """Where appends are written; each kind of database has its own fastest way."""

    journal: JournalWriter

    async def open(self) -> None:
        """Connect, when it is not connected yet."""
        ...

    def write(self, appends: Sequence[Append]) -> Outcome | Awaitable[Outcome]:
        """Write appends in one transaction, or one by one those that can be written; at once, or later."""
        ...

    def close(self) -> None:
        """Close the connection; what is being written is finished first."""
        ...


class Writer:
    """The one place of a process through which owners append to their runs."""

    def __init__(self, patience: float | None = None) -> None:
        """Take the seconds for which a database that cannot be written is waited for, if not those of the process."""
        self._patience = patience
        self._pending: list[tuple[Append, asyncio.Future[None]]] = []
        self._flushing = False
        self._sink: Sink | None = None

    async def append(self, number: int, *, epoch: int, after: int, drafts: Sequence[Draft]) -> bool:
        """Write to a run's journal; return when it is durable, and tell whether the run ends with it.

        Raises:
            StaleEpoch, Conflict: nothing of this append was written.
            DatabaseBusy: it could not be written for long; or it was, and the answer was lost.
            TypeError, ValueError: a payload is not JSON.
        """
        loop = asyncio.get_running_loop()
        sink = self._sink
        if sink is None:
            # A connection of our own: Django's belongs to one thread.
            connection = connections["default"].copy()
            on_file = connection.vendor == "sqlite"
            sink = self._sink = (SqliteSink if on_file else PostgresSink)(connection, self._patience)
        await sink.open()
        append = sink.journal.prepare(number, epoch=epoch, after=after, drafts=drafts)
        written: asyncio.Future[None] = loop.create_future()
        self._pending.append((append, written))
        if not self._flushing:
            self._flushing = True
            loop.call_soon(self._flush, loop, sink)
        await written
        return append.ends

    def close(self) -> None:
        """Close the connection; what is being written is finished first."""
        if self._sink is not None:
            self._sink.close()
            self._sink = None

    def _flush(self, loop: asyncio.AbstractEventLoop, sink: Sink) -> None:
        """Write everything that has come until now."""
        batch, self._pending = self._pending, []
        outcome = sink.write([append for append, _ in batch])
        if isinstance(outcome, dict):
            self._settle(loop, sink, batch, outcome)
            return
        later = asyncio.ensure_future(outcome)
        later.add_done_callback(lambda done: self._settle(loop, sink, batch, _result(done, batch)))

    def _settle(self, loop: asyncio.AbstractEventLoop, sink: Sink, batch: Batch, outcome: Outcome) -> None:
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
            loop.call_soon(self._flush, loop, sink)
        else:
            self._flushing = False


def _result(done: "asyncio.Future[Outcome]", batch: Batch) -> Outcome:
    """Return how a batch went; nobody may wait for ever because of an error that was not foreseen."""
    if done.cancelled():
        return dict.fromkeys(range(len(batch)), asyncio.CancelledError())
    error = done.exception()
    return done.result() if error is None else dict.fromkeys(range(len(batch)), error)
