"""The workflow as JSON, as a digest and as a diagram."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from engine import (
    Retry,
    clone_step,
    clone_workflow,
    create_step,
    create_workflow,
    from_init,
    from_step,
    sequence,
    step,
    template,
)
from engine.tree.functions import make_function
from engine.values.schema import ANY


class City(BaseModel):
    """A city."""

    name: str = Field(description="What it is called.", examples=["Rome"])


@step(resume_schema=int, suspend_schema=City, retry=Retry(attempts=2, on=(OSError,)), timeout=3, metadata={"a": 1})
def ask(data: City) -> City:
    """Ask somebody."""
    return data


@step
def count(data: int) -> int:
    """Add one."""
    return data + 1


def is_big(data: Any) -> bool:
    """Decide."""
    return True


def begun(**options: Any) -> Any:
    """Begin a workflow."""
    return create_workflow(id="w", input_schema=City, output_schema=None, **options)


def test_a_step_in_the_graph() -> None:
    """It has its schemas, policies and source position."""
    workflow = begun(description="Words", metadata={"b": 2}, state_schema=City).then(ask).commit()
    graph = workflow.graph
    (node,) = graph.pop("steps")
    city = {
        "title": "City",
        "description": "A city.",
        "type": "object",
        "properties": {
            "name": {"title": "Name", "type": "string", "description": "What it is called.", "examples": ["Rome"]}
        },
        "required": ["name"],
    }
    assert graph == {
        "id": "w",
        "description": "Words",
        "input_schema": city,
        "output_schema": {},
        "state_schema": city,
        "metadata": {"b": 2},
        "file": __file__,
        "line": begun.__code__.co_firstlineno + 2,
    }
    assert node == {
        "type": "step",
        "id": "ask",
        "description": "Ask somebody.",
        "input_schema": city,
        "output_schema": city,
        "resume_schema": {"type": "integer"},
        "suspend_schema": city,
        "retry": {"attempts": 2, "delay": 0.0, "backoff": 1.0, "max_delay": 60.0, "jitter": 0.0, "on": ["OSError"]},
        "timeout": 3,
        "metadata": {"a": 1},
        "file": __file__,
        "line": ask.function.__code__.co_firstlineno,
    }


NESTED = clone_workflow(begun().then(ask).commit(), id="nested")


def every_kind() -> Any:
    """Return a workflow with each kind of node."""
    mapping = {"x": from_init("name"), "y": template("{ask.name}"), "z": from_step(ask), "f": is_big}
    unread: Any = {"input_schema": None}
    return (
        begun()
        .then(ask)
        .map(mapping)
        .map(lambda data: 3)
        .parallel([count, clone_step(count, id="a")], concurrency=1, fail_fast=True)
        .branch([(is_big, clone_step(ask, id="b", **unread))], otherwise=clone_step(ask, id="c", **unread))
        .dountil(clone_step(count, id="d", **unread), lambda n: n > 3, max_iterations=9)
        .map(lambda data: [data])
        .foreach(sequence(clone_step(count, id="e"), clone_step(count, id="f")), concurrency=4)
        .sleep(1.5)
        .sleep_until(datetime(2030, 1, 1, tzinfo=UTC))
        .sleep(lambda data: 2)
        .wait_for_event("go", City, timeout=5)
        .then(NESTED)
        .commit()
    )


SHOWN: list[Any] = [
    "ask",
    {
        "type": "map",
        "id": "map-1",
        "keys": {"x": "from_init('name')", "y": "template('{ask.name}')", "z": "from_step('ask')", "f": "is_big"},
        "function": None,
    },
    {"type": "map", "id": "map-2", "keys": None, "function": "lambda data: 3"},
    {"type": "parallel", "id": "parallel-1", "arms": ["count", "a"], "concurrency": 1, "fail_fast": True},
    {"type": "branch", "id": "branch-1", "arms": [{"condition": "is_big", "node": "b"}], "otherwise": "c"},
    {
        "type": "loop",
        "id": "dountil-1",
        "kind": "dountil",
        "body": "d",
        "condition": "lambda n: n > 3",
        "max_iterations": 9,
    },
    {"type": "map", "id": "map-3", "keys": None, "function": "lambda data: [data]"},
    {
        "type": "foreach",
        "id": "foreach-1",
        "body": {"type": "sequence", "id": "f", "steps": ["e", "f"]},
        "concurrency": 4,
    },
    {"type": "sleep", "id": "sleep-1", "kind": "sleep", "seconds": 1.5, "until": None, "function": None},
    {
        "type": "sleep",
        "id": "sleep-2",
        "kind": "sleep_until",
        "seconds": None,
        "until": "2030-01-01T00:00:00+00:00",
        "function": None,
    },
    {
        "type": "sleep",
        "id": "sleep-3",
        "kind": "sleep",
        "seconds": None,
        "until": None,
        "function": "lambda data: 2",
    },
    {"type": "event", "id": "event-1", "name": "go", "schema": NESTED.input_schema, "timeout": 5},
    {"type": "workflow", "id": "nested", "workflow": NESTED.graph},
]
"""Its nodes as they are published, steps shortened to their ids."""


def test_every_kind_of_node_in_the_graph() -> None:
    """Conditions and functions are named, sources written as in the definition, inner nodes nested."""
    graph = every_kind().graph
    assert [_without_steps(node) for node in graph["steps"]] == SHOWN
    assert json.loads(json.dumps(graph)) == graph


def _without_steps(node: Any) -> Any:
    """Return a node with its steps shortened to their ids; nested workflows stay."""
    match node:
        case {"type": "step", "id": id}:
            return id
        case {"type": "workflow"}:
            return node
        case dict():
            return {key: value if key == "schema" else _without_steps(value) for key, value in node.items()}
        case list():
            return [_without_steps(part) for part in node]
        case _:
            return node


def test_a_lambda_is_shown_by_its_source() -> None:
    """Also when several stand on a line, and when it goes over several."""
    functions: list[Any] = [
        *((lambda data: data.x > 1), (lambda data, ctx: not data), (lambda d: lambda e: e + d)),
        lambda data: (
            data["a"]  # the first
            + data["b"]
        ),
    ]
    functions.append(functions[2](1))
    assert [make_function(function, ANY).name for function in functions] == [
        "lambda data: data.x > 1",
        "lambda data, ctx: not data",
        "lambda d: lambda e: e + d",
        "lambda data: data['a'] + data['b']",
        "lambda e: e + d",
    ]
    assert make_function(eval("lambda data: 1"), ANY).name == "lambda"  # noqa: S307


def test_the_digest_changes_with_the_graph_and_the_schemas() -> None:
    """Another order, another policy, another condition or another schema is another workflow."""
    other = create_step(id="count", execute=lambda data: data, input_schema=int, output_schema=str)
    workflows = [
        begun().then(ask).map(lambda data: 1).then(count).commit(),
        begun().then(ask).map(lambda data: 1).then(other).commit(),
        begun().then(ask).map(lambda data: 2).then(count).commit(),
        begun().map(lambda data: 1).then(count).commit(),
        begun().then(ask).map(lambda data: 1).then(clone_step(count, id="counted")).commit(),
        begun(state_schema=City).then(ask).map(lambda data: 1).then(count).commit(),
        clone_workflow(begun().then(ask).map(lambda data: 1).then(count).commit(), id="v"),
    ]
    assert len({workflow.digest for workflow in workflows}) == len(workflows)


SCHEMAS_AND_POLICIES: list[dict[str, Any]] = [
    {},
    {"input_schema": int},
    {"output_schema": int},
    {"resume_schema": int},
    {"suspend_schema": int},
    {"state_schema": dict[str, int]},
    {"retry": Retry(attempts=2)},
    {"timeout": 3},
]


def test_every_schema_and_policy_is_part_of_the_digest() -> None:
    """Those of a step, of a workflow and of an event."""
    steps = [create_step(id="s", execute=lambda data: data, **given) for given in SCHEMAS_AND_POLICIES]
    open_ended: dict[str, Any] = {"input_schema": None, "output_schema": None}
    workflows = [create_workflow(id="w", **open_ended).then(step).commit() for step in steps]
    workflows += [
        create_workflow(id="w", **{**open_ended, **given}).then(steps[0]).commit()
        for given in SCHEMAS_AND_POLICIES
        if given.keys() & {"input_schema", "output_schema", "state_schema", "retry"}
    ]
    workflows += [
        create_workflow(id="w", **open_ended).wait_for_event("go", schema).commit() for schema in (None, int, str)
    ]
    assert len({workflow.digest for workflow in workflows}) == len(workflows)


def test_the_digest_does_not_change_with_the_queue() -> None:
    """Where runs wait, how urgent they are and how many go at once, is in the graph and makes no other workflow."""
    carriage: dict[str, Any] = {"queue": "reports", "priority": 9, "concurrency": 3, "concurrency_key": "name"}
    plain, carried = begun().then(ask).commit(), begun(**carriage).then(ask).commit()
    assert carried.digest == plain.digest
    assert (carried.graph["queue"], carried.graph["priority"]) == ("reports", 9)
    assert carried.graph["limits"] == {"concurrency": 3, "key": "name"}
    assert not {"queue", "priority", "limits"} & plain.graph.keys()


def test_the_digest_does_not_change_with_words() -> None:
    """Descriptions, titles, metadata and source lines are for people."""

    def silent(data: City) -> City:
        return data

    named = clone_step(ask, id="ask", description="Other words", metadata=None, execute=silent)
    assert (
        begun(description="Words", metadata={"x": 1}).then(ask).commit().digest == begun().then(named).commit().digest
    )

    spoken = {"type": "object", "title": "T", "properties": {"title": {"type": "string", "description": "d"}}}
    mute = {"type": "object", "properties": {"title": {"type": "string"}}}
    other = {"type": "object", "properties": {"description": {"type": "string"}}}
    digests = [
        create_workflow(id="w", input_schema=schema, output_schema=None).map(lambda data: 1).commit().digest
        for schema in (spoken, mute, other)
    ]
    assert digests[0] == digests[1] != digests[2]


def test_names_and_values_of_the_user_are_part_of_the_digest() -> None:
    """A key of a mapping, a field or a value may be called as what only people read."""
    mapped = [begun().map({"file": from_init(path), "title": from_init("name")}) for path in ("name", "")]
    documents = [{"const": {"title": words}} for words in ("a", "b")]
    documents += [{"properties": {"title": {"type": kind, "title": "Words"}}} for kind in ("string", "integer")]
    given = [create_workflow(id="w", input_schema=each, output_schema=None).then(ask) for each in documents]
    assert len({builder.commit().digest for builder in mapped + given}) == 6


def test_the_digest_is_the_same_in_every_process() -> None:
    """Neither hash seeds nor addresses enter it."""
    code = "from tests.typing.right import *; print(repeated.digest, mapped_to_dict.digest, waiting.digest)"
    root = Path(__file__).parent.parent.parent
    printed = [
        subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert printed[0] == printed[1]
    assert [len(digest) for digest in printed[0].split()] == [64, 64, 64]


def test_a_workflow_as_a_mermaid_flowchart() -> None:
    """Arms go apart and come together, loops and items go back, nested workflows are framed."""
    nested = clone_workflow(begun().then(clone_step(ask, id="inner")).commit(), id="nested")
    workflow = (
        begun()
        .then(nested)
        .branch([(is_big, ask)])
        .map(lambda data: [1])
        .foreach(count)
        .dowhile(clone_step(count, id="again", input_schema=None), lambda n: n < 3)
        .wait_for_event("go")
        .commit()
    )
    assert workflow.to_mermaid().splitlines() == [
        "flowchart TD",
        '  n1(("start"))',
        '  subgraph w2["nested"]',
        '    n3["inner"]',
        "    n1 --> n3",
        "  end",
        '  n4{"branch-1"}',
        "  n3 --> n4",
        '  n5["ask"]',
        '  n4 -->|"is_big"| n5',
        '  n6[/"map-1"/]',
        "  n5 --> n6",
        '  n4 -->|"none"| n6',
        '  n7[["foreach-1: for each item"]]',
        "  n6 --> n7",
        '  n8["count"]',
        '  n7 -->|"item"| n8',
        "  n8 --> n7",
        '  n9("dowhile-1")',
        "  n7 --> n9",
        '  n10{"while lambda n: n #60; 3"}',
        '  n11["again"]',
        "  n9 --> n11",
        "  n11 --> n10",
        '  n10 -->|"again"| n9',
        '  n12(["event-1: go"])',
        '  n10 -->|"done"| n12',
        '  n13(("end"))',
        "  n12 --> n13",
    ]


def test_parallel_arms_and_timers_in_mermaid() -> None:
    """Parallel arms share a start, sequences are chains, otherwise is an arm of its own."""
    unread: Any = {"input_schema": None}
    workflow = (
        begun()
        .parallel([sequence(ask, clone_step(ask, id="b")), clone_step(ask, id="c")])
        .sleep(1)
        .branch([(is_big, clone_step(ask, id="d", **unread))], otherwise=clone_step(ask, id="e", **unread))
        .commit()
    )
    links = [line.strip() for line in workflow.to_mermaid().splitlines() if "-->" in line]
    assert links == [
        "n1 --> n2",
        "n2 --> n3",
        "n3 --> n4",
        "n2 --> n5",
        "n4 --> n6",
        "n5 --> n6",
        "n6 --> n7",
        'n7 -->|"is_big"| n8',
        'n7 -->|"otherwise"| n9',
        "n8 --> n10",
        "n9 --> n10",
    ]
