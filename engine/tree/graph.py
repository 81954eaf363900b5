"""A workflow as JSON, for pages and other tools, and its digest."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.tree.nodes import (
    BranchNode,
    CatchNode,
    EventNode,
    Flow,
    FlowNode,
    ForeachNode,
    LoopNode,
    MapNode,
    Node,
    ParallelNode,
    RaceNode,
    SequenceNode,
    SleepNode,
    StepNode,
)
from engine.tree.step import Function, Retry, Step
from engine.values.schema import Schema
from engine.values.schema_walk import DOCUMENT

Graph = dict[str, Any]

# What people read, where it is written, when it starts, where it waits and for whom may change without the workflow
# changing.
_WORDS = frozenset({"description", "file", "line", "metadata", "schedules", "queue", "priority", "limits"})
_SCHEMA_WORDS = frozenset({"description", "title", "examples", "$comment"})
_SCHEMAS = frozenset({"input_schema", "output_schema", "state_schema", "resume_schema", "suspend_schema", "schema"})


def graph_of(flow: Flow) -> Graph:
    """Return a workflow as JSON."""
    return (
        {
            "id": flow.id,
            "description": flow.description,
            "input_schema": flow.input.json_schema,
            "output_schema": flow.output.output_json_schema,
            "state_schema": _reading(flow.state),
            "metadata": flow.metadata,
            "file": flow.file,
            "line": flow.line,
            "steps": [node_graph(node) for node in flow.nodes],
        }
        | _given("retry", _retry(flow.retry))
        | _given("schedules", [one.to_dict() for one in flow.schedules] or None)
        | _given("queue", flow.queue)
        | _given("priority", flow.priority)
        | _given("limits", _limits(flow))
    )


@lru_cache(maxsize=1024)
def digest_of(flow: Flow) -> str:
    """Return the SHA-256 of a workflow's graph and schemas, in hex.

    It is the same in every process, and stays the same when only descriptions, metadata, schedules, queues, limits or
    source lines change.
    """
    text = json.dumps(_essence(graph_of(flow)), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()


def node_graph(node: Node) -> Graph:
    """Return a node as JSON, with the nodes inside it."""
    match node:
        case StepNode():
            return _step(node.step)
        case MapNode():
            keys = {key: str(source) for key, source in node.sources} if node.function is None else None
            return {"type": "map", "id": node.id, "keys": keys, "function": _name(node.function)}
        case SequenceNode():
            return {"type": "sequence", "id": node.id, "steps": [node_graph(part) for part in node.nodes]}
        case ParallelNode():
            return _parallel(node)
        case RaceNode():
            return {"type": "race", "id": node.id, "arms": [node_graph(arm) for arm in node.arms]}
        case CatchNode():
            body, handler = node_graph(node.body), node_graph(node.handler)
            return {"type": "attempt", "id": node.id, "body": body, "otherwise": handler, "on": list(node.on.names)}
        case BranchNode():
            return _branch(node)
        case LoopNode():
            return _loop(node)
        case ForeachNode():
            body = node_graph(node.body)
            return {"type": "foreach", "id": node.id, "body": body, "concurrency": node.concurrency}
        case SleepNode():
            return _sleep(node)
        case EventNode():
            schema = node.schema.json_schema
            event = {"type": "event", "id": node.id, "name": node.name, "schema": schema, "timeout": node.timeout}
            return event | _given("otherwise", None if node.otherwise is None else node_graph(node.otherwise))
        case FlowNode():
            return {"type": "workflow", "id": node.id, "workflow": graph_of(node.flow)}


def _step(step: Step[Any, Any]) -> Graph:
    return (
        {
            "type": "step",
            "id": step.id,
            "description": step.description,
            "input_schema": step.input.json_schema,
            "output_schema": step.output.output_json_schema,
            "resume_schema": _reading(step.resume),
            "suspend_schema": None if step.suspend is None else step.suspend.output_json_schema,
            "retry": _retry(step.retry),
            "timeout": step.timeout,
            "metadata": step.metadata,
            "file": step.file,
            "line": step.line,
        }
        | _given("state_schema", _reading(step.state))
        | _given("queue", step.queue)
        | _given("priority", step.priority)
        | _given("undo", None if step.undo is None else _called(step.undo))
    )


def _limits(flow: Flow) -> Graph | None:
    found = _given("concurrency", flow.concurrency) | _given("key", flow.concurrency_key)
    return found or None


def _parallel(node: ParallelNode) -> Graph:
    return {
        "type": "parallel",
        "id": node.id,
        "arms": [node_graph(arm) for arm in node.arms],
        "concurrency": node.concurrency,
        "fail_fast": node.fail_fast,
    }


def _branch(node: BranchNode) -> Graph:
    return {
        "type": "branch",
        "id": node.id,
        "arms": [{"condition": arm.condition.name, "node": node_graph(arm.node)} for arm in node.arms],
        "otherwise": None if node.otherwise is None else node_graph(node.otherwise),
    }


def _loop(node: LoopNode) -> Graph:
    return {
        "type": "loop",
        "id": node.id,
        "kind": node.kind,
        "body": node_graph(node.body),
        "condition": node.condition.name,
        "max_iterations": node.max_iterations,
    }


def _sleep(node: SleepNode) -> Graph:
    wait = node.wait
    return {
        "type": "sleep",
        "id": node.id,
        "kind": node.kind,
        "seconds": wait if isinstance(wait, int | float) else None,
        "until": wait.isoformat() if isinstance(wait, datetime) else None,
        "function": _name(wait) if isinstance(wait, Function) else None,
    }


def _name(function: Function | None) -> str | None:
    return None if function is None else function.name


def _called(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _retry(retry: Retry | None) -> Graph | None:
    return None if retry is None else retry.to_dict()


def _reading(schema: Schema | None) -> Graph | None:
    return None if schema is None else schema.json_schema


def _given(key: str, value: Graph | list[Graph] | str | int | None) -> Graph:
    """Return a key that most graphs do not have: it came later, and digests that are recorded stay as they are."""
    return {} if value is None else {key: value}


def _essence(graph: Any) -> Any:
    """Return what of a graph makes the workflow: without words for people and source positions."""
    match graph:
        case dict():
            return {key: _essential(key, value) for key, value in graph.items() if key not in _WORDS}
        case list():
            return [_essence(part) for part in graph]
        case _:
            return graph


def _essential(key: str, value: Any) -> Any:
    if key in _SCHEMAS and isinstance(value, dict):
        return DOCUMENT.rewrite(value, _bare)
    # The keys of a mapping have names that the user gave.
    return value if key == "keys" else _essence(value)


def _bare(new: Graph, old: Graph) -> Graph:
    """Return a JSON Schema without what only people read."""
    return {key: value for key, value in new.items() if key not in _SCHEMA_WORDS}
