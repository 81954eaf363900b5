"""The ways in which a schema reads JSON and writes it: typed, plain, by JSON Schema, and open."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import lru_cache, partial
from typing import Any

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
from engine.validation.validator import DIALECTS, errors_of, seconds_for
from engine.values.codec import JSON, Codec, OneForm
from engine.values.jsontext import is_json, unambiguous
from engine.values.not_json import handed_on, misfit, single_key, type_name
from engine.values.types.core_schema import within_time
from engine.values.types.floats import settled
from engine.values.types.json_transport import Form, Transport
from engine.values.types.plain_types import checking, is_plain, is_reversible
from engine.values.types.round_trip import same
from engine.values.types.set_order import in_order_of, ordered
from engine.values.types.text_forms import reveal
from engine.values.types.unions import Compiled

MAX_ISSUES = 1000
RAISED = ("Value error, ", "Assertion failed, ")
"""How pydantic begins the message of an exception that a validator raised."""
ENDLESS = ", for which JSON has no number; a type that may be it says so with Field(allow_inf_nan=True)"


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
        self._validator = DIALECTS.of(document)(document, registry=Registry())

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
        errors = errors_of(self._validator, value, seconds=seconds_for(value), most=MAX_ISSUES)
        if isinstance(errors, str):
            raise InvalidValue(issues=[Issue(path=(), message=errors)])
        if errors:
            raise InvalidValue(issues=list(map(_issue, errors)))


class TypedCodec:
    """A type that pydantic knows, with everything that can be in it."""

    __slots__ = ("_check", "_collides", "_forms", "_has_sets", "_read", "_reversible")

    def __init__(self, core: Any) -> None:
        """Compile pydantic's core schema of the type."""
        transport = Transport(within_time(core), open_value)
        self._check = SchemaValidator(transport.writing("output"), _use_prebuilt=False).validate_python
        self._read = SchemaValidator(transport.reading, _use_prebuilt=False).validate_json
        self._forms = {form: Compiled(partial(transport.writing, form)).write for form in transport.forms}
        self._has_sets = transport.has_sets
        self._collides = transport.may_collide
        # Validators of the user's are not called where a valid instance is passed on: they may do anything.
        self._reversible = is_reversible(core)

    @property
    def two_forms(self) -> bool:
        """Whether JSON that is given away may differ from JSON from outside."""
        return len(self._forms) > 1

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
        if not self._reversible:
            try:
                text = self._forms["output"](checked, warnings="error")
                # Signs of a number that JSON does not have, which only some floats may be.
                if b'NaN"' not in text and b'Infinity"' not in text:
                    return self._json(text)
            except (PydanticSerializationError, ValueError, RecursionError):
                # It warns of values that do not look like their declared type, rightly for one that was assigned after
                # validation, wrongly for some unions; whether the JSON can be read tells which.
                pass
        return self._written(checked, tuple(self._forms))

    def enter(self, value: Any) -> JSON:
        """Return the JSON of an object as the published input schema describes it."""
        return self._written(self._checked(value), tuple(self._forms)[::-1])

    def admit(self, value: Any) -> JSON:
        """Return JSON from outside as the published input schema describes it, with defaults."""
        if not is_json(value):
            return self.enter(value)
        found = self.load(value)
        try:
            written = self._written(found, tuple(self._forms)[::-1])
        except (InvalidValue, NotSerializable):
            return OPEN.load(value)
        if self._reversible and not self._has_sets:
            return written
        # Where a validator makes something else of what it has made itself, only what was given means what it does.
        ways = [in_order_of(written, value)] if self._has_sets else []
        return next((json for json in (*ways, written, OPEN.load(value)) if self._means(json, found)), written)

    def _written(self, value: Any, forms: Sequence[Form]) -> JSON:
        """Return the JSON of a value in the first form that is read back as it, else in the first that is read."""
        read: list[JSON] = []
        refused: list[InvalidValue | NotSerializable] = []
        for form in forms:
            try:
                text = self._forms[form](value)
                json = self._json(text)
            except (PydanticSerializationError, ValueError, RecursionError) as error:
                refused.append(misfit(value, error))
                continue
            try:
                again = self._read_back(text)
            except InvalidValue as error:
                refused.append(error)
                continue
            # With one form there is nothing to choose.
            if len(forms) == 1 or same(again, value):
                return json
            read.append(json)
        if read:
            return read[0]
        raise refused[0] from None

    def _json(self, text: bytes) -> JSON:
        """Return the JSON that was written."""
        return unambiguous(text) if self._collides else from_json(text)

    def _read_back(self, text: bytes) -> Any:
        """Return what was written as it will be read; whatever a validator of the user's raises is told."""
        try:
            return self._read(text)
        except ValidationError as error:
            raise invalid(error) from None
        except Exception as error:  # A validator of the user's may raise anything.
            why = f"is written as JSON that its own validators do not read: {type(error).__name__}: {error}"
            raise InvalidValue(issues=[Issue(path=(), message=why)]) from error

    def _means(self, json: JSON, value: Any) -> bool:
        """Return whether JSON is read as just this value."""
        try:
            return same(self._read_back(to_json(json)), value)
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
        self._read = SchemaValidator(core, _use_prebuilt=False).validate_python
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


