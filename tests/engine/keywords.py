"""Every word of the two schema languages, read from the definitions that their authors ship."""

import typing
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
from pydantic_core import core_schema
from typing_extensions import is_typeddict


def core_tables() -> list[Mapping[str, str]]:
    """Return the keys of each node of a core schema with the text of their annotations."""
    tables = (getattr(core_schema, name) for name in dir(core_schema))
    return [
        {key: str(getattr(note, "__forward_arg__", note)) for key, note in table.__annotations__.items()}
        for table in tables
        if is_typeddict(table)
    ]


def drafts() -> Iterator[tuple[str, Any]]:
    """Yield each keyword that a draft of JSON Schema has (4 and later) with what its own schema says of it."""
    for address in REGISTRY:
        if "draft-03" not in address:
            yield from REGISTRY.contents(address).get("properties", {}).items()


def is_schema(rule: Any) -> bool:
    """Tell whether a keyword's own schema asks for a schema, or for a list of them."""
    return (
        rule in ({"$ref": "#"}, {"$dynamicRef": "#meta"}, {"$recursiveRef": "#"})
        or rule.get("$ref") in ("#/$defs/schemaArray", "#/definitions/schemaArray")
        or any(map(is_schema, rule.get("anyOf", ())))
    )


CORE_WORDS = frozenset(key for table in core_tables() for key in table) | {
    *typing.get_args(core_schema.CoreSchemaType),
    *typing.get_args(core_schema.CoreSchemaFieldType),
}
DOCUMENT_WORDS = frozenset(keyword for keyword, _ in drafts()) | {
    *("array", "boolean", "integer", "null", "number", "object", "string"),
    *("discriminator", "mapping", "propertyName", "example", "nullable", "#", "#/$defs/type", "x-"),
}
WORDS = sorted(CORE_WORDS | DOCUMENT_WORDS)
