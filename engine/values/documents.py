"""JSON Schema documents: put together from others, and generated from types that have no exact one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Flag
from types import SimpleNamespace
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, Secret, SecretBytes, SecretStr
from pydantic.json_schema import GenerateJsonSchema, JsonRef, JsonSchemaMode, JsonSchemaValue, JsonSchemaWarningKind
from pydantic_core import PydanticSerializationError, core_schema
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from engine.values.schema_walk import DOCUMENT
from engine.values.types import choices
from engine.values.types.floats import TEXTS, is_endless

Document = dict[str, Any]

DIGITS: tuple[tuple[Literal["max_digits", "decimal_places"], str], ...] = (
    ("max_digits", "x-maxDigits"),
    ("decimal_places", "x-decimalPlaces"),
)
"""Limits of decimals, and the words for them."""


class LenientGenerator(GenerateJsonSchema):
    """Describes what JSON Schema cannot say as "anything" instead of refusing the whole type."""

    def generate(self, schema: core_schema.CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        """Return the JSON Schema of a core schema."""
        return DOCUMENT.rewrite(super().generate(schema, mode), _released)

    def get_json_ref_counts(self, json_schema: JsonSchemaValue) -> dict[JsonRef, int]:
        """Count the references, with which pydantic begins to put the finished parts together."""
        # From here on it would take a key ``$ref`` or ``$defs`` in a default or an example for a word of the schema.
        json_schema.update(DOCUMENT.rewrite(json_schema, _held))
        for name, part in self.definitions.items():
            self.definitions[name] = DOCUMENT.rewrite(part, _held)
        return super().get_json_ref_counts(json_schema)

    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """Say nothing: that a default cannot be described is no reason to warn of the type."""

    def handle_invalid_for_json_schema(self, schema: core_schema.CoreSchema, error_info: str) -> JsonSchemaValue:
        """Return the schema that takes anything."""
        return {}

    def encode_default(self, dft: Any) -> Any:
        """Return the JSON of a default, that of sets in an order that is the same in every process."""
        if is_endless(dft):
            raise PydanticSerializationError("a default of inf or nan has no place in JSON")
        if _holds_secret(dft):
            raise PydanticSerializationError("stars in place of a secret are no default, and the secret is not told")
        try:
            return super().encode_default(_ordered(dft))
        except Exception as error:
            # Such as bytes that are no text, or what a serializer of the user's raises: newer versions do the same.
            raise PydanticSerializationError(f"this default cannot be written: {error}") from error

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        """Return the schema of an enum's members as they are written; of a flag's, the numbers that they make up."""
        members = choices.options({**schema})
        written: Any = [SimpleNamespace(value=choices.form(member)) for member in members]
        found = super().enum_schema({**schema, "members": written})
        if issubclass(schema["cls"], Flag):
            del found["enum"]
        elif len(found.get("enum", ())) == len(members):
            # Forms show the names, for the values may say little.
            found["x-enumNames"] = [member.name for member in members]
        return found

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        """Return the schema of a literal's values as they are written."""
        return super().literal_schema({**schema, "expected": [choices.form(value) for value in schema["expected"]]})

    def date_schema(self, schema: core_schema.DateSchema) -> JsonSchemaValue:
        """Return the schema of a date."""
        return _timed(super().date_schema(schema), "date")

    def time_schema(self, schema: core_schema.TimeSchema) -> JsonSchemaValue:
        """Return the schema of a time of day."""
        return _timed(super().time_schema(schema), "time")

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:
        """Return the schema of a date with a time."""
        return _timed(super().datetime_schema(schema), "date-time")

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> JsonSchemaValue:
        """Return the schema of a duration."""
        return _timed(super().timedelta_schema(schema), "duration")

    def json_schema(self, schema: core_schema.JsonSchema) -> JsonSchemaValue:
        """Return the schema of JSON in a text, which is written as it is read."""
        content = self.generate_inner(schema.get("schema") or core_schema.any_schema())
        return {"type": "string", "contentMediaType": "application/json", "contentSchema": content}

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        """Return the schema of a float, with the texts of the numbers that JSON does not have where it may be one."""
        found = super().float_schema(schema)
        return {"anyOf": [found, {"enum": list(TEXTS)}]} if schema.get("allow_inf_nan") else found

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Return pydantic's schema with its text marked as a decimal, which else looks like ``float | str``.

        How many digits it may have is told in words of our own: JSON Schema has none, and a pattern says it to nobody.
        """
        found = super().decimal_schema(schema)
        for part in found.get("anyOf", ()):
            if part.get("type") == "string":
                part["format"] = "decimal"
            elif part.get("type") == "number":
                part.update({word: schema[limit] for limit, word in DIGITS if schema.get(limit) is not None})
        # pydantic 2.13 gives every decimal a pattern that refuses the exponents which it writes itself.
        if "max_digits" not in schema and "decimal_places" not in schema:
            for part in (found, *found.get("anyOf", ())):
                part.pop("pattern", None)
        return found


def _ordered(value: Any) -> Any:
    """Return a value with lists in place of the sets in its containers."""
    kind = type(value)
    if kind is dict:
        return {key: _ordered(part) for key, part in value.items()}
    if kind is list or kind is tuple:
        return [_ordered(part) for part in value]
    if kind is not set and kind is not frozenset:
        return value
    try:
        return sorted(value)
    except TypeError:
        return sorted(value, key=repr)


def _holds_secret(value: Any) -> bool:
    """Tell whether a default is a secret, or one stands in its containers, models or dataclasses."""
    match value:
        case Secret() | SecretStr() | SecretBytes():
            return True
        case dict():
            return any(map(_holds_secret, value.values()))
        case list() | tuple() | set() | frozenset():
            return any(map(_holds_secret, value))
        case BaseModel():
            return any(_holds_secret(part) for _, part in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return any(_holds_secret(getattr(value, part.name, None)) for part in fields(value))
        case _:
            return False


def _timed(found: JsonSchemaValue, text_format: str) -> JsonSchemaValue:
    """Return the schema of a time; one that is configured as a number is text where that could not be read back."""
    text = {"type": "string", "format": text_format}
    return {"anyOf": [found, text]} if found.get("type") == "number" else found


def keyed(parts: Mapping[str, Document], total: bool) -> Document:
    """Return the JSON Schema of an object with a schema for each key."""
    properties = {key: _moved(part, f"#/properties/{pointer(key)}") for key, part in parts.items()}
    return {"type": "object", "properties": properties, **({"required": list(parts)} if total and parts else {})}


def listed(item: Document) -> Document:
    """Return the JSON Schema of an array of items."""
    return {"type": "array", "items": _moved(item, "#/items")}


def item_of(document: Document) -> Document | None:
    """Return the JSON Schema of the items of a list, from that of the list; None if it says nothing of them."""
    if not isinstance(document.get("items"), dict):
        return None
    return {"$ref": "#/$defs/list/items", "$defs": {"list": _moved(document, "#/$defs/list")}}


def either(first: Document, second: Document) -> Document:
    """Return the JSON Schema of what fits one of two."""
    return {"anyOf": [_moved(first, "#/anyOf/0"), _moved(second, "#/anyOf/1")]}


def unresolved(document: Document) -> Iterator[str]:
    """Yield the references of a JSON Schema that lead nowhere inside it."""
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    yield from _unresolved(document, Registry().with_resource("", resource).resolver_with_root(resource))


def _unresolved(schema: Document, resolver: Any) -> Iterator[str]:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        try:
            resolver.lookup(reference)
        except (Unresolvable, ValueError, TypeError):
            yield reference
    for _, part in DOCUMENT.parts(schema):
        # References inside a schema with an identifier of its own start from there.
        inner = resolver.in_subresource(DRAFT202012.create_resource(part)) if "$id" in part else resolver
        yield from _unresolved(part, inner)


def pointer(key: str) -> str:
    """Return a key as a step of a JSON pointer in a reference (RFC 6901, section 6)."""
    return quote(key.replace("~", "~0").replace("/", "~1"), safe="", errors="replace")


def _moved(document: Document, to: str) -> Document:
    """Return a JSON Schema whose own references still hold when it stands at ``to``."""
    # With an $id of its own a schema's references start from itself, wherever it stands.
    if "$id" in document:
        return document

    def moved(reference: str) -> str:
        # Not the anchors: their names hold in the whole document.
        return to + reference[1:] if reference == "#" or reference.startswith("#/") else reference

    return DOCUMENT.rewrite(document, lambda new, old: _with_references(new, moved))


def _with_references(schema: Document, change: Callable[[str], str]) -> Document:
    """Return a JSON Schema with the references changed that it holds itself."""
    new = {**schema, "$ref": change(schema["$ref"])} if isinstance(schema.get("$ref"), str) else schema
    match new.get("discriminator"):
        case {"mapping": dict() as mapping, **others}:
            return {**new, "discriminator": {**others, "mapping": {tag: change(at) for tag, at in mapping.items()}}}
        case _:
            return new


@dataclass(frozen=True, slots=True)
class _Held:
    """A value in a JSON Schema, held so that nobody looks into it; equal to others of the same text."""

    value: Any = field(compare=False)
    text: str


def _held(new: Document, old: Document) -> Document:
    """Hold the values of one schema; the references of tags go into a list, where a tag is no key."""
    held = {
        key: value if DOCUMENT.holds(key, value) else _Held(value, repr(value))
        for key, value in new.items()
        if key != "$ref"
    }
    match new.get("discriminator"):
        case {"mapping": dict() as mapping, **others}:
            held["discriminator"] = {**others, "mapping": [[tag, at] for tag, at in mapping.items()]}
        case _:
            pass
    return {"$ref": new["$ref"], **held} if "$ref" in new else held


def _released(new: Document, old: Document) -> Document:
    """Undo `_held`."""
    free = {key: value.value if isinstance(value, _Held) else value for key, value in new.items()}
    match free.get("discriminator"):
        case {"mapping": list() as pairs, **others}:
            return {**free, "discriminator": {**others, "mapping": dict(pairs)}}
        case _:
            return free
