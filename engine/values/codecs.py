"""The ways in which a schema reads JSON and writes it: typed, plain, by JSON Schema, open, and put together."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from functools import lru_cache
from typing import Any, Protocol

from jsonschema.exceptions import ValidationError as DocumentError
from pydantic import BaseModel, Secret, SecretBytes, SecretStr, TypeAdapter, ValidationError
from pydantic_core import (
    PydanticSerializationError,
    SchemaSerializer,
    SchemaValidator,
    from_json,
    to_json,
)
from referencing import Registry

from engine.errors import InvalidValue, Issue, NotSerializable
from engine.values.misfits import misfit
from engine.values.patterns import DocumentValidator
from engine.values.plainness import is_reversible
from engine.values.textforms import reveal
from engine.values.transport import reading, writing
from engine.values.unions import CONFIG

JSON = Any
RAISED = ("Value error, ", "Assertion failed, ")
"""How pydantic begins the message of an exception that a validator raised."""


class Codec(Protocol):
    """Reads and writes the values of one schema."""

    def load(self, value: JSON) -> Any:
        """Return the object that a JSON value stands for."""
        ...

    def dump(self, value: Any) -> JSON:
        """Return the JSON of an object."""
        ...


class OpenCodec:
    """Any JSON value."""

    __slots__ = ()

    def load(self, value: JSON) -> Any:
        """Return a copy of the value."""
        if value is None or type(value) in (str, int, float, bool):
            return value
        try:
            return from_json(to_json(value))
        except (PydanticSerializationError, ValueError) as error:
            raise InvalidValue(issues=[Issue(path=(), message=f"expected a JSON value; {error}")]) from None

    def dump(self, value: Any) -> JSON:
        """Return the JSON of any object that has an obvious one: models, dataclasses, dates, sets ..."""
        try:
            return from_json(to_json(value)) if type(value) is str else open_value(value)
        except (PydanticSerializationError, NotSerializable, ValueError, RecursionError) as error:
            raise misfit(value, error) from None


class DocumentCodec:
    """What a JSON Schema document describes."""

    __slots__ = ("_validator",)

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Take a document that is known to be a JSON Schema."""
        # An empty registry: a reference to a file or an address is an error, never a request.
        self._validator = DocumentValidator(document, registry=Registry())

    def load(self, value: JSON) -> Any:
        """Return a copy of the value, checked."""
        self._check(value)
        return OPEN.load(value)

    def dump(self, value: Any) -> JSON:
        """Return the JSON of the object, checked."""
        json = OPEN.dump(value)
        self._check(json)
        return json

    def _check(self, value: JSON) -> None:
        if issues := [_issue(error) for error in self._validator.iter_errors(value)]:
            raise InvalidValue(issues=issues)


class TypedCodec:
    """A type that pydantic knows, with everything that can be in it."""

    __slots__ = ("_check", "_read", "_verified", "_write")

    def __init__(self, core: Any) -> None:
        """Compile pydantic's core schema of the type."""
        written = writing(core, open_value)
        self._check = SchemaValidator(written, _use_prebuilt=False).validate_python
        self._write = SchemaSerializer(written, CONFIG, _use_prebuilt=False).to_json
        self._read = SchemaValidator(reading(core, open_value), _use_prebuilt=False).validate_json
        # An instance may have been changed after its validation, or made without. Where nothing of the user's stands
        # in between, a valid one can be read back, and only a valid one.
        self._verified = is_reversible(core)

    def load(self, value: JSON) -> Any:
        """Return the object, read as if from JSON text."""
        try:
            return self._read(to_json(value))
        except ValidationError as error:
            raise invalid(error) from None
        except (PydanticSerializationError, ValueError) as error:
            raise InvalidValue(issues=[Issue(path=(), message=f"expected a JSON value; {error}")]) from None

    def dump(self, value: Any) -> JSON:
        """Return the JSON of an object, or of a dict that describes one."""
        checked = self._checked(value)
        try:
            if not self._verified:
                return from_json(self._write(checked, warnings="error"))
            text = self._write(checked, warnings=False)
            self._read(text)
            return from_json(text)
        except ValidationError as error:
            raise invalid(error) from None
        except (PydanticSerializationError, ValueError, RecursionError):
            return self._despite(checked)

    def _checked(self, value: Any) -> Any:
        """Return the object that a step returned or described."""
        try:
            return self._check(value)
        except ValidationError as error:
            # What a strict model refuses as Python may still be its JSON: a date in text, a list for a tuple.
            try:
                return self._read(to_json(value))
            except (ValidationError, PydanticSerializationError, ValueError, RecursionError):
                raise invalid(error) from None

    def _despite(self, value: Any) -> JSON:
        """Return the JSON after all if only pydantic's doubts spoke against it.

        It warns of values that do not look like their declared type, rightly for one that was assigned after
        validation, wrongly for some unions; whether the JSON can be read tells which.
        """
        try:
            json = from_json(self._write(value, warnings=False))
        except (PydanticSerializationError, ValueError, RecursionError) as serious:
            raise misfit(value, serious) from None
        self.load(json)
        return json


