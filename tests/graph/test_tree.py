"""The tree of a published graph."""

from typing import Any

from engine import Context, create_workflow, sequence, step
from playground.graph.nodes import GraphBranch, GraphEvent, GraphForeach, GraphLoop, GraphStep, GraphWorkflow
from playground.graph.tree import Tree, read_tree


@step
async def double(data: int) -> int:
    """Twice it."""
    return data * 2


@step
async def add(data: int) -> int:
    """One more."""
    return data + 1


@step(resume_schema=int)
async def ask(data: int, ctx: Context) -> int:
    """Ask a person."""
    return int(ctx.suspend(data))


@step
async def numbers(data: int) -> list[int]:
    """Count up to it."""
    return list(range(data))


@step
async def size(data: list[int]) -> int:
    """How many."""
    return len(data)


def tree() -> Tree:
    """Return the tree of a workflow with a node of most kinds."""
    inner = create_workflow(id="inner", input_schema=int, output_schema=int).then(add).then(ask).commit()
    workflow = (
        create_workflow(id="outer", input_schema=int, output_schema=Any)
        .then(sequence(double, numbers))
        .foreach(inner, concurrency=3)
        .then(size)
        .dountil(add, lambda n: n > 5)
        .branch([(lambda n: n > 1, ask)])
        .wait_for_event("paid", schema=str)
        .sleep(1)
        .commit()
    )
    return read_tree(workflow.graph)


def test_a_walk_passes_every_node_that_runs() -> None:
    """Containers are left out, nested nodes carry the outer id, and the order is that of the code."""
    assert [node.name for node in tree().walk()] == [
        "double", "numbers", "inner", "inner.add", "inner.ask", "size", "add", "ask", "event-1", "sleep-1",
    ]  # fmt: skip


def test_each_kind_has_what_its_readers_need() -> None:
    """Conditions are words, limits numbers, and a container is named after the workflow around it."""
    sequence_, foreach, _, loop, branch, event, _ = tree().nodes
    assert [node.id for node in sequence_.inner] == ["double", "numbers"]
    assert isinstance(foreach, GraphForeach)
    assert foreach.concurrency == 3
    assert isinstance(foreach.body, GraphWorkflow)
    assert isinstance(loop, GraphLoop)
    assert (loop.is_while, loop.condition) == (False, "n > 5")
    assert isinstance(branch, GraphBranch)
    assert [(text, arm.id) for text, arm in branch.arms] == [("n > 1", "ask")]
    assert branch.name == f"/{branch.id}"
    assert isinstance(event, GraphEvent)
    assert event.event == "paid"


def test_schemas_are_handed_on() -> None:
    """A node that declares no schema has that of what it is given; an item has that of the list's items."""
    found = tree()
    inner, timer = found.at(("inner", 4)), found.nodes[-1]
    assert inner is not None
    assert inner.input_schema == {"type": "integer"}
    assert timer.input_schema == timer.output_schema == {"type": "string"}
    assert found.nodes[1].output_schema == {"type": "array", "items": {"type": "integer"}}
    assert found.nodes[4].output_schema == {"type": "object", "properties": {"ask": {"type": "integer"}}}


def test_indexes_do_not_count() -> None:
    """A step is found by the path that it runs at, whichever item it is."""
    node = tree().at(("inner", 7, "ask"))
    assert isinstance(node, GraphStep)
    assert node.resume_schema == {"type": "integer"}
    assert tree().at(("inner", 7, "nothing")) is None


def test_waits_are_found_by_their_event() -> None:
    """Each wait has a schema of its own."""
    assert tree().waits_for("paid") == {("event-1",): {"type": "string"}}
    assert tree().waits_for("other") == {}
