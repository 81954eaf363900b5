"""What people and programs ask of runs: checked, recorded in one transaction, and handed to the workers.

Values are checked by a worker, since only workers have the user's own validators. When none answers in time, the JSON
Schema of the catalogue decides; a start that was checked in this way only is marked, and checked again before it runs.
"""

import asyncio
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine import errors
from engine import requests as journal
from engine.clock import SystemClock
from engine.context import MISSING
from engine.errors import (
    AmbiguousResume,
    InvalidEventPayload,
    InvalidInput,
    InvalidResumeData,
    InvalidValue,
    Issue,
    RequestError,
    UnknownRun,
    UnknownStep,
)
from engine.forking import record_fork
from engine.paths import Path, format_path, parse_path
from engine.record import StepState
from engine.requests import Start, check_resumable, names_suspended
from engine.state import RunState, fold
from playground import catalogue, hanging, live, workers
from playground.dispatch import ChannelDispatcher
from playground.forms.check import breaks_pattern, check
from playground.store import OrmStore

ANSWER_TIME = 2.0
"""Seconds that a worker has to say whether a value fits."""

Refused = InvalidInput | InvalidResumeData | InvalidEventPayload

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}")

store = OrmStore()
"""The store of this process, for reading runs too: `read`, `summary`, `waits`."""

_clock = SystemClock()
_dispatcher = ChannelDispatcher()


@dataclass(frozen=True, slots=True, kw_only=True)
class UncheckedStart(Start):
    """A start that no worker has seen: it is checked by the one that begins the run."""

    def payload(self) -> dict[str, Any]:
        """Return the keys of an event's payload, with the mark."""
        return {**Start.payload(self), "unchecked": True}


async def state_of(run_id: str) -> RunState:
    """Return the fold of a run's journal.

    Raises:
        UnknownRun: there is no such run.
    """
    run = fold(await store.read(run_id))
    if not run.run_id:
        raise UnknownRun(f"no run has the id {run_id!r}")
    return run


async def start(
    workflow_id: str,
    value: Any,
    *,
    run_id: str | None = None,
    resource_id: str | None = None,
    state: dict[str, Any] | None = None,
    request_context: dict[str, Any] | None = None,
) -> str:
    """Start a new run, or one that was made by `create` and has no input yet; return its id.

    Args:
        workflow_id: the workflow.
        value: the input as JSON.
        run_id: the id that the run gets or has; made up when it is not given.
        resource_id: whom or what a new run belongs to, in the user's own terms.
        state: the state to begin with.
        request_context: a JSON dict that every step finds in its context.

    Raises:
        UnknownWorkflow, InvalidInput, StartRefused: no run was made.
        RunAlreadyStarted: the run has its input already.
        UnknownRun: a run with this id is one of another workflow.
    """
    entry = await catalogue.workflow(workflow_id)
    run_id = _checked_id(run_id)
    wanted = Start(input=value, state=state, request_context=request_context)
    checked = await _check_start(entry, wanted)
    known = fold(await store.read(run_id))
    if not known.run_id:
        await journal.create_run(
            store,
            _clock,
            run_id=run_id,
            workflow_id=workflow_id,
            digest=entry.digest,
            start=checked,
            resource_id=resource_id,
        )
    elif known.workflow_id != workflow_id:
        raise UnknownRun(f"run {run_id} is a run of workflow {known.workflow_id!r}, not of {workflow_id!r}")
    else:
        await journal.record_start(store, _clock, run_id, checked)
    await _announce(run_id)
    return run_id


async def create(workflow_id: str, *, run_id: str | None = None, resource_id: str | None = None) -> str:
    """Make a run without input, to be started later by `start`; return its id.

    Raises:
        UnknownWorkflow: there is no such workflow.
        RunExists: the id is taken.
    """
    entry = await catalogue.workflow(workflow_id)
    run_id = _checked_id(run_id)
    await journal.create_run(
        store, _clock, run_id=run_id, workflow_id=workflow_id, digest=entry.digest, resource_id=resource_id
    )
    await live.nudge(run_id)
    return run_id


