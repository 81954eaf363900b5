"""Waiting for a run: until it settles, or for its next events."""

from collections.abc import AsyncIterator

from engine.events import Event
from engine.state import RunState
from playground import live
from playground.requests import state_of, store


async def settled(run_id: str) -> RunState:
    """Return the run when it has ended or everything left of it is suspended; timers are waited for."""
    async with live.watching(live.run_group(run_id)) as watch:
        state = await state_of(run_id)
        while not state.ended and state.status != "suspended":
            await watch.moved()
            for event in await store.read(run_id, after=state.last_seq):
                state.apply(event)
    return state


async def events_after(run_id: str, after: int) -> AsyncIterator[list[Event]]:
    """Yield the events after a seq as they come, in batches, until the run has ended."""
    async with live.watching(live.run_group(run_id)) as watch:
        while True:
            events = await store.read(run_id, after=after)
            yield events
            after = events[-1].seq if events else after
            if (await store.summary(run_id)).ended and not await store.read(run_id, after=after, limit=1):
                return
            await watch.moved(15.0)
