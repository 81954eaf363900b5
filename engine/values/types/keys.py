"""Which types cannot be the keys of a JSON object, which are text: they would be lost, or read as something else."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.values.positions import CORE, Node

_CONTAINERS = {
    "dataclass": "a dataclass",
    "dict": "a dict",
    "frozenset": "a frozenset",
    "generator": "an iterator",
    "list": "a list",
    "model": "a model",
    "named-tuple": "a named tuple",
    "none": "None",
    "set": "a set",
    "tuple": "a tuple",
    "typed-dict": "a TypedDict",
}
_INSIDE = frozenset({"custom-error", "default", "definitions", "function-after", "json-or-python", "lax-or-strict"})


def keyless(core: Any) -> str | None:
    """Return what keys of dicts in pydantic's core schema of a type may be that no text can be; None if all can.

    A validator of the user's that comes before the type may read anything from text.
    """
    shared = {part["ref"]: part for part in CORE.schemas(core) if "ref" in part}
    for node in CORE.schemas(core):
        keys = node.get("keys_schema")
        if isinstance(keys, dict) and (found := _found(keys, shared, frozenset())):
            return found
    return None


def _found(node: Node, shared: Mapping[str, Node], within: frozenset[str]) -> str | None:
    match node:
        case {"type": "definition-ref", "schema_ref": ref}:
            return None if ref in within or ref not in shared else _found(shared[ref], shared, within | {ref})
        case {"type": "model", "root_model": True, "schema": inner} | {"type": "json-or-python", "json_schema": inner}:
            return _found(inner, shared, within)
        case {"type": "nullable"}:
            return _CONTAINERS["none"]
        case {"type": "union", "choices": choices}:
            return _first((part[0] if isinstance(part, tuple) else part for part in choices), shared, within)
        case {"type": "tagged-union", "choices": choices}:
            return _first(choices.values(), shared, within)
        case {"type": "chain", "steps": [first, *_]}:
            return _found(first, shared, within)
        case {"type": "lax-or-strict", "lax_schema": inner}:
            return _found(inner, shared, within)
        case {"type": kind, "schema": inner} if kind in _INSIDE:
            return _found(inner, shared, within)
        case {"type": kind}:
            return _CONTAINERS.get(kind)
        case _:
            return None


def _first(nodes: Iterable[Node], shared: Mapping[str, Node], within: frozenset[str]) -> str | None:
    return next(filter(None, (_found(node, shared, within) for node in nodes)), None)
