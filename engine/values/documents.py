"""JSON Schema documents: put together from others, and generated from types that have no exact one."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

Document = dict[str, Any]


class LenientGenerator(GenerateJsonSchema):
    """Describes what JSON Schema cannot say as "anything" instead of refusing the whole type."""

    ignored_warning_types: ClassVar[set[Any]] = {"skipped-choice", "non-serializable-default", "skipped-discriminator"}

    def handle_invalid_for_json_schema(self, schema: core_schema.CoreSchema, error_info: str) -> JsonSchemaValue:
        """Return the schema that takes anything."""
        return {}

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        """Return pydantic's schema with the names of the members, which forms show; their values may say little."""
        found = super().enum_schema(schema)
        if len(found.get("enum", ())) == len(schema["members"]):
            found["x-enumNames"] = [member.name for member in schema["members"]]
        return found

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Return pydantic's schema with its text marked as a decimal, which else looks like ``float | str``."""
        found = super().decimal_schema(schema)
        for part in found.get("anyOf", ()):
            if part.get("type") == "string":
                part["format"] = "decimal"
        return found


def keyed(parts: Mapping[str, Document], total: bool) -> Document:
    """Return the JSON Schema of an object with a schema for each key."""
    properties = {key: _moved(part, f"#/properties/{key}") for key, part in parts.items()}
    return {"type": "object", "properties": properties, **({"required": list(parts)} if total and parts else {})}


def listed(item: Document) -> Document:
    """Return the JSON Schema of an array of items."""
    return {"type": "array", "items": _moved(item, "#/items")}


def unresolved(document: Document) -> Iterator[str]:
    """Yield the references of a JSON Schema that lead nowhere inside it."""
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    resolver = Registry().with_resource("", resource).resolver_with_root(resource)
    for reference in _references(document):
        try:
            resolver.lookup(reference)
        except Unresolvable:
            yield reference


def _references(node: Any) -> Iterator[str]:
    """Yield every ``$ref`` in a JSON Schema."""
    match node:
        case {"$ref": str(reference)}:
            yield reference
        case _:
            pass
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _references(part)


def _moved(document: Any, to: str) -> Any:
    """Return a JSON Schema whose own references still hold when it stands at ``to``."""
    # With an $id of its own a schema's references start from itself, wherever it stands.
    if isinstance(document, dict) and "$id" in document:
        return document
    return _each_reference(document, lambda reference: re.sub(r"^#", to, reference))


def _each_reference(node: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON Schema with every reference inside it changed."""
    if isinstance(node, list):
        return [_each_reference(part, change) for part in node]
    if not isinstance(node, dict):
        return node
    new = {key: _each_reference(part, change) for key, part in node.items()}
    if isinstance(new.get("$ref"), str):
        new["$ref"] = change(new["$ref"])
    match new.get("discriminator"):
        case {"mapping": dict() as mapping}:
            new["discriminator"] = {**new["discriminator"], "mapping": {tag: change(at) for tag, at in mapping.items()}}
        case _:
            pass
    return new
