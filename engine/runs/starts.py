"""What a run may start with: validated, as JSON, and accepted by the workflow's ``on_start``."""

from dataclasses import replace
from typing import Any

from engine.errors import InvalidInput, InvalidValue, NotSerializable, StartRefused
from engine.execution.hooks import call
from engine.failure import is_users, message_of
from engine.journal.requests import Start
from engine.tree.nodes import Flow
from engine.values.admission import admitted
from engine.values.schema import ANY


async def admit(flow: Flow, start: Start, run: Any = None) -> Start:
    """Return what a run may start with: validated, with defaults, and accepted by ``on_start``.

    Args:
        flow: the workflow.
        start: the input as JSON or as the schema's own type.
        run: what the hook is given.

    Raises:
        InvalidInput: the input or the state does not fit its schema, or something cannot become JSON.
        StartRefused: the hook raised.
    """
    wanted = fitted(flow, start)
    await permit(flow, run)
    return wanted


def fitted(flow: Flow, start: Start) -> Start:
    """Return what a run may start with as far as the schemas go: validated, with defaults.

    Raises:
        InvalidInput: the input or the state does not fit its schema, or something cannot become JSON.
    """
    return replace(
        start,
        input=_input(flow, start.input),
        state=_state(flow, start.state),
        request_context=_json_dict("request context", start.request_context),
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
