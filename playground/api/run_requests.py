"""What requests ask of runs, read from query and body and handed on, for the routes that wait and those that stream.

Some of what Mastra's clients can say has no meaning here. What would change nothing that is seen is passed over
(``tracingOptions``, ``disableScorers``, and a ``requestContext`` after the start: a run keeps the one it began with);
what would be missed is refused, and so is every other key that is not known.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict

from django.http import HttpRequest

from engine.errors import InvalidValue, UnknownRun
from engine.journal.state import RunState
from engine.journal.summary import RunSummary
from engine.rehearsal import Rehearsal
from engine.values.missing import MISSING
from playground.actions import actions, copies, proceed_retry
from playground.api.endpoint import BadRequest, body_of, said_in
from playground.api.request_bodies import (
    EVENT,
    NOTHING,
    PROCEED,
    REFUSED_IN_TRAVEL,
    RESUME,
    START,
    TRAVEL,
    Schema,
    missing,
)
from playground.catalogue import catalogue
from playground.runs.refusals import headline

Body = dict[str, Any]


async def start(request: HttpRequest, workflow_id: str, schema: Schema = START) -> str:
    """Start a run with what the body says; return its id."""
    body = said_in(request, schema)
    with _null_for("inputData", body):
        return await actions.start(
            workflow_id,
            body.get("inputData"),
            run_id=run_id_of(request),
            resource_id=text(body, "resourceId"),
            state=_object(body, "initialState"),
            request_context=_object(body, "requestContext"),
            **_ways(body),
        )


async def resume(request: HttpRequest, workflow_id: str) -> tuple[str, int]:
    """Answer a suspended step of the run of the query; return the run's id and its last seq before the answer."""
    body = said_in(request, RESUME)
    _refuse(body, "perStep")
    run_id, index = named_run(request), _index(body, "forEachIndex")
    known = await known_run(workflow_id, run_id)
    seq, label = known.run.last_seq, text(body, "label")
    with _null_for("resumeData", body):
        await actions.resume(run_id, _step(body), body.get("resumeData"), label=label, index=index, known=known)
    return run_id, seq


async def resume_copy(request: HttpRequest, workflow_id: str) -> str:
    """Answer a suspended step in a copy of the run of the query; return the copy's id."""
    body = said_in(request, RESUME)
    _refuse(body, "perStep")
    run_id, index, label = named_run(request), _index(body, "forEachIndex"), text(body, "label")
    known = await known_run(workflow_id, run_id)
    with _null_for("resumeData", body):
        data = body.get("resumeData")
        return await copies.resume_copy(run_id, _step(body), data, label=label, index=index, known=known)


async def restart(request: HttpRequest, workflow_id: str) -> str:
    """Have the run of the query taken over; return its id."""
    body_of(request, NOTHING)
    run = await run_of(workflow_id, named_run(request))
    await actions.restart(run.run_id)
    return run.run_id


async def travel(request: HttpRequest, workflow_id: str) -> str:
    """Fork the run of the query before a step and start the fork; return the new run's id."""
    body = said_in(request, TRAVEL, REFUSED_IN_TRAVEL)
    _refuse(body, *REFUSED_IN_TRAVEL)
    step = _step(body)
    if step is None:
        raise BadRequest(missing("step", body))
    run = await run_of(workflow_id, named_run(request))
    return await actions.fork(run.run_id, step, body.get("inputData", MISSING), **_ways(body))


async def proceed(request: HttpRequest, workflow_id: str) -> str:
    """Have the paused run of the query go on; return its id."""
    body = body_of(request, PROCEED)
    run_id = named_run(request)
    known = await known_run(workflow_id, run_id)
    step = body["step"] if isinstance(body.get("step"), bool) else _step(body) or False
    value = body.get("inputData", MISSING)
    await proceed_retry.proceed(run_id, step=step, breakpoints=_breakpoints(body), value=value, known=known)
    return run_id