class PlainCodec:
    """A type of plain parts only, for which Python values and JSON are checked alike: the fast way."""

    __slots__ = ("_check", "_full", "_read", "_write")

    def __init__(self, core: Any, checking: Any) -> None:
        """Compile the core schema; ``checking`` is the one that checks what a step returns."""
        self._full = TypedCodec(core)
        self._read = SchemaValidator(core).validate_python
        self._check = SchemaValidator(checking, _use_prebuilt=False).validate_python
        self._write = SchemaSerializer(core).to_json

    def load(self, value: JSON) -> Any:
        """Return the object that the JSON stands for."""
        try:
            return self._read(value)
        except ValidationError as error:
            raise invalid(error) from None

    def dump(self, value: Any) -> JSON:
        """Return the JSON of an object, or of a dict that describes one."""
        try:
            # By way of text, because half a surrogate pair would pass otherwise, and only fail when it is stored.
            return from_json(self._write(self._check(value)))
        except (ValidationError, PydanticSerializationError, ValueError):
            # Wrong, or right in a way that the fast check does not know, such as an infinite float.
            return self._full.dump(value)


class KeysCodec:
    """A dict with a schema for each key."""

    __slots__ = ("_parts", "_total")

    def __init__(self, parts: Mapping[str, Codec], total: bool) -> None:
        """Take the codec of each key; ``total`` says whether every key must be there."""
        self._parts = tuple(parts.items())
        self._total = total

    def load(self, value: JSON) -> Any:
        """Return a dict of what the values stand for."""
        return self._each(value, lambda codec, part: codec.load(part))

    def dump(self, value: Any) -> JSON:
        """Return a dict of the values' JSON."""
        return self._each(value, lambda codec, part: codec.dump(part))

    def _each(self, value: Any, convert: Callable[[Codec, Any], Any]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise InvalidValue(issues=[Issue(path=(), message="expected a dict")])
        if self._total and (missing := [key for key, _ in self._parts if key not in value]):
            raise InvalidValue(issues=[Issue(path=(key,), message="missing") for key in missing])
        return {key: _inside(key, convert, codec, value[key]) for key, codec in self._parts if key in value}


class ListCodec:
    """A list whose items share a schema."""

    __slots__ = ("_item",)

    def __init__(self, item: Codec) -> None:
        """Take the codec of the items."""
        self._item = item

    def load(self, value: JSON) -> Any:
        """Return a list of what the items stand for."""
        return self._each(value, lambda codec, part: codec.load(part))

    def dump(self, value: Any) -> JSON:
        """Return a list of the items' JSON."""
        return self._each(value, lambda codec, part: codec.dump(part))

    def _each(self, value: Any, convert: Callable[[Codec, Any], Any]) -> list[Any]:
        if not isinstance(value, list):
            raise InvalidValue(issues=[Issue(path=(), message="expected a list")])
        return [_inside(index, convert, self._item, part) for index, part in enumerate(value)]


def _inside(at: str | int, convert: Callable[[Codec, Any], Any], codec: Codec, value: Any) -> Any:
    """Convert a part of a value; what is wrong in it is told from outside."""
    try:
        return convert(codec, value)
    except InvalidValue as error:
        issues = [Issue(path=(at, *issue.path), message=issue.message) for issue in error.issues]
        raise InvalidValue(issues=issues) from None


def invalid(error: ValidationError) -> InvalidValue:
    """Return pydantic's findings as ours."""
    return InvalidValue(
        issues=[
            Issue(path=part["loc"], message=_sentence(part["msg"]))
            for part in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    )


def _sentence(message: str) -> str:
    """Return what a validator of the user's said as a sentence, without pydantic's word for its exception."""
    said = next((message.removeprefix(start) for start in RAISED if message.startswith(start)), "")
    return f"{said[0].upper()}{said[1:]}{'' if said[-1] in '.!?…' else '.'}" if said.strip() else message


def _issue(error: DocumentError) -> Issue:
    """Return a finding of jsonschema as ours."""
    return Issue(path=tuple(error.absolute_path), message=error.message)


def open_value(value: Any) -> JSON:
    """Write a value of an undeclared type as new JSON; text is taken as it is.

    Raises:
        PydanticSerializationError: some value in it has no JSON form.
        ValueError: it holds ``nan`` or ``inf``, which only a declared float can carry.
    """
    kind = type(value)
    if value is None or kind is str or kind is bool or (kind is float and math.isfinite(value)):
        return value
    # Readers of JSON take so many digits and no more, which is found out below.
    if kind is int and value.bit_length() < 64:
        return value
    if kind is not dict and kind is not list and isinstance(value, Iterator):
        raise ValueError("an iterator can be read only once, and may have no end")
    try:
        text = to_json(value)
    except (PydanticSerializationError, ValueError):
        return _piece_by_piece(value)
    # Signs that something was written as what it is not; they may stand in a text too, hence only signs.
    if b"NaN" in text or b"Infinity" in text or b"*****" in text:
        return _piece_by_piece(value)
    return from_json(text)


def _piece_by_piece(value: Any) -> JSON:
    """Write a value with the models and dataclasses in it as their own types declare."""
    match value:
        case dict():
            return {
                key: _piece_by_piece(part) for name, part in value.items() for key in from_json(to_json({name: None}))
            }
        case list() | tuple() | set() | frozenset():
            return [_piece_by_piece(part) for part in value]
        case SecretStr() | SecretBytes() | Secret():
            return _piece_by_piece(reveal(value))
        case float() if not math.isfinite(value):
            raise ValueError(f"{value} needs a schema that declares a float")
        case _ if isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type)):
            return _codec_of(type(value)).dump(value)
        case _:
            return from_json(to_json(value))


@lru_cache(maxsize=256)
def _codec_of(kind: type) -> Codec:
    """Return the codec of a model or dataclass."""
    return TypedCodec(TypeAdapter(kind).core_schema)


OPEN = OpenCodec()
