"""Generic models, root models and aliases of types."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, computed_field, model_validator
from typing_extensions import TypeAliasType, TypedDict

T = TypeVar("T")
K = TypeVar("K")
N = TypeVar("N", int, float)
B = TypeVar("B", bound=BaseModel)


class Box(BaseModel, Generic[T]):
    content: T


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int = 0
    next: str | None = None


class Pair(BaseModel, Generic[K, T]):
    key: K
    value: T


class Response(BaseModel, Generic[T]):
    status: Literal["ok", "error"] = "ok"
    data: T | None = None
    errors: list[str] = []


class Range(BaseModel, Generic[N]):
    low: N
    high: N


class Holder(BaseModel, Generic[B]):
    held: B


class City(BaseModel):
    name: str


class Cities(Page[City]):
    region: str = ""


class Names(RootModel[list[str]]):
    def __iter__(self) -> Iterator[str]:  # type: ignore[override]  # as the pydantic docs write it
        return iter(self.root)


class Scores(RootModel[dict[str, float]]):
    pass


class Amount(RootModel[Decimal]):
    pass


class Optionals(RootModel[int | None]):
    root: int | None = None


class Text(RootModel[Annotated[str, Field(min_length=1)]]):
    model_config = ConfigDict(frozen=True)


class Matrix(RootModel[list[list[float]]]):
    @model_validator(mode="after")
    def _square(self) -> "Matrix":
        if any(len(row) != len(self.root) for row in self.root):
            raise ValueError("is not square")
        return self


class Sized(BaseModel, Generic[T]):
    items: list[T]

    @computed_field
    @property
    def size(self) -> int:
        return len(self.items)


class Entry(TypedDict, Generic[T]):
    value: T


@dataclass
class Cell(Generic[T]):
    value: T
    row: int = 0


class Tree(BaseModel, Generic[T]):
    value: T
    children: "list[Tree[T]]" = []


Ids: TypeAlias = list[int]
JsonValue = TypeAliasType("JsonValue", "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None")
Listed = TypeAliasType("Listed", list[T], type_params=(T,))
Positive = TypeAliasType("Positive", Annotated[int, Field(gt=0)])

TYPES = {
    "box of int": (Box[int], Box[int](content=1)),
    "box of date": (Box[date], Box[date](content=date(2026, 1, 1))),
    "box of anything": (Box[Any], Box[Any](content=[1])),
    "box without a type": (Box, Box(content={"a": 1})),
    "box in a box": (Box[Box[bytes]], Box[Box[bytes]](content=Box[bytes](content=b"\xff"))),
    "page of cities": (Page[City], Page[City](items=[City(name="Rome")], total=1)),
    "page of numbers": (Page[Decimal], Page[Decimal](items=[Decimal("1.0")])),
    "page with more": (Cities, Cities(items=[City(name="Rome")], region="Lazio")),
    "pair of two types": (Pair[int, str], Pair[int, str](key=1, value="a")),
    "pair of one pair": (
        Pair[str, Pair[int, date]],
        Pair[str, Pair[int, date]](key="a", value=Pair[int, date](key=1, value=date(2026, 1, 1))),
    ),
    "response": (Response[City], Response[City](), Response[City](data=City(name="Rome"))),
    "response of a list": (Response[list[City]], Response[list[City]](data=[City(name="Rome")])),
    "range of ints": (Range[int], Range[int](low=1, high=2)),
    "range of floats": (Range[float], Range[float](low=1.5, high=2)),
    "bound": (Holder[City], Holder[City](held=City(name="Rome"))),
    "root list": (Names, Names([]), Names(["a", "b"])),
    "root dict": (Scores, Scores({"a": 1.0})),
    "root Decimal": (Amount, Amount(Decimal("1.10"))),
    "optional root": (Optionals, Optionals(), Optionals(3)),
    "root text": (Text, Text("a")),
    "square": (Matrix, Matrix([[1.0]])),
    "roots in a list": (list[Names], [Names(["a"])]),
    "roots by root": (dict[str, Amount], {"a": Amount(Decimal(1))}),
    "computed in a generic": (Sized[City], Sized[City](items=[City(name="Rome")])),
    "generic TypedDict": (Entry[date], {"value": date(2026, 1, 1)}),
    "generic dataclass": (Cell[Decimal], Cell(Decimal("1.1"))),
    "generic tree": (Tree[int], Tree[int](value=1, children=[Tree[int](value=2)])),
    "alias": (Ids, [1]),
    "any JSON by an alias": (JsonValue, None, {"a": [1, {"b": [True]}]}),
    "generic alias": (Listed[date], [date(2026, 1, 1)]),
    "annotated alias": (Positive, 1),
    "alias in a model": (Box[Positive], Box[Positive](content=2)),
}
