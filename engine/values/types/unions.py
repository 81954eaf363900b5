"""Unions of which more than one member is text in JSON: a date or a text, bytes or a text, ``nan`` or a text.

pydantic alone reads such text as the member that takes it best, which may not be the one that was written. Here the
members other than plain text are asked first whether they would have written just this text.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, SchemaSerializer, SchemaValidator, to_json
from pydantic_core.core_schema import CoreConfig

from engine.values.schema_walk import Node
from engine.values.types.text_forms import encode_bytes_apart

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
    """A core schema that is made and compiled when it is first needed: only then all that it refers to is known."""

    __slots__ = ("_config", "_make", "_reader", "_writer")

    def __init__(self, make: Callable[[], Any], config: CoreConfig | None = None) -> None:
        """Take what makes the core schema, and the configuration of the model in which it is read."""
        self._make = make
        self._config = config
        self._reader: Callable[[bytes], Any] | None = None
        self._writer: Callable[..., bytes] | None = None

    def read(self, text: bytes) -> Any:
        """Read JSON text; raises pydantic's ValidationError."""
        if self._reader is None:
            self._reader = SchemaValidator(self._make(), self._config, _use_prebuilt=False).validate_json
        return self._reader(text)

    def write(self, value: Any, warnings: Literal["error"] | bool = False) -> bytes:
        """Write a value as JSON text; with ``warnings="error"`` only one that looks like its type."""
        if self._writer is None:
            self._writer = SchemaSerializer(self._make(), CONFIG, _use_prebuilt=False).to_json
        return self._writer(value, warnings=warnings)


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


Side = tuple[Compiled, Sequence[Compiled]]
"""What reads a member of a union, and what writes it, in each form that it has."""


def union_reader(whole: Compiled, sides: Sequence[Side], text: Compiled | None) -> Callable[[Any], Any]:
    """Return what reads an ambiguous union.

    Args:
        whole: the union as pydantic reads it.
        sides: the members that may be text and are not plain text.
        text: the member that is plain text, if there is one.
    """

    def read(value: Any) -> Any:
        json = to_json(value)
        if not isinstance(value, str):
            return whole.read(json)
        for found in _written_so(json, sides):
            return found
        if text is not None:
            try:
                return text.read(json)
            except ValidationError:
                return whole.read(json)
        return whole.read(json)

    return read


def key_reader(whole: Compiled, sides: Sequence[Side]) -> Callable[[Any], Any]:
    """Return what reads the key of a JSON object that several types may have written.

    Args:
        whole: a dict with the union as pydantic reads it as its keys, and nothing in it.
        sides: such dicts with the members that are not plain text.
    """

    def read(value: Any) -> Any:
        json = to_json({value: None})
        for found in _written_so(json, sides):
            return next(iter(found))
        return next(iter(whole.read(json)))

    return read


def _written_so(json: bytes, sides: Sequence[Side]) -> Iterator[Any]:
    """Yield the values that would be written as just this JSON."""
    for reader, writers in sides:
        try:
            found = reader.read(json)
            if any(writer.write(found) == json for writer in writers):
                yield found
        except (ValidationError, PydanticSerializationError):
            continue


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
