"""Following a run: its events as they are recorded, for a loop or for a callback."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any

from engine.events import RESTING, Event
from engine.failure import is_users, message_of
from engine.journal.store import Store
from engine.journal.summary import status_after
from engine.runs.runtime import Runtime

Watcher = Callable[[Event], Any]
"""Called with each event; sync or async."""


async def follow(
    store: Store, run_id: str, *, after: int, work: "asyncio.Task[Any] | None" = None
) -> AsyncIterator[Event]:
    """Yield a run's events, past ones first, until it has ended or is suspended.

    Args:
        store: where the run is kept.
        run_id: the run.
        after: the seq of the last event that is known already.
        work: what drives the run here, if anything does; it is awaited at the end, and its error is raised.

    Raises:
        UnknownRun: there is no such run.
    """
    status: str = (await store.summary(run_id)).status if work is None else "running"
    while True:
        for event in await store.read(run_id, after=after):
            after = event.seq
            status = status_after(event) or status
            yield event
        if status in RESTING and (await store.summary(run_id)).last_seq <= after:
            break
        await _moved(store, run_id, after, work)
    if work is not None:
        await work


async def _moved(store: Store, run_id: str, after: int, work: "asyncio.Task[Any] | None") -> None:
    """Return when the journal may hold more; raise what ended the work that should write it."""
    changed = asyncio.ensure_future(store.changed(run_id, after=after))
    working = [] if work is None or work.done() else [work]
    try:
        await asyncio.wait([changed, *working], return_when=asyncio.FIRST_COMPLETED)
    finally:
        changed.cancel()
    for task in (changed, *working):
        if task.done() and not task.cancelled():
            task.result()


class Following:
    """One watcher of a run: reads after its seq and calls back, in order, one event at a time."""

    def __init__(self, runtime: Runtime, run_id: str, callback: Watcher, after: int) -> None:
        """Take the run, whom to tell, and the seq of the last event that is known already."""
        self._runtime = runtime
        self._run_id = run_id
        self._callback = callback
        self._after = after
        self._ended = False
        self._reading = asyncio.Lock()
        self._reader: asyncio.Task[Any] | None = None
        self._task: asyncio.Task[Any] | None = None

    def begin(self) -> None:
        """Follow the run from now on; it is in the store."""
        if self._task is None and not self._ended:
            self._task = self._runtime.spawn(self._follow())

    def end(self) -> None:
        """Stop watching."""
        self._ended = True
        if self._task is not None:
            self._task.cancel()

    async def reached(self, seq: int, *, last: bool) -> None:
        """Return when the callback has seen everything up to ``seq``; at once inside the callback itself.

        Args:
            seq: what is known to be recorded.
            last: whether nothing more will come.
        """
        if self._reader is asyncio.current_task():
            return
        if self._after < seq or last:
            await self._read()
        if last:
            self.end()

    async def _follow(self) -> None:
        while not self._ended:
            await self._runtime.store.changed(self._run_id, after=self._after)
            await self._read()

    async def _read(self) -> None:
        async with self._reading:
            self._reader = asyncio.current_task()
            try:
                for event in await self._runtime.store.read(self._run_id, after=self._after):
                    if self._ended:
                        return
                    self._after = event.seq
                    await self._call(event)
            finally:
                self._reader = None

    async def _call(self, event: Event) -> None:
        try:
            result = self._callback(event)
            if inspect.isawaitable(result):
                await result
        except BaseException as error:
            if not is_users(error):
                raise
            self._runtime.logger.exception("a watcher of run %s raised: %s", self._run_id, message_of(error))
