"""Schemas: what a value must look like, and the way from JSON to Python and back."""

import inspect
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, PydanticUserError, TypeAdapter
from pydantic.errors import PydanticUndefinedAnnotation

from engine.errors import InvalidSchema, InvalidValue, Issue
from engine.failure import message_of
from engine.paths import Path, format_path
from engine.short_text import shown
from engine.values.codec import Codec
from engine.values.codec_kinds import OPEN, DocumentCodec, codec_of
from engine.values.composite_codecs import EitherCodec, KeysCodec, ListCodec
from engine.values.documents import Document, LenientGenerator, either, keyed, listed
from engine.values.schema_match import UNKNOWN, SchemaShape, keyed_shape, typed_shape
from engine.values.schema_screening import screened, strict
from engine.values.types.floats import settled
from engine.values.types.handwritten_schemas import contradiction
from engine.values.types.init_vars import check_init_only
from engine.values.types.json_transport import described
from engine.values.types.keys import keyless
from engine.values.types.unreadable_types import unreadable

# In the text of a type: the module, and the functions around a local class.
_MODULES = re.compile(r"(?:[A-Za-z_<][\w<>]*\.)+")
_UNKNOWN = re.compile(r"Unable to generate pydantic-core schema for (.+?)\. Set `arb")

JSON = Any
"""A tree of dict, list, str, int, float, bool and None; every float in it is finite."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Schema:
    """What a value must look like. Make one with `Schema.of`.

    A value that was dumped and loaded by the same schema is what it was, whenever the schema declares its types. Two
    kinds of unions keep values but not always types: text in ``date | str`` that is exactly what a date would write is
    read as that date, and of ``list | set`` the first member that fits is taken.
    """

    spec: Any
    """What the schema was made from: a type, a JSON Schema dict, or None."""

    name: str
    """The name by which messages call the schema: ``City``, ``list[int]``, ``any``."""

    json_schema: dict[str, Any]
    """The JSON Schema (draft 2020-12) of what `load` reads."""

    output_json_schema: dict[str, Any]
    """The JSON Schema of what `dump` writes."""

    shape: SchemaShape
    """What is certain about both, for the check of the wiring."""

    load: Callable[[JSON], Any]
    """Turn a JSON value into the typed object, a new one at each call; raises `InvalidValue`."""

    dump: Callable[[Any], JSON]
    """Check a Python value and turn it into new JSON, as `output_json_schema` describes it.

    Raises `InvalidValue` or `NotSerializable`.
    """

    two_forms: bool
    """Whether what `dump` writes may be other JSON than what `json_schema` describes."""

    enter: Callable[[Any], JSON]
    """The same, as `json_schema` describes it: what would be given from outside to mean this value."""

    admit: Callable[[Any], JSON]
    """Turn JSON from outside into new JSON with defaults, as `json_schema` describes it, that means the same value.

    What needs no change comes back as it was. Takes objects as `enter` does. Raises as `load` and `dump` do.
    """

    @staticmethod
    def of(spec: Any) -> "Schema":
        """Make a schema.

        Args:
            spec: anything that pydantic's ``TypeAdapter`` takes, a JSON Schema dict (draft 2020-12), None for any
                JSON value, or a schema, which is returned as it is.

        Raises:
            InvalidSchema: it is none of these, its names cannot be resolved, or its JSON Schema is not strict JSON.
        """
        if spec is None:
            return ANY
        if isinstance(spec, Schema):
            return spec
        if isinstance(spec, dict):
            return _of_document(spec)
        # Only classes are remembered: `int | str` equals `str | int`, but their JSON Schemas differ.
        return _of_class(spec) if isinstance(spec, type) and type(spec).__hash__ is not None else _of_type(spec)

    @staticmethod
    def given(what: str, spec: Any) -> "Schema":
        """Make the schema that was given as an option; ``what`` says in errors which one."""
        try:
            return Schema.of(spec)
        except InvalidSchema as error:
            # The cause is the user's own error, if any: what is told needs no traceback for each layer that tells it.
            raise InvalidSchema(f"{what}: {error}") from error.__cause__

    @staticmethod
    def keys(parts: "Mapping[str, Schema]", total: bool = True) -> "Schema":
        """Make the schema of a dict with a schema for each key; ``total`` says whether all keys must be there."""
        return _schema(
            {key: part.spec for key, part in parts.items()},
            "{" + ", ".join(f"{key}: {part.name}" for key, part in parts.items()) + "}",
            keyed({key: part.json_schema for key, part in parts.items()}, total),
            keyed({key: part.output_json_schema for key, part in parts.items()}, total),
            keyed_shape({key: part.shape for key, part in parts.items()}, total),
            KeysCodec(parts, total),
        )

    @staticmethod
    def list_of(item: "Schema") -> "Schema":
        """Make the schema of a list whose items have the schema ``item``."""
        name = f"list[{item.name}]"
        read, written = listed(item.json_schema), listed(item.output_json_schema)
        of = item.shape
        shape = SchemaShape(reads=listed(of.reads), writes=listed(of.writes), keeps=listed(of.keeps))
        return _schema([item.spec], name, read, written, shape, ListCodec(item))

    @staticmethod
    def either(first: "Schema", second: "Schema") -> "Schema":
        """Make the schema of what fits one of two; the first one that takes a value holds."""
        if first.spec is None or second.spec is None or first is second:
            return first if first.spec is None else second
        one, other = first.shape, second.shape
        shape = SchemaShape(
            reads=either(one.reads, other.reads),
            writes=either(one.writes, other.writes),
            keeps=either(one.keeps, other.keeps),
        )
        return _schema(
            (first.spec, second.spec),
            f"{first.name} | {second.name}",
            either(first.json_schema, second.json_schema),
            either(first.output_json_schema, second.output_json_schema),
            shape,
            EitherCodec(first, second),
        )

    def check(self, value: JSON) -> tuple[Issue, ...]:
        """Return what is wrong in a JSON value; nothing if it fits."""
        try:
            self.load(value)
        except InvalidValue as error:
            return error.issues
        return ()

    def __repr__(self) -> str:
        """Return the schema as text."""
        return f"Schema({self.name})"


def _schema(
    spec: Any, name: str, read: dict[str, Any], written: dict[str, Any], shape: SchemaShape, codec: Codec
) -> Schema:
    """Return a schema whose values ``codec`` reads and writes."""
    return Schema(
        spec=spec,
        name=name,
        json_schema=read,
        output_json_schema=written,
        shape=shape,
        load=codec.load,
        dump=codec.dump,
        two_forms=codec.two_forms,
        enter=codec.enter,
        admit=codec.admit,
    )


def _is_json(value: Any) -> bool:
    """Return whether a value is JSON already, with floats that JSON does not have."""
    match value:
        case dict():
            return all(type(key) is str and _is_json(part) for key, part in value.items())
        case list():
            return all(map(_is_json, value))
        case _:
            return value is None or type(value) in (str, int, float, bool)


def _of_document(given: dict[str, Any]) -> Schema:
    """Return the schema that a JSON Schema describes."""
    document = screened(given)
    name = str(document.get("title") or document.get("type") or "JSON Schema")
    shape = SchemaShape(reads=document, writes=document, keeps=document)
    return _schema(given, name, document, document, shape, DocumentCodec(document))


@lru_cache(maxsize=1024)
def _of_class(spec: type) -> Schema:
    """Return the schema of a class, made once."""
    return _of_type(spec)


def _of_type(spec: Any) -> Schema:
    """Return the schema of anything that pydantic's ``TypeAdapter`` takes."""
    name = spec.__name__ if isinstance(spec, type) else _MODULES.sub("", shown(spec, sys.maxsize))
    if inspect.isroutine(spec):
        # Pydantic would take it for the arguments that it is called with.
        raise InvalidSchema(f"{name} cannot be a schema: it is a function. Give the type of the value itself.")
    try:
        core: Any = settled(_core_of(spec))
        check_init_only(core)
        _check_readable(core, name)
        codec = codec_of(core)
        read, written = _documents(core, name)
        return _schema(spec, name, read, written, typed_shape(core, read, written), codec)
    except PydanticUndefinedAnnotation as error:
        raise InvalidSchema(
            f"The schema {name} uses the name {error.name!r}, which is not defined where the schema is made. Define it "
            "before, or in the module itself rather than in a function."
        ) from None
    except InvalidSchema:
        raise
    except PydanticUserError as error:
        raise InvalidSchema(_refused(name, error, spec)) from None
    except Exception as error:  # A type may bring code of its own that makes its schema.
        raise InvalidSchema(_refused(name, error, spec)) from error


