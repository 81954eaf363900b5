"""Runs as streams of chunks: JSON, each chunk followed by the record separator 0x1E.

A stream is a reading of the journal: it is nudged, reads after the last event it has, and ends when the run has ended
or is suspended. Who comes late or comes again reads the same.
"""

import asyncio
from collections.abc import AsyncIterator

from django.http import HttpRequest

from engine.events import FINAL, RESTING, Event
from engine.values.jsontext import readable
from playground.api import run_requests
from playground.api.chunks import Chunks
from playground.api.endpoint import Answer, body_of, endpoint, number, streamed
from playground.api.request_bodies import OBSERVE, RUN_ID, STREAM
from playground.api.waiting import events_after

SEPARATOR = "\x1e"
PART = 32 * 1024
"""Characters that are sent together; the next part is made when there is room for it."""


@endpoint("POST", query=RUN_ID)
async def stream(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a run and return its chunks."""
    until = RESTING if run_requests.flag(body_of(request, STREAM), "closeOnSuspend", True) else FINAL
    return await _answer(workflow_id, await run_requests.start(request, workflow_id, STREAM), until=until)


@endpoint("POST", query=OBSERVE)
async def observe(request: HttpRequest, workflow_id: str) -> Answer:
    """Return a run's chunks from its beginning, or after as many as ``offset`` says."""
    offset = number(request, "offset", 0, most=10**9)
    return await _answer(workflow_id, run_requests.named_run(request), offset=offset)


@endpoint("POST", query=RUN_ID)
async def resume_stream(request: HttpRequest, workflow_id: str) -> Answer:
    """Answer a suspended step and return the chunks from its answer on."""
    run_id, seq = await run_requests.resume(request, workflow_id)
    return await _answer(workflow_id, run_id, after=seq)


@endpoint("POST", query=RUN_ID)
async def time_travel_stream(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a new run that shares another one's history before a step, and return the chunks of what runs anew."""
    return await _answer(workflow_id, await run_requests.travel(request, workflow_id))


async def _answer(
    workflow_id: str, run_id: str, *, after: int = 0, offset: int = 0, until: frozenset[str] = RESTING
) -> Answer:
    chunks = Chunks(await run_requests.graph_of(await run_requests.run_of(workflow_id, run_id)))
    return streamed(_read(chunks, run_id, after, offset, until), "text/plain; charset=utf-8")


async def _read(chunks: Chunks, run_id: str, after: int, offset: int, until: frozenset[str]) -> AsyncIterator[str]:
    said = False
    async for batch in events_after(run_id, 0, until=until):
        text = ""
        for event in batch:
            # In a thread, since values may be large.
            records = await asyncio.to_thread(_records, chunks, event)
            if event.seq > after:
                text += "".join(records[offset:])
                offset = max(offset - len(records), 0)
            if text and (len(text) >= PART or event is batch[-1]):
                yield text
                text, said = "", True
        if not batch or not said:
            # An empty record, which readers pass over: the answer's head goes out with it, and that the stream lives.
            yield SEPARATOR
            said = True


def _records(chunks: Chunks, event: Event) -> list[str]:
    return [readable(chunk) + SEPARATOR for chunk in chunks.of(event)]
