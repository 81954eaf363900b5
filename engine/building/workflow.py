"""Workflows: committed, checked and never changed again; they make runs, and are used as steps of others."""

from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from engine.errors import DefinitionError, NotCommitted
from engine.ids import check_id
from engine.mermaid import mermaid_of
from engine.runs.run import Run
from engine.runs.runtime import Runtime
from engine.short_text import shown
from engine.tree.argument_checks import TEXT, asking, defining, uncallable, unfinished
from engine.tree.graph import Graph, digest_of, graph_of
from engine.tree.nodes import Flow

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out", covariant=True)


class RunMaker(Protocol):
    """What makes the runs of a workflow."""

    async def create_run(self, flow: Flow, run_id: str | None, resource_id: str | None) -> Run[Any, Any]:
        """Make a run of the workflow; nothing is stored before it starts."""
        ...


def _elsewhere(workflow: Any, name: str) -> str | None:
    """Return what to say of a method that only a workflow in the making has, or a run."""
    if name in OF_A_RUN:
        return f"{workflow!r} has no {name}; its runs have. Write: {_of_a_run(name)}"
    if name not in MAKING:
        return None
    more = "It was committed before." if name == "commit" else f"Put .{name}(...) before .commit()."
    return f"{workflow!r} is committed and never changes. {more} To begin another workflow, use create_workflow."


def _of_a_run(name: str) -> str:
    """Return how something is called that a workflow's runs have."""
    called = "start" if name == "run" else name
    made = f"run = await workflow.create_run(), then await run.{called}(...)"
    return f"{made}. A test calls run_to_end(workflow, input)."


MAKING = frozenset({"then", "parallel", "race", "attempt", "branch", "dowhile", "dountil", "foreach", "map"}) | {
    "sleep",
    "sleep_until",
    "wait_for_event",
    "commit",
}
"""The methods of a workflow in the making, which is in a module above this one."""


OF_A_RUN = frozenset({"start", "start_async", "run", "resume", "stream"})


@uncallable(
    lambda workflow: (
        f"Workflow {workflow.id!r} cannot be called like a function. Make a run of it: "
        "run = await workflow.create_run(), then await run.start(...). A test calls run_to_end(workflow, input); "
        "another workflow takes it as a step: .then(workflow)."
    )
)
@unfinished(_elsewhere, DefinitionError)
@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow(Generic[In, Out]):
    """A committed workflow. Make it with `create_workflow`."""

    flow: Flow
    """The workflow as data."""

    runtime: RunMaker | None = None
    """What makes its runs; that of the engine in which it is registered."""

    @property
    def id(self) -> str:
        """Return its id."""
        return self.flow.id

    @property
    def description(self) -> str:
        """Return what it does, for people."""
        return self.flow.description

    @property
    def input_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of its input."""
        return self.flow.input.json_schema

    @property
    def output_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of its result."""
        return self.flow.output.output_json_schema

    @property
    def state_schema(self) -> dict[str, Any] | None:
        """Return the JSON Schema of its runs' state; None if any dict will do."""
        return None if self.flow.state is None else self.flow.state.json_schema

    @property
    def graph(self) -> Graph:
        """Return its tree as JSON."""
        return graph_of(self.flow)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of its graph and schemas, in hex; it changes when one of them does."""
        return digest_of(self.flow)

    @asking("workflow.to_mermaid()")
    def to_mermaid(self) -> str:
        """Return it as the text of a Mermaid flowchart."""
        return mermaid_of(self.graph)

    def bound(self, runtime: RunMaker) -> "Workflow[In, Out]":
        """Return the same workflow with something that makes its runs."""
        return replace(self, runtime=runtime)

    @asking("await workflow.create_run(run_id='order-7')", run_id=TEXT | None, resource_id=TEXT | None)
    async def create_run(self, run_id: str | None = None, resource_id: str | None = None) -> Run[Any, Any]:
        """Make a run; nothing is stored before it starts.

        A workflow that is in no `Engine` runs all the same, in memory, and its run is known to nothing but itself.

        Args:
            run_id: names it; a new id when left out.
            resource_id: whom or what the run belongs to, in your own terms.
        """
        if self.runtime is not None:
            return await self.runtime.create_run(self.flow, run_id, resource_id)
        alone = Runtime()
        alone.flows.add(self.flow)
        return Run(alone, self.flow, run_id, resource_id)

    def __repr__(self) -> str:
        """Return the workflow as text."""
        return f"Workflow({self.id!r}: {self.flow.input.name} -> {self.flow.output.name})"


def not_before_commit(builder: Any, name: str) -> str | None:
    """Return what to say of an attribute of a workflow in the making that only a committed one has, or a run."""
    if name in OF_A_RUN:
        return f"{builder!r} has no {name}; runs have. Call .commit() at its end, and write: {_of_a_run(name)}"
    # Its own fields are missing while it is copied.
    if name.startswith("_") or name in type(builder).__slots__ or not hasattr(Workflow, name):
        return None
    return f"{builder!r} has no {name} before it is committed. Call .commit() at its end."


def is_uncommitted(given: object) -> bool:
    """Tell whether something is a workflow in the making, or its ``commit`` without parentheses."""
    return hasattr(type(given), "commit") or getattr(given, "__name__", None) == "commit"


@defining("clone_workflow(orders, id='orders-again')")
def clone_workflow(workflow: Workflow[In, Out], *, id: str) -> Workflow[In, Out]:
    """Return the same workflow under another id, without its schedules, or each due time would start both.

    Args:
        workflow: the workflow to clone.
        id: the id of the new one.

    Raises:
        InvalidId: it is no id.
        NotCommitted: the workflow was not committed.
        DefinitionError: it is something else.
    """
    if is_uncommitted(workflow):
        raise NotCommitted(f"{shown(workflow)} was not committed. Call .commit() at the end of its definition.")
    if not isinstance(workflow, Workflow):
        raise DefinitionError(
            f"clone_workflow was given {shown(workflow)}. Expected a workflow; clone_step clones steps."
        )
    return replace(workflow, flow=replace(workflow.flow, id=check_id(id, "workflow"), schedules=()))