def _refused(name: str, error: Exception, spec: Any = None) -> str:
    """Return what to say of a type of which pydantic, or code that the type brings, makes no schema."""
    if isinstance(error, PydanticUserError) and (what := _UNKNOWN.match(str(error))):
        return f"{name} cannot be a schema: {_unknown(spec, what[1])}"
    if isinstance(error, AttributeError) and error.obj is spec:
        return f"{name} cannot be a schema: {_unknown(spec, f'an object of the class {type(spec).__name__}')}"
    found = f"{name} cannot be a schema: {message_of(error).splitlines()[0]}"
    if isinstance(error, PydanticUserError) and error.code == "typed-dict-version":
        return f"{found} Write: from typing_extensions import TypedDict."
    return f"{found} Use a type that pydantic knows, a JSON Schema dict, or None for any JSON value."


def _unknown(spec: Any, what: str) -> str:
    """Return what to do about ``what``, of which pydantic knows nothing: a value instead of a type, or a class."""
    match spec:
        case list() | set() | tuple() | frozenset():
            inside = ", ".join(part.__name__ if isinstance(part, type) else shown(part) for part in spec)
            return f"it is a value and no type. Write: {type(spec).__name__}[{inside or '...'}]."
        case TypeAdapter():
            return "give the type that the TypeAdapter was made of."
        case BaseModel():
            return f"it is an object. Give its class: {type(spec).__name__}."
        case _ if what.startswith("<class "):
            return f"pydantic knows nothing of {what}. Make it a dataclass or a model, or hand on plain values."
        case _:
            return f"{what} is no type. Use one that pydantic knows, a JSON Schema dict, or None for any JSON value."


