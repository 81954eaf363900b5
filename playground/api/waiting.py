"""Waiting for a run: until it settles, or for its next events."""

import asyncio
import math
from collections.abc import AsyncIterator

from engine.errors import UnknownRun
from engine.events import FINAL, RESTING, Event
from engine.journal.fold import apply
from playground.actions.actions import Known, read_run, store
from playground.live import nudges

FIRST, MOST = 10, 500
"""How many events are read and handed on together: few at first, and more or less with their size."""
WEIGHT = 1_000_000
"""Characters that a batch should have at most, so that a long journal is never held as a whole."""
SIGN = 15.0
"""Seconds after which a stream that has nothing to say gives a sign, or clients would take it for broken."""


async def settled(run_id: str) -> Known:
    """Return the run when it has ended or everything left of it is suspended; timers are waited for."""
    async with nudges.watching(nudges.run_group(run_id)) as watch:
        # The version is read while the run goes on, not when somebody waits for nothing else any more.
        known = await read_run(run_id)
        state = known.run
        while state.status not in RESTING:
            await watch.moved()
            for event in await store.read(run_id, after=state.last_seq):
                apply(state, event)
    return known


async def events_after(run_id: str, after: int, *, until: frozenset[str] = FINAL) -> AsyncIterator[list[Event]]:
    """Yield the events after a seq as they come, in batches; an empty one at first, and later when there were none.

    The next batch is read when the one before was taken, so that who is slow holds nobody up and fills no memory.

    Args:
        run_id: the run; when it is deleted meanwhile, the events end.
        after: the seq of the last event that is known already.
        until: the statuses in which no more is waited for.
    """
    clock = asyncio.get_running_loop().time
    async with nudges.watching(nudges.run_group(run_id)) as watch:
        said_at, limit = -math.inf, FIRST
        while True:
            events = await store.read(run_id, after=after, limit=limit)
            after = events[-1].seq if events else after
            if events or clock() - said_at >= SIGN:
                yield events
                said_at = clock()
            try:
                summary = await store.summary(run_id)
            except UnknownRun:
                return
            if summary.last_seq > after:
                weight = sum(len(repr(event.payload)) for event in events) + 1
                limit = max(1, min(2 * limit, MOST, WEIGHT * len(events) // weight))
                continue
            if summary.status in until:
                return
            await watch.moved()
