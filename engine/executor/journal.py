"""The executor's end of the journal: events are folded when they happen, and flushed before anything builds on them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from engine.clock import Clock
from engine.errors import Conflict
from engine.events import Draft, Event, EventType
from engine.paths import Path
from engine.state import RunState
from engine.store import Claim, Store

Spawn = Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]]
"""Begins something beside the walk; cancels the caller when the segment is coming to its end already."""


class Journal:
    """Writes one run's events under one claim.

    Invariant: ``state`` is the fold of the events up to ``last_seq``, then of what is pending. Events that others
    recorded meanwhile are folded in after what is pending; `straight` tells when that is not their order in the store.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        claim: Claim,
        state: RunState,
        news: Callable[[Sequence[Event]], None] = lambda events: None,
    ) -> None:
        """Take the claim, the folded state, and who is told of events that others recorded."""
        self.state = state
        self.run_id = claim.run_id
        self.last_seq = state.last_seq
        self.heard = 0
        """How many events of others were folded in."""
        self.straight = True
        """Whether ``state`` was folded in the order of the store."""
        self._store = store
        self._now = clock.now
        self._epoch = claim.epoch
        self._news = news
        self._pending: list[Draft] = []
        self._writing = asyncio.Lock()
        self._main: asyncio.Task[Any] | None = None
        self._spawn: Spawn | None = None

    def belong_to(self, main: "asyncio.Task[Any]", spawn: Spawn) -> None:
        """Take the task that walks the run, and how to write beside the tasks of its groups.

        A child of a group may be cancelled while its events are on their way to the store. Whether they arrive must be
        known all the same, so they are written by a task that is not cancelled with it.
        """
        self._main = main
        self._spawn = spawn

    def emit(self, type: EventType, path: Path, payload: dict[str, Any]) -> None:
        """Fold an event now; it is recorded by the next `flush`."""
        draft = Draft(self._now(), type, path, payload)
        self.state.apply(draft)
        self._pending.append(draft)

    async def flush(self) -> None:
        """Return when everything emitted so far is durable.

        Raises:
            StaleEpoch: another worker owns the run, or it has ended.
        """
        if self._pending or self._writing.locked():
            await self._wholly(self.write())

    async def write(self) -> None:
        """Do what `flush` does, for a task that is never cancelled alone."""
        async with self._writing:
            await self._write()

    async def settle(self, type: EventType, path: Path, payload: dict[str, Any]) -> bool:
        """Record an event only if nothing was recorded by others meanwhile; else fold that in and return False."""
        return bool(await self._wholly(self._settle(Draft(self._now(), type, path, payload))))

    async def catch_up(self) -> None:
        """Fold in what others have recorded."""
        async with self._writing:
            await self._read_news()

    async def _wholly(self, writing: Coroutine[Any, Any, Any]) -> Any:
        """Write to the end, also when a task of a group that asks for it is cancelled meanwhile."""
        if self._spawn is None or asyncio.current_task() is self._main:
            return await writing
        return await asyncio.shield(self._spawn(writing))

    async def _write(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            while not await self._append(batch):
                self.straight = False

    async def _settle(self, draft: Draft) -> bool:
        async with self._writing:
            await self._write()
            if not await self._append([draft]):
                return False
            self.state.apply(draft)
            return True

    async def _append(self, batch: Sequence[Draft]) -> bool:
        """Append, or read what others have recorded first and return False."""
        try:
            self.last_seq = await self._store.append(self.run_id, batch, epoch=self._epoch, after=self.last_seq)
        except Conflict:
            await self._read_news()
            return False
        return True

    async def _read_news(self) -> None:
        events = await self._store.read(self.run_id, after=self.last_seq)
        for event in events:
            self.state.apply(event)
            self.last_seq = event.seq
        if events:
            self.heard += len(events)
            self.straight = self.straight and not self._pending
            self._news(events)