def _documents(core: Any, name: str) -> tuple[Document, Document]:
    """Return the JSON Schemas of what a type reads and of what it writes."""
    try:
        read = LenientGenerator().generate(described(core, "input"), mode="validation")
        written = LenientGenerator().generate(described(core, "output"), mode="serialization")
    except PydanticUserError:
        raise
    except Exception as error:
        # Functions of the type's author take part in it, and may raise anything.
        raise InvalidSchema(
            f"{name} has no JSON Schema: {type(error).__name__}: {error}. Mend the json_schema_extra or the "
            "__get_pydantic_json_schema__ of the type or of one in it."
        ) from error
    return strict(read, name), strict(written, name)


def _core_of(spec: Any) -> Any:
    """Return pydantic's core schema of a type.

    Raises:
        Whatever the code of the type's author does.
    """
    with warnings.catch_warnings():
        # Of what it passes over, such as ReadOnly and a deprecated type, pydantic warns; it is nobody's mistake here.
        warnings.filterwarnings("ignore", message=".*using the `ReadOnly` qualifier")
        warnings.filterwarnings("ignore", message="The 'deprecated' attribute with value")
        adapter: TypeAdapter[Any] = TypeAdapter(spec)
        # Of a type that is not complete yet, this names what is missing.
        adapter.rebuild(raise_errors=True)
        return adapter.core_schema


def _check_readable(core: Any, name: str) -> None:
    """Check that a type's values can be told from their JSON, as far as is certain.

    Raises:
        InvalidSchema: nothing of it could be recorded, or it would be read as something else.
    """
    if found := unreadable(core):
        raise InvalidSchema(_why_unreadable(name, *found))
    if keys := keyless(core):
        raise InvalidSchema(
            f"{name} cannot be a schema: a dict in it has keys that may be {keys}, but keys of a JSON object are text. "
            "Use a list of pairs, or say how a key is read from text and written: "
            "Annotated[..., BeforeValidator(read), PlainSerializer(write)]."
        )
    if said := contradiction(core):
        raise InvalidSchema(
            f"{name} cannot be a schema: its WithJsonSchema says {said[0]}, but what is recorded is {said[1]}, which "
            "it would not take again. Give it a validator that reads and a serializer that writes what it says, or "
            "leave WithJsonSchema out."
        )


def _why_unreadable(name: str, path: Path, expected: str) -> str:
    place = repr(format_path(path)) if path else "its value"
    return (
        f"{name} cannot be a schema: {place} has to be {expected}, which no JSON stands for, and so nothing could be "
        "recorded. Give it a default, or say how it is read and written: "
        "Annotated[..., PlainValidator(read), PlainSerializer(write)]."
    )


ANY = _schema(None, "any", {}, {}, UNKNOWN, OPEN)
