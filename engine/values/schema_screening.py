"""JSON Schemas as people give them: checked to be JSON and to mean something, told with the place and the mend."""

import json
import math
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from jsonschema.exceptions import SchemaError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from engine.errors import InvalidSchema
from engine.paths import Path, format_path
from engine.validation.validator import DIALECTS
from engine.values.documents import Document, unresolved
from engine.values.schema_walk import DOCUMENT
from engine.values.types.floats import is_endless

MAX_BITS = 14_000
"""Longer whole numbers have more digits than readers of JSON take."""

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}
_NAMES = frozenset({*_TYPES.values(), "null"})
_ENDLESS = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
_BOUNDS = frozenset({"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"})
_GROUPS = (("$defs",), ("definitions",))
"""Where people group definitions by names of their own, to be referred to from elsewhere."""

_ANNOTATIONS = frozenset(
    {"$anchor", "$comment", "$dynamicAnchor", "$id", "$recursiveAnchor", "$schema", "$vocabulary", "default"}
    | {"deprecated", "description", "discriminator", "example", "examples", "externalDocs", "id", "nullable"}
    | {"readOnly", "title", "writeOnly", "xml"}
)
_WORDS = (
    _ANNOTATIONS
    | _BOUNDS
    | DOCUMENT.single
    | DOCUMENT.named
    | {"$dynamicRef", "$recursiveRef", "$ref", "const", "contentEncoding", "contentMediaType", "dependentRequired"}
    | {"enum", "format", "maxContains", "maxItems", "maxLength", "maxProperties", "minContains", "minItems"}
    | {"minLength", "minProperties", "pattern", "required", "type", "uniqueItems"}
)
"""The keywords of draft 2020-12, of older drafts and of OpenAPI."""


def screened(given: dict[Any, Any]) -> Document:
    """Return a copy of a dict that is given as a JSON Schema, of the draft it names or else 2020-12, as strict JSON.

    Raises:
        InvalidSchema: it is not JSON, no JSON Schema, says nothing although it was meant to, or refers to elsewhere.
    """
    try:
        _check_words(given)
        _check_json(given, "The JSON Schema")
        document: Document = json.loads(json.dumps(given, allow_nan=False))
        _check_keywords(document)
        for path, schema in DOCUMENT.places(document):
            if path and path[-2:-1] not in _GROUPS and _looks_like_fields(schema):
                raise InvalidSchema(_without_words(schema, path))
        for reference in unresolved(document):
            raise InvalidSchema(
                f"The JSON Schema refers to {reference!r}, which is not in it. Put what it refers to under $defs: "
                "references to files and addresses are never followed."
            )
    except RecursionError:
        raise InvalidSchema(
            "The JSON Schema contains itself or is nested too deeply. Put what recurs under $defs and refer to it with "
            '{"$ref": "#/$defs/…"}.'
        ) from None
    return document


def strict(document: Document, name: str) -> Document:
    """Return the JSON Schema that was generated of a type as strict JSON.

    What a type's author has added is written as JSON; infinite limits, defaults and examples are left out.

    Args:
        document: the JSON Schema.
        name: the name of the type, for the message.

    Raises:
        InvalidSchema: some value in it has no JSON form.
    """
    try:
        found = DOCUMENT.rewrite(document, _strictly)
        _check_json(found, f"The JSON Schema of {name}")
    except RecursionError:
        raise InvalidSchema(f"The JSON Schema of {name} contains itself or is nested too deeply.") from None
    return found


def _check_words(given: dict[Any, Any]) -> None:
    """Refuse a dict without one keyword of JSON Schema, which would take anything."""
    if given and not any(map(_is_word, given)):
        raise InvalidSchema(_without_words(given, ()))


def _is_word(key: Any) -> bool:
    return isinstance(key, str) and (key in _WORDS or key.startswith("x-"))


def _looks_like_fields(schema: Document) -> bool:
    """Return whether a schema without keywords looks like a map of fields; tools may have keywords of their own."""
    return bool(schema) and not any(map(_is_word, schema)) and any(map(_is_like_schema, schema.values()))


def _is_like_schema(value: Any) -> bool:
    return value in _NAMES if isinstance(value, str) else isinstance(value, dict) and any(map(_is_word, value))


def _without_words(given: dict[Any, Any], path: Path) -> str:
    """Return the message about a map of fields that stands where a JSON Schema is expected."""
    fields = ", ".join(f"{json.dumps(str(name))}: {_offered(part)}" for name, part in given.items())
    offer = f'{{"type": "object", "properties": {{{fields if len(fields) < 300 else "…"}}}}}'
    keys = ", ".join(repr(str(name)) for name in list(given)[:5])
    place = f" at {format_path(path)}" if path else ""
    return (
        f"This dict has no keyword of JSON Schema{place}, only {keys}{' …' if len(given) > 5 else ''}: it would take "
        f"anything. To describe an object with these fields, write {offer}."
    )


