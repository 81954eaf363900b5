"""How pydantic's plan of a type is changed so that every declared value survives the way through JSON.

pydantic compiles a *core schema*, a tree of dicts, into a validator and a serializer. Used as they are, some
declared values are lost between the two: bytes that are no text, secrets (they print as stars), ``nan``, fields that
are written under another key than they are read from, computed fields where unknown keys are forbidden. `writing`
and `reading` mend exactly these places and leave the rest as the user wrote it.
"""

import base64
import math
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import Secret, SecretBytes, SecretStr, TypeAdapter
from pydantic_core import SchemaValidator, core_schema, from_json, to_json

Node = dict[str, Any]

BYTES_PREFIX = "data:;base64,"
"""Bytes that are no UTF-8 text are written as a data URI (RFC 2397), other bytes as the text that they are."""

CONFIG = core_schema.CoreConfig(serialize_by_alias=True, ser_json_inf_nan="strings")
"""How everything is written; set on each model, whose own configuration goes before that of what is around it."""

_NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

# What stands under these keys is the user's and may only look like a schema.
_OPAQUE = frozenset(
    {"default", "metadata", "expected", "members", "custom_error_context", "config", "cls", "function", "ref"}
)
_FIELDS = frozenset({"model-field", "dataclass-field", "typed-dict-field"})


def writing(schema: Any, write_any: Callable[[Any], Any]) -> Any:
    """Return the core schema that checks Python values and writes them as JSON.

    Args:
        schema: pydantic's core schema of a type.
        write_any: turns a value of an undeclared type into JSON.
    """
    return _rewrite(schema, lambda node: _writing(node, write_any))


def reading(schema: Any) -> Any:
    """Return the core schema that reads JSON text, also what `writing` wrote."""
    definitions: list[Any] = []
    shared: dict[Any, Node] = {node["ref"]: node for node in _nodes(schema) if "ref" in node}

    def mend(node: Node) -> Node:
        match node:
            case {"type": "definitions", "definitions": list() as more}:
                definitions.extend(more)
            case {"type": "dict", "keys_schema": dict() as keys}:
                return {**node, "keys_schema": _key(shared.get(keys.get("schema_ref"), keys))}
            case _:
                pass
        return _reading(node, definitions)

    return _rewrite(schema, mend)


def encode_bytes(value: Any) -> Any:
    """Write bytes as text if they are UTF-8, else as a data URI; other values pass."""
    if not isinstance(value, bytes):
        return value
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = BYTES_PREFIX
    # Text that begins like our data URI is encoded too, or it would be read as what it only looks like.
    return BYTES_PREFIX + base64.b64encode(value).decode() if text.startswith(BYTES_PREFIX) else text


def decode_bytes(value: Any) -> Any:
    """Read bytes back from `encode_bytes`; what is no text passes and is refused by the schema."""
    if not isinstance(value, str):
        return value
    if not value.startswith(BYTES_PREFIX):
        return value.encode()
    return base64.b64decode(value.removeprefix(BYTES_PREFIX), validate=True)


def decode_float(value: Any) -> Any:
    """Read the three numbers that JSON does not have; other values pass."""
    return _NON_FINITE.get(value, value) if isinstance(value, str) else value


def reveal(secret: Any) -> Any:
    """Write a secret as what it hides: the next step has to know it."""
    return encode_bytes(secret.get_secret_value() if isinstance(secret, (Secret, SecretStr, SecretBytes)) else secret)


def _rewrite(node: Any, mend: Callable[[Node], Node]) -> Any:
    """Return a copy of a core schema in which every node went through ``mend``, inner ones first."""
    match node:
        case dict():
            return mend({key: value if key in _OPAQUE else _rewrite(value, mend) for key, value in node.items()})
        case list():
            return [_rewrite(part, mend) for part in node]
        case tuple():
            return tuple(_rewrite(part, mend) for part in node)
        case _:
            return node


def _writing(node: Node, write_any: Callable[[Any], Any]) -> Node:
    """Mend one node of what writes."""
    ours = core_schema.plain_serializer_function_ser_schema
    match node:
        case {"type": "model" | "dataclass" | "typed-dict"}:
            return {**node, "config": {**node.get("config", {}), **CONFIG}}
        case {"serialization": {"function": function}} if function in _MASKS:
            return {**node, "serialization": ours(reveal)}
        case {"type": "bytes"} if "serialization" not in node:
            return {**node, "serialization": ours(encode_bytes)}
        case {"type": "any"} if "serialization" not in node:
            return {**node, "serialization": ours(write_any)}
        case _:
            return node