async def retry(request: HttpRequest, workflow_id: str) -> str:
    """Start a new run from where the run of the query has failed; return the new run's id."""
    body_of(request, NOTHING)
    run = await run_of(workflow_id, named_run(request))
    return await proceed_retry.retry(run.run_id)


async def send_event(request: HttpRequest, workflow_id: str, run_id: str) -> None:
    """Send a run the event of the body."""
    body = said_in(request, EVENT)
    name = text(body, "event") or ""
    known = await known_run(workflow_id, run_id)
    with _null_for("data", body):
        await actions.send_event(run_id, name, body.get("data"), known=known)


@contextmanager
def _null_for(key: str, body: Body) -> Iterator[None]:
    """Say that a key is missing when null, which it then stands for, is refused."""
    try:
        yield
    except InvalidValue as error:
        if key in body:
            raise
        raise BadRequest(f"{missing(key, body)}. Without it null is meant, and {headline(error)}") from None


async def run_of(workflow_id: str, run_id: str) -> RunSummary:
    """Return a run of a workflow, without reading its journal.

    Raises:
        UnknownRun: there is none of this id, or it is one of another workflow.
    """
    run = await actions.store.summary(run_id)
    _check_workflow(run, workflow_id)
    return run


async def known_run(workflow_id: str, run_id: str) -> actions.Known:
    """Return a run of a workflow, to be asked something of; see `run_of` for what is raised."""
    known = await actions.read_run(run_id)
    _check_workflow(known.run, workflow_id)
    return known


def _check_workflow(run: RunState | RunSummary, workflow_id: str) -> None:
    if run.workflow_id != workflow_id:
        raise UnknownRun(f"run {run.run_id!r} is a run of workflow {run.workflow_id!r}, not of {workflow_id!r}")


async def graph_of(run: RunState | RunSummary) -> catalogue.Graph | None:
    """Return the graph that a run was made with; None when it is not known any more."""
    entry = await catalogue.version(run.workflow_id, run.digest)
    return None if entry is None else entry.graph


def run_id_of(request: HttpRequest) -> str | None:
    """Return the run of the query, if it names one."""
    return request.GET.get("runId") or None


def named_run(request: HttpRequest) -> str:
    """Return the run of the query.

    Raises:
        BadRequest: it names none.
    """
    run_id = run_id_of(request)
    if run_id is None:
        raise BadRequest("say which run with ?runId=")
    return run_id


def text(body: Body, name: str) -> str | None:
    """Return a text of the body, None when it has none.

    Raises:
        BadRequest: it is something else.
    """
    value = body.get(name)
    if value is None or isinstance(value, str):
        return value
    raise BadRequest(f"{name} must be text")


def flag(body: Body, name: str, default: bool) -> bool:
    """Return a truth value of the body.

    Raises:
        BadRequest: it is something else.
    """
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    raise BadRequest(f"{name} must be true or false")


class Ways(TypedDict):
    """How a run is executed."""

    breakpoints: Any
    rehearsal: Rehearsal | None


def _ways(body: Body) -> Ways:
    """Return how a run is to be executed; step by step is a breakpoint before each step."""
    given = _object(body, "rehearsal")
    breakpoints = "all" if flag(body, "perStep", default=False) else _breakpoints(body)
    return Ways(breakpoints=breakpoints, rehearsal=None if given is None else Rehearsal.from_dict(given))


def _breakpoints(body: Body) -> Any:
    value = body.get("breakpoints")
    if value is None or value == "all":
        return value
    if isinstance(value, list) and all(isinstance(one, str | list) for one in value):
        return [_step({"step": one}) for one in value]
    raise BadRequest('breakpoints must be a list of steps, or "all"')


def _object(body: Body, name: str) -> Body | None:
    value = body.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise BadRequest(f"{name} must be a JSON object")


def _index(body: Body, name: str) -> int | None:
    value = body.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise BadRequest(f"{name} must be the index of an item, from 0")


def _step(body: Body) -> str | list[str | int] | None:
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


def _refuse(body: Body, *names: str) -> None:
    for name in names:
        if body.get(name) not in (None, False):
            raise BadRequest(f"{name} is not taken here: leave it out")
