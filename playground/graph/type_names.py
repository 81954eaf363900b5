"""What a JSON Schema describes, in a few words as Python writes its types."""

from collections.abc import Mapping
from typing import Any

WORDS = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "array": "list",
    "object": "dict",
}
FORMATS = {"date-time": "datetime", "date": "date", "time": "time", "duration": "timedelta", "uuid": "UUID"}
DEEPEST = 4
"""Types inside of types are told to this depth."""


def type_name(schema: Any, depth: int = DEEPEST) -> str:
    """Return the type that a schema describes, such as ``list[Order] | None``.

    Args:
        schema: a JSON Schema; None, true and an empty one describe nothing.
        depth: how many levels of types inside of types are told.

    Returns:
        The name of a model, or what a value is; empty when the schema says nothing of it.
    """
    if not isinstance(schema, Mapping) or depth == 0:
        return ""
    if isinstance(ref := schema.get("$ref"), str):
        return ref.rpartition("/")[2]
    for keyword in ("anyOf", "oneOf"):
        if isinstance(arms := schema.get(keyword), list):
            return " | ".join(dict.fromkeys(type_name(arm, depth - 1) or "Any" for arm in arms))
    if isinstance(values := schema.get("enum", [schema["const"]] if "const" in schema else None), list):
        return " | ".join(map(repr, values[:4])) + (" | …" if len(values) > 4 else "")
    return _plain(schema, depth)


def _plain(schema: Mapping[str, Any], depth: int) -> str:
    match schema.get("type"):
        case "object":
            return _object(schema, depth)
        case "array":
            inner = type_name(schema.get("items"), depth - 1)
            return f"list[{inner}]" if inner else "list"
        case "string":
            return FORMATS.get(str(schema.get("format")), "str")
        case list() as several:
            return " | ".join(WORDS.get(str(one), str(one)) for one in several)
        case kind:
            return WORDS.get(str(kind), "")


def _object(schema: Mapping[str, Any], depth: int) -> str:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        inner = type_name(schema.get("additionalProperties"), depth - 1)
        return f"dict[str, {inner}]" if inner else str(schema.get("title", "dict"))
    if "title" in schema:
        return str(schema["title"])
    return "{" + ", ".join(f"{key}: {type_name(part, depth - 1) or 'Any'}" for key, part in properties.items()) + "}"
