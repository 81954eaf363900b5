"""``/api/runs`` and ``/api/inbox``: over all workflows."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse

from engine.events import Event
from engine.paths import format_path
from engine.tags import Tagging
from engine.values.missing import MISSING
from playground.actions import actions
from playground.api.endpoint import Answer, endpoint, number, said_in, streamed
from playground.api.request_bodies import AFTER, ARCHIVE, CALLED, IMPORTED, LINES_OF, MORE, WAIT
from playground.api.scenarios import standing
from playground.api.waiting import events_after, settled
from playground.catalogue import catalogue
from playground.catalogue.catalogue import Graph
from playground.catalogue.problems import ImportProblem, told
from playground.fleet import workers
from playground.runpage.loaded_run import load
from playground.runpage.run_text import run_text
from playground.runs import archive, lists, wire_shapes
from playground.runs.filter_query import read_filter, read_part
from playground.runs.inbox import read_inbox
from playground.runs.lists import Filter
from playground.runs.masking import mask_event
from playground.scenarios import project_scenarios

MOST = 1000
"""How many events one answer holds."""
LONGEST_WAIT = 60
"""Seconds that an answer may be waited for."""
LAST_FAILED = 10
"""How many failed runs are told as problems."""


@endpoint("GET", query=LINES_OF)
async def listing(request: HttpRequest) -> Answer:
    """Return runs of all workflows, newest first."""
    wanted = read_filter(request.GET)
    found = await lists.page(wanted.filter, after=wanted.after, limit=wanted.limit)
    return {"runs": [wire_shapes.line(summary) for summary in found.rows], "next": found.next}


@endpoint("GET", "PATCH", query=WAIT)
async def one(request: HttpRequest, run_id: str) -> Answer:
    """Return a run as a line of the list and as one text, with ``?wait=`` when it rests or after so many seconds.

    Or give it a name or tags, and return its line as it is then.
    """
    if request.method == "PATCH":
        body = said_in(request, CALLED)
        await actions.tag(run_id, Tagging(name=body.get("name", MISSING), tags=body.get("tags", MISSING)))
        return wire_shapes.line(await actions.store.summary(run_id))
    with suppress(TimeoutError):
        async with asyncio.timeout(number(request, "wait", 0, most=LONGEST_WAIT)):
            await settled(run_id)
    loaded = await load(run_id)
    return {**wire_shapes.line(await actions.store.summary(run_id)), "text": await run_text(loaded)}


@endpoint("POST", query=IMPORTED)
async def import_run(request: HttpRequest) -> Answer:
    """Bring an exported run back; with ``?fork=STEP`` or ``?retry=true`` go on from it, in a new run."""
    data, step = said_in(request, ARCHIVE, ("digest", "workflow", "workflow_id")), request.GET.get("fork", "")
    if step or request.GET.get("retry") == "true":
        return {"message": "Run imported and forked", "runId": await archive.restore_and_fork(data, step)}
    return {"message": "Run imported", "runId": await archive.restore(data)}


@endpoint("GET")
async def problems(request: HttpRequest) -> Answer:
    """Return what is broken now: modules that do not import, scenarios that failed, the last runs that failed."""
    failed = await lists.page(Filter(status="failed"), after="", limit=LAST_FAILED)
    entries = await catalogue.workflows()
    scenarios = [
        view
        for entry in entries
        for view in await project_scenarios.listing(entry.workflow_id)
        if view.state == "failed"
    ]
    return {
        "workers": await workers.ready_count(),
        "modules": [_problem(problem) for problem in told(await catalogue.import_errors())],
        "scenarios": [standing(view) for view in scenarios],
        "runs": [wire_shapes.line(summary) for summary in failed.rows],
    }


@endpoint("GET", query=AFTER)
async def events(request: HttpRequest, run_id: str) -> Answer:
    """Return a run's events after a seq; as a stream to those who ask for ``text/event-stream``."""
    summary = await actions.store.summary(run_id)
    entry = await catalogue.version(summary.workflow_id, summary.digest)
    graph = None if entry is None else entry.graph
    last_id = request.headers.get("Last-Event-ID", "")
    known = re.fullmatch(r"[0-9]{1,9}", last_id)
    after = int(last_id) if known else number(request, "after", 0, most=10**9)
    if "text/event-stream" in request.headers.get("Accept", ""):
        if summary.ended and summary.last_seq <= after:
            # Anything else a browser takes for a broken connection, and asks again, for ever.
            return HttpResponse(status=204)
        return streamed(_stream(run_id, after, graph), "text/event-stream")
    found = await actions.store.read(run_id, after=after, limit=MOST)
    return {"events": [_wire(event, graph) for event in found], "last": found[-1].seq if found else after}


@endpoint("GET", query=MORE)
async def inbox(request: HttpRequest) -> Answer:
    """Return what waits for a person, newest first."""
    wanted = read_part(request.GET)
    found = await read_inbox(after=wanted.after, limit=wanted.limit)
    items = [
        {
            "runId": item.run_id,
            "workflowId": item.workflow_id,
            "step": format_path(item.path),
            "payload": item.payload,
            "label": item.label,
            "resumeSchema": item.resume_schema,
            "suspendedAt": item.suspended_at.isoformat(),
            "dueAt": None if item.due_at is None else item.due_at.isoformat(),
            "rejected": item.rejected and item.rejected.to_dict(),
        }
        for item in found.items
    ]
    return {"items": items, "total": found.total, "next": found.next}


async def _stream(run_id: str, after: int, graph: Graph | None) -> AsyncIterator[str]:
    async for batch in events_after(run_id, after):
        # A comment keeps the connection alive and shows that it is.
        yield "".join(f"id: {e.seq}\ndata: {json.dumps(_wire(e, graph))}\n\n" for e in batch) or ": alive\n\n"


def _wire(event: Event, graph: Graph | None) -> dict[str, Any]:
    """Return an event with its secrets masked, and with the wire's name for its run."""
    data = (event if graph is None else mask_event(graph, event)).to_dict()
    return {"runId": data.pop("run_id"), **data}


def _problem(problem: ImportProblem) -> dict[str, Any]:
    found = asdict(problem)
    needed_by = list(found.pop("needed_by"))
    return {**found, "neededBy": needed_by}
