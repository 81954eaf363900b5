"""The executor's end of the journal: events are folded when they happen, and flushed before anything builds on them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

from engine.clock import Clock
from engine.errors import Conflict
from engine.events import Draft, Event, EventType
from engine.journal.fold import apply
from engine.journal.state import RunState
from engine.journal.store import Claim, Store
from engine.paths import Path

TURN = 0.005
"""Seconds for which a walk may go on before others on the event loop have a turn."""

Spawn = Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]]
"""Begins something beside the walk; cancels the caller when the segment is coming to its end already."""


class Recorder:
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
        news: Callable[[Sequence[Event]], None] | None = None,
    ) -> None:
        """Take the claim, the folded state, and who is told of events that others recorded."""
        self.state: RunState = state
        self.run_id: str = claim.run_id
        self.last_seq: int = state.last_seq
        self.heard: int = 0
        """How many events of others were folded in.

        Invariant: it only grows. Whoever decides on the ground of ``state`` notes it before, and may keep what was
        decided only while it is the same: an answer, an event or a cancel may have taken the ground away meanwhile.
        """
        self.straight: bool = True
        """Whether ``state`` was folded in the order of the store.

        Invariant: once False it stays so. Walking on is right all the same, since the walk does not care in which order
        an answer, or an event that was sent, and what is pending are folded; a cancel takes the claim away. But people
        may be shown something else than by a reload, so whoever hands ``state`` on after the segment reads it again.
        """
        self.alone: bool = True
        """Whether one task at a time walks the run; False while the children of a group do so at once.

        Invariant: while it is True, nobody cancels the task that writes without ending the segment with it. So a write
        may be awaited where it is begun, which each step of a plain sequence does, and needs no task beside.
        """
        self._store = store
        self.now: Callable[[], datetime] = clock.now
        """The time of events."""
        self._epoch = claim.epoch
        self._news = news or _ignore
        self._pending: list[Draft] = []
        self._writing = asyncio.Lock()
        self._main: asyncio.Task[Any] | None = None
        self._spawn: Spawn | None = None
        self._turn_ends = monotonic() + TURN
        self._waiting: list[asyncio.Future[None]] = []
        """The children of groups that wait for the next write, until it begins."""

    def belong_to(self, main: "asyncio.Task[Any]", spawn: Spawn) -> None:
        """Take the task that walks the run, and how to write beside the tasks of its groups.

        A child of a group may be cancelled while its events are on their way to the store. Whether they arrive must be
        known all the same, so they are written by a task that is not cancelled with it.
        """
        self._main = main
        self._spawn = spawn

    def leave(self) -> None:
        """Tell nobody of news any more, and begin nothing beside; the segment is over."""
        self._news, self._spawn = _ignore, None

    def emit(self, type: EventType, path: Path, payload: dict[str, Any]) -> None:
        """Fold an event now; it is recorded by the next `flush`."""
        draft = Draft(self.now(), type, path, payload)
        apply(self.state, draft)
        self._pending.append(draft)

    def flush(self) -> Awaitable[None]:
        """Return what ends when everything emitted so far is durable.

        Raises:
            StaleEpoch: while it is awaited: another worker owns the run, or it has ended.
        """
        if not self._pending and not self._writing.locked():
            return _nothing()
        spawn = None if self.alone else self._beside()
        return self.write() if spawn is None else self._written(spawn)

    def _written(self, spawn: Spawn) -> Awaitable[None]:
        """Return what ends with the next write; all that ask before it has begun share it."""
        if not self._waiting:
            spawn(self.write())
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        return waiter

    async def write(self) -> None:
        """Do what `flush` does, for a task that is never cancelled alone."""
        # Spelled out: each step comes by here, and `async with` takes twice as long as the lock itself.
        await self._writing.acquire()
        # Only now, with what is pending: who asks later begins another write, so none is awaited that lacks its events.
        waiting, self._waiting = self._waiting, []
        error: BaseException | None = None
        try:
            while self._pending:
                batch, self._pending = self._pending, []
                try:
                    self.last_seq = await self._store.append(self.run_id, batch, epoch=self._epoch, after=self.last_seq)
                except Conflict:
                    # Others can only have added requests, which a walk takes up where it comes to them; so what is
                    # pending stays true, and is written after them. It goes first: more may have been emitted since.
                    self._pending = batch + self._pending
                    await self._read_news()
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._writing.release()
            for waiter in waiting:
                _end(waiter, error)
        if monotonic() >= self._turn_ends:
            # A walk whose steps wait for nothing would hold the event loop, and no cancel and no timeout would get in.
            await asyncio.sleep(0)
            self._turn_ends = monotonic() + TURN

    async def settle(
        self, type: EventType, path: Path, payload: dict[str, Any], still: Callable[[], bool] = lambda: True
    ) -> bool:
        """Record an event only if nothing was recorded by others meanwhile; else fold that in and return False.

        Args:
            type: the event's type.
            path: its path.
            payload: its payload.
            still: whether there is reason for it when all that was emitted before is recorded.
        """
        return await self.settle_all([(type, path, payload)], still)

    async def settle_all(
        self, events: Sequence[tuple[EventType, Path, dict[str, Any]]], still: Callable[[], bool] = lambda: True
    ) -> bool:
        """Do with several events, all or none, what `settle` does with one."""
        spawn, now = self._beside(), self.now()
        settling = self._settle([Draft(now, *event) for event in events], self.heard, still)
        return bool(await (settling if spawn is None else asyncio.shield(spawn(settling))))

    async def catch_up(self) -> None:
        """Fold in what others have recorded."""
        async with self._writing:
            await self._read_news()

    def _beside(self) -> Spawn | None:
        """Return how to write beside the current task if that may be cancelled meanwhile, as a child of a group."""
        return None if self.alone or asyncio.current_task() is self._main else self._spawn

    async def _settle(self, drafts: Sequence[Draft], heard: int, still: Callable[[], bool]) -> bool:
        async with self._writing:
            # Not before the lock is held: waiting for it gave others time to decide first.
            if self.heard == heard and still() and await self._record_last(drafts):
                return True
        await self.write()
        return False

    async def _record_last(self, drafts: Sequence[Draft]) -> bool:
        """Record some events behind what is pending, unless others have recorded something; then fold in that."""
        pending, self._pending = self._pending, []
        try:
            self.last_seq = await self._store.append(
                self.run_id, [*pending, *drafts], epoch=self._epoch, after=self.last_seq
            )
        except Conflict:
            self._pending = pending + self._pending
            await self._read_news()
            return False
        for draft in drafts:
            apply(self.state, draft)
        return True

    async def _read_news(self) -> None:
        events = await self._store.read(self.run_id, after=self.last_seq)
        for event in events:
            apply(self.state, event)
            self.last_seq = event.seq
        if events:
            self.heard += len(events)
            self.straight = self.straight and not self._pending
            self._news(events)


def _ignore(events: Sequence[Event]) -> None:
    """Take no notice."""


async def _nothing() -> None:
    """Wait for nothing."""


def _end(waiter: "asyncio.Future[None]", error: BaseException | None) -> None:
    """End the wait of one that was not cancelled meanwhile."""
    if waiter.done():
        return
    if error is None:
        waiter.set_result(None)
    elif isinstance(error, asyncio.CancelledError):
        waiter.cancel()
    else:
        waiter.set_exception(error)
