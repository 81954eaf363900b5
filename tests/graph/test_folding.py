"""Which parts of a graph are folded, and what a graph with folded parts is."""

from typing import Any

import pytest

from playground.graph.folding import MOST_AT_FIRST, GraphFolded, fold, folded_parts, parts_of
from playground.graph.nodes import Node
from playground.graph.tree import read_tree
from playground.views.pattern_samples import flow, step


def nested(name: str, *steps: dict[str, Any]) -> dict[str, Any]:
    """Return a workflow as a step of another one."""
    return {"type": "workflow", "id": name, "workflow": flow(name, *steps)}


def steps(name: str, count: int) -> list[dict[str, Any]]:
    """Return some steps one after the other."""
    return [step(f"{name}_{number}") for number in range(count)]


def nodes_of(*parts: dict[str, Any]) -> tuple[Node, ...]:
    """Return the nodes of a workflow."""
    return read_tree(flow("w", *parts)).nodes


def in_sight(nodes: tuple[Node, ...]) -> list[str]:
    """Return the names of the nodes that are drawn as boxes."""
    return [name for node in nodes for name in (in_sight(parts_of(node)) if parts_of(node) else [node.name])]


EVERY_PART = {
    "nested": nested("inner", *steps("a", 2)),
    "parallel": {"type": "parallel", "id": "p", "arms": steps("a", 2)},
    "race": {"type": "race", "id": "r", "arms": steps("a", 2)},
    "attempt": {"type": "attempt", "id": "t", "body": step("a"), "otherwise": step("b"), "on": []},
    "branch": {"type": "branch", "id": "b", "arms": [{"condition": "x", "node": step("a")}], "otherwise": step("b")},
    "loop": {"type": "loop", "id": "l", "kind": "dountil", "body": step("a"), "condition": "x"},
    "foreach": {"type": "foreach", "id": "f", "body": step("a")},
    "event": {"type": "event", "id": "e", "name": "paid", "timeout": 3, "otherwise": step("a")},
}


@pytest.mark.parametrize("kind", EVERY_PART)
def test_every_kind_of_part_folds_and_opens(kind: str) -> None:
    """It is small enough to stand open at first; folded it is one node of its own name that knows what is inside."""
    nodes = nodes_of(EVERY_PART[kind], step("last"))
    assert folded_parts(nodes, {}) == frozenset()
    (name,) = folded_parts(nodes, {nodes[0].name: True})
    first, last = fold(nodes, {name})
    assert isinstance(first, GraphFolded)
    assert (first.name, last.name) == (nodes[0].name, "last")
    assert [one.name for one in first.holds] == in_sight(nodes)[:-1]
    assert fold(nodes, ()) == nodes


def test_a_large_graph_is_folded_from_its_deepest_parts_on() -> None:
    """Until few enough nodes are in sight: what is less deep stays open as long as that suffices."""
    deepest = nested("deepest", *steps("c", 20))
    nodes = nodes_of(*steps("a", 4), nested("middle", *steps("b", 4), deepest), nested("other", *steps("d", 5)))
    assert folded_parts(nodes, {}) == {"middle.deepest"}
    assert len(in_sight(fold(nodes, {"middle.deepest"}))) <= MOST_AT_FIRST


def test_of_equally_deep_parts_the_largest_is_folded_first() -> None:
    """The small one stays open."""
    nodes = nodes_of(nested("small", *steps("a", 3)), nested("large", *steps("b", 20)))
    assert folded_parts(nodes, {}) == {"large"}


def test_what_somebody_chose_is_kept() -> None:
    """A part that was opened stays open in a large graph, one that was folded stays so in a small one."""
    nodes = nodes_of(nested("small", *steps("a", 3)), nested("large", *steps("b", 20)))
    assert folded_parts(nodes, {"large": False, "small": True, "gone": True}) == {"small"}


def test_a_part_of_one_node_is_not_folded_at_first() -> None:
    """It would hide a node for nothing."""
    nodes = nodes_of(*steps("a", 20), {"type": "foreach", "id": "f", "body": step("one")})
    assert folded_parts(nodes, {}) == frozenset()


def test_a_part_inside_of_a_folded_one_keeps_its_choice() -> None:
    """It is folded still when the one around it is opened."""
    nodes = nodes_of(nested("outer", nested("inner", *steps("a", 2)), step("b")))
    folded = folded_parts(nodes, {"outer.inner": True})
    assert in_sight(fold(nodes, folded)) == ["outer.inner", "outer.b"]
    assert in_sight(fold(nodes, folded | {"outer"})) == ["outer"]
