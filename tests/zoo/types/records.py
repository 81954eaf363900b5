"""Dataclasses, TypedDicts and named tuples."""

import dataclasses
from collections import namedtuple
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, NotRequired, Required

import pydantic
from pydantic import ConfigDict, Field, computed_field, field_validator, with_config
from typing_extensions import TypedDict


@dataclass
class Point:
    x: int
    y: int = 0


@dataclass(frozen=True, slots=True)
class Frozen:
    name: str
    tags: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class Keywords:
    first: int
    second: str | None = None
    table: ClassVar[str] = "t"


@dataclass(order=True)
class Version:
    major: int
    minor: int = 0
    label: str = field(default="", compare=False)


@dataclass
class Line:
    start: Point
    end: Point
    width: float = 1.0


@dataclass
class Basket:
    items: list[Decimal] = field(default_factory=list)
    due: timedelta = timedelta(days=1)
    owner: "Basket | None" = None


@dataclass
class Derived:
    width: int
    height: int
    area: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.area = self.width * self.height


@dataclass
class Parent:
    id: int


@dataclass
class Child(Parent):
    name: str = ""


@dataclass
class Named:
    type: str
    ref: int
    fields: list[str] = field(default_factory=list)


@pydantic.dataclasses.dataclass
class Checked:
    age: Annotated[int, Field(ge=0)]
    name: str = Field(default="x", max_length=10)

    @field_validator("name")
    @classmethod
    def _title(cls, value: str) -> str:
        return value.title()


@pydantic.dataclasses.dataclass(config=ConfigDict(extra="forbid", str_strip_whitespace=True))
class Tight:
    name: str


@pydantic.dataclasses.dataclass
class Computed:
    parts: list[int]

    @computed_field
    @property
    def total(self) -> int:
        return sum(self.parts)


@pydantic.dataclasses.dataclass
class Aliased:
    user_id: int = Field(alias="userId")


class Movie(TypedDict):
    title: str
    year: int


class Search(TypedDict, total=False):
    query: Required[str]
    limit: int
    since: date


class Job(TypedDict):
    id: int
    note: NotRequired[str | None]
    parent: NotRequired["Job"]


class Constrained(TypedDict):
    age: Annotated[int, Field(ge=0, description="Years")]
    mode: Literal["a", "b"]


@with_config(ConfigDict(extra="forbid"))
class Closed(TypedDict):
    x: int


@with_config(ConfigDict(extra="allow"))
class Opened(TypedDict):
    x: int


class Series(Movie):
    episodes: int


Headers = TypedDict("Headers", {"Content-Type": str, "X-Trace": NotRequired[str], "class": NotRequired[str]})


class Place(NamedTuple):
    lat: float
    lon: float = 0.0


class Row(NamedTuple):
    id: int
    at: date
    tags: list[str] = []


Plain = namedtuple("Plain", "a b")  # as people write it
Made = dataclasses.make_dataclass("Made", [("x", int), ("y", str, "a")])

TYPES = {
    "dataclass": (Point, Point(1), Point(1, 2)),
    "frozen dataclass": (Frozen, Frozen("a", frozenset({"b", "c"}))),
    "keywords only": (Keywords, Keywords(first=1), Keywords(first=1, second="a")),
    "ordered dataclass": (Version, Version(1, 2, "a")),
    "dataclass in a dataclass": (Line, Line(Point(0), Point(1, 1))),
    "dataclass with factories": (Basket, Basket(), Basket([Decimal("1.10")], owner=Basket())),
    "field that init does not take": (Derived, Derived(2, 3)),
    "dataclass of a dataclass": (Child, Child(1, "a")),
    "dataclass with names of schemas": (Named, Named("t", 1, ["a"])),
    "pydantic dataclass": (Checked, Checked(age=3, name="Ada")),
    "closed pydantic dataclass": (Tight, Tight(name="a")),
    "computed in a dataclass": (Computed, Computed(parts=[1, 2])),
    "aliases in a dataclass": (Aliased, Aliased(userId=3)),
    "dataclass by make_dataclass": (Made, Made(1)),
    "dataclasses in a list": (list[Point], [Point(1), Point(2)]),
    "dataclasses by name": (dict[str, Frozen], {"a": Frozen("a")}),
    "set of dataclasses": (set[Frozen], {Frozen("b"), Frozen("a")}),
    "dataclass or nothing": (Point | None, None, Point(1)),
    "dataclass or TypedDict": (Point | Movie, Point(1), {"title": "a", "year": 1}),
    "TypedDict": (Movie, {"title": "Alien", "year": 1979}),
    "TypedDict with few keys required": (Search, {"query": "a"}, {"query": "a", "since": date(2026, 1, 1)}),
    "recursive TypedDict": (Job, {"id": 1}, {"id": 1, "note": None, "parent": {"id": 2}}),
    "constrained TypedDict": (Constrained, {"age": 3, "mode": "a"}),
    "closed TypedDict": (Closed, {"x": 1}),
    "open TypedDict": (Opened, {"x": 1}, {"x": 1, "y": [1]}),
    "inherited TypedDict": (Series, {"title": "a", "year": 1, "episodes": 2}),
    "keys that are no names": (Headers, {"Content-Type": "a"}, {"Content-Type": "a", "class": "b"}),
    "list of TypedDicts": (list[Movie], [{"title": "a", "year": 1}]),
    "named tuple": (Place, Place(1.5), Place(1.0, 2.0)),
    "named tuple of kinds": (Row, Row(1, date(2026, 1, 1), ["a"])),
    "named tuple without types": (Plain, Plain(1, "a")),
    "named tuples in a list": (list[Place], [Place(1.0, 2.0)]),
    "TypedDict of anything": (TypedDict("Loose", {"a": Any}), {"a": [1]}),
}
