"""Keys of a JSON object, which are text: types that cannot be such keys, and keys that would be read as one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError, to_json

from engine.values.schema_walk import CORE, Node
from engine.values.types.plain_types import changes_text
from engine.values.types.unions import Compiled

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


def are_undeclared(keys: Node, shared: Mapping[str, Node]) -> bool:
    """Return whether nothing is declared of the keys of a dict, as in ``dict`` and ``dict[Any, int]``."""
    node = shared.get(keys.get("schema_ref", ""), keys)
    return node.get("type", "any") == "any" or node.get("custom_error_type") == "is_hashable"


def may_be_read_as_one(node: Node, shared: Mapping[str, Node]) -> bool:
    """Return whether two keys that are different text in JSON may be one key of a dict: ``1`` and ``01`` as numbers."""
    keys = node["keys_schema"]
    keys = shared.get(keys.get("schema_ref", ""), keys)
    return keys["type"] not in ("str", "any") or changes_text(keys)


def keys_apart(whole: Compiled, one: Compiled) -> Callable[[Any], Any]:
    """Return what reads a dict and refuses keys of which only the last would be left.

    Args:
        whole: the dict.
        one: a dict with the same keys and nothing in it.
    """

    def read(value: Any) -> Any:
        # JSON text again: what a function hands to an inner schema is read as Python values, and there a strict model
        # refuses a date that is text.
        found = whole.read(to_json(value))
        if isinstance(value, dict) and len(found) < len(value):
            raise PydanticCustomError("same_key", "{first} and {second} are the same key; leave one out", _twice(value))
        return found

    def _twice(value: dict[str, Any]) -> dict[str, Any]:
        seen: dict[Any, str] = {}
        for key in value:
            first = seen.setdefault(next(iter(one.read(to_json({key: None})))), key)
            if first != key:
                return {"first": repr(first), "second": repr(key)}
        raise AssertionError("a dict that was read has as many keys as its JSON")

    return read
