"""Random types, put together as programs put them together, each with a value of it."""

import enum
import itertools
from collections.abc import Callable
from dataclasses import dataclass, make_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Union
from uuid import UUID

from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    Base64Bytes,
    Base64Str,
    Base64UrlBytes,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    RootModel,
    SecretStr,
    WithJsonSchema,
    WrapSerializer,
    computed_field,
    create_model,
)
from typing_extensions import TypedDict

COUNT = itertools.count()
UNION: Any = Union
"""Made of types that are known only here."""


class Kind(enum.Enum):
    ONE = 1
    TWO = "two"
    PAIR = (1, 2)


@dataclass(frozen=True, slots=True)
class Typed:
    """A type with a value of it."""

    spec: Any
    value: Any
    refused: bool = False
    """Whether no JSON can carry each of its values, so that it has to be refused where it is declared."""


Hex = Annotated[
    int,
    BeforeValidator(lambda given: int(given, 16) if isinstance(given, str) else given),
    PlainSerializer(hex),
    WithJsonSchema({"type": "string"}),
]
NUMBERS = st.integers(-(2**70), 2**70)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
BYTES = st.binary(max_size=6) | st.just(b"aGVsbG8=")
ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=-3, minutes=-30))])
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)

KEYS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (str, TEXTS),
    (int, NUMBERS),
    (bool, st.booleans()),
    (Kind, st.sampled_from(Kind)),
    (Literal["a", 1, True], st.sampled_from(["a"])),
    (date, DAYS),
    (UUID, st.uuids()),
    (Decimal, DECIMALS),
    (bytes, BYTES),
    (Base64Str, TEXTS | st.just("aGVsbG8=")),
    (Base64Bytes, BYTES),
    (PurePosixPath, st.sampled_from([PurePosixPath("/a/b"), PurePosixPath("c")])),
]
"""Types of keys and of items of sets, with their values."""

LEAVES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    *KEYS,
    (float, st.floats(allow_nan=False, allow_infinity=False)),
    (Annotated[float, Field(allow_inf_nan=True)], st.floats()),
    (None, st.none()),
    (datetime, MOMENTS),
    (timedelta, st.timedeltas(timedelta(days=-9999), timedelta(days=9999))),
    (Base64UrlBytes, BYTES),
    (SecretStr, TEXTS.map(SecretStr)),
    (Hex, NUMBERS),
    (Annotated[int, PlainSerializer(hex)], NUMBERS),
    (Annotated[int, PlainSerializer(lambda number: f"{number} EUR")], NUMBERS),
    (Annotated[str, AfterValidator(str.lower)], TEXTS.map(str.lower).map(str.lower)),
    (Annotated[Decimal, WrapSerializer(lambda number, write: write(number))], DECIMALS),
]

WRONG_KEYS: list[tuple[Any, Any]] = [
    (tuple[int, int], (1, 2)),
    (str | None, None),
    (frozenset[int], frozenset({1})),
    (NamedTuple("Cell", [("row", int)]), (1,)),
    (create_model("Key", row=int), "1"),
]
"""What no key of a JSON object can be."""


def leaves(table: list[tuple[Any, st.SearchStrategy[Any]]]) -> st.SearchStrategy[Typed]:
    """Return a strategy of the types of a table with one value each."""
    return st.sampled_from(table).flatmap(lambda entry: entry[1].map(lambda value: Typed(entry[0], value)))


def named(what: str) -> str:
    """Return a name that no other type has."""
    return f"{what}{next(COUNT)}"


def model(one: Typed, two: Typed, field: Any = None) -> Typed:
    """Return a model with two fields; what is in them is never validated before it is recorded."""
    fields: Any = {"one": (one.spec, Field(**(field or {}))), "two": (two.spec, ...)}
    cls = create_model(named("Model"), **fields)
    made = cls.model_construct()
    made.__dict__.update(one=one.value, two=two.value)
    made.__pydantic_fields_set__.update({"one", "two"})
    return Typed(cls, made, one.refused or two.refused)


class Counted(BaseModel, extra="forbid"):
    @computed_field
    def doubled(self) -> int:
        return 2


