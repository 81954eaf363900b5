"""The ways in which a schema reads JSON and writes it: typed, plain, by JSON Schema, open, and put together."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import lru_cache, partial
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
from engine.values.ordering import in_order_of, ordered
from engine.values.patterns import DocumentValidator
from engine.values.plainness import checking, is_plain, is_reversible
from engine.values.sameness import same
from engine.values.textforms import reveal
from engine.values.transport import FORMS, Form, Transport
from engine.values.unions import CONFIG, Compiled

JSON = Any


class Codec(Protocol):
    """Reads and writes the values of one schema."""

    def load(self, value: JSON) -> Any:
        """Return the object that a JSON value stands for."""
        ...

    def dump(self, value: Any) -> JSON:
        """Return the JSON of an object, as it is given away."""
        ...

    def enter(self, value: Any) -> JSON:
        """Return the JSON of an object, as it would be given from outside."""
        ...

    def admit(self, value: JSON) -> JSON:
        """Return JSON that was given from outside with defaults filled in, and else as it was."""
        ...


class OneForm(ABC):
    """A codec for which JSON that is given away and JSON from outside are alike."""

    __slots__ = ()

    @abstractmethod
    def load(self, value: JSON) -> Any:
        """Return the object that a JSON value stands for."""

    @abstractmethod
    def dump(self, value: Any) -> JSON:
        """Return the JSON of an object."""

    def enter(self, value: Any) -> JSON:
        """Return the JSON of an object."""
        return self.dump(value)

    def admit(self, value: JSON) -> JSON:
        """Return JSON with defaults filled in."""
        return self.dump(self.load(value))


class OpenCodec(OneForm):
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


class DocumentCodec(OneForm):
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

    __slots__ = ("_check", "_has_sets", "_read", "_trusted", "_writers")

    def __init__(self, core: Any) -> None:
        """Compile pydantic's core schema of the type."""
        transport = Transport(core, open_value)
        self._check = SchemaValidator(transport.writing("output"), _use_prebuilt=False).validate_python
        self._read = SchemaValidator(transport.reading, _use_prebuilt=False).validate_json
        self._writers = {form: Compiled(partial(transport.writing, form)).write for form in FORMS}
        self._has_sets = transport.has_sets
        # Validators of the user's are not called where a valid instance is passed on: they may do anything.
        self._trusted = (
            None
            if is_reversible(core)
            else SchemaSerializer(transport.writing("output"), CONFIG, _use_prebuilt=False).to_json
        )

    def load(self, value: JSON) -> Any:
        """Return the object, read as if from JSON text."""
        try:
            return self._read(to_json(value))
        except ValidationError as error:
            raise invalid(error) from None
        except (PydanticSerializationError, ValueError) as error:
            raise InvalidValue(issues=[Issue(path=(), message=f"expected a JSON value; {error}")]) from None

    def dump(self, value: Any) -> JSON:
        """Return the JSON of an object, or of a dict that describes one, to be given away."""
        checked = self._checked(value)
        if self._trusted is not None:
            try:
                return unambiguous(self._trusted(checked, warnings="error"))
            except (PydanticSerializationError, ValueError, RecursionError):
                # It warns of values that do not look like their declared type, rightly for one that was assigned after
                # validation, wrongly for some unions; whether the JSON can be read tells which.
                pass
        return self._written(checked, FORMS)

    def enter(self, value: Any) -> JSON:
        """Return the JSON of an object as the published input schema describes it."""
        return self._written(self._checked(value), FORMS[::-1])

    def admit(self, value: JSON) -> JSON:
        """Return JSON from outside as the published input schema describes it, with defaults."""
        found = self.load(value)
        written = self._written(found, FORMS[::-1])
        # Where a validator makes something else of what it has made itself, only what was given means what it means.
        ways = [in_order_of(written, value)] if self._has_sets else []
        return next((json for json in (*ways, written, OPEN.load(value)) if self._means(json, found)), written)

    def _written(self, value: Any, forms: Sequence[Form]) -> JSON:
        """Return the JSON of a value in the first form that is read back as it, else in the first that is read."""
        read: list[JSON] = []
        refused: list[InvalidValue] = []
        for form in forms:
            try:
                json = unambiguous(self._writers[form](value))
            except (PydanticSerializationError, ValueError, RecursionError) as error:
                raise misfit(value, error) from None
            try:
                again = self._read_back(json)
            except InvalidValue as error:
                refused.append(error)
                continue
            if same(again, value):
                return json
            read.append(json)
        if read:
            return read[0]
        raise refused[0]

    def _read_back(self, json: JSON) -> Any:
        """Return what was written as it will be read; whatever a validator of the user's raises is told."""
        try:
            return self._read(to_json(json))
        except ValidationError as error:
            raise invalid(error) from None
        except Exception as error:  # A validator of the user's may raise anything.
            why = f"is written as JSON that its own validators do not read: {type(error).__name__}: {error}"
            raise InvalidValue(issues=[Issue(path=(), message=why)]) from error

    def _means(self, json: JSON, value: Any) -> bool:
        """Return whether JSON is read as just this value."""
        try:
            return same(self._read_back(json), value)
        except InvalidValue:
            return False

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


