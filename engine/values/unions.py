"""Unions of which more than one member is text in JSON: a date or a text, bytes or a text, ``nan`` or a text.

pydantic alone reads such text as the member that takes it best, which may not be the one that was written. Here the
members other than plain text are asked first whether they would have written just this text.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, SchemaSerializer, SchemaValidator, to_json
from pydantic_core.core_schema import CoreConfig

from engine.values.positions import Node
from engine.values.textforms import encode_bytes_apart

CONFIG = CoreConfig(serialize_by_alias=True, ser_json_inf_nan="strings")
"""How everything is written; set on each model, whose own configuration goes before that of what is around it."""

_NEVER_TEXT = frozenset(
    {
        "int",
        "bool",
        "none",
        "list",
        "tuple",
        "set",
        "frozenset",
        "dict",
        "model",
        "typed-dict",
        "dataclass",
        "named-tuple",
    }
)
_INSIDE = frozenset({"nullable", "default", "function-before", "function-after", "function-wrap"})


class Compiled:
    """A part of a core schema, compiled when it is first needed: only then all that it refers to is known."""

    __slots__ = ("_definitions", "_part", "_reader", "_writer")

    def __init__(self, part: Any, definitions: Sequence[Any]) -> None:
        """Take the part, and the list in which the definitions are being collected."""
        self._part = part
        self._definitions = definitions
        self._reader: Callable[[bytes], Any] | None = None
        self._writer: Callable[[Any], bytes] | None = None

    def read(self, text: bytes) -> Any:
        """Read JSON text; raises pydantic's ValidationError."""
        if self._reader is None:
            self._reader = SchemaValidator(self._whole(), _use_prebuilt=False).validate_json
        return self._reader(text)

    def write(self, value: Any) -> bytes:
        """Write a value as JSON text."""
        if self._writer is None:
            self._writer = SchemaSerializer(self._whole(), CONFIG, _use_prebuilt=False).to_json
        return self._writer(value)

    def _whole(self) -> Any:
        part = {key: value for key, value in self._part.items() if key != "ref"}
        return {"type": "definitions", "schema": part, "definitions": list(self._definitions)}


def is_ambiguous(union: Node, shared: Mapping[Any, Node]) -> bool:
    """Return whether several members of a union may be text in JSON.

    Args:
        union: the core schema of the union.
        shared: the parts that it may refer to, by their ``ref``.
    """
    if union.get("mode") == "left_to_right":
        return False
    return sum(_may_be_text(member, shared) for member in members(union)) > 1


def members(union: Node) -> list[Node]:
    """Return the members of a union, without their labels."""
    return [choice[0] if isinstance(choice, tuple) else choice for choice in union["choices"]]


def bytes_apart(union: Node, encode: Any) -> Node:
    """Return a union whose bytes are written so that they cannot be taken for text.

    Args:
        union: an ambiguous union.
        encode: the serialization of bytes that is to be replaced.
    """
    apart = {**encode, "function": encode_bytes_apart}
    choices = [
        {**each, "serialization": apart} if each.get("serialization") == encode else each for each in members(union)
    ]
    return {**union, "choices": choices}


def union_reader(
    whole: Compiled, pairs: Sequence[tuple[Compiled, Compiled]], text: Compiled | None
) -> Callable[[Any], Any]:
    """Return what reads an ambiguous union.

    Args:
        whole: the union as pydantic reads it.
        pairs: reader and writer of each member that may be text and is not plain text.
        text: the member that is plain text, if there is one.
    """

    def read(value: Any) -> Any:
        json = to_json(value)
        if not isinstance(value, str):
            return whole.read(json)
        for reader, writer in pairs:
            try:
                found = reader.read(json)
                if writer.write(found) == json:
                    return found
            except (ValidationError, PydanticSerializationError):
                continue
        if text is not None:
            try:
                return text.read(json)
            except ValidationError:
                return whole.read(json)
        return whole.read(json)

    return read


def _may_be_text(node: Node, shared: Mapping[Any, Node]) -> bool:
    """Return whether a value of a core schema may be text in JSON."""
    match node:
        case {"type": "definition-ref", "schema_ref": ref}:
            return ref not in shared or _may_be_text(shared[ref], shared)
        case {"type": "literal", "expected": values}:
            return any(isinstance(value, str) for value in values)
        case {"type": "enum", "members": values}:
            return any(isinstance(member.value, str) for member in values)
        case {"type": kind, "schema": dict() as inner} if kind in _INSIDE:
            return _may_be_text(inner, shared)
        case {"type": "model", "root_model": True, "schema": {"schema": inner}}:
            return _may_be_text(inner, shared)
        case {"type": "tagged-union"}:
            return False
        case _:
            return node["type"] not in _NEVER_TEXT


def is_plain_text(node: Node) -> bool:
    """Return whether a member of a union is text as it is."""
    return bool(node["type"] == "str")