def _reading(node: Node, definitions: list[Any]) -> Node:
    """Mend one node of what reads."""
    match node:
        case {"type": "model" | "dataclass"} if (names := _computed(node)) and _forbids_extra(node):
            return _without_computed(node, names, definitions)
        case {"type": "model-field" | "dataclass-field" | "typed-dict-field"}:
            return node
        case {"type": "model-fields" | "typed-dict", "fields": dict() as fields}:
            return {**node, "fields": {name: _found(field, name) for name, field in fields.items()}}
        case {"type": "dataclass-args", "fields": list() as args}:
            return {**node, "fields": [_found(field, field["name"]) for field in args]}
        case {"type": "bytes"}:
            return _before(decode_bytes, node)
        case {"type": "float"}:
            return _before(decode_float, node)
        case _:
            return node


def _key(node: Node) -> Node:
    """Return the schema of a dict's keys, which are text in JSON, also where the enum or literal has numbers."""
    match node:
        case {"type": "enum", "members": list() as members}:
            values = [member.value for member in members]
        case {"type": "literal", "expected": list() as values}:
            pass
        case _:
            return node
    written = {key: value for value in values for key in from_json(to_json({value: None}))}
    node = {key: value for key, value in node.items() if key != "ref"}
    return _before(lambda key: written.get(key, key), node)


def _before(function: Callable[[Any], Any], node: Node) -> Node:
    """Return a node whose value goes through ``function`` first."""
    schema: Any = node
    return dict(core_schema.no_info_before_validator_function(function, schema))


def _found(field: Node, name: str) -> Node:
    """Return a field that is also found under the key that it is written to."""
    key = field.get("serialization_alias", name)
    known = field.get("validation_alias", name)
    choices = [[known]] if isinstance(known, str) else known if isinstance(known[0], list) else [known]
    return field if [key] in choices else {**field, "validation_alias": [*choices, [key]]}


def _computed(node: Node) -> frozenset[str]:
    """Return the keys under which a model or dataclass writes its computed fields."""
    inner = node["schema"]
    while "computed_fields" not in inner and "schema" in inner:
        inner = inner["schema"]
    return frozenset(field.get("alias", field["property_name"]) for field in inner.get("computed_fields", ()))


def _forbids_extra(node: Node) -> bool:
    """Return whether a model or dataclass refuses keys that it does not know."""
    return "forbid" in (node["schema"].get("extra_behavior"), node.get("config", {}).get("extra_fields_behavior"))


def _without_computed(node: Node, names: frozenset[str], definitions: list[Any]) -> Node:
    """Return a model that reads its own JSON although its computed fields are keys that it forbids."""
    inner = {key: value for key, value in node.items() if key != "ref"}
    compiled: list[SchemaValidator] = []

    def read(value: Any) -> Any:
        if not compiled:
            schema: Any = {"type": "definitions", "schema": inner, "definitions": definitions}
            compiled.append(SchemaValidator(schema, _use_prebuilt=False))
        if isinstance(value, dict):
            value = {key: part for key, part in value.items() if key not in names}
        # JSON text again: what a function hands to an inner schema is read as Python values, and there a strict
        # model refuses a date that is text.
        return compiled[0].validate_json(to_json(value))

    new = dict(core_schema.no_info_plain_validator_function(read))
    return {**new, "ref": node["ref"]} if "ref" in node else new


def _nodes(schema: Any) -> Iterator[Node]:
    """Yield every node of a core schema."""
    match schema:
        case dict():
            yield schema
            for key, value in schema.items():
                if key not in _OPAQUE:
                    yield from _nodes(value)
        case list() | tuple():
            for value in schema:
                yield from _nodes(value)
        case _:
            pass


# The functions with which pydantic writes stars; found by looking because they have no public name.
_MASKS = frozenset(
    node["function"]
    for secret in (SecretStr, SecretBytes, Secret[int])
    for node in _nodes(TypeAdapter(secret).core_schema)
    if node.get("type") == "function-plain"
)
