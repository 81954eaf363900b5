"""What a run may start with: validated, as JSON, and accepted by the workflow's ``on_start``."""

from dataclasses import replace
from typing import Any

from engine.errors import (
    InvalidInput,
    InvalidValue,
    NotSerializable,
    StartRefused,
    UnknownStep,
)
from engine.execution.hooks import call
from engine.failure import is_users, message_of
from engine.journal.answer_target import places_of
from engine.journal.breakpoints import named_breakpoints, named_rehearsal
from engine.journal.changed_code import node_at
from engine.journal.requests import Start
from engine.paths import parse_path
from engine.rehearsal import Rehearsal
from engine.tree.nodes import Flow, FlowNode, StepNode
from engine.values.incoming import admitted
from engine.values.schema import ANY


async def admit(flow: Flow, start: Start, run: Any = None) -> Start:
    """Return what a run may start with: validated, with defaults, and accepted by ``on_start``, unless it rehearses.

    Args:
        flow: the workflow.
        start: the input as JSON or as the schema's own type.
        run: what the hook is given.

    Raises:
        InvalidInput: the input or the state does not fit its schema, or something cannot become JSON.
        UnknownStep: the rehearsal or a breakpoint names a step that the workflow does not have.
        StartRefused: the hook raised.
    """
    wanted = fitted(flow, start)
    if wanted.rehearsal is None:
        await permit(flow, run)
    return wanted


def fitted(flow: Flow, start: Start) -> Start:
    """Return what a run may start with as far as the schemas go: validated, with defaults.

    Raises:
        InvalidInput: the input or the state does not fit its schema, or something cannot become JSON.
        UnknownStep: the rehearsal or a breakpoint names a step that the workflow does not have.
    """
    return replace(
        start,
        input=_input(flow, start.input),
        state=_state(flow, start.state),
        request_context=_json_dict("request context", start.request_context),
        rehearsal=None if start.rehearsal is None else fitted_rehearsal(flow, start.rehearsal),
        breakpoints=named_breakpoints(places_of(flow), start.breakpoints),
    )


async def permit(flow: Flow, run: Any) -> None:
    """Ask ``on_start`` whether a run may start; also one that has its input already, as a fork has.

    Raises:
        StartRefused: the hook raised.
    """
    if flow.on_start is None:
        return
    try:
        await call(flow.on_start, run)
    except StartRefused:
        raise
    except BaseException as error:
        if not is_users(error):
            raise
        message = f"workflow {flow.id!r} refused the start: {message_of(error)}"
        raise StartRefused(message) from error


def _input(flow: Flow, value: Any) -> Any:
    try:
        return admitted(flow.input, value)
    except InvalidValue as error:
        raise InvalidInput(f"the input does not fit workflow {flow.id!r}:", error.issues) from None


def fitted_rehearsal(flow: Flow, rehearsal: Rehearsal) -> Rehearsal:
    """Return a rehearsal with whole paths, and its results as the steps' schemas have them.

    Raises:
        UnknownStep: it names a step that the workflow does not have.
        InvalidInput: a result does not fit its step.
    """
    named = named_rehearsal(places_of(flow), rehearsal)
    for name in named.steps:
        node = node_at(flow, parse_path(name))
        whole = isinstance(node, FlowNode) and name not in {**named.failures, **named.delays, **named.deaths}
        if not (isinstance(node, StepNode) or whole):
            raise UnknownStep(
                f"the rehearsal names {name!r}, which is no step: expected a step, or for results= a nested workflow"
            )
    return replace(named, results={name: _result(flow, name, value) for name, value in named.results.items()})


def _result(flow: Flow, name: str, value: Any) -> Any:
    """Return what a step is to return, as JSON; it is given as JSON or as an object of the schema's own type."""
    node = node_at(flow, parse_path(name))
    schema = node.step.output if isinstance(node, StepNode) else node.flow.output if isinstance(node, FlowNode) else ANY
    try:
        try:
            return schema.dump(schema.load(value))
        except InvalidValue as unread:
            try:
                return schema.dump(value)
            except InvalidValue:
                raise unread from None
    except InvalidValue as error:
        message = f"what the rehearsal has step {name!r} return does not fit its output_schema:"
        raise InvalidInput(message, error.issues) from None
    except NotSerializable as error:
        raise InvalidInput(f"the rehearsal cannot become JSON: {error.called(name)}") from None


def _json_dict(what: str, value: Any) -> dict[str, Any] | None:
    try:
        json = ANY.dump(value)
    except NotSerializable as error:
        raise InvalidInput(f"the {what} cannot become JSON: {error.called(what)}") from None
    if isinstance(json, dict | None):
        return json
    raise InvalidInput(f"the {what} must be a dict, and is {json!r}")


def _state(flow: Flow, state: dict[str, Any] | None) -> dict[str, Any] | None:
    if flow.state is None:
        return _json_dict("initial state", state)
    try:
        return _json_dict("initial state", admitted(flow.state, {} if state is None else state))
    except InvalidValue as error:
        if state is None:
            return None  # the state has required keys: steps set them before they read it
        raise InvalidInput(f"the initial state does not fit workflow {flow.id!r}:", error.issues) from None
