"""Which parts of a graph stand folded, as one node each, and the graph with those parts folded."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from playground.graph.nodes import (
    GraphBranch,
    GraphCatch,
    GraphEvent,
    GraphForeach,
    GraphLoop,
    GraphParallel,
    GraphRace,
    GraphSequence,
    GraphWorkflow,
    Node,
)

MOST_AT_FIRST = 16
"""So many nodes are in sight at first at most: about as many as fit a laptop's window at a size that can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphFolded(Node):
    """A part of a graph that is shown as one node."""

    part: Node
    """What it stands for."""

    @property
    def name(self) -> str:
        """Return the name of what it stands for."""
        return self.part.name

    @property
    def holds(self) -> tuple[Node, ...]:
        """Return the nodes that run inside of it, in the order of the code."""
        return tuple(_leaves(parts_of(self.part)))


def parts_of(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly inside of one, those of a nested workflow included."""
    return node.nodes if isinstance(node, GraphWorkflow) else node.inner


def can_fold(node: Node) -> bool:
    """Tell whether a node is a part that can be folded: it holds others, and is drawn around them."""
    return bool(parts_of(node)) and not isinstance(node, GraphSequence)


def folded_parts(nodes: Sequence[Node], chosen: Mapping[str, bool]) -> frozenset[str]:
    """Return the names of the parts that stand folded.

    A large graph is folded from its deepest parts on, the largest of them first, until few enough nodes are in sight.

    Args:
        nodes: of the whole workflow.
        chosen: the names of parts that somebody has folded (true) or opened (false); what is not there is no matter.
    """
    first = _folded_at_first(nodes)
    names = [part.name for _, part in _parts(nodes)]
    return frozenset(name for name in names if chosen.get(name, name in first))


def fold(nodes: Sequence[Node], folded: Collection[str]) -> tuple[Node, ...]:
    """Return the nodes of a workflow, and each part whose name is among the given ones as a `GraphFolded`."""
    return tuple(_fold(node, folded) for node in nodes)


def _fold(node: Node, folded: Collection[str]) -> Node:
    if can_fold(node) and node.name in folded:
        return GraphFolded(
            type=node.type,
            id=node.id,
            path=node.path,
            description=node.description,
            input_schema=node.input_schema,
            output_schema=node.output_schema,
            part=node,
        )
    match node:
        case GraphSequence() | GraphWorkflow():
            return replace(node, nodes=fold(node.nodes, folded))
        case GraphParallel() | GraphRace():
            return replace(node, arms=fold(node.arms, folded))
        case GraphCatch():
            return replace(node, body=_fold(node.body, folded), handler=_fold(node.handler, folded))
        case GraphBranch():
            arms = tuple((condition, _fold(arm, folded)) for condition, arm in node.arms)
            return replace(node, arms=arms, otherwise=node.otherwise and _fold(node.otherwise, folded))
        case GraphLoop() | GraphForeach():
            return replace(node, body=_fold(node.body, folded))
        case GraphEvent():
            return replace(node, otherwise=node.otherwise and _fold(node.otherwise, folded))
        case _:
            return node


def _folded_at_first(nodes: Sequence[Node]) -> frozenset[str]:
    deepest_first = sorted(_parts(nodes), key=lambda found: (-found[0], -_in_sight(parts_of(found[1]), ())))
    folded: frozenset[str] = frozenset()
    for _, part in deepest_first:
        if _in_sight(nodes, folded) <= MOST_AT_FIRST:
            break
        # One node in the place of one node would hide it for nothing.
        if _in_sight(parts_of(part), folded) > 1:
            folded |= {part.name}
    return folded


def _parts(nodes: Sequence[Node], depth: int = 0) -> Iterator[tuple[int, Node]]:
    """Yield the parts that can be folded, each with how deep it lies."""
    for node in nodes:
        own = can_fold(node)
        if own:
            yield depth, node
        yield from _parts(parts_of(node), depth + own)


def _in_sight(nodes: Sequence[Node], folded: Collection[str]) -> int:
    inside = ((node, parts_of(node)) for node in nodes)
    return sum(_in_sight(parts, folded) if parts and node.name not in folded else 1 for node, parts in inside)


def _leaves(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        if parts := parts_of(node):
            yield from _leaves(parts)
        else:
            yield node
