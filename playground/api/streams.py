"""Runs as streams of chunks: JSON, each chunk followed by the record separator 0x1E.

A stream is a reading of the journal: it is nudged, reads after the last event it has, and ends when the run has ended
or is suspended. Who comes late or comes again reads the same.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

from django.http import HttpRequest

from engine.events import FINAL, Event
from engine.watching import RESTING
from playground.api import asking
from playground.api.chunks import Chunks
from playground.api.endpoint import Answer, body_of, endpoint, number, streamed
from playground.api.waiting import events_after
from playground.requests import state_of

SEPARATOR = "\x1e"


@endpoint("POST")
async def stream(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a run and return its chunks."""
    until = RESTING if asking.flag(body_of(request), "closeOnSuspend", True) else FINAL
    return await _answer(await asking.start(request, workflow_id), until=until)


@endpoint("POST")
async def observe(request: HttpRequest, workflow_id: str) -> Answer:
    """Return a run's chunks from its beginning, or after as many as ``offset`` says."""
    offset = number(request, "offset", 0, most=10**9)
    run = await asking.run_of(workflow_id, asking.named_run(request))
    return await _answer(run.run_id, offset=offset)


@endpoint("POST")
async def resume_stream(request: HttpRequest, workflow_id: str) -> Answer:
    """Answer a suspended step and return the chunks from its answer on."""
    run_id, seq = await asking.resume(request, workflow_id)
    return await _answer(run_id, after=seq)


@endpoint("POST")
async def time_travel_stream(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a new run that shares another one's history before a step, and return the chunks of what runs anew."""
    return await _answer(await asking.travel(request, workflow_id))


async def _answer(run_id: str, *, after: int = 0, offset: int = 0, until: frozenset[str] = RESTING) -> Answer:
    chunks = Chunks(await asking.graph_of(await state_of(run_id)))
    return streamed(_read(chunks, run_id, after, offset, until), "text/plain; charset=utf-8")


async def _read(chunks: Chunks, run_id: str, after: int, offset: int, until: frozenset[str]) -> AsyncIterator[str]:
    left = offset
    async for batch in events_after(run_id, 0, until=until):
        # In a thread, since values may be large.
        records = await asyncio.to_thread(_records, chunks, batch, after)
        skipped = min(left, len(records))
        left -= skipped
        text = "".join(record + SEPARATOR for record in records[skipped:])
        if text or not batch:
            # An empty record says that the stream lives; readers pass over it.
            yield text or SEPARATOR


def _records(chunks: Chunks, events: Sequence[Event], after: int) -> list[str]:
    """Return the chunks of some events as text; those up to a seq are taken into account, and not returned."""
    found = ((event, chunk) for event in events for chunk in chunks.of(event))
    return [json.dumps(chunk, ensure_ascii=False, default=str) for event, chunk in found if event.seq > after]
