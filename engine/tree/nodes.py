"""The tree that a workflow is: a few kinds of node, each a frozen value.

Every reader of the tree (executor, graph, diagram) is one ``match`` over these kinds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.schedules.planned import Planned
from engine.tree.caught_errors import Catch
from engine.tree.mapping_sources import Source
from engine.tree.step import Function, Hook, Retry, Step
from engine.values.schema import ANY, Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class StepNode:
    """One step."""

    step: Step[Any, Any]

    @property
    def id(self) -> str:
        """Return the step's id."""
        return self.step.id


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """A mapping: one function, or one source for each key of the result."""

    id: str
    function: Function | None = None
    sources: tuple[tuple[str, Source], ...] = ()
    output: Schema = ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceNode:
    """Nodes one after the other; the steps keep their own paths."""

    id: str
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelNode:
    """Arms that all run at once on the same input."""

    id: str
    arms: tuple["Node", ...]
    concurrency: int | None = None
    fail_fast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceNode:
    """Arms that all run at once on the same input until one of them succeeds."""

    id: str
    arms: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchNode:
    """A body, and what runs when it fails with one of the errors in ``on``."""

    id: str
    body: "Node"
    handler: "Node"
    on: Catch


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """An arm of a branch and the condition under which it runs."""

    condition: Function
    node: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchNode:
    """Arms of which every one runs whose condition is true."""

    id: str
    arms: tuple[Arm, ...]
    otherwise: "Node | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopNode:
    """A body that runs at least once, and again as its condition says."""

    id: str
    kind: Literal["dowhile", "dountil"]
    body: "Node"
    condition: Function
    max_iterations: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeachNode:
    """A body that runs for each item of a list."""

    id: str
    body: "Node"
    concurrency: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SleepNode:
    """A durable timer: ``wait`` is seconds, a point in time, or a function that gives one of them."""

    id: str
    kind: Literal["sleep", "sleep_until"]
    wait: float | datetime | Function


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNode:
    """A wait for an event that is sent to the run; ``timeout`` in seconds, and what runs when it is over."""

    id: str
    name: str
    schema: Schema
    timeout: float | None = None
    otherwise: "Node | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode:
    """A nested workflow, used as one step."""

    flow: "Flow"

    @property
    def id(self) -> str:
        """Return the nested workflow's id."""
        return self.flow.id


Node = (
    StepNode
    | MapNode
    | SequenceNode
    | ParallelNode
    | RaceNode
    | CatchNode
    | BranchNode
    | LoopNode
    | ForeachNode
    | SleepNode
    | EventNode
    | FlowNode
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """A committed workflow as data: its tree, schemas, hooks and defaults."""

    id: str
    nodes: tuple[Node, ...]
    input: Schema
    output: Schema
    state: Schema | None = None
    description: str = ""
    retry: Retry | None = None
    metadata: dict[str, Any] | None = None
    on_start: Hook | None = None
    on_finish: Hook | None = None
    on_error: Hook | None = None
    schedules: tuple[Planned, ...] = ()
    queue: str | None = None
    priority: int | None = None
    concurrency: int | None = None
    """How many of its runs are executed at once."""
    concurrency_key: str | None = None
    """A path into the input; runs that have the same there are executed one after the other."""
    file: str | None = None
    line: int | None = None


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly inside ``node``; those of a nested workflow are its own."""
    match node:
        case SequenceNode():
            return node.nodes
        case ParallelNode() | RaceNode():
            return node.arms
        case CatchNode():
            return (node.body, node.handler)
        case BranchNode():
            arms = tuple(arm.node for arm in node.arms)
            return arms if node.otherwise is None else (*arms, node.otherwise)
        case LoopNode() | ForeachNode():
            return (node.body,)
        case EventNode():
            return () if node.otherwise is None else (node.otherwise,)
        case _:
            return ()


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Yield every node of one workflow, parents first, without those of nested workflows."""
    for node in nodes:
        yield node
        yield from walk(children(node))


def last_of(node: Node) -> Node:
    """Return the node whose output is the node's own: the last one of a sequence, also of one inside it."""
    while isinstance(node, SequenceNode):
        node = node.nodes[-1]
    return node


def giver_of(nodes: tuple[Node, ...], id: str) -> Node | None:
    """Return the node of one workflow under which the output of ``id`` is recorded, or None when there is none.

    A foreach, a loop and a sequence give what the last step of their body gives; the nodes around several arms keep
    nothing of their own.
    """
    node = next((node for node in walk(nodes) if node.id == id), None)
    while isinstance(node, SequenceNode | LoopNode | ForeachNode):
        node = last_of(node) if isinstance(node, SequenceNode) else node.body
    return None if isinstance(node, ParallelNode | RaceNode | CatchNode | BranchNode) else node


def step_ids(node: Node) -> tuple[str, ...]:
    """Return the ids under which the node records steps at its own level of the path."""
    match node:
        case SequenceNode() | ParallelNode() | RaceNode() | CatchNode() | BranchNode() | LoopNode() | ForeachNode():
            return tuple(id for child in children(node) for id in step_ids(child))
        case EventNode():
            return (node.id, *(id for child in children(node) for id in step_ids(child)))
        case _:
            return (node.id,)