class PlainCodec(OneForm):
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


def codec_of(core: Any) -> Codec:
    """Return the codec of a type, from pydantic's core schema of it."""
    return PlainCodec(core, checking(core)) if is_plain(core) else TypedCodec(core)


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

    def enter(self, value: Any) -> JSON:
        """Return a dict of the values' JSON, as it would be given from outside."""
        return self._each(value, lambda codec, part: codec.enter(part))

    def admit(self, value: JSON) -> JSON:
        """Return a dict of the values' JSON, with defaults filled in."""
        return self._each(value, lambda codec, part: codec.admit(part))

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

    def enter(self, value: Any) -> JSON:
        """Return a list of the items' JSON, as it would be given from outside."""
        return self._each(value, lambda codec, part: codec.enter(part))

    def admit(self, value: JSON) -> JSON:
        """Return a list of the items' JSON, with defaults filled in."""
        return self._each(value, lambda codec, part: codec.admit(part))

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
            Issue(path=part["loc"], message=part["msg"])
            for part in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    )


def _issue(error: DocumentError) -> Issue:
    """Return a finding of jsonschema as ours."""
    return Issue(path=tuple(error.absolute_path), message=error.message)


def unambiguous(text: bytes) -> JSON:
    """Return the JSON that was written.

    Raises:
        ValueError: two keys of an object are the same in JSON, such as ``1`` and ``"1"``.
    """
    json = from_json(text)
    if len(to_json(json)) != len(text):
        raise ValueError("two keys of an object are the same in JSON")
    return json


def open_value(value: Any) -> JSON:
    """Write a value of an undeclared type as new JSON; text is taken as it is.

    Raises:
        PydanticSerializationError: some value in it has no JSON form.
        ValueError: it holds ``nan`` or ``inf``, which only a declared float can carry, or keys that are one in JSON.
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
        # Signs of an infinite number; they may stand in a text too, hence only signs.
        if b"NaN" not in text and b"Infinity" not in text and (json := from_json(text)) == value:
            return json
    except (PydanticSerializationError, ValueError):
        pass
    # By way of text again, for what is nested deeper than readers take.
    return from_json(to_json(_piece_by_piece(value)))


def _piece_by_piece(value: Any) -> JSON:
    """Write a value with the models, dataclasses and sets in it as their own types declare."""
    match value:
        case None | str() | bool():
            return from_json(to_json(value))
        case dict():
            return _object(value)
        case list() | tuple():
            return [_piece_by_piece(part) for part in value]
        case set() | frozenset():
            return ordered([_piece_by_piece(part) for part in value])
        case SecretStr() | SecretBytes() | Secret():
            return _piece_by_piece(reveal(value))
        case float() if not math.isfinite(value):
            raise ValueError(f"{value} needs a schema that declares a float")
        case _ if isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type)):
            return _codec_of(type(value)).dump(value)
        case _:
            return from_json(to_json(value))


def _object(value: dict[Any, Any]) -> JSON:
    """Write a dict whose keys may be anything that has a text."""
    names = {name: next(iter(from_json(to_json({name: None})))) for name in value}
    if len(set(names.values())) < len(names):
        raise ValueError("two keys of an object are the same in JSON")
    return {names[name]: _piece_by_piece(part) for name, part in value.items()}


@lru_cache(maxsize=256)
def _codec_of(kind: type) -> Codec:
    """Return the codec of a model or dataclass."""
    return codec_of(TypeAdapter(kind).core_schema)


OPEN = OpenCodec()
