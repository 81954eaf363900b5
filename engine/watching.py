"""Watching a run: a callback that is given every event once, in order."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from engine.events import Event
from engine.failure import message_of
from engine.runtime import Runtime

Watcher = Callable[[Event], Any]
"""Called with each event; sync or async."""


class Watch:
    """One watcher of a run: reads after its seq and calls back, in order, one event at a time."""

    def __init__(self, runtime: Runtime, run_id: str, callback: Watcher, after: int) -> None:
        """Take the callback, and the seq of the last event that is known already."""
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

    async def reached(self, seq: int) -> None:
        """Return when the callback has seen everything up to ``seq``; at once inside the callback itself."""
        if self._after < seq and self._reader is not asyncio.current_task():
            await self._read()

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
        except Exception as error:
            self._runtime.logger.exception("a watcher of run %s raised: %s", self._run_id, message_of(error))
