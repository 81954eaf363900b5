"""Types for which no JSON can stand, whatever it is: functions, classes, and objects that nothing reads."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.paths import Path
from engine.values.types.field_keys import fields_of

Node = dict[str, Any]
Found = tuple[Path, str]
"""Where in a value the trouble is, and what is expected there."""

_NEVER = {
    "callable": "a function",
    "is-subclass": "a class",
    "ellipsis": "an ellipsis",
    "missing-sentinel": "a missing value",
    "invalid": "nothing",
}
_INSIDE = frozenset({"function-after", "custom-error", "json", "model", "dataclass", "definitions", "json-or-python"})


def unreadable(core: Any) -> Found | None:
    """Return why no JSON at all is read by a type; None if some may be.

    Args:
        core: pydantic's core schema of the type.
    """
    shared = {part["ref"]: part for part in core["definitions"]} if core["type"] == "definitions" else {}
    return _found(core, shared, frozenset())


def _found(node: Node, shared: Mapping[str, Node], within: frozenset[str]) -> Found | None:
    match node:
        case {"type": kind} if kind in _NEVER:
            return (), _NEVER[kind]
        case {"type": "is-instance", "cls": cls}:
            return (), f"an instance of {getattr(cls, '__qualname__', cls)}"
        case {"type": "definition-ref", "schema_ref": ref}:
            # What refers to itself is of no use here: it stands in something that may be left out, or is found there.
            return None if ref in within or ref not in shared else _found(shared[ref], shared, within | {ref})
        case {"type": "lax-or-strict", "lax_schema": inner} | {"type": "json-or-python", "json_schema": inner}:
            return _found(inner, shared, within)
        case {"type": kind, "schema": inner} if kind in _INSIDE:
            return _found(inner, shared, within)
        case {"type": "chain", "steps": [first, *_]}:
            return _found(first, shared, within)
        case {"type": "union", "choices": choices}:
            found = [_found(part[0] if isinstance(part, tuple) else part, shared, within) for part in choices]
            return found[0] if all(found) else None
        case {"type": "tuple", "items_schema": items} if "variadic_item_index" not in node:
            return _first_of(enumerate(items), shared, within)
        case {"type": "model-fields" | "typed-dict" | "dataclass-args"}:
            total = node.get("total", True)
            fields = {name: field for name, field in fields_of(node).items() if field.get("required", total)}
            return _first_of(((name, field["schema"]) for name, field in fields.items()), shared, within)
        case _:
            return None


def _first_of(
    parts: Iterable[tuple[str | int, Node]], shared: Mapping[str, Node], within: frozenset[str]
) -> Found | None:
    """Return the first of several parts, all of which must be there, that nothing can be."""
    for at, part in parts:
        if found := _found(part, shared, within):
            return (at, *found[0]), found[1]
    return None