async def resume(
    run_id: str,
    step: str | Sequence[str | int] | None,
    data: Any,
    *,
    label: str | None = None,
    suspension: str | None = None,
) -> Path:
    """Answer a suspended step; return its path.

    Args:
        run_id: the run.
        step: its path as text or as a list; None for the only one that is suspended.
        data: the answer as JSON.
        label: the label that the step suspended with.
        suspension: the `StepState.suspension` that is answered; without it, the one that is open.

    Raises:
        UnknownRun, UnknownStep, NotSuspended, AmbiguousResume, AlreadyResumed, RunFinished, WorkflowChanged,
        InvalidResumeData: nothing was changed.
    """
    run = await state_of(run_id)
    suspended = _find_suspended(run, step, label)
    if suspended is None:
        path = _path(step)
        check_resumable(run, path, suspension)
    else:
        path = suspended.path
        suspension = suspension or suspended.suspension
    answer = await _check_answer(run, path, data)
    await journal.record_resume(store, _clock, run_id, path, answer, suspension=suspension)
    await _announce(run_id)
    return path


async def cancel(run_id: str, reason: str = "") -> None:
    """Cancel a run.

    Raises:
        UnknownRun: there is no such run.
        RunFinished: it has ended before and stays as it was.
    """
    await state_of(run_id)
    await journal.record_cancel(store, _clock, run_id, reason)
    await _dispatcher.cancel(run_id)
    await live.nudge(run_id)
    # A worker that the run blocks cannot hear of it.
    if (worker_id := await hanging.holder_of(run_id)) is not None:
        await hanging.give_up(worker_id)
        await live.replace_worker(worker_id)


async def send_event(run_id: str, name: str, payload: Any, *, path: Path | None = None) -> None:
    """Send an event to a run.

    Args:
        run_id: the run.
        name: the event.
        payload: what it carries, as JSON.
        path: the waiting step that it is meant for; without it, the first that waits, or the next one that will.

    Raises:
        UnknownRun, RunFinished: there is no such run, or it has ended.
        UnknownStep: nothing in its workflow waits for an event of this name.
        InvalidEventPayload: the payload does not fit.
        NotSuspended: the step that it is meant for does not wait for it.
    """
    run = await state_of(run_id)
    checked = await _check_event(run, name, payload)
    await journal.record_event(store, _clock, run_id, name, checked, path=path)
    await _announce(run_id)


async def fork(run_id: str, step: str | Sequence[str | int], value: Any = MISSING, *, new_id: str | None = None) -> str:
    """Make and start a new run that shares the history of another one before a step; return its id.

    Args:
        run_id: the run, which stays as it is.
        step: the path of a step that has begun in it.
        value: what that step is given instead of what it had, as JSON.
        new_id: the new run's id.

    Raises:
        UnknownRun, UnknownWorkflow, StepNotRun, RunExists, InvalidInput: no run was made.
    """
    run = await state_of(run_id)
    entry = await catalogue.workflow(run.workflow_id)
    path = _path(step)
    if value is not MISSING:
        node = catalogue.node_at(entry.graph, path)
        if node is None:
            raise UnknownStep(f"workflow {entry.workflow_id!r} has no step {format_path(path)!r} any more")
        await _check_schema(node.get("input_schema") or {}, value, InvalidInput, f"step {format_path(path)!r}")
    new_id = _checked_id(new_id)
    await record_fork(store, _clock, run_id=run_id, new_run_id=new_id, digest=entry.digest, path=path, step_input=value)
    await _announce(new_id)
    return new_id


async def _announce(run_id: str) -> None:
    await _dispatcher.wake(run_id)
    await live.nudge(run_id)


def _checked_id(run_id: str | None) -> str:
    if run_id is None:
        return str(uuid.uuid4())
    if not RUN_ID.fullmatch(run_id):
        message = "expected 1 to 200 letters, digits and . : _ -, a letter or digit first"
        raise InvalidInput("this is no id of a run:", [Issue(path=("runId",), message=message)])
    return run_id


def _path(step: str | Sequence[str | int] | None) -> Path:
    try:
        return parse_path(step or ())
    except ValueError as error:
        raise UnknownStep(str(error)) from None


