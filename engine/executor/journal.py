"""The executor's end of the journal: events are folded when they happen and flushed in groups before anything builds on them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from engine.clock import Clock
from engine.errors import Conflict
from engine.events import Draft, Event, EventType
from engine.paths import Path
from engine.state import RunState
from engine.store import Claim, Store


class Journal:
    """Writes one run's events under one claim.

    Invariant: ``state`` is the fold of the events up to ``last_seq``, then of what is pending. Events that others
    recorded meanwhile are folded in after what is pending; requests are made so that this order does not matter.
    """

    def __init__(
        self, store: Store, clock: Clock, claim: Claim, state: RunState, news: Callable[[Sequence[Event]], None]
    ) -> None:
        """Take the claim, the folded state, and who is told of events that others recorded."""
        self.state: RunState = state
        self.run_id: str = claim.run_id
        self.last_seq: int = state.last_seq
        self._store = store
        self._now = clock.now
        self._epoch = claim.epoch
        self._news = news
        self._pending: list[Draft] = []
        self._writing = asyncio.Lock()

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
        if not self._pending and not self._writing.locked():
            return
        async with self._writing:
            while self._pending:
                batch, self._pending = self._pending, []
                await self._append(batch)

    async def settle(self, draft: Draft) -> bool:
        """Record an event only if nothing was recorded by others meanwhile; else fold that in and return False."""
        await self.flush()
        async with self._writing:
            try:
                self.last_seq = await self._store.append(self.run_id, [draft], epoch=self._epoch, after=self.last_seq)
            except Conflict:
                await self._read_news()
                return False
            self.state.apply(draft)
            return True

    async def catch_up(self) -> None:
        """Fold in what others have recorded."""
        async with self._writing:
            await self._read_news()

    async def _append(self, batch: Sequence[Draft]) -> None:
        while True:
            try:
                self.last_seq = await self._store.append(self.run_id, batch, epoch=self._epoch, after=self.last_seq)
                return
            except Conflict:
                await self._read_news()

    async def _read_news(self) -> None:
        events = await self._store.read(self.run_id, after=self.last_seq)
        for event in events:
            self.state.apply(event)
            self.last_seq = event.seq
        if events:
            self._news(events)
