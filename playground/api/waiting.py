"""Waiting for a run: until it settles, or for its next events."""

import asyncio
from collections.abc import AsyncIterator

from engine.errors import UnknownRun
from engine.events import FINAL, Event
from engine.state import RunState
from engine.watching import RESTING
from playground import live
from playground.requests import state_of, store

AT_ONCE = 500
"""The most events that are read and handed on together, so that a long journal is never held as a whole."""
SIGN = 15.0
"""Seconds after which a stream that has nothing to say gives a sign, or clients would take it for broken."""


async def settled(run_id: str) -> RunState:
    """Return the run when it has ended or everything left of it is suspended; timers are waited for."""
    async with live.watching(live.run_group(run_id)) as watch:
        state = await state_of(run_id)
        while state.status not in RESTING:
            await watch.moved()
            for event in await store.read(run_id, after=state.last_seq):
                state.apply(event)
    return state


async def events_after(run_id: str, after: int, *, until: frozenset[str] = FINAL) -> AsyncIterator[list[Event]]:
    """Yield the events after a seq as they come, in batches, and an empty batch when there was none for some time.

    The next batch is read when the one before was taken, so that who is slow holds nobody up and fills no memory.

    Args:
        run_id: the run; when it is deleted meanwhile, the events end.
        after: the seq of the last event that is known already.
        until: the statuses in which no more is waited for.
    """
    clock = asyncio.get_running_loop().time
    async with live.watching(live.run_group(run_id)) as watch:
        said_at = clock()
        while True:
            events = await store.read(run_id, after=after, limit=AT_ONCE)
            after = events[-1].seq if events else after
            if events or clock() - said_at >= SIGN:
                yield events
                said_at = clock()
            try:
                summary = await store.summary(run_id)
            except UnknownRun:
                return
            if summary.last_seq > after:
                continue
            if summary.status in until:
                return
            await watch.moved()
