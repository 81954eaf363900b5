"""How steps are made: from a function, by name or by decorator, and from other steps."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar, Unpack, overload

from engine.building.queue_options import check_carriage
from engine.building.step_options import StepOptions, check_inline, check_options, signature_of_undo, state_schema
from engine.errors import DefinitionError, InvalidId
from engine.execution.context import Context
from engine.execution.threads import in_thread
from engine.ids import check_id
from engine.short_text import shown
from engine.tree.argument_checks import defining
from engine.tree.signature import Signature, read_signature
from engine.tree.step import Step
from engine.values.durations import in_seconds
from engine.values.schema import Schema

In = TypeVar("In")
Out = TypeVar("Out")

AsyncFunction = Callable[[In, Context], Awaitable[Out]] | Callable[[In], Awaitable[Out]]
"""An async step function of the data, and of the context if it wants it."""

AsyncSource = Callable[[Context], Awaitable[Out]] | Callable[[], Awaitable[Out]]
"""An async step function that takes no data."""

SyncFunction = Callable[[In, Context], Out] | Callable[[In], Out]
"""A plain step function of the data, and of the context if it wants it; it runs in a thread."""

SyncSource = Callable[[Context], Out] | Callable[[], Out]
"""A plain step function that takes no data."""

UNSET: Any = object()
"""Stands for "not given", where None means "any JSON value"."""


class StepDecorator(Protocol):
    """What ``@step(...)`` gives: it makes a step of the function below it."""

    @overload
    def __call__(self, function: AsyncSource[Out], /) -> Step[Any, Out]: ...
    @overload
    def __call__(self, function: AsyncFunction[In, Out], /) -> Step[In, Out]: ...
    @overload
    def __call__(self, function: SyncSource[Out], /) -> Step[Any, Out]: ...
    @overload
    def __call__(self, function: SyncFunction[In, Out], /) -> Step[In, Out]: ...
    def __call__(self, function: Callable[..., Any], /) -> Step[Any, Any]:
        """Make the step."""
        ...


@overload
def create_step(
    *, id: str, execute: AsyncSource[Out], output_schema: type[Out] | Any = ..., **options: Unpack[StepOptions]
) -> Step[Any, Out]: ...
@overload
def create_step(
    *,
    id: str,
    execute: AsyncFunction[In, Out],
    input_schema: type[In] | Any = ...,
    output_schema: type[Out] | Any = ...,
    **options: Unpack[StepOptions],
) -> Step[In, Out]: ...
@overload
def create_step(
    *, id: str, execute: SyncSource[Out], output_schema: type[Out] | Any = ..., **options: Unpack[StepOptions]
) -> Step[Any, Out]: ...
@overload
def create_step(
    *,
    id: str,
    execute: SyncFunction[In, Out],
    input_schema: type[In] | Any = ...,
    output_schema: type[Out] | Any = ...,
    **options: Unpack[StepOptions],
) -> Step[In, Out]: ...
@defining("create_step(id='fetch', execute=fetch, timeout=10)")
def create_step(
    *,
    id: str,
    execute: Callable[..., Any],
    input_schema: Any = UNSET,
    output_schema: Any = UNSET,
    **options: Unpack[StepOptions],
) -> Step[Any, Any]:
    """Make a step.

    Args:
        id: its name within a workflow: letters, digits, ``_`` and ``-``.
        execute: the function: ``(data)``, ``(data, ctx)``, ``(ctx: Context)`` or nothing; a sync one runs in a thread.
            The context is what is called ``ctx``, annotated with `Context`, or second and not annotated at all.
        input_schema: what it takes: a type, a JSON Schema dict, or None for any JSON value. When left out, the
            annotation of the function is used.
        output_schema: what it returns, likewise.
        **options: resume_schema, suspend_schema, state_schema, description, retry, timeout, metadata, undo and inline:
            see `StepOptions`.

    Raises:
        DefinitionError: the id, a schema, an option or the function cannot be used; its message says how to mend it.
    """
    signature = read_signature(execute)
    return _make(execute, signature, id=id, input_schema=input_schema, output_schema=output_schema, **options)


@overload
def step(function: AsyncSource[Out], /) -> Step[Any, Out]: ...
@overload
def step(function: AsyncFunction[In, Out], /) -> Step[In, Out]: ...
@overload
def step(function: SyncSource[Out], /) -> Step[Any, Out]: ...
@overload
def step(function: SyncFunction[In, Out], /) -> Step[In, Out]: ...
@overload
def step(
    *, id: str | None = ..., input_schema: Any = ..., output_schema: Any = ..., **options: Unpack[StepOptions]
) -> StepDecorator: ...
@defining("@step, or @step(id='fetch', timeout=10)")
def step(
    function: Callable[..., Any] | None = None,
    /,
    *,
    id: str | None = None,
    input_schema: Any = UNSET,
    output_schema: Any = UNSET,
    **options: Unpack[StepOptions],
) -> Any:
    """Make a step of the function below: ``@step`` or ``@step(retry=...)``.

    Args:
        function: the function, when the decorator stands without parentheses.
        id: its name within a workflow; the function's name when left out.
        input_schema: what it takes; the annotation of the function when left out.
        output_schema: what it returns; the annotation of the function when left out.
        **options: resume_schema, suspend_schema, state_schema, description (the docstring when left out), retry,
            timeout, metadata, undo, queue, priority, inline; see `StepOptions`.

    Raises:
        DefinitionError: the id, a schema, an option or the function cannot be used; its message says how to mend it.
    """

    def make(function: Callable[..., Any]) -> Step[Any, Any]:
        signature = read_signature(function)
        name = _name_of(function) if id is None else id
        given: StepOptions = {"description": signature.doc, **options}
        return _make(function, signature, id=name, input_schema=input_schema, output_schema=output_schema, **given)

    return make if function is None else make(function)


@defining("clone_step(fetch, id='fetch-again')")
def clone_step(step: Step[In, Out], *, id: str, **changes: Any) -> Step[In, Out]:
    """Return a step with the same logic under another id.

    Args:
        step: the step to clone.
        id: the id of the new step.
        **changes: keywords of `create_step` that are to be different.

    Raises:
        DefinitionError: it is no step, or the id or a change cannot be used.
    """
    if not isinstance(step, Step):
        raise DefinitionError(f"clone_step was given {shown(step)}. Expected a step; clone_workflow clones workflows.")
    same = {
        "execute": step.function,
        "input_schema": step.input,
        "output_schema": step.output,
        "resume_schema": step.resume,
        "suspend_schema": step.suspend,
        "state_schema": step.state,
        "description": step.description,
        "retry": step.retry,
        "timeout": step.timeout,
        "metadata": step.metadata,
        "undo": step.undo,
        "queue": step.queue,
        "priority": step.priority,
        "inline": step.inline,
    }
    if unknown := changes.keys() - same.keys():
        raise DefinitionError(f"clone_step cannot change {', '.join(sorted(unknown))}. It takes {', '.join(same)}.")
    made: Step[In, Out] = create_step(id=id, **{**same, **changes})
    return made


def _make(
    function: Callable[..., Any],
    signature: Signature,
    *,
    id: str,
    input_schema: Any,
    output_schema: Any,
    **options: Unpack[StepOptions],
) -> Step[Any, Any]:
    """Make a step of a function whose signature is read."""
    check_id(id, "step")
    check_options("Step", id, options, StepOptions.__annotations__)
    timeout, undo, inline = options.get("timeout"), options.get("undo"), options.get("inline", False)
    check_inline(id, inline, signature)
    check_carriage(f"Step {id!r}", options.get("queue"), options.get("priority"))
    output = _schema(id, "output_schema", signature.output.resolve() if output_schema is UNSET else output_schema)
    return Step(
        id=id,
        call=_call(function, signature, inline),
        function=function,
        input=_schema(id, "input_schema", signature.input.resolve() if input_schema is UNSET else input_schema),
        output=output,
        resume=_optional(id, "resume_schema", options.get("resume_schema")),
        suspend=_optional(id, "suspend_schema", options.get("suspend_schema")),
        state=state_schema(f"state_schema of step {id!r}", options.get("state_schema")),
        description=options.get("description", ""),
        retry=options.get("retry"),
        timeout=None if timeout is None else in_seconds(f"The timeout of step {id!r}", timeout, above=True),
        metadata=options.get("metadata"),
        undo=undo,
        call_undo=None if undo is None else _call(undo, signature_of_undo(id, undo, output), inline=False),
        file=signature.file,
        line=signature.line,
        wants_context=signature.wants_context,
        takes_input=signature.takes_input,
        is_async=signature.is_async,
        inline=inline,
        queue=options.get("queue"),
        priority=options.get("priority"),
    )


def _name_of(function: Callable[..., Any]) -> str:
    """Return the name that a function was given where it is defined.

    Raises:
        InvalidId: it was given none, as lambdas, partials and objects are not.
    """
    name = getattr(function, "__name__", None)
    if isinstance(name, str) and name != "<lambda>":
        return name
    raise InvalidId(
        f"{shown(name or function)} cannot be the id of a step: lambdas, partials and objects have no name. "
        'Give one: step(id="...")(function), or create_step(id="...", execute=function).'
    )


def _schema(id: str, option: str, spec: Any) -> Schema:
    return Schema.given(f"{option} of step {id!r}", spec)


def _optional(id: str, option: str, spec: Any) -> Schema | None:
    """Return the schema of what was given, if anything was."""
    return None if spec is None else _schema(id, option, spec)


def _call(
    function: Callable[..., Any], signature: Signature, inline: bool
) -> Callable[[Any, Any], Coroutine[Any, Any, Any]]:
    """Return the coroutine function of ``(data, ctx)`` that a step is to the executor."""
    bound = signature.bind(function)
    if signature.is_async:
        return bound

    async def call(data: Any, ctx: Any) -> Any:
        result = bound(data, ctx) if inline else await in_thread(bound, data, ctx)
        # A plain function may still hand out a coroutine, such as a lambda around an async one.
        return await result if inspect.isawaitable(result) else result

    return call