def _find_suspended(run: RunState, step: str | Sequence[str | int] | None, label: str | None) -> StepState | None:
    """Return the suspended step that is meant, or None when there is none and the path has to tell why."""
    path = _path(step)
    found = [s for s in run.suspended if s.path[: len(path)] == path and not run.closed_above(s.path)]
    if label is not None:
        found = [suspended for suspended in found if suspended.label == label]
    if len(found) > 1:
        listed = ", ".join(format_path(suspended.path) for suspended in found)
        raise AmbiguousResume(f"several steps of run {run.run_id} are suspended: {listed}. Say which one")
    if not found and not path:
        if run.ended:
            raise errors.RunFinished(f"run {run.run_id} has ended ({run.status}): start another one, or fork it")
        what = f"nothing with the label {label!r}" if label is not None else "nothing"
        raise errors.NotSuspended(f"{what} is suspended in run {run.run_id}. Suspended now: {names_suspended(run)}")
    return found[0] if found else None


async def _check_start(entry: catalogue.WorkflowEntry, wanted: Start) -> Start:
    what = f"workflow {entry.workflow_id!r}"
    await _check_patterns(entry.input_schema, wanted.input, InvalidInput, what)
    question = {"kind": "start", "input": wanted.input, "state": wanted.state}
    question |= {"request_context": wanted.request_context, "digest": entry.digest}
    verdict = await _ask(entry.workflow_id, question)
    if verdict is None:
        await _check_schema(entry.input_schema, wanted.input, InvalidInput, what)
        return UncheckedStart(input=wanted.input, state=wanted.state, request_context=wanted.request_context)
    return Start(input=verdict["input"], state=verdict["state"], request_context=wanted.request_context)


async def _check_answer(run: RunState, path: Path, data: Any) -> Any:
    entry = await catalogue.version(run.workflow_id, run.digest)
    schema = {} if entry is None else catalogue.resume_schema(entry.graph, path)
    what = f"the resume_schema of step {format_path(path)!r}"
    await _check_patterns(schema, data, InvalidResumeData, what)
    verdict = await _ask(run.workflow_id, {"kind": "resume", "run_id": run.run_id, "path": list(path), "data": data})
    if verdict is not None:
        return verdict["data"]
    await _check_schema(schema, data, InvalidResumeData, what)
    return data


async def _check_event(run: RunState, name: str, payload: Any) -> Any:
    entry = await catalogue.version(run.workflow_id, run.digest)
    schema = {} if entry is None else catalogue.event_schema(entry.graph, name)
    await _check_patterns(schema or {}, payload, InvalidEventPayload, f"event {name!r}")
    verdict = await _ask(run.workflow_id, {"kind": "event", "name": name, "data": payload})
    if verdict is not None:
        return verdict["data"]
    if schema is None:
        raise UnknownStep(f"workflow {run.workflow_id!r} waits for no event {name!r}")
    await _check_schema(schema, payload, InvalidEventPayload, f"event {name!r}")
    return payload


async def _ask(workflow_id: str, question: dict[str, Any]) -> dict[str, Any] | None:
    """Return a worker's verdict; None when none is at hand or it does not know the workflow.

    Raises:
        RequestError: the worker's code refuses.
    """
    if not await workers.ready_count():
        return None
    answer = await live.ask({"workflow_id": workflow_id, **question}, seconds=ANSWER_TIME)
    match answer:
        case {"verdict": "fits"}:
            return answer
        case {"verdict": "refused", "error": str(name), "message": str(message), "issues": issues}:
            raise _refusal(name, message, issues)
        case _:
            return None


def _refusal(name: str, message: str, issues: Sequence[dict[str, Any]]) -> RequestError:
    """Make a worker's error again from its name; only requests' own errors are made."""
    kind = getattr(errors, name, RequestError)
    found = [Issue(path=tuple(issue["path"]), message=issue["message"]) for issue in issues]
    if isinstance(kind, type) and issubclass(kind, InvalidValue) and issubclass(kind, RequestError):
        return kind(message, found)
    return kind(message) if isinstance(kind, type) and issubclass(kind, RequestError) else RequestError(message)


async def _check_patterns(schema: Any, value: Any, kind: type[Refused], what: str) -> None:
    # Before a worker is asked, which searches patterns without a limit: one value could hang it.
    if await asyncio.to_thread(breaks_pattern, schema, value):
        await _check_schema(schema, value, kind, what)


async def _check_schema(schema: Any, value: Any, kind: type[Refused], what: str) -> None:
    # In a thread, since a large value takes its time, and bounded, since a pattern in a schema may take for ever.
    issues = await asyncio.to_thread(check, schema, value)
    if issues:
        found = [Issue(path=tuple(issue.path), message=issue.message) for issue in issues]
        raise kind(f"the value does not fit {what}:", found)
