"""Every type that pydantic has, with values that JSON stands for: nothing of its table is left out."""

import enum
import re
import sys
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, NewType, NotRequired, TypeVar
from zoneinfo import ZoneInfo

import pydantic
from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasGenerator,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    FieldSerializationInfo,
    GetPydanticSchema,
    Json,
    JsonValue,
    OnErrorOmit,
    PlainSerializer,
    PlainValidator,
    RootModel,
    SkipValidation,
    Tag,
    WithJsonSchema,
    WrapSerializer,
    WrapValidator,
    computed_field,
    field_serializer,
    model_serializer,
    model_validator,
)
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic_core import MISSING, core_schema
from typing_extensions import TypedDict

T = TypeVar("T")


class Kind(enum.Enum):
    CARD = "card"
    CASH = "cash"


class Size(enum.Enum):
    SMALL = (1, 2)
    LARGE = (3, 4)


class Holiday(enum.Enum):
    LABOUR = date(2026, 5, 1)


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    YES = "yes"


class Ratio(enum.Enum):
    HALF = 0.5
    ENDLESS = float("inf")


class Raw(enum.Enum):
    BYTE = b"\xff"


class Right(enum.Flag):
    READ = 1
    WRITE = 2


class Packed(BaseModel):
    rows: Json[list[int]]
    anything: Json[Any] = None
    text: Json[str] = ""


class Hidden(BaseModel):
    name: str
    token: str = Field(exclude=True)
    maybe: int = Field(default=0, exclude_if=lambda value: value == 7)


class Area(BaseModel):
    model_config = ConfigDict(extra="forbid")
    width: int

    @computed_field
    def doubled(self) -> int:
        return self.width * 2


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    width: int

    @computed_field(alias="twice")  # type: ignore[prop-decorator]
    @property
    def doubled(self) -> int:
        return self.width * 2


class Renamed(BaseModel):
    v: int = Field(validation_alias="vIn", serialization_alias="vOut")
    w: int = Field(serialization_alias="wOut")


class Chosen(BaseModel):
    a: int = Field(validation_alias=AliasChoices(AliasPath("deep", "er", 0), "first", "second"))
    b: int = Field(validation_alias=AliasPath("names", 0))
    c: int = Field(validation_alias=AliasPath("names", 1), serialization_alias="cOut")


