"""What is written must be readable: every type of pydantic's, as it is recorded, read and recorded again."""

import json
import typing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import pydantic.networks
import pydantic.types
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import (
    AfterValidator,
    Base64Bytes,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Json,
    PlainSerializer,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import core_schema
from typing_extensions import ReadOnly, TypedDict

from engine.errors import InvalidSchema, InvalidValue, NotSerializable
from engine.values.incoming import admitted
from engine.values.schema import Schema
from engine.values.types.round_trip import same
from tests.engine.every_type import CASES, NAMED, NO_KINDS, NOT_TYPES, UNKEYED, UNREADABLE, Box

EVERY = [(spec, given) for spec, values in [*CASES, *NAMED.values()] for given in values]


def text(value: Any) -> str:
    """Return JSON as text that any reader takes."""
    return json.dumps(value, allow_nan=False)


@pytest.mark.parametrize(("spec", "value"), EVERY)
def test_what_was_given_is_recorded_as_json_that_means_the_same(spec: Any, value: Any) -> None:
    """It fits the published input schema, is read as the same value, and is recorded again as it is."""
    schema = Schema.of(spec)
    recorded = schema.admit(value)
    assert same(schema.load(recorded), schema.load(value))
    assert text(schema.admit(recorded)) == text(recorded)
    assert Draft202012Validator(schema.json_schema).is_valid(recorded), (recorded, schema.json_schema)


@pytest.mark.parametrize(("spec", "value"), EVERY)
def test_a_value_is_written_as_json_that_means_the_same(spec: Any, value: Any) -> None:
    """As input and as output, each fits its published schema, and is read as the value that was written."""
    schema = Schema.of(spec)
    for write, published in ((schema.enter, schema.json_schema), (schema.dump, schema.output_json_schema)):
        written = write(schema.load(value))
        assert same(schema.load(written), schema.load(value)), written
        assert text(write(schema.load(written))) == text(written)
        assert Draft202012Validator(published).is_valid(written), (written, published)


T = TypeVar("T")


class Strict(BaseModel, Generic[T]):
    model_config = ConfigDict(strict=True, extra="forbid")
    content: T


class Renamed(BaseModel, Generic[T]):
    content: T = Field(validation_alias="contentIn", serialization_alias="contentOut", exclude=True)


class Other(BaseModel):
    not_there: int


# How a type is put into another, and what is given for it then.
AROUND: dict[str, tuple[Any, Any]] = {
    "list": (lambda spec: list[spec], lambda given: [given]),
    "dict": (lambda spec: dict[str, spec], lambda given: {"key": given}),
    "number keys": (lambda spec: dict[int | str, spec], lambda given: {"1": given, "x": given}),
    "tuple": (lambda spec: tuple[spec, int], lambda given: [given, 1]),
    "optional": (lambda spec: spec | None, lambda given: given),
    "union": (lambda spec: Other | spec, lambda given: given),
    "strict": (lambda spec: Strict[spec], lambda given: {"content": given}),
    "renamed": (lambda spec: Renamed[spec], lambda given: {"contentIn": given}),
    "Json": (lambda spec: Json[spec], text),
}
UNHASHABLE = {"FailFast"}
"""What stands in no union."""

NESTABLE = [
    (spec, given)
    for name, (spec, values) in [*((None, case) for case in CASES if case[0] not in (None, Json)), *NAMED.items()]
    for given in values
    if name not in UNHASHABLE
]


@settings(deadline=None)
@given(st.sampled_from(NESTABLE), st.lists(st.sampled_from(sorted(AROUND)), min_size=1, max_size=3))
def test_types_in_types_are_written_and_read_again(case: tuple[Any, Any], around: list[str]) -> None:
    """However they are put together, what is recorded means what was given, and is recorded again as it is."""
    spec, value = case
    for name in around:
        spec, value = AROUND[name][0](spec), AROUND[name][1](value)
    schema = Schema.of(spec)
    assume(not schema.check(value))  # Strict models refuse what other types take.
    recorded = schema.admit(value)
    assert same(schema.load(recorded), schema.load(value))
    assert text(schema.admit(recorded)) == text(recorded)
    assert Draft202012Validator(schema.json_schema).is_valid(recorded)
    written = schema.dump(schema.load(value))
    assert same(schema.load(written), schema.load(value))
    assert Draft202012Validator(schema.output_json_schema).is_valid(written)


@pytest.mark.parametrize(
    ("spec", "value", "place"),
    [
        (None, {1: "number", "1": "text"}, r"output\.1: the keys 1 and '1' are one key in JSON"),
        (None, [{"a": {True: 1, "true": 2}}], r"output\[0\]\.a\.true: the keys True and 'true' are one key"),
        (dict[int | str, str], {1: "number", "1": "text"}, r"output\.1: the keys 1 and '1' are one key in JSON"),
        (dict[str, Any], {"a": {1: 2, "1": 3}}, r"output\.a\.1: the keys 1 and '1'"),
        (list[dict[date | str, int]], [{date(2026, 1, 1): 1, "2026-01-01": 2}], r"output\[0\]\.2026-01-01: the keys"),
    ],
)
def test_keys_that_are_one_in_json_are_an_error(spec: Any, value: Any, place: str) -> None:
    """No value is lost in silence: the error names the place and both keys."""
    with pytest.raises(NotSerializable, match=place):
        Schema.of(spec).dump(value)


class Lowered(BaseModel):
    """A model that changes all text in it."""

    model_config = ConfigDict(str_to_lower=True)
    names: dict[str, int]


class StrictDays(BaseModel):
    """A model that takes no text for a date, but in JSON."""

    model_config = ConfigDict(strict=True)
    days: dict[int, tuple[date, bytes]]


@pytest.mark.parametrize(
    ("spec", "keys", "around"),
    [
        (dict[int, int], ("1", "01"), lambda part: part),
        (dict[float, int], ("1", "1.0"), lambda part: part),
        (dict[bool, int], ("true", "1"), lambda part: part),
        (dict[date, int], ("2020-01-01", "1577836800"), lambda part: part),
        (Counter[int], ("1", "+1"), lambda part: part),
        (Mapping[int, int], ("7", "07"), lambda part: part),
        (dict[Annotated[str, StringConstraints(to_lower=True)], int], ("A", "a"), lambda part: part),
        (dict[Annotated[str, StringConstraints(strip_whitespace=True)], int], ("a ", "a"), lambda part: part),
        (list[dict[UUID, int]], (str(UUID(int=1)), UUID(int=1).hex), lambda part: [part]),
        (dict[str, dict[int, int]], ("1", "01"), lambda part: {"inside": part}),
        (Lowered, ("A", "a"), lambda part: {"names": part}),
    ],
    ids=lambda spec: getattr(spec, "__name__", None),
)
def test_keys_that_are_one_when_they_are_read_are_an_error(
    spec: Any, keys: tuple[str, str], around: Callable[[Any], Any]
) -> None:
    """No value of a JSON object is lost in silence; each key alone is read, and recorded so that it is read again."""
    schema = Schema.of(spec)
    (issue,) = schema.check(around(dict.fromkeys(keys, 1)))
    assert issue.message == f"{keys[0]!r} and {keys[1]!r} are the same key; leave one out"
    for key in keys:
        recorded = schema.admit(around({key: 1}))
        assert same(schema.load(recorded), schema.load(around({key: 1})))


def test_a_strict_dict_with_numbers_as_keys_is_read_from_its_json() -> None:
    """What looks at the keys reads JSON as JSON."""
    value = StrictDays(days={1: (date(2026, 1, 1), b"x")})
    schema = Schema.of(StrictDays)
    assert schema.load(schema.dump(value)) == value


def test_sets_keep_the_order_in_which_they_were_given() -> None:
    """Also inside of other types; what comes from Python has one order each time, numbers first."""
    schema = Schema.of(dict[str, set[int | str]])
    given = {"a": [33, "x", 1, "b"], "b": [2, 1]}
    assert schema.admit(given) == given
    assert schema.dump({"a": {"b", 33, "a", 4, 100}}) == {"a": [4, 33, 100, "a", "b"]}
    assert Schema.of(None).dump({"b", "a", "c", 2, 1}) == [1, 2, "a", "b", "c"]


def test_what_a_validator_would_change_again_is_recorded_as_it_was_given() -> None:
    """Only the given value means what it means."""
    schema = Schema.of(Annotated[str, AfterValidator(lambda word: word + "!")])
    assert schema.admit("a") == "a"
    assert schema.load("a") == "a!"


def test_an_object_that_its_own_validators_would_not_read_is_refused() -> None:
    """Who starts a run with it is told what the validator says, before anything is recorded."""

    class Raw(BaseModel):
        celsius: float

        @model_validator(mode="before")
        @classmethod
        def unpack(cls, answer: Any) -> Any:
            return {"celsius": answer["main"]["temp"]}

    with pytest.raises(InvalidValue, match="own validators do not read: KeyError: 'main'"):
        admitted(Schema.of(Raw), Raw.model_construct(celsius=1.5))
    assert admitted(Schema.of(Raw), {"main": {"temp": 1.5}}) == {"main": {"temp": 1.5}}


def test_choices_that_are_one_in_json_are_refused() -> None:
    """An enum of a date and of the text of that date could not be told apart."""

    class Day(Enum):
        FIRST = date(2026, 1, 1)
        SAME = "2026-01-01"

    with pytest.raises(InvalidSchema, match=r"Day\.FIRST.*and.*Day\.SAME.* are both .2026-01-01. in JSON"):
        Schema.of(Day)


def test_a_choice_without_json_is_refused() -> None:
    """An enum of objects that no JSON stands for is named where it is declared."""
    with pytest.raises(InvalidSchema, match=r"Thing\.ONE.*cannot become JSON"):
        Schema.of(Enum("Thing", {"ONE": object()}))


@pytest.mark.parametrize(("spec", "expected"), UNREADABLE)
def test_what_no_json_stands_for_is_refused_where_it_is_declared(spec: Any, expected: str) -> None:
    """The error names the place and what is expected there, and tells the ways out."""
    with pytest.raises(InvalidSchema, match=f"{expected}, which no JSON stands for.*PlainValidator"):
        Schema.of(spec)


@pytest.mark.parametrize(("spec", "expected"), UNKEYED)
def test_keys_that_no_text_can_be_are_refused_where_they_are_declared(spec: Any, expected: str) -> None:
    """The error says what the keys may be, and tells the ways out."""
    with pytest.raises(InvalidSchema, match=f"keys that may be {expected}, but keys of a JSON .* list of pairs"):
        Schema.of(spec)


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        (Annotated[int, WithJsonSchema({"type": "string"})], "says string, but what is recorded is integer"),
        (
            Box[list[Annotated[int, PlainSerializer(hex), WithJsonSchema({"type": "string"})]]],
            "says string, but what is recorded is integer",
        ),
        (Annotated[Decimal, WithJsonSchema({"type": "number"})], "says integer or number, but .* is string"),
        (Annotated[date, WithJsonSchema({"type": ["integer", "null"]})], "says integer or null, but .* is string"),
    ],
)
def test_a_json_schema_by_hand_that_says_other_than_what_is_recorded_is_refused(spec: Any, found: str) -> None:
    """What is recorded has to be what the published schema takes again."""
    with pytest.raises(InvalidSchema, match=f"WithJsonSchema {found}.*validator that reads"):
        Schema.of(spec)