def counted(one: Typed) -> Typed:
    """Return a model with a computed field."""
    cls = create_model(named("Counted"), __base__=Counted, one=(one.spec, ...))
    made = cls.model_construct()
    made.__dict__["one"] = one.value
    return Typed(cls, made, one.refused)


def record(one: Typed, two: Typed) -> Typed:
    """Return a dataclass with two fields."""
    cls = make_dataclass(named("Record"), [("one", one.spec), ("two", two.spec)])
    return Typed(cls, cls(one.value, two.value), one.refused or two.refused)


def keyed(one: Typed, two: Typed) -> Typed:
    """Return a TypedDict, of which one key need not be there."""
    parts: Any = {"one": NotRequired[one.spec], "two": two.spec}
    spec = TypedDict(named("Keyed"), parts)  # type: ignore[operator]
    return Typed(spec, {"one": one.value, "two": two.value}, one.refused or two.refused)


def row(one: Typed, two: Typed) -> Typed:
    """Return a named tuple."""
    cls: Any = NamedTuple(named("Row"), [("one", one.spec), ("two", two.spec)])  # type: ignore[misc]
    return Typed(cls, cls(one.value, two.value), one.refused or two.refused)


def root(one: Typed) -> Typed:
    """Return a model of one value."""
    cls: Any = RootModel[one.spec]  # type: ignore[name-defined]
    made = cls.model_construct(one.value)
    return Typed(cls, made, one.refused)


def listed(one: Typed) -> Typed:
    """Return a list."""
    return Typed(list[one.spec], [one.value], one.refused)  # type: ignore[name-defined]


def mapped(key: Typed, one: Typed) -> Typed:
    """Return a dict."""
    return Typed(dict[key.spec, one.spec], {key.value: one.value}, one.refused)  # type: ignore[name-defined]


def mapped_wrongly(key: tuple[Any, Any], one: Typed) -> Typed:
    """Return a dict whose keys are no text."""
    return Typed(dict[key[0], one.spec], {}, True)  # type: ignore[name-defined]


def gathered(one: Typed) -> Typed:
    """Return a set."""
    return Typed(set[one.spec], {one.value}, one.refused)  # type: ignore[name-defined]


def paired(one: Typed, two: Typed) -> Typed:
    """Return a tuple."""
    return Typed(tuple[one.spec, two.spec], (one.value, two.value), one.refused or two.refused)  # type: ignore[name-defined]


def repeated(one: Typed) -> Typed:
    """Return a tuple of any length."""
    return Typed(tuple[one.spec, ...], (one.value, one.value), one.refused)  # type: ignore[name-defined]


def maybe(one: Typed, there: bool) -> Typed:
    """Return what may be None."""
    return Typed(UNION[one.spec, None], one.value if there else None, one.refused)


class Other(BaseModel):
    not_there: int


def either(one: Typed, other: bool) -> Typed:
    """Return a union with a model."""
    return Typed(UNION[Other, one.spec], Other(not_there=1) if other else one.value, one.refused)


ALIASES = st.sampled_from(
    [
        {},
        {"alias": "einsIn"},
        {"validation_alias": "einsIn", "serialization_alias": "einsOut"},
        {"exclude": True},
        {"title": "One", "description": "first"},
    ]
)


def around(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    """Return a strategy of types with others inside."""
    pairs: list[Callable[[Typed, Typed], Typed]] = [record, keyed, row, paired]
    singles: list[Callable[[Typed], Typed]] = [listed, repeated, root, counted]
    return st.one_of(
        *(st.builds(make, inner, inner) for make in pairs),
        *(st.builds(make, inner) for make in singles),
        st.builds(model, inner, inner, ALIASES),
        st.builds(mapped, leaves(KEYS), inner),
        st.builds(gathered, leaves(KEYS)),
        st.builds(maybe, inner, st.booleans()),
        st.builds(either, inner, st.booleans()),
        st.builds(mapped_wrongly, st.sampled_from(WRONG_KEYS), inner),
    )


TYPES = st.recursive(leaves(LEAVES), around, max_leaves=5)
"""Types with a value each."""