class Swapped(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int = Field(validation_alias="b")
    b: int = Field(validation_alias="a")


class ByName(BaseModel):
    model_config = ConfigDict(validate_by_alias=False, validate_by_name=True)
    v: int = Field(alias="vX")


class ByBoth(BaseModel):
    model_config = ConfigDict(populate_by_name=True, alias_generator=str.upper)
    v: int


class Priced(BaseModel):
    amount: Annotated[float, PlainSerializer(lambda value: f"{value:.2f} EUR")]


class Stamped(BaseModel):
    at: datetime
    on: date | None = None

    @field_serializer("at")
    def seconds(self, at: datetime) -> float:
        return at.timestamp()

    @field_serializer("on", when_used="json-unless-none")
    def day(self, on: date) -> str:
        return f"{on:%d.%m.%Y}"


class Germanic(BaseModel):
    on: Annotated[
        date,
        BeforeValidator(lambda text: datetime.strptime(text, "%d.%m.%Y").date() if isinstance(text, str) else text),
        PlainSerializer(lambda on: f"{on:%d.%m.%Y}", return_type=str),
        WithJsonSchema({"type": "string"}),
    ]


class Folded(BaseModel):
    x: int
    y: int = 0

    @model_validator(mode="before")
    @classmethod
    def unfold(cls, value: Any) -> Any:
        return dict(zip("xy", map(int, value.split(",")), strict=False)) if isinstance(value, str) else value

    @model_serializer
    def fold(self) -> str:
        return f"{self.x},{self.y}"


class Wrapped(BaseModel):
    x: int

    @model_serializer(mode="wrap")
    def wrap(self, handler: Any) -> dict[str, Any]:
        return {"wrapped": handler(self)}


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    on: date
    items: set[int]
    by_size: dict[Size, tuple[int, ...]]
    inner: "Strict | None" = None
    price: Annotated[Decimal, PlainSerializer(float)] = Decimal(1)

    @computed_field
    def count(self) -> int:
        return len(self.items)


class Box(BaseModel, Generic[T]):
    content: T


class Tree(BaseModel):
    kind: Kind = Kind.CARD
    tags: set[str] = set()
    branches: "list[Tree]" = []
    price: Annotated[float, PlainSerializer(str)] = 1.0


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(exclude=True)


class Dog(BaseModel):
    kind: Literal["dog", "wolf"]
    tricks: set[str]


class First(BaseModel):
    kind: Literal[Level.LOW]


class Second(BaseModel):
    kind: Literal[2, None]


class EnumCat(BaseModel):
    kind: Literal[Kind.CARD]


class EnumDog(BaseModel):
    kind: Literal[Kind.CASH]
    n: int = 0


class Values(BaseModel):
    model_config = ConfigDict(use_enum_values=True)
    kind: Kind
    size: Size = Size.SMALL.value  # type: ignore[assignment]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)
    x: int
    size: Size = Size.SMALL
    level: ClassVar[int] = 1


class Configured(BaseModel):
    model_config = ConfigDict(ser_json_timedelta="float", ser_json_bytes="base64", val_json_bytes="base64")
    span: timedelta
    raw: bytes


class Milliseconds(BaseModel):
    model_config = ConfigDict(ser_json_temporal="milliseconds")
    at: datetime
    span: timedelta


class Seconds(BaseModel):
    model_config = ConfigDict(ser_json_temporal="seconds")
    on: date
    span: timedelta


class Starred(BaseModel):
    model_config = ConfigDict(
        alias_generator=AliasGenerator(
            validation_alias=lambda name: f"{name}In", serialization_alias=lambda name: f"{name}Out"
        ),
        extra="forbid",
    )
    n: int
    on: date

    @field_serializer("*")
    def star(self, value: Any) -> dict[str, Any]:
        return {"star": value}

    @field_serializer("on", mode="wrap")
    def slash(self, on: date, handler: Any, info: FieldSerializationInfo) -> str:
        return f"{info.field_name}: {handler(on)}"


class Nested(BaseModel):
    kids: "dict[int, Nested]" = {}
    packed: Json["Nested | None"] = None
    hidden: "Nested | None" = Field(default=None, exclude=True)


class Bare(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    lock: Annotated[Any, PlainSerializer(lambda _: "x")] = None


class Root(RootModel[dict[int, set[str]]]):
    pass


class RootOfModel(RootModel[Renamed]):
    pass


@dataclass
class Point:
    x: int
    size: Size = Size.SMALL
    notes: list[str] = field(default_factory=list)


@pydantic_dataclass
class Line:
    length: Annotated[int, Field(validation_alias="len", serialization_alias="size")]
    hidden: Annotated[int, Field(exclude=True)] = 0
    tags: frozenset[str] = frozenset()


class Pair(NamedTuple):
    left: date
    right: Size = Size.SMALL


class Keyed(TypedDict):
    when: date
    size: NotRequired[Annotated[int, Field(validation_alias="sizeIn", serialization_alias="sizeOut")]]


class Custom:
    """A class that pydantic knows nothing of."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Custom) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def made(value: Any) -> Any:
    """Read a custom object."""
    return value if isinstance(value, Custom) else Custom(value)


UserId = NewType("UserId", int)
Annotatedly = Annotated[Custom, PlainValidator(made), PlainSerializer(lambda made: made.text, return_type=str)]

CASES_OF_TAGS = Annotated[
    Annotated[str, Tag("text")] | Annotated[list[int], Tag("list")],
    Discriminator(lambda value: "list" if isinstance(value, list) else "text"),
]
custom_error = GetPydanticSchema(
    lambda source, handler: core_schema.custom_error_schema(
        handler(source), custom_error_type="odd", custom_error_message="odd"
    )
)


class Missing(BaseModel):
    a: int | MISSING = MISSING  # type: ignore[valid-type]


# What a type is, and values from outside that it takes.
CASES: list[tuple[Any, list[Any]]] = [
    (Any, [None, 1, "x", [1, {"a": None}]]),
    (None, [None, {"a": [1.5]}]),
    (type(None), [None]),
    (bool, [True, "yes", 0]),
    (int, [1, "2", 2**80]),
    (float, [1.5, 1]),
    (Decimal, ["1.10", 1.1, 3]),
    (Fraction, ["1/3", 2]),
    (complex, ["1+2j", 3]),
    (str, ["", "ä"]),
    (bytes, ["text", "data:;base64,/w=="]),
    (date, ["2026-01-01"]),
    (time, ["10:00:00", "10:00:00.5+02:00"]),
    (datetime, ["2026-01-01T10:00:00", "2026-01-01T10:00:00Z", 0]),
    (timedelta, ["P1DT1S", 1.5, "-PT3S"]),
    (uuid.UUID, ["12345678-1234-5678-1234-567812345678"]),
    (re.Pattern, ["a+"]),
    (re.Pattern[str], ["a+"]),
    (Path, ["/srv/x", "y"]),
    (PurePosixPath | None, ["/srv/x", None]),
    (IPv4Address | IPv6Address, ["127.0.0.1", "::1"]),
    (IPv4Interface, ["10.0.0.1/24"]),
    (IPv4Network, ["10.0.0.0/24"]),
    (IPv6Interface, ["::1/128"]),
    (IPv6Network, ["::/64"]),
    (ZoneInfo, ["UTC"]),
    (Kind, ["card"]),
    (Size, [[1, 2], [3, 4]]),
    (Holiday, ["2026-05-01"]),
    (Level, [1]),
    (Word, ["yes"]),
    (Ratio, [0.5, "Infinity"]),
    (Raw, ["data:;base64,/w=="]),
    (Right, [1, 3]),
    (dict[Size, Holiday], [{"1,2": "2026-05-01"}]),
    (Literal["a", 1, True, None], ["a", 1, True, None]),
    (Literal[Kind.CARD, "cash", b"x"], ["card", "cash", "x"]),
    (Literal[Size.SMALL], [[1, 2]]),
    (list[Size], [[[1, 2]], []]),
    (list, [[1, "a"]]),
    (deque[int], [[3, 1, 2]]),
    (tuple[int, str], [[1, "a"]]),
    (tuple[date, ...], [["2026-01-01"], []]),
    (set[int], [[33, 1, 65, 9], []]),
    (set[str], [["pear", "fig", "apple"]]),
    (set[date | int], [["2026-01-01", 3]]),
    (frozenset[frozenset[int]], [[[9, 1], [4]]]),
    (set[Frozen], [[{"x": 2, "size": [1, 2]}, {"x": 1, "size": [3, 4]}]]),
    (dict[str, set[str]], [{"a": ["z", "b"]}]),
    (dict[int, date], [{"1": "2026-01-01"}]),
    (dict[int | str, str], [{"1": "a", "x": "b"}]),
    (dict[date | str, int], [{"2026-01-01": 1, "x": 2}]),
    (dict[bool | float | str, int], [{"true": 1, "1.5": 2, "x": 3}]),
    (OrderedDict[str, int], [{"b": 1, "a": 2}]),
    (defaultdict[int, list[int]], [{"1": [2]}]),
    (Counter[str], [{"a": 2, "b": 1}]),
    (Mapping[str, date], [{"a": "2026-01-01"}]),
    (Sequence[Size], [[[1, 2]]]),
    (JsonValue, [{"a": [1, None, "x"]}]),
    (UserId, [5]),
    (Packed, [{"rows": "[1, 2]", "anything": '{"a": [1.5, null]}', "text": '"1"'}, {"rows": "[]"}]),
    (Json, ["[1]", '"x"']),
    (Json[set[date]], ['["2026-01-02","2026-01-01"]']),
    (list[Json[Annotated[float, Field(allow_inf_nan=True)]]], [["1.5", "NaN"]]),
    (Hidden, [{"name": "a", "token": "t"}, {"name": "a", "token": "t", "maybe": 7}]),
    (Area, [{"width": 3}]),
    (Open, [{"width": 3}, {"width": 3, "more": {"a": 1}}]),
    (list[Area | Open], [[{"width": 3}, {"width": 3, "more": 1}]]),
    (Renamed, [{"vIn": 3, "w": 4}]),
    (Chosen, [{"first": 1, "names": [2, 3]}, {"deep": {"er": [1]}, "names": [2, 3]}]),
    (Swapped, [{"a": 1, "b": 2}]),
    (ByName, [{"v": 1}]),
    (ByBoth, [{"V": 1}, {"v": 2}]),
    (Priced, [{"amount": 1.5}, {"amount": 1}]),
    (Stamped, [{"at": "2026-01-01T10:00:00Z"}, {"at": "2026-01-01T10:00:00.123456Z", "on": "2026-01-02"}]),
    (Germanic, [{"on": "02.01.2026"}]),
    (Folded, ["1,2", {"x": 1}]),
    (Wrapped, [{"x": 1}]),
    (Strict, [{"on": "2026-01-01", "items": [3, 1], "by_size": {"1,2": [1]}, "inner": None}]),
    (Box[Size], [{"content": [1, 2]}]),
    (Box[Box[set[Priced] | None] | Area], [{"content": {"content": None}}, {"content": {"width": 1}}]),
    (Tree, [{"tags": ["z", "a"], "branches": [{"kind": "cash", "price": 2.5}]}]),
    (Annotated[Cat | Dog, Field(discriminator="kind")], [{"kind": "cat", "lives": 9}, {"kind": "wolf", "tricks": []}]),
    (Annotated[EnumCat | EnumDog, Field(discriminator="kind")], [{"kind": "card"}, {"kind": "cash", "n": 3}]),
    (Annotated[First | Second, Field(discriminator="kind")], [{"kind": 1}, {"kind": 2}]),
    (EnumCat | EnumDog, [{"kind": "card"}, {"kind": "cash", "n": 3}]),
    (
        Annotated[
            Annotated[Area, Tag("area")] | Annotated[list[int], Tag("list")],
            Discriminator(lambda value: "list" if isinstance(value, list) else "area"),
        ],
        [{"width": 1}, [1, 2]],
    ),
    (Values, [{"kind": "card"}, {"kind": "cash", "size": [3, 4]}]),
    (Configured, [{"span": 1.5, "raw": "eA=="}]),
    (Milliseconds, [{"at": "2026-01-01T00:00:00Z", "span": "PT1S"}]),
    (Seconds, [{"on": "2026-01-01", "span": 1.5}]),
    (Starred, [{"nIn": 1, "onIn": "2026-01-01"}]),
    (Nested, [{"kids": {"1": {"kids": {}}}, "packed": '{"kids":{"2":{}}}', "hidden": {"kids": {}}}]),
    (Bare, [{}, {"lock": 5}]),
    (Root, [{"1": ["z", "a"]}]),
    (RootOfModel, [{"vIn": 3, "w": 4}]),
    (Point, [{"x": 1}, {"x": 1, "size": [3, 4], "notes": ["n"]}]),
    (Line, [{"len": 1, "hidden": 5, "tags": ["z", "a"]}]),
    (Pair, [["2026-01-01"], ["2026-01-01", [3, 4]]]),
    (Keyed, [{"when": "2026-01-01"}, {"when": "2026-01-01", "sizeIn": 3}]),
    (Annotatedly, ["x"]),
    (list[Annotatedly | int], [["x", 1]]),
    (Annotated[int, AfterValidator(abs)], [-3, 3]),
    (Annotated[int, WrapValidator(lambda value, handler: handler(value))], [3]),
    (Annotated[date, WrapSerializer(lambda on, handler: handler(on)[:4])], ["2026-01-01", "2026-05-01"]),
    (Annotated[set[int], PlainSerializer(sorted)], [[3, 1]]),
    (Annotated[list[int], AfterValidator(sorted)], [[3, 1]]),
    (Annotated[str, GetPydanticSchema(lambda source, handler: core_schema.str_schema(min_length=1))], ["x"]),
    (Iterable[int], [[3, 1]]),
    (Annotated[int | str, custom_error], [1, "x"]),
    (Missing, [{}, {"a": 1}]),
    (SkipValidation[Any], [[1, "x"]]),
    (list[OnErrorOmit[int]], [[1, "x"]]),
]

_ENCODED = "aGVsbG8="
_UUIDS = {version: f"12345678-1234-{version}678-8234-567812345678" for version in (1, 3, 4, 5, 6, 7, 8)}
_DSNS = {
    "PostgresDsn": "postgres://u:p@h:5432/db",
    "CockroachDsn": "cockroachdb://u:p@h:26257/db",
    "AmqpDsn": "amqp://u:p@h:5672/v",
    "RedisDsn": "redis://h:6379/0",
    "MongoDsn": "mongodb://u:p@h1:27017,h2:27017/db",
    "KafkaDsn": "kafka://h:9092",
    "NatsDsn": "nats://h:4222",
    "MySQLDsn": "mysql://u:p@h:3306/db",
    "MariaDBDsn": "mariadb://u:p@h:3306/db",
    "ClickHouseDsn": "clickhouse+native://u:p@h:9000/db",
    "SnowflakeDsn": "snowflake://u:p@h/db",
}
_URLS = {
    "AnyUrl": "x-a://h/p?q=1#f",
    "AnyHttpUrl": "http://h",
    "FileUrl": "file:///srv/x",
    "FtpUrl": "ftp://h/x",
    "HttpUrl": "https://example.com/a b?q=ä",
    "WebsocketUrl": "wss://h/x",
    "AnyWebsocketUrl": "ws://h",
}
_SIGNED = {"Positive": 1, "Negative": -1, "NonNegative": 0, "NonPositive": 0}


def _named(name: str) -> Any:
    return getattr(pydantic, name)


# The types that pydantic has by name.
NAMED: dict[str, tuple[Any, list[Any]]] = {
    **{name: (_named(name), [url]) for name, url in (_URLS | _DSNS).items()},
    **{f"{sign}Int": (_named(f"{sign}Int"), [value]) for sign, value in _SIGNED.items()},
    **{f"{sign}Float": (_named(f"{sign}Float"), [value + 0.0]) for sign, value in _SIGNED.items()},
    **{f"UUID{version}": (_named(f"UUID{version}"), [text]) for version, text in _UUIDS.items()},
    "UrlConstraints": (Annotated[pydantic.AnyUrl, pydantic.UrlConstraints(host_required=True)], ["x://h"]),
    "IPvAnyAddress": (pydantic.IPvAnyAddress, ["127.0.0.1", "::1", 5]),
    "IPvAnyInterface": (pydantic.IPvAnyInterface, ["10.0.0.1/24", "::1/128"]),
    "IPvAnyNetwork": (pydantic.IPvAnyNetwork, ["10.0.0.0/24", "::/64"]),
    "Strict": (Annotated[date, pydantic.Strict()], ["2026-01-01"]),
    "StrictStr": (pydantic.StrictStr, ["x"]),
    "StrictBool": (pydantic.StrictBool, [True]),
    "StrictBytes": (pydantic.StrictBytes, ["x", "data:;base64,/w=="]),
    "StrictInt": (pydantic.StrictInt, [1]),
    "StrictFloat": (pydantic.StrictFloat, [1.5]),
    "conbytes": (pydantic.conbytes(min_length=1), ["x"]),
    "conlist": (pydantic.conlist(int, min_length=1), [[3, 1]]),
    "conset": (pydantic.conset(int, min_length=1), [[3, 1]]),
    "confrozenset": (pydantic.confrozenset(str, max_length=3), [["z", "a"]]),
    "constr": (pydantic.constr(strip_whitespace=True, pattern="^x"), ["x"]),
    "conint": (pydantic.conint(multiple_of=2), [4]),
    "confloat": (pydantic.confloat(lt=2), [1.5]),
    "condecimal": (pydantic.condecimal(max_digits=3), ["1.50"]),
    "condate": (pydantic.condate(gt=date(2000, 1, 1)), ["2026-01-01"]),
    "FiniteFloat": (pydantic.FiniteFloat, [1.5]),
    "AllowInfNan": (Annotated[float, pydantic.AllowInfNan(True)], [1.5, "Infinity", "NaN"]),
    "FilePath": (pydantic.FilePath, [__file__]),
    "DirectoryPath": (pydantic.DirectoryPath, [str(Path(__file__).parent)]),
    "NewPath": (pydantic.NewPath, [f"{__file__}.new"]),
    "ImportString": (pydantic.ImportString, ["math.cos", "collections.abc.Mapping"]),
    "Json": (Json[list[Size]], ["[[1,2]]"]),
    "Secret": (pydantic.Secret[date], ["2026-01-01"]),
    "SecretStr": (pydantic.SecretStr, ["word"]),
    "SecretBytes": (pydantic.SecretBytes, ["key", "data:;base64,/w=="]),
    "ByteSize": (pydantic.ByteSize, [1000, "1.5 KiB"]),
    "PastDate": (pydantic.PastDate, ["2000-01-01"]),
    "FutureDate": (pydantic.FutureDate, ["9000-01-01"]),
    "PastDatetime": (pydantic.PastDatetime, ["2000-01-01T00:00:00Z"]),
    "FutureDatetime": (pydantic.FutureDatetime, ["9000-01-01T00:00:00"]),
    "AwareDatetime": (pydantic.AwareDatetime, ["2026-01-01T00:00:00+02:00"]),
    "NaiveDatetime": (pydantic.NaiveDatetime, ["2026-01-01T00:00:00"]),
    # A value of these is decoded each time that it is checked, unless it stands in a model.
    "EncodedBytes": (Annotated[bytes, pydantic.EncodedBytes(encoder=pydantic.Base64Encoder)], [_ENCODED]),
    "EncodedStr": (Annotated[str, pydantic.EncodedStr(encoder=pydantic.Base64Encoder)], [_ENCODED]),
    "Base64Bytes": (pydantic.Base64Bytes, [_ENCODED, "/w=="]),
    "Base64Str": (pydantic.Base64Str, [_ENCODED]),
    "Base64UrlBytes": (pydantic.Base64UrlBytes, ["_w=="]),
    "Base64UrlStr": (pydantic.Base64UrlStr, [_ENCODED]),
    "GetPydanticSchema": (
        Annotated[str, pydantic.GetPydanticSchema(lambda _, __: core_schema.str_schema(min_length=1))],
        ["x"],
    ),
    "StringConstraints": (Annotated[str, pydantic.StringConstraints(to_upper=True)], ["x"]),
    "JsonValue": (JsonValue, [{"a": [None, 1.5]}]),
    "OnErrorOmit": (list[pydantic.OnErrorOmit[int]], [[1, "x"]]),
    "FailFast": (Annotated[list[int], pydantic.FailFast()], [[1]]),
    "Tag": (CASES_OF_TAGS, ["x", [1]]),
    "Discriminator": (CASES_OF_TAGS, ["x", [1]]),
}

# What pydantic names beside its types, or has only beside another package or a thing of this machine.
NOT_TYPES = {
    "Base64Encoder": "a part of EncodedBytes",
    "EncoderProtocol": "a part of EncodedBytes",
    "validate_email": "a function",
    "EmailStr": "needs the package email-validator",
    "NameEmail": "needs the package email-validator",
    "PaymentCardNumber": "deprecated: making one warns",
    "SocketPath": "needs a socket in the file system",
}


class Arbitrary(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    inner: tuple[int, Custom]


# What no JSON stands for, and how it is called.
UNREADABLE: list[tuple[Any, str]] = [
    (Callable, "its value has to be a function"),
    (Callable[[int], int], "its value has to be a function"),
    (type[int], "its value has to be a class"),
    (type(...), "its value has to be an ellipsis"),
    (pydantic.InstanceOf[Custom], "its value has to be an instance of Custom"),
    (Arbitrary, r"'inner\[1\]' has to be an instance of Custom"),
    (Box[Callable[[], None] | type[int]], "'content' has to be a function"),
    (Annotated[Callable[[], None], AfterValidator(lambda call: call)], "its value has to be a function"),
]


class Corner(NamedTuple):
    x: int


class FrozenKey(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str


UNKEYED: list[tuple[Any, str]] = [
    (dict[str | None, int], "None"),
    (dict[int | None, int], "None"),
    (dict[None, int], "None"),
    (dict[tuple[int, int], int], "a tuple"),
    (dict[tuple[int, int], int] | None, "a tuple"),
    (dict[str | tuple[int, ...], int], "a tuple"),
    (list[defaultdict[frozenset[int], int]], "a frozenset"),
    (Mapping[Corner, int], "a named tuple"),
    (Box[dict[FrozenKey, int]], "a model"),
    (dict[RootModel[tuple[int, int]], int], "a tuple"),
    (dict[Annotated[tuple[int, int], AfterValidator(lambda pair: pair)], int], "a tuple"),
]
"""Dicts whose keys cannot be told from text, and what the keys are."""

# Kinds of core schemas that are no type: parts of what pydantic makes for calls, and what Python does not have yet.
NO_KINDS = {"arguments", "arguments-v3", "call", "invalid"} | (set() if sys.version_info >= (3, 15) else {"frozendict"})
