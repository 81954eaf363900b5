"""The nodes of a workflow's graph by the paths under which they run, each with the schemas of its values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Graph = Mapping[str, Any]
Schema = Any
"""A JSON Schema; None for that of a value of which nothing is known."""


def nodes_of(graph: Graph | None, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every node that has a path of its own, with that path without indexes.

    Nodes that declare none, as timers do, have the schema of what they are given, so that its secrets are known there.
    """
    if graph is not None:
        yield from _chain(graph["steps"], prefix, graph.get("input_schema"))


def _chain(
    nodes: Sequence[Mapping[str, Any]], prefix: tuple[str, ...], given: Schema
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for node in nodes:
        yield from _nodes(node, prefix, given)
        given = _output(node, given)


def _nodes(node: Mapping[str, Any], prefix: tuple[str, ...], given: Schema) -> Iterator[tuple[str, Mapping[str, Any]]]:
    path = (*prefix, node["id"])
    match node["type"]:
        case "sequence":
            yield from _chain(node["steps"], prefix, given)
        case "parallel" | "branch":
            for arm in _arms(node):
                yield from _nodes(arm, prefix, given)
        case "loop":
            yield from _nodes(node["body"], prefix, given)
        case "foreach":
            yield from _nodes(node["body"], prefix, _item(given))
        case "workflow":
            yield ".".join(path), node["workflow"]
            yield from nodes_of(node["workflow"], path)
        case "step":
            yield ".".join(path), node if node.get("input_schema") else {**node, "input_schema": given}
        case _:
            yield ".".join(path), {**node, "input_schema": given, "output_schema": _output(node, given)}


def _arms(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if node["type"] == "parallel":
        return list(node["arms"])
    return [arm["node"] for arm in node["arms"]] + ([node["otherwise"]] if node.get("otherwise") else [])


def _output(node: Mapping[str, Any], given: Schema) -> Schema:
    """Return the schema of what a node hands on."""
    match node["type"]:
        case "sleep":
            return given
        case "event":
            return node.get("schema")
        case "workflow":
            return node["workflow"].get("output_schema")
        case "loop":
            return _output(node["body"], given)
        case "foreach":
            return {"type": "array", "items": _moved(_output(node["body"], _item(given)) or {}, "items")}
        case "parallel" | "branch":
            arms = {arm["id"]: _output(arm, given) for arm in _arms(node)}
            parts = {name: _moved(schema or {}, f"properties/{name}") for name, schema in arms.items()}
            return {"type": "object", "properties": parts}
        case "sequence":
            for part in node["steps"]:
                given = _output(part, given)
            return given
        case _:
            return node.get("output_schema")


def _item(given: Schema) -> Schema:
    """Return the schema of an item of a list."""
    items = given.get("items") if isinstance(given, dict) else None
    return {**items, "$defs": given.get("$defs", {})} if isinstance(items, dict) else None


def _moved(schema: Schema, place: str) -> Schema:
    """Return a schema as a part of another one, in which its references lead to where they did."""
    match schema:
        case {"$ref": str(ref), **others} if ref.startswith("#"):
            return {"$ref": f"#/{place}{ref[1:]}", **_moved(others, place)}
        case dict():
            return {key: _moved(part, place) for key, part in schema.items()}
        case list():
            return [_moved(part, place) for part in schema]
        case _:
            return schema


def condition_text(text: Any) -> str:
    """Return a condition's source for people: on one line, and of a lambda what it computes."""
    return re.sub(r"^lambda\b[^:]*:\s*", "", " ".join(str(text or "").split()))


def without_indexes(path: str) -> str:
    """Return a written path without the items of lists: ``inner[0].ask`` gives ``inner.ask``."""
    return re.sub(r"\[\d+\]", "", path)
