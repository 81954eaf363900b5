"""The JSON Schemas of what nodes hand on, so that the secrets in a value are known wherever it goes."""

from collections.abc import Mapping, Sequence

from playground.graph.nodes import Schema


def item_schema(given: Schema) -> Schema:
    """Return the schema of an item of a list; None when nothing is known of it."""
    items = given.get("items") if isinstance(given, dict) else None
    return {**items, "$defs": given.get("$defs", {})} if isinstance(items, dict) else None


def list_of(item: Schema) -> Schema:
    """Return the schema of a list whose items have a schema."""
    return {"type": "array", "items": _moved(item or {}, "items")}


def object_of(parts: Mapping[str, Schema]) -> Schema:
    """Return the schema of an object with a schema for each key."""
    properties = {name: _moved(schema or {}, f"properties/{name}") for name, schema in parts.items()}
    return {"type": "object", "properties": properties}


def one_of(options: Sequence[Schema]) -> Schema:
    """Return the schema of what fits one of some schemas."""
    return {"anyOf": [_moved(schema or {}, f"anyOf/{number}") for number, schema in enumerate(options)]}


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
