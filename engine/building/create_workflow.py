"""`create_workflow`: its options, and the builder that it returns."""

import inspect
from collections.abc import Sequence
from typing import Any, TypedDict, TypeVar, Unpack, overload

from engine.building.builder import WorkflowBuilder
from engine.building.queue_options import check_carriage, check_limits
from engine.building.schedules import Every, Schedule
from engine.building.step_options import check_options, state_schema
from engine.errors import DefinitionError
from engine.ids import check_id
from engine.short_text import shown
from engine.tree.argument_checks import defining, is_function
from engine.tree.nodes import Flow
from engine.tree.signature import caller_position
from engine.tree.step import Hook, Retry
from engine.values.schema import Schema

In = TypeVar("In")
Out = TypeVar("Out")


class WorkflowOptions(TypedDict, total=False):
    """The optional keywords of `create_workflow`."""

    state_schema: Any
    """The state that the steps of a run share; any dict when left out."""

    description: str
    """What it does, for people."""

    retry: Retry | None
    """How failed steps are tried again that do not say it themselves."""

    metadata: dict[str, Any] | None
    """Anything that tools want to know; JSON."""

    on_start: Hook | None
    """Called with the run before it starts; what it raises refuses the start."""

    on_finish: Hook | None
    """Called with the result after every end."""

    on_error: Hook | None
    """Called with the result after a failure."""

    schedules: Sequence[Schedule | Every] | None
    """When runs start by themselves; checked by ``.commit()``."""

    queue: str | None
    """The queue from which workers take its runs, where machines share the work: ``"default"`` when left out."""

    priority: int | None
    """How urgent its runs are in that queue: from 0, the least, which they are when it is left out, to 9."""

    concurrency: int | None
    """How many of its runs a playground executes at once, over all its workers; as many as there is room for when it is
    left out. A run that rests (suspended, asleep, paused) holds no place."""

    concurrency_key: str | None
    """Keys and indexes of a part of the input, joined by dots: ``"customer.id"``. Of the runs that have the same
    there, a playground executes one after the other; those that have nothing there, or null, wait for nobody."""


@overload
def create_workflow(
    *, id: str, input_schema: type[In], output_schema: type[Out], **options: Unpack[WorkflowOptions]
) -> WorkflowBuilder[In, Out, In]: ...
@overload
def create_workflow(
    *, id: str, input_schema: type[In], output_schema: Any, **options: Unpack[WorkflowOptions]
) -> WorkflowBuilder[In, Any, In]: ...
@overload
def create_workflow(
    *, id: str, input_schema: Any, output_schema: type[Out], **options: Unpack[WorkflowOptions]
) -> WorkflowBuilder[Any, Out, Any]: ...
@overload
def create_workflow(
    *, id: str, input_schema: Any, output_schema: Any, **options: Unpack[WorkflowOptions]
) -> WorkflowBuilder[Any, Any, Any]: ...
@defining("create_workflow(id='orders', input_schema=Order, output_schema=Receipt)")
def create_workflow(
    *, id: str, input_schema: Any, output_schema: Any, **options: Unpack[WorkflowOptions]
) -> WorkflowBuilder[Any, Any, Any]:
    """Begin a workflow; add steps with ``.then(...)`` and the like, and end with ``.commit()``.

    Args:
        id: its name: letters, digits, ``_`` and ``-``.
        input_schema: what a run is started with: a type, a JSON Schema dict, or None for any JSON value.
        output_schema: what a run gives, likewise.
        **options: state_schema, description, retry, metadata, on_start, on_finish, on_error, schedules, queue,
            priority, concurrency and concurrency_key: see `WorkflowOptions`.

    Raises:
        DefinitionError: the id, a schema or an option cannot be used; its message says how to mend it.
    """
    check_id(id, "workflow")
    _check(id, options)
    given = Schema.given(f"input_schema of workflow {id!r}", input_schema)
    file, line = caller_position()
    flow = Flow(
        id=id,
        nodes=(),
        input=given,
        output=Schema.given(f"output_schema of workflow {id!r}", output_schema),
        state=state_schema(f"state_schema of workflow {id!r}", options.get("state_schema")),
        description=options.get("description", ""),
        retry=options.get("retry"),
        metadata=options.get("metadata"),
        on_start=options.get("on_start"),
        on_finish=options.get("on_finish"),
        on_error=options.get("on_error"),
        queue=options.get("queue"),
        priority=options.get("priority"),
        concurrency=options.get("concurrency"),
        concurrency_key=options.get("concurrency_key"),
        file=file,
        line=line,
    )
    return WorkflowBuilder(flow=flow, given=given, schedules=options.get("schedules"))


def _check(id: str, options: WorkflowOptions) -> None:
    """Check what the type checker may not have seen.

    Raises:
        DefinitionError: an option is unknown or of the wrong kind.
    """
    check_options("Workflow", id, options, WorkflowOptions.__annotations__)
    for name in ("on_start", "on_finish", "on_error"):
        if (hook := options.get(name)) is not None and not _takes_one(hook):
            raise DefinitionError(f"Workflow {id!r} has {name}={shown(hook)}. Expected a function of one argument.")
    check_carriage(f"Workflow {id!r}", options.get("queue"), options.get("priority"))
    check_limits(id, options.get("concurrency"), options.get("concurrency_key"))


def _takes_one(hook: Any) -> bool:
    """Tell whether something can be called with one argument, as far as can be known."""
    if not is_function(hook):
        return False
    try:
        inspect.signature(hook).bind(None)
    except TypeError:
        return False
    except ValueError:
        # Some functions written in C do not tell what they take.
        return True
    return True