def _told(kind: str, message: str, found: Any) -> str:
    """Return pydantic's message, what to do about ``inf`` and values of numpy or the like, and that None was found."""
    if kind == "finite_number":
        return f"{message}, found {found}{ENDLESS}"
    how = handed_on(found)
    nothing = found is None and kind != "missing" and "None" not in message
    return f"{message}; found {type_name(found)}, {how}" if how else f"{message}; found None" if nothing else message


def invalid(error: ValidationError) -> InvalidValue:
    """Return pydantic's findings as ours."""
    return InvalidValue(
        issues=[
            Issue(path=part["loc"], message=_told(part["type"], _sentence(part["msg"]), part["input"]))
            for part in error.errors(include_url=False, include_context=False)
        ]
    )


def _sentence(message: str) -> str:
    """Return what a validator of the user's said as a sentence, without pydantic's word for its exception.

    A first word that is no plain one, as the name of a field before a colon, stays as it is.
    """
    said = next((message.removeprefix(start) for start in RAISED if message.startswith(start)), "")
    if not said.strip():
        return message
    first = said[0].upper() if said.split()[0].isalpha() else said[0]
    return f"{first}{said[1:]}{'' if said[-1] in '.!?…' else '.'}"


def _issue(error: DocumentError) -> Issue:
    """Return a finding of jsonschema as ours."""
    return Issue(path=tuple(error.absolute_path), message=error.message)


def open_value(value: Any) -> JSON:
    """Write a value of an undeclared type as new JSON; text is taken as it is.

    Raises:
        PydanticSerializationError: some value in it has no JSON form.
        ValueError: it holds ``nan`` or ``inf``, which only a declared float can carry, or keys that are one in JSON
            or have parts.
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
    """Write a value with the models, dataclasses and sets in it as their own types declare; texts as they are."""
    match value:
        case _ if value is None or type(value) in (str, bool, int):
            return value
        case dict():
            return _object(value)
        case list() | tuple():
            return [_piece_by_piece(part) for part in value]
        case set() | frozenset():
            return ordered([_piece_by_piece(part) for part in value])
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{value} needs a schema that declares a float with allow_inf_nan=True")
            return float(value)
        case _ if isinstance(value, BaseModel) or (is_dataclass(value) and not isinstance(value, type)):
            return _codec_of(type(value)).dump(value)
        case SecretStr() | SecretBytes() | Secret():
            return _piece_by_piece(reveal(value))
        case _:
            return from_json(to_json(value))


def _object(value: dict[Any, Any]) -> JSON:
    """Write a dict whose keys may be anything that has a text."""
    names = {name: next(iter(from_json(to_json({single_key(name): None})))) for name in value}
    if len(set(names.values())) < len(names):
        raise ValueError("two keys of an object are the same in JSON")
    return {names[name]: _piece_by_piece(part) for name, part in value.items()}


@lru_cache(maxsize=256)
def _codec_of(kind: type) -> Codec:
    """Return the codec of a model or dataclass.

    Raises:
        ValueError: it has parts of which pydantic knows nothing.
    """
    try:
        return codec_of(settled(TypeAdapter(kind).core_schema))
    except Exception as error:  # A type may bring code of its own that makes its schema.
        raise ValueError(f"{kind.__qualname__} has parts that pydantic does not know") from error


OPEN = OpenCodec()