def _offered(value: Any) -> str:
    """Return what is offered as the schema of a field."""
    if isinstance(value, str) and value in _NAMES:
        return f'{{"type": "{value}"}}'
    if name := _type_name(value):
        return f'{{"type": "{name}"}}'
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False) if isinstance(value, dict) else "{…}"
    except (TypeError, ValueError):
        return "{…}"


def _type_name(value: Any) -> str | None:
    """Return what JSON Schema calls a Python type; None if it is none of those."""
    return next((name for kind, name in _TYPES.items() if kind is value), None)


def _check_keywords(document: Document) -> None:
    """Refuse what the drafts' own schema refuses."""
    try:
        DIALECTS.of(document).check_schema(document)
    except SchemaError as error:
        place = f"at {format_path(tuple(error.absolute_path))}: " if error.absolute_path else ""
        mend = f" Write {_offered(error.instance)}." if error.instance in list(_NAMES) else ""
        raise InvalidSchema(
            f"This dict is no JSON Schema ({_draft(document)}): {place}{error.message.removesuffix('.')}.{mend}"
        ) from error


def _draft(document: Document) -> str:
    """Return the draft that a JSON Schema is held to, as words."""
    named = document.get("$schema")
    return str(named) if DIALECTS.knows(named) else "draft 2020-12"


def _check_json(document: Any, what: str) -> None:
    """Refuse what is not strict JSON."""
    for path, why in _strangers(document, ()):
        raise InvalidSchema(f"{what} is not JSON: at {format_path(path) or 'its top'} stands {why}.")


def _strangers(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield each part that is not strict JSON with its path, what it is, and what to write instead."""
    match value:
        case dict():
            for key, part in value.items():
                if isinstance(key, str):
                    yield from _strangers(part, (*path, key))
                else:
                    yield path, f"the key {key!r}, but keys are text; write {json.dumps(str(key))}"
        case list():
            for number, part in enumerate(value):
                yield from _strangers(part, (*path, number))
        case None | bool() | str():
            pass
        case int() if value.bit_length() < MAX_BITS:
            pass
        case float() if math.isfinite(value):
            pass
        case _:
            yield path, _stranger(value)


def _stranger(value: Any) -> str:
    """Return in words what is not JSON, and what to write instead."""
    match value:
        case int():
            return "a whole number with more than 4,200 digits; leave it out"
        case float():
            return f"{value}, which JSON does not have; leave it out"
        case type() if _type_name(value):
            return f"the class {value.__name__}; write {_offered(value)}"
        case type():
            return f"the class {value.__name__}; write its JSON Schema, or give the class itself as the schema"
        case tuple() | set() | frozenset():
            return f"a {type(value).__name__}; write a list"
        case Enum():
            return f"{value}; write its value, {value.value!r}"
        case date() | time() | datetime() | Decimal() | UUID():
            return f"{value!r}; write it as text, {json.dumps(str(to_jsonable_python(value)))}"
        case _ if callable(value):
            return f"the function {getattr(value, '__name__', value)!s}; a schema cannot call anything, so leave it out"
        case _:
            return f"a value of type {type(value).__name__}; write its JSON or leave it out"


def _strictly(new: Document, old: Document) -> Document:
    """Return one schema of a document with its values written as strict JSON."""
    written: Document = {}
    for key, value in new.items():
        if DOCUMENT.holds(key, value):
            written[key] = value
        elif key in _BOUNDS and isinstance(value, float | Decimal):
            written |= {key: float(value)} if math.isfinite(value) else {}
        elif key == "default" and is_endless(value):
            continue
        elif key == "examples" and isinstance(value, list):
            written[key] = [_written(example) for example in value if not is_endless(example)]
        else:
            written[key] = _written(value)
    return written


def _written(value: Any) -> Any:
    """Return a value as JSON; what has no JSON form stays as it is."""
    match value:
        case None | bool() | int() | str():
            return value
        case dict():
            return {_key(key): _written(part) for key, part in value.items()}
        case list() | tuple():
            return [_written(part) for part in value]
        case float():
            return value if math.isfinite(value) else _ENDLESS[str(value)]
        case set() | frozenset():
            return sorted(map(_written, value), key=repr)
        case _:
            return _or_itself(value, lambda: to_jsonable_python(value, inf_nan_mode="strings"))


def _key(key: Any) -> Any:
    return key if isinstance(key, str) else _or_itself(key, lambda: next(iter(to_jsonable_python({key: None}))))


def _or_itself(value: Any, write: Callable[[], Any]) -> Any:
    try:
        return write()
    except (PydanticSerializationError, ValueError):
        return value
