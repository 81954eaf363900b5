"""Which suspended step an answer is for, and whether the answer fits it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.errors import (
    AlreadyResumed,
    AmbiguousResume,
    Argument,
    InvalidInput,
    InvalidResumeData,
    InvalidValue,
    Issue,
    NotSerializable,
    NotSuspended,
    RunFinished,
    UnknownLabel,
    UnknownStep,
)
from engine.journal.changed_code import node_at, nodes_by_id
from engine.journal.requests import decided_before, names_suspended
from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.paths import Path, format_path, ids_of, parse_path
from engine.short_text import shown
from engine.tree.answer_types import answer_schema
from engine.tree.mapping_sources import Identified
from engine.tree.nodes import Flow, FlowNode, StepNode
from engine.values.incoming import admitted
from engine.values.schema import Schema

Where = Identified | str | Sequence[str | int]
"""A step, its id, or its path as text or as a list; an id also finds a step inside a nested workflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the steps of a workflow stand, for whoever has its code and for whoever has its graph only."""

    workflow_id: str
    paths: Collection[Path]
    """Of every step, those of nested workflows included, without the indexes of items."""


@lru_cache(maxsize=256)
def places_of(flow: Flow) -> Places:
    """Return where the steps of a workflow stand; looked up once, since each start and each answer asks."""
    return Places(workflow_id=flow.id, paths=tuple(_paths(flow)))


def find_suspended(
    places: Places, run: RunState, where: Where | None = None, label: str | None = None, index: int | None = None
) -> StepState:
    """Return the suspended step that is meant.

    Args:
        places: where the steps of the run's workflow stand.
        run: the run as it is now.
        where: the step, or a nested workflow or foreach that holds it; None for the only suspended one.
        label: the label that the step suspended with.
        index: the item of a foreach.

    Raises:
        AmbiguousResume: several suspended steps fit; the message lists them.
        AlreadyResumed: the step was answered before.
        RunFinished: the run has ended otherwise.
        UnknownStep: neither the workflow nor the run has such a step.
        NotSuspended: the step is not suspended, or no step has this index.
        UnknownLabel: no step of the run has ever had this label.
    """
    found = [step for step in run.suspended if not run.closed_above(step.path)]
    path = None if where is None else _recorded_path(places, run, where)
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
        which = Argument(name="step", value=format_path(found[0].path))
        raise AmbiguousResume(
            f"several steps of run {run.run_id} are suspended: {listed}. Say which one, as with {which}", argument=which
        )
    return found[0]


def admit_answer(flow: Flow, path: Path, data: Any, own: dict[str, Any] | None = None) -> Any:
    """Return an answer as JSON, validated against the schema of the suspension.

    Args:
        flow: the run's workflow.
        path: the suspended step.
        data: the answer, as JSON or as an object of the schema's own type.
        own: the `StepState.answer_schema` of the suspension; without it the step's resume schema holds.

    Raises:
        InvalidResumeData: it does not fit.
        UnknownStep: there is no step at this path.
    """
    node = node_at(flow, path)
    if not isinstance(node, StepNode):
        raise UnknownStep(f"workflow {flow.id!r} has no step at {format_path(path)!r}")
    try:
        if own is not None:
            # Where the source does not tell the type, what it makes of the JSON is checked when the step goes on.
            return admitted(answer_schema(node.step.function, own) or Schema.of(own), data)
        return admitted(node.step.resume or ANY, data)
    except NotSerializable as error:
        raise InvalidResumeData(None, [Issue(path=error.path, message=error.why or str(error))]) from None
    except InvalidValue as error:
        fits = "the resume_schema of" if own is None else "what is asked by"
        message = f"the answer does not fit {fits} step {format_path(path)!r}, which is still suspended:"
        raise InvalidResumeData(message, error.issues) from None


def admit_step_input(flow: Flow, path: Path, data: Any) -> Any:
    """Return what a step is to be given instead of what it had, as JSON.

    Raises:
        InvalidInput: it does not fit the step.
    """
    match node_at(flow, path):
        case StepNode(step=step):
            schema = step.input
        case FlowNode(flow=inner):
            schema = inner.input
        case _:
            schema = ANY
    try:
        return admitted(schema, data)
    except InvalidValue as error:
        raise InvalidInput(f"the new input does not fit step {format_path(path)!r}:", error.issues) from None


ANY = Schema.of(None)


def path_of(places: Places, where: Where) -> Path:
    """Return the path that is meant; that of a step in a nested workflow when its id alone is given.

    Raises:
        UnknownStep: the workflow has no such step, or several nested workflows have one of this id.
    """
    path = _written(where)
    if ids_of(path) in places.paths:
        return path
    found = [inner for inner in places.paths if len(path) == 1 and inner[-1] == path[0]]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(sorted(format_path(inner) for inner in found or places.paths))
    if found:
        raise UnknownStep(
            f"workflow {places.workflow_id!r} has several steps {path[0]!r}: {listed}. Give the path of one"
        )
    raise UnknownStep(f"workflow {places.workflow_id!r} has no step {format_path(path)!r}. It has: {listed}")


def _written(where: Where) -> Path:
    """Return the path that is written.

    Raises:
        UnknownStep: it is none, or no step.
    """
    if isinstance(step_id := getattr(where, "id", None), str):
        return (step_id,)
    written = where if isinstance(where, str | list | tuple) else None
    if written is None or any(type(part) not in (str, int) for part in written):
        raise UnknownStep(
            f"the step is given as {shown(where)}. Expected the step, its id, or its path as text or as a list; "
            "what it is to be given is `resume_data=` for an answer and `input_data=` for a fork"
        )
    try:
        return parse_path(written)
    except ValueError as error:
        raise UnknownStep(str(error)) from None


def _recorded_path(places: Places, run: RunState, where: Where) -> Path:
    """Return the path that is meant; that of a step which the run has recorded and the workflow no longer has, too."""
    try:
        return path_of(places, where)
    except UnknownStep:
        sought = _written(where)
        gone = [step.path for step in run.steps() if ids_of(step.path) not in places.paths]
        if any(lies_at(path, sought) for path in gone):
            return sought
        found = {path for path in gone if len(sought) == 1 and sought[0] in path}
        if len(found) == 1:
            return found.pop()
        raise


def _paths(flow: Flow) -> Iterator[Path]:
    """Yield the path of every step, without the indexes of items."""
    for step_id, node in nodes_by_id(flow).items():
        yield (step_id,)
        if isinstance(node, FlowNode):
            yield from ((step_id, *inner) for inner in _paths(node.flow))


def _matching(steps: list[StepState], path: Path) -> list[StepState]:
    """Return the steps at the path or below it; a path without indexes fits every item."""
    return [step for step in steps if lies_at(step.path, path)]


def lies_at(path: Path, sought: Path) -> bool:
    """Tell whether a path is the sought one or lies below it; one without indexes is that of every item."""
    if path[: len(sought)] == sought:
        return True
    return all(isinstance(part, str) for part in sought) and ids_of(path)[: len(sought)] == sought


def _nothing_found(run: RunState, path: Path | None, label: str | None, index: int | None) -> Exception:
    answered = [
        known
        for known, labels in run.answered.items()
        if _names(known, path, index) and (label is None or label in labels)
    ]
    if answered:
        return AlreadyResumed(decided_before(run, path if path in answered else answered[0]))
    if run.ended:
        return RunFinished(f"run {run.run_id} has ended ({run.status}): start another one, or fork it")
    sought = [
        f"step {format_path(path)!r}" if path else "",
        f"label {label!r}" if label is not None else "",
        f"index {index}" if index is not None else "",
    ]
    what = ", ".join(part for part in sought if part) or "run"
    error = UnknownLabel if label is not None and label not in _labels(run) else NotSuspended
    return error(f"nothing is suspended for {what} in run {run.run_id}. Suspended now: {names_suspended(run)}")


def _labels(run: RunState) -> set[str | None]:
    """Return the labels under which steps of a run are suspended, or were."""
    return {step.label for step in run.suspended}.union(*run.answered.values())


def _names(known: Path, path: Path | None, index: int | None) -> bool:
    return (path is None or lies_at(known, path)) and (index is None or index in known)
