"""The builder of workflows: immutable, statically typed, and checked when it is committed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar, overload

from engine.building import added_nodes
from engine.building.argument_types import Catching, Condition, Data, Inline, JsonDict, Result
from engine.building.queue_options import check_key
from engine.building.schedules import plan
from engine.building.sequence import Part, node_of
from engine.building.workflow import Workflow, not_before_commit
from engine.execution.context import Context
from engine.ids import check_id, free_id
from engine.tree.argument_checks import defining, unfinished
from engine.tree.mapping_sources import Source
from engine.tree.nodes import Flow, Node, walk
from engine.tree.wiring import check_wiring, output_of
from engine.values.schema import Schema

In = TypeVar("In")
Out = TypeVar("Out")
Now = TypeVar("Now", covariant=True)
New = TypeVar("New")
Other = TypeVar("Other")
Item = TypeVar("Item")


@unfinished(not_before_commit)
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorkflowBuilder(Generic[In, Out, Now]):
    """A workflow in the making. Every method returns a new builder; make the first with `create_workflow`.

    The static types: the workflow's input and output, and what the next step is given. A dict fits anything that is
    read from JSON, so nothing is claimed statically about a step after one.
    """

    flow: Flow
    """What was put together so far."""

    given: Schema
    """The schema of what the next step is given."""

    schedules: Any = None
    """When it is to start by itself, as it was given; checked by `commit`."""

    @overload
    def then(
        self: "WorkflowBuilder[In, Out, JsonDict]", step: Part[Any, New], /
    ) -> "WorkflowBuilder[In, Out, New]": ...
    @overload
    def then(self, step: Part[JsonDict, New], /) -> "WorkflowBuilder[In, Out, New]": ...
    @overload
    def then(self, step: Part[Now, New], /) -> "WorkflowBuilder[In, Out, New]": ...
    @defining(".then(step)")
    def then(self, step: Part[Any, Any], /) -> "WorkflowBuilder[In, Out, Any]":
        """Run a step, a nested workflow or a sequence next.

        Raises:
            DefinitionError: it is none of them, or a workflow that was not committed.
        """
        return self._with(node_of(step))

    @defining(".parallel([first, second], concurrency=2)")
    def parallel(
        self,
        arms: Sequence[Part[Any, Any]],
        *,
        concurrency: int | None = None,
        fail_fast: bool = False,
        id: str | None = None,
    ) -> "WorkflowBuilder[In, Out, Any]":
        """Run all arms at once on the same input; the next step is given a dict of their outputs by id.

        Args:
            arms: steps, workflows or sequences.
            concurrency: how many may run at once; all when left out.
            fail_fast: whether the first failure cancels the other arms.
            id: the node's own id.
        """
        return self._with(added_nodes.parallel(self._id("parallel", id), arms, concurrency, fail_fast))

    @defining(".race([first, second])")
    def race(self, arms: Sequence[Part[Any, Any]], *, id: str | None = None) -> "WorkflowBuilder[In, Out, Any]":
        """Run all arms at once on the same input until one succeeds; the others are cancelled with all they wait for.

        The next step is given a dict with the winner's output by its id. The race fails when all arms have failed.

        Args:
            arms: steps, workflows or sequences.
            id: the node's own id.
        """
        return self._with(added_nodes.race(self._id("race", id), arms))

    @overload
    def attempt(
        self: "WorkflowBuilder[In, Out, JsonDict]",
        body: Part[Any, New],
        /,
        otherwise: Part[Any, Other],
        *,
        on: Catching = ...,
        id: str | None = ...,
    ) -> "WorkflowBuilder[In, Out, New | Other]": ...
    @overload
    def attempt(
        self, body: Part[JsonDict, New], /, otherwise: Part[Any, Other], *, on: Catching = ..., id: str | None = ...
    ) -> "WorkflowBuilder[In, Out, New | Other]": ...
    @overload
    def attempt(
        self, body: Part[Now, New], /, otherwise: Part[Any, Other], *, on: Catching = ..., id: str | None = ...
    ) -> "WorkflowBuilder[In, Out, New | Other]": ...
    @defining(".attempt(step, otherwise=handler, on=(TimeoutError,))")
    def attempt(
        self, body: Part[Any, Any], /, otherwise: Part[Any, Any], *, on: Catching = (Exception,), id: str | None = None
    ) -> "WorkflowBuilder[In, Out, Any]":
        """Run a part; when it fails after its retries, run another one instead, and go on with what that gives.

        Args:
            body: a step, workflow or sequence.
            otherwise: the handler: a step, workflow or sequence. It is given a dict: ``error`` and ``type`` are the
                message and the class name of the error, ``step`` and ``input`` the path and the input of the innermost
                step that failed.
            on: the exception classes that are caught, or names of such; others fail the run.
            id: the node's own id.
        """
        return self._with(added_nodes.attempt(self._id("attempt", id), body, otherwise, on))

    @defining(".branch([(condition, step), (condition, step)], otherwise=step)")
    def branch(
        self,
        arms: Sequence[tuple[Condition[Now], Part[Any, Any]]],
        *,
        otherwise: Part[Any, Any] | None = None,
        id: str | None = None,
    ) -> "WorkflowBuilder[In, Out, Any]":
        """Run every arm whose condition is true, at once; the next step is given a dict of their outputs by id.

        Args:
            arms: pairs of a condition and a step, workflow or sequence.
            otherwise: what runs if no condition is true; without it, the next step is given ``{}`` then.
            id: the node's own id.
        """
        return self._with(added_nodes.branch(self._id("branch", id), arms, otherwise, self.given))

    @defining(".dowhile(step, condition, max_iterations=10)")
    def dowhile(
        self,
        step: Part[Any, New],
        condition: Condition[New],
        *,
        max_iterations: int | None = None,
        id: str | None = None,
    ) -> "WorkflowBuilder[In, Out, New]":
        """Run a step at least once, and again while the condition holds for its output.

        Args:
            step: the body: a step, workflow or sequence; each pass is given the output of the one before.
            condition: a function of ``(output)`` or ``(output, ctx)``; ``ctx.iteration`` counts from 1.
            max_iterations: more passes than that fail the run.
            id: the node's own id.
        """
        return self._with(added_nodes.dowhile(self._id("dowhile", id), step, condition, max_iterations, self.given))

    @defining(".dountil(step, condition, max_iterations=10)")
    def dountil(
        self,
        step: Part[Any, New],
        condition: Condition[New],
        *,
        max_iterations: int | None = None,
        id: str | None = None,
    ) -> "WorkflowBuilder[In, Out, New]":
        """Run a step at least once, and again until the condition holds for its output.

        Args:
            step: the body: a step, workflow or sequence; each pass is given the output of the one before.
            condition: a function of ``(output)`` or ``(output, ctx)``; ``ctx.iteration`` counts from 1.
            max_iterations: more passes than that fail the run.
            id: the node's own id.
        """
        return self._with(added_nodes.dountil(self._id("dountil", id), step, condition, max_iterations, self.given))

    @overload
    def foreach(
        self: "WorkflowBuilder[In, Out, list[JsonDict]]",
        step: Part[Any, New],
        *,
        concurrency: int = ...,
        id: str | None = ...,
    ) -> "WorkflowBuilder[In, Out, list[New]]": ...
    @overload
    def foreach(
        self: "WorkflowBuilder[In, Out, list[Item] | tuple[Item, ...] | AbstractSet[Item]]",
        step: Part[Item, New],
        *,
        concurrency: int = ...,
        id: str | None = ...,
    ) -> "WorkflowBuilder[In, Out, list[New]]": ...
    @defining(".foreach(step, concurrency=5)")
    def foreach(
        self, step: Part[Any, Any], *, concurrency: int = 1, id: str | None = None
    ) -> "WorkflowBuilder[In, Out, Any]":
        """Run a step for each item of the list that it is given; the next step is given the list of outputs.

        Args:
            step: the body: a step, workflow or sequence.
            concurrency: how many items may run at once.
            id: the node's own id.
        """
        return self._with(added_nodes.foreach(self._id("foreach", id), step, concurrency))

    @overload
    def map(
        self, mapping: Mapping[str, Source | Callable[..., Any]], /, *, id: str | None = ...
    ) -> "WorkflowBuilder[In, Out, Any]": ...
    @overload
    def map(
        self, mapping: Callable[[Now], Awaitable[New]], /, *, id: str | None = ...
    ) -> "WorkflowBuilder[In, Out, New]": ...
    @overload
    def map(self, mapping: Callable[[Now], New], /, *, id: str | None = ...) -> "WorkflowBuilder[In, Out, New]": ...
    @overload
    def map(
        self, mapping: Callable[[Now, Context], Awaitable[New]], /, *, id: str | None = ...
    ) -> "WorkflowBuilder[In, Out, New]": ...
    @overload
    def map(
        self, mapping: Callable[[Now, Context], New], /, *, id: str | None = ...
    ) -> "WorkflowBuilder[In, Out, New]": ...
    @defining(".map(function), or .map({'city': from_init('city')})")
    def map(self, mapping: Any, /, *, id: str | None = None) -> "WorkflowBuilder[In, Out, Any]":
        """Make the next step's input from what came before.

        Args:
            mapping: a function of ``(data)`` or ``(data, ctx)``, or a dict with a source for each key: ``from_step``,
                ``from_init``, ``from_state``, ``from_context``, ``value``, ``template`` or a function.
            id: the mapping's id, under which its value is recorded.

        Raises:
            DefinitionError: it is neither, or a source is something else.
        """
        return self._with(added_nodes.mapping(self._id("map", id), mapping, self.flow, self.given))

    @defining(".sleep(60), or .sleep(timedelta(minutes=1))")
    def sleep(
        self,
        wait: float | timedelta | Inline[Now, float | timedelta] | Inline[Now, Awaitable[float | timedelta]],
        /,
        *,
        id: str | None = None,
    ) -> "WorkflowBuilder[In, Out, Now]":
        """Wait; the next step is given what this one was given.

        Args:
            wait: seconds, a timedelta, or a function that gives one of them.
            id: the timer's id.
        """
        return self._with(added_nodes.sleep(self._id("sleep", id), wait, self.given))

    @defining(".sleep_until(datetime(2030, 1, 1))")
    def sleep_until(
        self, at: datetime | Inline[Now, datetime] | Inline[Now, Awaitable[datetime]], /, *, id: str | None = None
    ) -> "WorkflowBuilder[In, Out, Now]":
        """Wait for a point in time; the next step is given what this one was given.

        Args:
            at: the time, or a function that gives it; one without a time zone is local.
            id: the timer's id.
        """
        return self._with(added_nodes.sleep_until(self._id("sleep", id), at, self.given))

    @overload
    def wait_for_event(
        self, name: str, schema: type[New], timeout: float | timedelta | None = ..., *, id: str | None = ...
    ) -> "WorkflowBuilder[In, Out, New]": ...
    @overload
    def wait_for_event(
        self,
        name: str,
        schema: type[New],
        timeout: float | timedelta,
        *,
        otherwise: Part[Now, Other],
        id: str | None = ...,
    ) -> "WorkflowBuilder[In, Out, New | Other]": ...
    @overload
    def wait_for_event(
        self,
        name: str,
        schema: Any = ...,
        timeout: float | timedelta | None = ...,
        *,
        otherwise: Part[Now, Any] | None = ...,
        id: str | None = ...,
    ) -> "WorkflowBuilder[In, Out, Any]": ...
    @defining(".wait_for_event('paid', schema=Payment, timeout=3600, otherwise=remind)")
    def wait_for_event(
        self,
        name: str,
        schema: Any = None,
        timeout: float | timedelta | None = None,
        *,
        otherwise: Part[Any, Any] | None = None,
        id: str | None = None,
    ) -> "WorkflowBuilder[In, Out, Any]":
        """Wait until ``run.send_event(name, payload)``; the next step is given the payload.

        Args:
            name: what the event is called.
            schema: what the payload looks like; any JSON value when left out.
            timeout: seconds or a timedelta, after which the run fails with `EventTimeout`.
            otherwise: a step, workflow or sequence that runs after the timeout instead: it is given what the wait was
                given, and its output goes on.
            id: the id of the wait.
        """
        return self._with(added_nodes.wait_for_event(self._id("event", id), name, schema, timeout, otherwise))

    @overload
    def commit(self: "WorkflowBuilder[Data, Result, JsonDict]") -> Workflow[Data, Result]: ...
    @overload
    def commit(self: "WorkflowBuilder[Data, JsonDict, Any]") -> Workflow[Data, JsonDict]: ...
    @overload
    def commit(self: "WorkflowBuilder[Data, Result, Result]") -> Workflow[Data, Result]: ...
    @defining(".commit()")
    def commit(self: "WorkflowBuilder[Any, Any, Any]") -> Workflow[Any, Any]:
        """Check the workflow and return it.

        Raises:
            EmptyWorkflow: it has no step.
            DuplicateId: two of its nodes have the same id.
            WiringError: a step can never take what it is given, or a mapping reads a step that is not before it, or
                a mapping or ``concurrency_key`` a part that cannot be there.
            DefinitionError: a schedule has a wrong expression, zone or input.
        """
        check_wiring(self.flow)
        check_key(self.flow)
        return Workflow(flow=replace(self.flow, schedules=plan(self.flow, self.schedules)))

    def __repr__(self) -> str:
        """Return the builder as text."""
        return f"<workflow {self.flow.id!r} in the making>"

    def _with(self, node: Node) -> "WorkflowBuilder[In, Out, Any]":
        flow = replace(self.flow, nodes=(*self.flow.nodes, node))
        return WorkflowBuilder(flow=flow, given=output_of(node, self.given), schedules=self.schedules)

    def _id(self, kind: str, id: str | None) -> str:
        return free_id(kind, {node.id for node in walk(self.flow.nodes)}) if id is None else check_id(id, kind)