@pytest.mark.parametrize(
    ("spec", "value", "recorded"),
    [
        (
            Annotated[
                int,
                BeforeValidator(lambda given: int(given, 16) if isinstance(given, str) else given),
                PlainSerializer(hex),
                WithJsonSchema({"type": "string"}),
            ],
            255,
            "0xff",
        ),
        (Annotated[Decimal, PlainSerializer(float), WithJsonSchema({"type": "number"})], Decimal("1.5"), 1.5),
        (Annotated[int, WithJsonSchema({"type": "integer", "minimum": 3})], 4, 4),
        (Annotated[Any, WithJsonSchema({"type": "string"})], "x", "x"),
    ],
)
def test_a_json_schema_by_hand_decides_which_form_is_recorded(spec: Any, value: Any, recorded: Any) -> None:
    """A value is recorded as the schema of its author's has it, as input and as output."""
    schema = Schema.of(spec)
    assert (schema.enter(value), schema.dump(value)) == (recorded, recorded)
    assert same(schema.load(recorded), value)


@pytest.mark.parametrize("decoded", [b"hello", b"aGVsbG8="])
def test_an_encoded_value_is_the_decoded_one_in_python(decoded: bytes) -> None:
    """It is encoded once when it is recorded, however it looks; its encoded text is read as JSON has it."""
    schema = Schema.of(list[Base64Bytes | int])
    assert schema.load(schema.dump([decoded, 1])) == [decoded, 1]
    assert Schema.of(Base64Bytes).dump("aGVsbG8=") == "aGVsbG8="


