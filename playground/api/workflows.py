"""``/api/workflows``: what there is, and how runs are started, answered and canceled."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from engine.errors import RunExists
from playground.actions import actions
from playground.api import run_requests
from playground.api.endpoint import Answer, body_of, endpoint, number
from playground.api.request_bodies import CANCEL, CREATE, LISTED, ONE_RUN, RUN_ID
from playground.api.waiting import settled
from playground.catalogue import catalogue
from playground.runpage.loaded_run import load, reasons_of
from playground.runs import lists, retention, wire_shapes
from playground.runs.filter_query import MOST, read_filter

"""The most runs of one answer."""
NAMES = {"resource_id": "resourceId", "since": "fromDate", "until": "toDate"}
"""What clients of Mastra call the filters of a workflow's runs."""


@endpoint("GET")
async def workflows(request: HttpRequest) -> Answer:
    """Return all workflows by their ids."""
    return {entry.workflow_id: wire_shapes.workflow(entry) for entry in await catalogue.workflows()}


@endpoint("GET")
async def workflow(request: HttpRequest, workflow_id: str) -> Answer:
    """Return one workflow."""
    return wire_shapes.workflow(await catalogue.workflow(workflow_id))


@endpoint("GET")
async def run_counts(request: HttpRequest) -> Answer:
    """Return for each workflow how many runs it has, by status."""
    counts = await lists.counts()
    ids = [entry.workflow_id for entry in await catalogue.workflows()]
    known = {workflow_id: dict(counts.get(workflow_id, {})) for workflow_id in ids}
    return {workflow_id: {"running": 0, "suspended": 0} | found for workflow_id, found in known.items()}


@endpoint("POST", query=RUN_ID)
async def create_run(request: HttpRequest, workflow_id: str) -> Answer:
    """Make a run that waits for its input; a run that the workflow has already is found again.

    Clients have no other way to come by a run that they did not make, to answer it or to look at it.
    """
    body, run_id = body_of(request, CREATE), run_requests.run_id_of(request)
    try:
        return {
            "runId": await actions.create(workflow_id, run_id=run_id, resource_id=run_requests.text(body, "resourceId"))
        }
    except RunExists:
        if run_id is None or (await actions.state_of(run_id)).workflow_id != workflow_id:
            raise
        return {"runId": run_id}


@endpoint("POST", query=RUN_ID)
async def start(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a run and return at once."""
    return {"message": "Workflow run started", "runId": await run_requests.start(request, workflow_id)}


@endpoint("POST", query=RUN_ID)
async def start_async(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a run and return when it has ended or everything left of it is suspended."""
    return await _result(await run_requests.start(request, workflow_id))


@endpoint("POST", query=RUN_ID)
async def resume(request: HttpRequest, workflow_id: str) -> Answer:
    """Answer a suspended step and return at once."""
    run_id, _ = await run_requests.resume(request, workflow_id)
    return {"message": "Workflow run resumed", "runId": run_id}


@endpoint("POST", query=RUN_ID)
async def resume_async(request: HttpRequest, workflow_id: str) -> Answer:
    """Answer a suspended step and return when the run has ended or is suspended again."""
    run_id, _ = await run_requests.resume(request, workflow_id)
    return await _result(run_id)


@endpoint("POST", query=RUN_ID)
async def resume_copy(request: HttpRequest, workflow_id: str) -> Answer:
    """Answer a suspended step in a copy of the run, which itself goes on waiting, and return at once."""
    return {"message": "Workflow run copied and resumed", "runId": await run_requests.resume_copy(request, workflow_id)}


@endpoint("POST", query=RUN_ID)
async def restart(request: HttpRequest, workflow_id: str) -> Answer:
    """Have a worker take an interrupted run over at once, and return."""
    return {"message": "Workflow run restarted", "runId": await run_requests.restart(request, workflow_id)}


@endpoint("POST", query=RUN_ID)
async def restart_async(request: HttpRequest, workflow_id: str) -> Answer:
    """Have a worker take an interrupted run over, and return when it has ended or is suspended."""
    return await _result(await run_requests.restart(request, workflow_id))


@endpoint("POST", query=RUN_ID)
async def proceed(request: HttpRequest, workflow_id: str) -> Answer:
    """Have a paused run go on, and return at once."""
    return {"message": "Workflow run proceeds", "runId": await run_requests.proceed(request, workflow_id)}


@endpoint("POST", query=RUN_ID)
async def retry(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a new run from where another one has failed, and return at once."""
    return {"message": "Workflow run tried again", "runId": await run_requests.retry(request, workflow_id)}


@endpoint("POST", query=RUN_ID)
async def time_travel(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a new run that shares another one's history before a step, and return at once."""
    return {"message": "Workflow run time travel started", "runId": await run_requests.travel(request, workflow_id)}


@endpoint("POST", query=RUN_ID)
async def time_travel_async(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a new run that shares another one's history before a step, and return when it has ended or is suspended."""
    return await _result(await run_requests.travel(request, workflow_id))


@endpoint("GET", query=LISTED)
async def runs_of(request: HttpRequest, workflow_id: str) -> Answer:
    """Return a workflow's runs, newest first, page by page."""
    await catalogue.workflow(workflow_id)
    given = request.GET.dict()
    if given.get("limit") == "false":
        # Clients say so for as many as there are.
        given["limit"] = str(MOST)
    wanted = read_filter(given, NAMES | ({"limit": "perPage"} if given.get("perPage") else {}))
    size = wanted.limit
    offset = number(request, "offset", number(request, "page", 0, most=10**8) * size, most=10**9)
    chosen = replace(wanted.filter, workflow=workflow_id)
    found = await lists.slice_of(chosen, offset=offset, limit=size)
    return {"runs": [wire_shapes.listed(summary) for summary in found], "total": await lists.total(chosen)}


@endpoint("GET", "DELETE", query=ONE_RUN)
async def run(request: HttpRequest, workflow_id: str, run_id: str) -> Answer:
    """Return one run, or delete it with its journal."""
    summary = await run_requests.run_of(workflow_id, run_id)
    if request.method == "DELETE":
        await retention.delete([run_id])
        return {"message": "Workflow run deleted"}
    fields = [field for field in request.GET.get("fields", "").split(",") if field]
    nested = request.GET.get("withNestedWorkflows") != "false"
    state = await actions.state_of(run_id)
    found = wire_shapes.run(state, summary, await run_requests.graph_of(state), nested=nested)
    if not summary.ended:
        found["waitsFor"] = [wire_shapes.reason(one) for one in await reasons_of(await load(run_id))]
    return {key: value for key, value in found.items() if not fields or key in (*wire_shapes.HEADING, *fields)}


@endpoint("POST")
async def cancel(request: HttpRequest, workflow_id: str, run_id: str) -> Answer:
    """Cancel a run."""
    body = body_of(request, CANCEL)
    await run_requests.run_of(workflow_id, run_id)
    await actions.cancel(run_id, run_requests.text(body, "reason") or "")
    return {"message": "Workflow run canceled"}


@endpoint("POST")
async def send_event(request: HttpRequest, workflow_id: str, run_id: str) -> Answer:
    """Send an event to a run: to the step that waits for it, else it is kept for the one that will."""
    await run_requests.send_event(request, workflow_id, run_id)
    return {"message": "Event sent"}


async def _result(run_id: str) -> dict[str, Any]:
    state = await settled(run_id)
    return wire_shapes.result(state, await run_requests.graph_of(state)) | {"runId": run_id}
