"""``/api/workflows``: what there is, and how runs are started, answered and canceled."""

from typing import Any

from django.http import HttpRequest

from engine.errors import UnknownRun
from engine.state import RunState
from playground import catalogue, requests, runs
from playground.api import wire
from playground.api.endpoint import Answer, BadRequest, body_of, endpoint, number, statuses, time
from playground.api.waiting import settled
from playground.runs import Filter


@endpoint("GET")
async def workflows(request: HttpRequest) -> Answer:
    """Return all workflows by their ids."""
    return {entry.workflow_id: wire.workflow(entry) for entry in await catalogue.workflows()}


@endpoint("GET")
async def workflow(request: HttpRequest, workflow_id: str) -> Answer:
    """Return one workflow."""
    return wire.workflow(await catalogue.workflow(workflow_id))


@endpoint("GET")
async def run_counts(request: HttpRequest) -> Answer:
    """Return for each workflow how many runs it has, by status."""
    counts = await runs.counts()
    ids = [entry.workflow_id for entry in await catalogue.workflows()]
    known = {workflow_id: dict(counts.get(workflow_id, {})) for workflow_id in ids}
    return {workflow_id: {"running": 0, "suspended": 0} | found for workflow_id, found in known.items()}


@endpoint("POST")
async def create_run(request: HttpRequest, workflow_id: str) -> Answer:
    """Make a run that waits for its input."""
    body = body_of(request)
    run_id = await requests.create(workflow_id, run_id=_run_id(request), resource_id=_text(body, "resourceId"))
    return {"runId": run_id}


@endpoint("POST")
async def start(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a run and return at once."""
    run_id = await _start(request, workflow_id)
    return {"message": "Workflow run started", "runId": run_id}


@endpoint("POST")
async def start_async(request: HttpRequest, workflow_id: str) -> Answer:
    """Start a run and return when it has ended or everything left of it is suspended."""
    run_id = await _start(request, workflow_id)
    return await _result(run_id)


@endpoint("POST")
async def resume(request: HttpRequest, workflow_id: str) -> Answer:
    """Answer a suspended step and return at once."""
    await _resume(request, workflow_id)
    return {"message": "Workflow run resumed"}


@endpoint("POST")
async def resume_async(request: HttpRequest, workflow_id: str) -> Answer:
    """Answer a suspended step and return when the run has ended or is suspended again."""
    run_id = await _resume(request, workflow_id)
    return await _result(run_id)


@endpoint("GET")
async def runs_of(request: HttpRequest, workflow_id: str) -> Answer:
    """Return a workflow's runs, newest first, page by page."""
    await catalogue.workflow(workflow_id)
    size = number(request, "perPage", number(request, "limit", 50, most=500), most=500)
    offset = number(request, "offset", number(request, "page", 0, most=10**8) * size, most=10**9)
    chosen = Filter(
        workflow=workflow_id,
        status=statuses(request),
        resource_id=request.GET.get("resourceId", ""),
        since=time(request, "fromDate"),
        until=time(request, "toDate"),
    )
    found = await runs.slice_of(chosen, offset=offset, limit=size)
    return {"runs": [wire.listed(summary) for summary in found], "total": await runs.total(chosen)}


@endpoint("GET")
async def run(request: HttpRequest, workflow_id: str, run_id: str) -> Answer:
    """Return one run."""
    state = await _run_of(workflow_id, run_id)
    return wire.run(state, await requests.store.summary(run_id), await _graph(state))


@endpoint("POST")
async def cancel(request: HttpRequest, workflow_id: str, run_id: str) -> Answer:
    """Cancel a run."""
    await _run_of(workflow_id, run_id)
    await requests.cancel(run_id)
    return {"message": "Workflow run canceled"}


@endpoint("POST")
async def send_event(request: HttpRequest, workflow_id: str, run_id: str) -> Answer:
    """Send an event to a run: to the step that waits for it, else it is kept for the one that will."""
    body = body_of(request)
    name = _text(body, "event")
    if name is None:
        raise BadRequest('say which event: {"event": name, "data": payload}')
    await _run_of(workflow_id, run_id)
    await requests.send_event(run_id, name, body.get("data"))
    return {"message": "Event sent"}


async def _start(request: HttpRequest, workflow_id: str) -> str:
    body = body_of(request)
    return await requests.start(
        workflow_id,
        body.get("inputData"),
        run_id=_run_id(request),
        resource_id=_text(body, "resourceId"),
        state=_object(body, "initialState"),
        request_context=_object(body, "requestContext"),
    )


async def _resume(request: HttpRequest, workflow_id: str) -> str:
    body = body_of(request)
    run_id = _run_id(request)
    if run_id is None:
        raise BadRequest("say which run with ?runId=")
    await _run_of(workflow_id, run_id)
    await requests.resume(run_id, _step(body), body.get("resumeData"), label=_text(body, "label"))
    return run_id


async def _result(run_id: str) -> dict[str, Any]:
    state = await settled(run_id)
    return wire.result(state, await _graph(state)) | {"runId": run_id}


async def _graph(state: RunState) -> catalogue.Graph | None:
    entry = await catalogue.version(state.workflow_id, state.digest)
    return None if entry is None else entry.graph


async def _run_of(workflow_id: str, run_id: str) -> RunState:
    state = await requests.state_of(run_id)
    if state.workflow_id != workflow_id:
        raise UnknownRun(f"run {run_id!r} is a run of workflow {state.workflow_id!r}, not of {workflow_id!r}")
    return state


def _run_id(request: HttpRequest) -> str | None:
    return request.GET.get("runId") or None


def _step(body: dict[str, Any]) -> str | list[str | int] | None:
    step = body.get("step")
    if step is None or isinstance(step, str):
        return step
    parts: list[str | int] = []
    if not isinstance(step, list) or not step:
        raise BadRequest("step must be a step's path: text such as inner[0].ask, or a list")
    for part in step:
        if not isinstance(part, str) and not (isinstance(part, int) and not isinstance(part, bool)):
            raise BadRequest("the parts of a step's path are ids and indexes")
        parts.append(part)
    return parts


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is None or isinstance(value, str):
        return value
    raise BadRequest(f"{name} must be text")


def _object(body: dict[str, Any], name: str) -> dict[str, Any] | None:
    value = body.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise BadRequest(f"{name} must be a JSON object")
