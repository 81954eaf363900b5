"""The nodes of a workflow's graph by the paths under which they run."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Graph = Mapping[str, Any]


def nodes_of(graph: Graph | None, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every node that has a path of its own, with that path without indexes."""
    for node in () if graph is None else graph["steps"]:
        yield from _nodes(node, prefix)


def _nodes(node: Mapping[str, Any], prefix: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    match node["type"]:
        case "sequence":
            inner = node["steps"]
        case "parallel":
            inner = node["arms"]
        case "branch":
            inner = [arm["node"] for arm in node["arms"]] + ([node["otherwise"]] if node.get("otherwise") else [])
        case "loop" | "foreach":
            inner = [node["body"]]
        case "workflow":
            yield ".".join((*prefix, node["id"])), node["workflow"]
            yield from nodes_of(node["workflow"], (*prefix, node["id"]))
            return
        case _:
            yield ".".join((*prefix, node["id"])), node
            return
    for child in inner:
        yield from _nodes(child, prefix)


def condition_text(text: Any) -> str:
    """Return a condition's source for people: on one line, and of a lambda what it computes."""
    return re.sub(r"^lambda\b[^:]*:\s*", "", " ".join(str(text or "").split()))


def without_indexes(path: str) -> str:
    """Return a written path without the items of lists: ``inner[0].ask`` gives ``inner.ask``."""
    return re.sub(r"\[\d+\]", "", path)