@pytest.mark.filterwarnings("error")
def test_what_pydantic_passes_over_is_no_fault() -> None:
    """Keys that are read-only, and a type that is deprecated where no field is, are used as they are."""

    class Row(TypedDict):
        id: ReadOnly[int]

    assert Schema.of(Row).dump({"id": 1}) == {"id": 1}
    assert Schema.of(Annotated[int, Field(deprecated=True)]).json_schema == {"type": "integer", "deprecated": True}


class Limits(BaseModel):
    most: float = float("inf")
    least: float = Field(default=0.0, allow_inf_nan=True)
    other: float = 0.0


def test_a_float_that_may_be_infinite_says_so_in_its_schema() -> None:
    """Said by allow_inf_nan or by a default; any other float is a number, and what is none is refused."""
    schema = Schema.of(Limits)
    kinds = {name: set(field) & {"anyOf", "type"} for name, field in schema.json_schema["properties"].items()}
    assert kinds == {"most": {"anyOf"}, "least": {"anyOf"}, "other": {"type"}}
    written = schema.dump(Limits(least=float("-inf")))
    assert written == {"most": "Infinity", "least": "-Infinity", "other": 0.0}
    for value in ({"other": "Infinity"}, {"other": float("nan")}, Limits(other=float("inf"))):
        with pytest.raises(InvalidValue, match=r"other: .*for which JSON has no number.*allow_inf_nan=True"):
            admitted(schema, value)


def kinds_in(part: Any) -> Iterator[str]:
    """Yield the kinds of the nodes of a core schema."""
    if isinstance(part, dict) and isinstance(kind := part.get("type"), str):
        yield kind
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list | tuple) else ():
        yield from kinds_in(inner)


def test_no_kind_of_type_is_left_out() -> None:
    """Each kind of core schema that pydantic has stands in the table, and so does a new one or the table fails."""
    specs = [spec for spec, _ in [*CASES, *NAMED.values(), *UNREADABLE] if spec is not None]
    tried = {kind for spec in specs for kind in kinds_in(TypeAdapter(spec).core_schema)}
    declared = {
        kind
        for schema in typing.get_args(core_schema.CoreSchema)
        for kind in typing.get_args(typing.get_type_hints(schema)["type"])
    }
    assert declared - tried == NO_KINDS


def test_no_named_type_is_left_out() -> None:
    """Each name of pydantic's modules of types stands in the table, and so does a new one or the table fails."""
    assert {*pydantic.types.__all__, *pydantic.networks.__all__} == {*NAMED, *NOT_TYPES}
