"""What the examples show, taken together."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import playground.examples
from engine import Workflow
from engine.tree.graph import Graph

MODULES = sorted(Path(playground.examples.__file__).parent.glob("*.py"))
WORKFLOWS = [value for value in vars(playground.examples).values() if isinstance(value, Workflow)]


def nodes(graph: Any) -> Iterator[Graph]:
    """Yield every node of a graph."""
    if isinstance(graph, dict):
        if "type" in graph and "id" in graph:
            yield graph
        for part in graph.values():
            yield from nodes(part)
    if isinstance(graph, list):
        for part in graph:
            yield from nodes(part)


def test_the_examples_show_every_kind_of_node() -> None:
    """Whoever reads the examples has seen every construct of a workflow."""
    shown = {(node["type"], node.get("kind")) for workflow in WORKFLOWS for node in nodes(workflow.graph["steps"])}
    kinds = {kind for kind, _ in shown}
    assert kinds >= {"step", "map", "parallel", "branch", "loop", "foreach", "sleep", "event", "workflow", "sequence"}
    assert kinds >= {"race", "attempt"}
    assert {kind for _, kind in shown} >= {"dowhile", "dountil", "sleep", "sleep_until"}


def test_the_examples_are_offered_under_the_names_of_their_files() -> None:
    """A workflow's id is the name of the file in which one reads it."""
    assert {workflow.id for workflow in WORKFLOWS} == {path.stem for path in MODULES} - {"__init__"}


def test_every_example_says_what_it_does() -> None:
    """The list and the graph have a sentence for each workflow and each step."""
    texts = [workflow.graph for workflow in WORKFLOWS]
    texts += [node for workflow in WORKFLOWS for node in nodes(workflow.graph["steps"]) if node["type"] == "step"]
    assert [text["id"] for text in texts if not text["description"]] == []


def test_the_examples_import_the_engine_s_face_only() -> None:
    """What an example imports, a user can import: the engine, pydantic and the standard library."""
    imported = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module)
    assert {name for name in imported if name.startswith(("engine", "django", "channels"))} == {"engine"}
