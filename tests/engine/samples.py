"""Types that JSON does not have, and values of them."""

import enum
import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID

from pydantic import (
    AliasChoices,
    AliasPath,
    Base64Bytes,
    Base64Encoder,
    Base64Str,
    Base64UrlBytes,
    BaseModel,
    ConfigDict,
    EncodedBytes,
    Field,
    RootModel,
    Secret,
    SecretBytes,
    SecretStr,
    computed_field,
)
from typing_extensions import TypedDict

T = TypeVar("T")


class Colour(enum.Enum):
    RED = "red"
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1


class City(BaseModel):
    name: str
    celsius: float = 20.0


class Tree(BaseModel):
    value: bytes
    branches: "list[Tree]" = []


class Box(BaseModel, Generic[T]):
    content: T


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    at: datetime
    pair: tuple[int, str]
    tags: frozenset[str]
    by_number: dict[int, Decimal]
    ratio: float = Field(allow_inf_nan=True)
    raw: bytes
    inner: "Strict | None" = None

    @computed_field
    def count(self) -> int:
        return len(self.tags)


class Renamed(BaseModel):
    same: int = Field(alias="sameForBoth")
    read: int = Field(validation_alias=AliasChoices("first", AliasPath("nested", 0)))
    written: int = Field(serialization_alias="writtenAs")
    both: int = Field(validation_alias="readAs", serialization_alias="writtenElsewhere")


class Hidden(BaseModel):
    text: SecretStr
    raw: SecretBytes
    day: Secret[date]


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    tricks: list[str]


class Names(RootModel[dict[int, set[str]]]):
    pass


Endless = Annotated[float, Field(allow_inf_nan=True)]


class Point(NamedTuple):
    x: int
    y: Endless = 0.0


class Options(TypedDict, total=False):
    when: date
    size: int


@dataclass(frozen=True, slots=True)
class Order:
    items: tuple[Decimal, ...]
    due: timedelta
    parent: "Order | None" = None
    notes: list[str] = field(default_factory=list)


NAN, INF = math.nan, math.inf
BERLIN = timezone(timedelta(hours=2))
CET = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=BERLIN)
STRICT = Strict(
    at=CET, pair=(1, "a"), tags=frozenset("ab"), by_number={1: Decimal("1.10")}, ratio=-INF, raw=b"\xff\x00"
)

SURVIVES: list[tuple[Any, Any]] = [
    (int, 2**200),
    (int, -(2**70)),
    (str, "ä\0😀"),
    (Endless, NAN),
    (list[Endless], [NAN, INF, -INF, 1e308, 5e-324]),
    (bytes, b"\xff\xfe"),
    (bytes, b"text"),
    (bytes, b"data:;base64,AAAA"),
    (dict[bytes, int], {b"\xff": 1, b"k": 2}),
    (datetime, CET),
    (datetime, datetime(1, 1, 1, tzinfo=UTC)),
    (datetime, datetime(2026, 1, 1)),
    (date, date(2026, 2, 28)),
    (time, time(23, 59, 59, 999999, tzinfo=BERLIN)),
    (timedelta, timedelta(days=-3, microseconds=1)),
    (Decimal, Decimal("0.10000000000000000000001")),
    (UUID, UUID(int=7)),
    (PurePosixPath, PurePosixPath("/a/b")),
    (Colour, Colour.BLUE),
    (dict[Colour, Level], {Colour.RED: Level.LOW, Colour.BLUE: Level.LOW}),
    (dict[Level, Colour], {Level.LOW: Colour.RED}),
    (dict[Colour, dict[Colour, int]], {Colour.BLUE: {Colour.BLUE: 1}}),
    (dict[Literal[1, "a"], int], {1: 1, "a": 2}),
    (dict[bool, int], {True: 1}),
    (dict[Decimal, int], {Decimal("1.0"): 1}),
    (dict[int, str], {1: "a", -2: "b"}),
    (dict[date, bool], {date(2026, 1, 1): True}),
    (set[int], {1, 2}),
    (frozenset[tuple[int, str]], frozenset({(1, "a")})),
    (tuple[int, ...], (1, 2, 3)),
    (tuple[int, str, None], (1, "a", None)),
    (int | str, "1"),
    (int | str, 1),
    (bool | int | None, None),
    (list[int | datetime], [1, CET]),
    (City | int, City(name="Rome")),
    (Annotated[Cat | Dog, Field(discriminator="kind")], Dog(tricks=["sit"])),
    (Tree, Tree(value=b"\xff", branches=[Tree(value=b"", branches=[Tree(value=b"a")])])),
    (Box[list[Decimal]], Box[list[Decimal]](content=[Decimal("1.0")])),
    (Box[Box[bytes]], Box[Box[bytes]](content=Box[bytes](content=b"\xff"))),
    (Strict, STRICT),
    (Strict, STRICT.model_copy(update={"inner": STRICT})),
    (Renamed, Renamed.model_validate({"sameForBoth": 1, "first": 2, "written": 3, "readAs": 4})),
    (Hidden, Hidden(text=SecretStr("word"), raw=SecretBytes(b"\xff"), day=Secret[date](date(2026, 1, 1)))),
    (Names, Names({1: {"a", "b"}})),
    (Point, Point(1, INF)),
    (Options, {"when": date(2026, 1, 1)}),
    (Order, Order((Decimal(1),), timedelta(1), Order((), timedelta(0), notes=["x"]))),
    (Box[Base64Bytes], Box[Base64Bytes](content=b"cGxhaW4=")),
    (Base64Bytes, b"cGxhaW4="),
    (dict[Base64Str, Base64UrlBytes | None], {"cGxhaW4=": b"cGxhaW4=", "plain": None}),
    (tuple[Base64Str, Annotated[bytes, EncodedBytes(encoder=Base64Encoder)]], ("cGxhaW4=", b"plain")),
    (Any, {"a": [1, {"b": None}], "c": 2**80}),
    (dict[str, Any], {"a": [True, "x"]}),
    (None, {"a": [1, 2.5, None]}),
    ({"type": "array", "items": {"type": "integer"}}, [1, 2]),
]
