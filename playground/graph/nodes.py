"""The nodes of a published graph: one frozen kind for each kind of node that a workflow's tree has."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.paths import Path, format_path

Schema = Any
"""A JSON Schema; None for that of a value of which nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node has."""

    type: str
    """The kind as the graph writes it."""
    id: str
    path: Path
    """The ids under which it runs, without indexes of items. Containers run at no path; theirs ends with their id."""
    description: str = ""
    input_schema: Schema = None
    """Of what it is given; for a node that declares none, of what the one before hands on."""
    given_schemas: tuple[Schema, ...] = ()
    """Of what whatever stands before it gives: what is secret in one of these is secret here, too."""
    output_schema: Schema = None
    """Of what it hands on."""
    resume_schema: Schema = None
    suspend_schema: Schema = None
    state_schema: Schema = None

    @property
    def inner(self) -> "tuple[Node, ...]":
        """Return the nodes directly inside."""
        return ()

    @property
    def runs(self) -> bool:
        """Tell whether a run has a step at its path: containers are only around such nodes."""
        return True

    @property
    def name(self) -> str:
        """Return what its place is called in pages: its path as text."""
        return format_path(self.path)

    def flat(self) -> "Iterator[Node]":
        """Yield it and the nodes inside it, parents first, without those of nested workflows."""
        yield self
        for node in self.inner:
            yield from node.flat()

    def steps(self) -> "Iterator[Node]":
        """Yield the nodes that run at paths in the same workflow: itself, or those inside it."""
        return (node for node in self.flat() if node.runs)


UNKNOWN = Node(type="unknown", id="", path=())
"""What stands for a node that a graph does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphStep(Node):
    """A step."""

    attempts: int = 1
    """How often it is tried at most, by its own policy."""
    metadata: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphMap(Node):
    """A mapping: a function, or a source for each key."""

    function: str | None
    keys: dict[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSleep(Node):
    """A timer: seconds, a time, or a function that gives one of them."""

    until_time: bool
    """Whether it waits until a time, and not for a while."""
    seconds: float | None
    until: str | None
    function: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEvent(Node):
    """A wait for an event."""

    event: str
    timeout: float | None
    """Seconds."""
    schema: Schema
    """Of what the event carries; what the wait hands on may come from ``otherwise``, too."""
    otherwise: Node | None = None
    """What runs after the timeout."""

    @property
    def inner(self) -> tuple[Node, ...]:
        """See `Node.inner`."""
        return () if self.otherwise is None else (self.otherwise,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container(Node):
    """A node that is only around others."""

    @property
    def runs(self) -> bool:
        """See `Node.runs`."""
        return False

    @property
    def name(self) -> str:
        """Return the path of the workflow around it, a slash and its id: no step can have such a path."""
        return f"{format_path(self.path[:-1])}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSequence(Container):
    """Nodes one after the other, where one can stand."""

    nodes: tuple[Node, ...]

    @property
    def inner(self) -> tuple[Node, ...]:
        """See `Node.inner`."""
        return self.nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphParallel(Container):
    """Arms that run at once."""

    arms: tuple[Node, ...]
    concurrency: int | None

    @property
    def inner(self) -> tuple[Node, ...]:
        """See `Node.inner`."""
        return self.arms


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRace(Container):
    """Arms that run at once until one succeeds."""

    arms: tuple[Node, ...]

    @property
    def inner(self) -> tuple[Node, ...]:
        """See `Node.inner`."""
        return self.arms


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphCatch(Container):
    """A body, and what runs when it fails with one of some errors."""

    body: Node
    handler: Node
    on: tuple[str, ...]
    """The names of the errors that are caught."""

    @property
    def inner(self) -> tuple[Node, ...]:
        """See `Node.inner`."""
        return (self.body, self.handler)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphBranch(Container):
    """Arms that run when their conditions hold."""

    arms: tuple[tuple[str, Node], ...]
    """The source of each condition, for people, and its arm."""
    otherwise: Node | None

    @property
    def inner(self) -> tuple[Node, ...]:
        """See `Node.inner`."""
        return (*(arm for _, arm in self.arms), *filter(None, [self.otherwise]))


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphLoop(Container):
    """A body that runs again while, or until, a condition holds."""

    body: Node
    is_while: bool
    condition: str
    """The source of the condition, for people."""

    @property
    def inner(self) -> tuple[Node, ...]:
        """See `Node.inner`."""
        return (self.body,)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphForeach(Container):
    """A body that runs for each item of a list."""

    body: Node
    concurrency: int

    @property
    def inner(self) -> tuple[Node, ...]:
        """See `Node.inner`."""
        return (self.body,)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphWorkflow(Node):
    """A nested workflow as one step; its nodes run below its path."""

    workflow_id: str
    nodes: tuple[Node, ...]
