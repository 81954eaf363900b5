"""Which suspended step an answer is for, and whether the answer fits it."""

from collections.abc import Sequence
from typing import Any

from engine.errors import (
    AlreadyResumed,
    AmbiguousResume,
    InvalidEventPayload,
    InvalidResumeData,
    InvalidValue,
    NotSuspended,
    RunFinished,
    UnknownStep,
)
from engine.fit import node_at
from engine.nodes import EventNode, Flow, FlowNode, StepNode, walk
from engine.paths import Path, format_path, parse_path
from engine.requests import names_suspended
from engine.schema import Schema
from engine.state import RunState, StepState
from engine.step import Step
from engine.validate import admitted

Where = Step[Any, Any] | str | Sequence[str | int] | None
"""A step, its id, its path as text or as a list; None for the only one."""


def find_suspended(
    flow: Flow, run: RunState, where: Where = None, label: str | None = None, index: int | None = None
) -> StepState:
    """Return the suspended step that is meant.

    Args:
        flow: the run's workflow.
        run: the run as it is now.
        where: the step, or a nested workflow or foreach that holds it; None for the only suspended one.
        label: the label that the step suspended with.
        index: the item of a foreach.

    Raises:
        AmbiguousResume: several suspended steps fit; the message lists them.
        AlreadyResumed: the step was answered before.
        RunFinished: the run has ended otherwise.
        UnknownStep: the workflow has no such step.
        NotSuspended: the step is not suspended, or no step has this label or index.
    """
    found = [step for step in run.suspended if not run.closed_above(step.path)]
    path = _path(flow, where)
    if path is not None:
        found = _matching(found, path)
    if label is not None:
        found = [step for step in found if step.label == label]
    if index is not None:
        found = [step for step in found if index in step.path]
    if run.ended or not found:
        raise _nothing_found(run, path, label, index)
    if len(found) > 1:
        listed = ", ".join(format_path(step.path) for step in found)
        raise AmbiguousResume(f"several steps of run {run.run_id} are suspended: {listed}. Say which one with step=...")
    return found[0]


def admit_answer(flow: Flow, path: Path, data: Any) -> Any:
    """Return an answer as JSON, validated against the step's resume schema.

    Raises:
        InvalidResumeData: it does not fit.
        UnknownStep: there is no step at this path.
    """
    node = node_at(flow, path)
    if not isinstance(node, StepNode):
        raise UnknownStep(f"workflow {flow.id!r} has no step at {format_path(path)!r}")
    try:
        return admitted(node.step.resume or ANY, data)
    except InvalidValue as error:
        message = f"the answer does not fit the resume_schema of step {format_path(path)!r}; it is still suspended:"
        raise InvalidResumeData(message, error.issues) from None


def admit_event(flow: Flow, name: str, payload: Any) -> Any:
    """Return the payload of an event as JSON, validated against the schema of the wait for it.

    Raises:
        InvalidEventPayload: it does not fit.
        UnknownStep: nothing in the workflow waits for an event of this name.
    """
    waits = _waits(flow)
    node = next((wait for wait in waits if wait.name == name), None)
    if node is None:
        known = ", ".join(sorted({wait.name for wait in waits})) or "no event"
        raise UnknownStep(f"workflow {flow.id!r} waits for no event {name!r}. It waits for: {known}")
    try:
        return admitted(node.schema, payload)
    except InvalidValue as error:
        message = f"the payload of event {name!r} does not fit its schema; the run still waits:"
        raise InvalidEventPayload(message, error.issues) from None


ANY = Schema.of(None)


def _waits(flow: Flow) -> list[EventNode]:
    found: list[EventNode] = []
    for node in walk(flow.nodes):
        if isinstance(node, EventNode):
            found.append(node)
        elif isinstance(node, FlowNode):
            found += _waits(node.flow)
    return found


def _path(flow: Flow, where: Where) -> Path | None:
    if where is None:
        return None
    try:
        path = (where.id,) if isinstance(where, Step) else parse_path(where)
    except ValueError as error:
        raise UnknownStep(str(error)) from None
    if node_at(flow, path) is None and not (len(path) == 1 and path[0] in _all_ids(flow)):
        known = ", ".join(sorted(_all_ids(flow)))
        raise UnknownStep(f"workflow {flow.id!r} has no step {format_path(path)!r}. It has: {known}")
    return path


def _all_ids(flow: Flow) -> set[str]:
    ids: set[str] = set()
    for node in walk(flow.nodes):
        ids.add(node.id)
        if isinstance(node, FlowNode):
            ids |= _all_ids(node.flow)
    return ids


def _matching(steps: list[StepState], path: Path) -> list[StepState]:
    """Return the steps at the path or below it; an id alone also finds a step deeper inside."""
    below = [step for step in steps if step.path[: len(path)] == path]
    return below or [step for step in steps if len(path) == 1 and path[0] in step.path]


def _nothing_found(run: RunState, path: Path | None, label: str | None, index: int | None) -> Exception:
    answered = [known for known in run.answered if _names(known, path, index)]
    if answered and label is None:
        text = format_path(path) if path else format_path(answered[0])
        return AlreadyResumed(f"step {text!r} of run {run.run_id} was answered before: the first answer stands")
    if run.ended:
        return RunFinished(f"run {run.run_id} has ended ({run.status}): start another one, or fork it")
    sought = [
        f"step {format_path(path)!r}" if path else "",
        f"label {label!r}" if label is not None else "",
        f"index {index}" if index is not None else "",
    ]
    what = ", ".join(part for part in sought if part) or "run"
    return NotSuspended(f"nothing is suspended for {what} in run {run.run_id}. Suspended now: {names_suspended(run)}")


def _names(known: Path, path: Path | None, index: int | None) -> bool:
    fits = path is None or known[: len(path)] == path or (len(path) == 1 and path[0] in known)
    return fits and (index is None or index in known)
