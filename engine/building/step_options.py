"""What a step may be told beside its id, function and schemas, and the checks that steps and workflows share."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, TypedDict

from engine.errors import DefinitionError, InvalidSchema
from engine.short_text import meant, shown
from engine.tree.signature import Signature, read_signature
from engine.tree.step import Retry
from engine.values.schema import Schema
from engine.values.schema_match import mismatch


class StepOptions(TypedDict, total=False):
    """The keywords that `create_step` and `step` share."""

    resume_schema: Any
    """What an answer to its suspension looks like."""

    suspend_schema: Any
    """What its suspension says."""

    state_schema: Any
    """The run's state as this step sees it."""

    description: str
    """What it does, for people."""

    retry: Retry | None
    """How it is tried again; None to follow the workflow."""

    timeout: float | timedelta | None
    """Seconds, or a timedelta, that each attempt may take."""

    metadata: dict[str, Any] | None
    """Anything that tools want to know; JSON."""

    undo: Callable[..., Any] | None
    """Takes back what the step has done, when its run fails or is cancelled later: ``fn(output)`` or
    ``fn(output, ctx)``, sync or async. It runs at least once, and is tried again as the step is."""

    queue: str | None
    """The queue whose workers execute it, where machines share the work; that of its workflow when left out."""

    priority: int | None
    """How urgent a run is in that queue, when it is handed there for this step: from 0 to 9; that of its workflow when
    left out."""

    inline: bool
    """Whether a plain function is called on the event loop itself instead of in a thread. For one that only computes
    and is done in well under a millisecond: until then nothing else goes on, no timeout and no cancel."""


def check_options(kind: str, id: str, options: Mapping[str, Any], known: Collection[str]) -> None:
    """Check of the options of a step or a workflow what the type checker may not have seen: those that both have.

    Args:
        kind: ``Step`` or ``Workflow``, for the messages.
        id: whose they are.
        options: as they were given.
        known: the names that there are.

    Raises:
        DefinitionError: an option is unknown, or of the wrong kind.
    """
    what, description, retry = f"{kind} {id!r}", options.get("description", ""), options.get("retry")
    if unknown := sorted(options.keys() - known):
        raise DefinitionError(
            f"{what} was given {', '.join(unknown)}, which no {kind.lower()} takes.{meant(unknown[0], known)}"
        )
    if not isinstance(description, str):
        raise DefinitionError(f"{what} has description={shown(description)}. Expected text.")
    if not isinstance(retry, Retry | None):
        raise DefinitionError(f"{what} has retry={shown(retry)}. Expected Retry(attempts=3, delay=1.0) or None.")
    _check_metadata(id, options.get("metadata"))


def _check_metadata(id: str, metadata: Any) -> None:
    """Check that metadata can be shown as JSON.

    Raises:
        DefinitionError: it is no dict, or something in it has no JSON form.
    """
    if not isinstance(metadata, dict | None):
        raise DefinitionError(f"The metadata of {id!r} is {shown(metadata)}. Expected a dict or None.")
    try:
        json.dumps(metadata, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise DefinitionError(f"The metadata of {id!r} must be JSON: {error}") from error


def check_inline(id: str, inline: Any, signature: Signature) -> None:
    """Check that a step that is to be called on the event loop is a plain function.

    Raises:
        DefinitionError: ``inline`` is no bool, or the function is async.
    """
    if not isinstance(inline, bool):
        raise DefinitionError(f"Step {id!r} has inline={shown(inline)}. Expected True or False.")
    if inline and signature.is_async:
        raise DefinitionError(
            f"Step {id!r} has inline=True and an async function, which runs on the event loop anyway. Leave it out, "
            "or make it a plain function."
        )


def signature_of_undo(id: str, undo: Callable[..., Any], output: Schema) -> Signature:
    """Return how the undo of a step is called.

    Args:
        id: the step.
        undo: the function, of the step's output, and of a context if it wants one.
        output: what the step returns.

    Raises:
        DefinitionError: it is no such function, or can never take what the step returns.
    """
    if not callable(undo):
        raise DefinitionError(f"Step {id!r} has undo={shown(undo)}. Expected a function of the step's output.")
    signature = read_signature(undo)
    annotation = signature.input.resolve() if signature.takes_input else None
    if annotation is not None and mismatch(output.shape.writes, Schema.of(annotation).shape.reads) is not None:
        raise DefinitionError(
            f"Step {id!r} returns {output.name}, but its undo, {signature.name}, takes {Schema.of(annotation).name}. "
            "An undo is given what the step has returned: change one of the two."
        )
    return signature


def state_schema(what: str, spec: Any) -> Schema | None:
    """Return the schema of a state; None if none is given.

    Raises:
        InvalidSchema: no object fits it, and a state is one.
    """
    if spec is None:
        return None
    schema = Schema.given(what, spec)
    if mismatch({"type": "object"}, schema.shape.reads):
        raise InvalidSchema(
            f"{what}: {schema.name} can be no state, which has values under names. Use a model, a TypedDict or a dict, "
            "such as dict[str, int]."
        )
    return schema
