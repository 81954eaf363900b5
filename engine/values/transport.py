"""How pydantic's plan of a type is changed so that every declared value survives the way through JSON.

pydantic compiles a *core schema*, a tree of dicts, into a validator and a serializer. Used as they are, some
declared values are lost between the two: bytes that are no text, secrets (they print as stars), ``nan``, fields that
are written under another key than they are read from, computed fields where unknown keys are forbidden, numbers as
keys of enums, text that several members of a union could be. `writing` and `reading` mend exactly these places and
leave the rest as the user wrote it.
"""

from collections.abc import Callable
from typing import Any

from pydantic import Secret, SecretBytes, SecretStr, TypeAdapter
from pydantic_core import core_schema, from_json, to_json

from engine.values.positions import CORE, Node
from engine.values.textforms import decode_bytes, decode_float, encode_bytes, reveal
from engine.values.unions import CONFIG, Compiled, bytes_apart, is_ambiguous, is_plain_text, members, union_reader

_BYTES: Any = core_schema.plain_serializer_function_ser_schema(encode_bytes)


def writing(schema: Any, write_any: Callable[[Any], Any]) -> Any:
    """Return the core schema that checks Python values and writes them as JSON.

    Args:
        schema: pydantic's core schema of a type.
        write_any: turns a value of an undeclared type into JSON.
    """
    shared = _shared(schema)
    return CORE.rewrite(schema, lambda new, old: _writing(new, old, shared, write_any))


def reading(schema: Any, write_any: Callable[[Any], Any]) -> Any:
    """Return the core schema that reads JSON text, also what `writing` wrote.

    Args:
        schema: pydantic's core schema of a type.
        write_any: as for `writing`.
    """
    return CORE.rewrite(schema, _Reading(schema, write_any).mend)


def _shared(schema: Any) -> dict[Any, Node]:
    """Return the parts of a core schema that others may refer to."""
    return {node["ref"]: node for node in CORE.schemas(schema) if "ref" in node}


def _writing(new: Node, old: Node, shared: dict[Any, Node], write_any: Callable[[Any], Any]) -> Node:
    """Mend one node of what writes."""
    ours = core_schema.plain_serializer_function_ser_schema
    match new:
        case {"type": "model" | "dataclass" | "typed-dict"}:
            return {**new, "config": {**new.get("config", {}), **CONFIG}}
        case {"serialization": {"function": function}} if function in _MASKS:
            return {**new, "serialization": ours(reveal)}
        case {"type": "bytes"} if "serialization" not in new:
            return {**new, "serialization": _BYTES}
        case {"type": "any"} if "serialization" not in new:
            return {**new, "serialization": ours(write_any)}
        case {"type": "union", "choices": list()} if is_ambiguous(old, shared):
            return bytes_apart(new, _BYTES)
        case _:
            return new


class _Reading:
    """Mends the nodes of what reads, and collects the definitions that parts of it refer to."""

    def __init__(self, schema: Any, write_any: Callable[[Any], Any]) -> None:
        self._write_any = write_any
        self._shared = _shared(schema)
        self._definitions: list[Any] = []
        self._written: list[Any] = []
        if schema["type"] == "definitions":
            self._written += writing(schema, write_any)["definitions"]

    def mend(self, new: Node, old: Node) -> Node:
        """Mend one node."""
        match new:
            case {"type": "definitions", "definitions": list() as more}:
                self._definitions += more
                return new
            case {"type": "model" | "dataclass"} if (names := _computed(new)) and _forbids_extra(new):
                return self._without_computed(new, names)
            case {"type": "model-fields" | "typed-dict", "fields": dict() as fields}:
                return {**new, "fields": {name: _found(field, name) for name, field in fields.items()}}
            case {"type": "dataclass-args", "fields": list() as args}:
                return {**new, "fields": [_found(field, field["name"]) for field in args]}
            case {"type": "dict", "keys_schema": dict() as keys}:
                return {**new, "keys_schema": _key(self._shared.get(keys.get("schema_ref"), keys))}
            case {"type": "union", "choices": list()} if is_ambiguous(old, self._shared):
                return self._union(new, old)
            case {"type": "bytes"}:
                return _before(decode_bytes, new)
            case {"type": "float"}:
                return _before(decode_float, new)
            case _:
                return new

    def _without_computed(self, node: Node, names: frozenset[str]) -> Node:
        """Return a model that reads its own JSON although its computed fields are keys that it forbids."""
        model = Compiled(node, self._definitions)

        def read(value: Any) -> Any:
            if isinstance(value, dict):
                value = {key: part for key, part in value.items() if key not in names}
            # JSON text again: what a function hands to an inner schema is read as Python values, and there a strict
            # model refuses a date that is text.
            return model.read(to_json(value))

        return _instead(read, node)

    def _union(self, new: Node, old: Node) -> Node:
        """Return a union that reads text as the member that wrote it."""
        written = members(writing(old, self._write_any))
        sides = [
            (Compiled(reader, self._definitions), Compiled(writer, self._written))
            for reader, writer, member in zip(members(new), written, members(old), strict=True)
            if not is_plain_text(member)
        ]
        plain = [Compiled(reader, self._definitions) for reader in members(new) if is_plain_text(reader)]
        return _instead(union_reader(Compiled(new, self._definitions), sides, plain[0] if plain else None), new)


def _instead(read: Callable[[Any], Any], node: Node) -> Node:
    """Return the node of a function that reads what another node would read."""
    new = dict(core_schema.no_info_plain_validator_function(read))
    return {**new, "ref": node["ref"]} if "ref" in node else new


def _before(function: Callable[[Any], Any], node: Node) -> Node:
    """Return a node whose value goes through ``function`` first."""
    schema: Any = node
    return dict(core_schema.no_info_before_validator_function(function, schema))


def _key(node: Node) -> Node:
    """Return the schema of a dict's keys, which are text in JSON, also where the enum or literal has numbers."""
    match node:
        case {"type": "enum", "members": list() as options}:
            values = [option.value for option in options]
        case {"type": "literal", "expected": list() as values}:
            pass
        case _:
            return node
    written = {key: value for value in values for key in from_json(to_json({value: None}))}
    node = {key: value for key, value in node.items() if key != "ref"}
    return _before(lambda key: written.get(key, key), node)


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


# The functions with which pydantic writes stars; found by looking because they have no public name.
_MASKS = frozenset(
    node["function"]
    for secret in (SecretStr, SecretBytes, Secret[int])
    for node in CORE.schemas(dict(TypeAdapter(secret).core_schema))
    if node.get("type") == "function-plain"
)
