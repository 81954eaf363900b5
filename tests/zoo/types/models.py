"""Models as people write them: aliases, validators, computed fields, extras, frozen, nested, inherited."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    computed_field,
    create_model,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel


class Empty(BaseModel):
    pass


class Address(BaseModel):
    """Where something is sent."""

    street: str
    zip: str = Field(pattern="^[0-9]{5}$")
    city: str
    country: Literal["DE", "FR", "GB"] = "DE"


class User(BaseModel):
    id: int
    name: str = "John Doe"
    signup_ts: datetime | None = None
    friends: list[int] = []
    address: Address | None = None


class Item(BaseModel):
    sku: str
    quantity: int = Field(default=1, ge=1)
    price: Decimal


class Order(BaseModel):
    number: str
    items: list[Item]
    note: str | None = None

    @computed_field
    @property
    def total(self) -> Decimal:
        return sum((item.price * item.quantity for item in self.items), Decimal(0))


class Rectangle(BaseModel):
    model_config = ConfigDict(extra="forbid")
    width: float
    height: float

    @computed_field
    @cached_property
    def area(self) -> float:
        return self.width * self.height


class Words(BaseModel):
    """Named as schemas name their own parts."""

    type: str
    ref: int = 0
    schema_: str = Field(default="", alias="schema")
    properties: dict[str, str] = {}
    items: list[str] = []


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
    first_name: str
    last_login_at: date | None = None


class Aliased(BaseModel):
    id: int = Field(alias="_id")
    kind: str = Field(default="x", alias="@type")


class ReadAs(BaseModel):
    name: str = Field(validation_alias="userName")
    city: str = Field(validation_alias=AliasChoices("town", "city"))
    first: int = Field(default=0, validation_alias=AliasPath("numbers", 0))


class WrittenAs(BaseModel):
    name: str = Field(serialization_alias="userName")


class ReadAndWritten(BaseModel):
    name: str = Field(validation_alias="in", serialization_alias="out")


class Kept(BaseModel):
    model_config = ConfigDict(extra="allow")
    known: int


class KeptInts(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]
    known: str


class StrictAll(BaseModel):
    model_config = ConfigDict(strict=True)
    at: datetime
    ratio: float
    day: date
    pair: tuple[int, int]


class Trimmed(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, str_min_length=1, str_max_length=10)
    name: str


class Signup(BaseModel):
    email: str
    password: str = Field(min_length=8)
    again: str

    @field_validator("email")
    @classmethod
    def _mail(cls, value: str) -> str:
        if "@" not in value:
            raise ValueError("is no mail address")
        return value.lower()

    @model_validator(mode="after")
    def _same(self) -> Self:
        if self.password != self.again:
            raise ValueError("the passwords differ")
        return self


class Coordinates(BaseModel):
    lat: float
    lon: float

    @model_validator(mode="before")
    @classmethod
    def _text(cls, data: Any) -> Any:
        if isinstance(data, str):
            lat, lon = data.split(",")
            return {"lat": lat, "lon": lon}
        return data


class Tags(BaseModel):
    tags: list[str]

    @field_validator("tags", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    @field_serializer("tags")
    def _join(self, value: list[str]) -> str:
        return ",".join(value)


class Money(BaseModel):
    amount: Decimal
    currency: str

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, data: Any) -> Any:
        if isinstance(data, str):
            amount, currency = data.split()
            return {"amount": amount, "currency": currency}
        return data

    @model_serializer
    def _text(self) -> str:
        return f"{self.amount} {self.currency}"


class Excluded(BaseModel):
    name: str
    cache: str = Field(default="", exclude=True)


class Hidden(BaseModel):
    visible: int
    _seen: bool = PrivateAttr(default=False)
    table: ClassVar[str] = "hidden"


class Defaults(BaseModel):
    when: date = date(2026, 1, 1)
    ids: list[int] = Field(default_factory=list)
    ratio: float = math.inf
    price: Decimal = Decimal("1.10")
    inner: Empty = Field(default_factory=Empty)
    rest: dict[str, Any] = {}


class Stamped(BaseModel):
    made_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Node(BaseModel):
    name: str
    children: "list[Node]" = []


class Linked(BaseModel):
    value: int
    next: "Linked | None" = None


class Department(BaseModel):
    head: "Employee"


class Employee(BaseModel):
    name: str
    department: "Department | None" = None


class Base(BaseModel):
    id: int


class Child(Base):
    name: str


class Grandchild(Child):
    id: str  # type: ignore[assignment]  # as people write it


class Mixin(BaseModel):
    created: date = date(2026, 1, 1)


class Both(Child, Mixin):
    pass


class Outdated(BaseModel):
    name: str
    nick: Annotated[str | None, Field(deprecated="use name")] = None


class Documented(BaseModel):
    """A model whose fields are explained."""

    model_config = ConfigDict(
        title="Nice title", use_attribute_docstrings=True, json_schema_extra={"examples": [{"size": 3}]}
    )
    size: Annotated[int, Field(gt=0, examples=[1, 2])]
    """How large it is."""


class Wide(BaseModel):
    a1: int = 1
    a2: int | None = None
    a3: str = ""
    a4: bool = False
    a5: float = 0.0
    a6: list[int] = []
    a7: dict[str, int] = {}
    a8: tuple[int, int] = (0, 0)
    a9: date | None = None
    b1: Literal["x", "y"] = "x"


class Config(BaseModel):
    class Database(BaseModel):
        host: str = "localhost"
        port: int = 5432

    database: Database = Database()
    debug: bool = False


class Fancy(BaseModel):
    größe: int
    naïve: str = "é"
    名前: str = ""


Dynamic = create_model("Dynamic", name=(str, ...), age=(int, 3))
Order.model_rebuild()

TYPES = {
    "empty model": (Empty, Empty()),
    "user": (User, User(id=1), User(id=2, signup_ts=datetime(2026, 1, 1), friends=[1])),
    "address": (Address, Address(street="Weg 1", zip="01234", city="Ä")),
    "order with its total": (Order, Order(number="1", items=[Item(sku="a", quantity=2, price="1.50")])),
    "cached computed field": (Rectangle, Rectangle(width=2, height=3)),
    "words of schemas": (Words, Words.model_validate({"type": "x", "ref": 1, "schema": "s", "items": ["i"]})),
    "camel case": (Camel, Camel(first_name="A"), Camel(first_name="A", last_login_at=date(2026, 1, 1))),
    "aliases": (Aliased, Aliased.model_validate({"_id": 1, "@type": "y"})),
    "read by other names": (ReadAs, ReadAs.model_validate({"userName": "a", "town": "b", "numbers": [3]})),
    "written by another name": (WrittenAs, WrittenAs(name="a")),
    "read and written by other names": (ReadAndWritten, ReadAndWritten.model_validate({"in": "a"})),
    "extras kept": (Kept, Kept(known=1), Kept(known=1, more=[1, {"a": 2}])),
    "typed extras": (KeptInts, KeptInts(known="a", more=2)),
    "strict": (StrictAll, StrictAll(at=datetime(2026, 1, 1), ratio=1.0, day=date(2026, 1, 1), pair=(1, 2))),
    "texts constrained by config": (Trimmed, Trimmed(name="a")),
    "signup": (Signup, Signup(email="A@b.example", password="long enough", again="long enough")),
    "coordinates from text": (Coordinates, Coordinates(lat=1.5, lon=-2)),
    "tags joined": (Tags, Tags(tags=["a", "b"])),
    "money as text": (Money, Money(amount="1.10", currency="EUR")),
    "an excluded field": (Excluded, Excluded(name="a")),
    "private attribute": (Hidden, Hidden(visible=1)),
    "defaults of all kinds": (Defaults, Defaults(), Defaults(ratio=0.5, rest={"a": 1})),
    "made now": (Stamped, Stamped(made_at=datetime(2026, 1, 1, tzinfo=UTC))),
    "tree": (Node, Node(name="a"), Node(name="a", children=[Node(name="b", children=[Node(name="c")])])),
    "linked list": (Linked, Linked(value=1, next=Linked(value=2))),
    "models of each other": (Employee, Employee(name="a", department=Department(head=Employee(name="b")))),
    "inherited": (Child, Child(id=1, name="a")),
    "overridden": (Grandchild, Grandchild(id="x", name="a")),
    "mixed in": (Both, Both(id=1, name="a")),
    "deprecated": (Outdated, Outdated(name="x")),
    "documented": (Documented, Documented(size=3)),
    "wide": (Wide, Wide(), Wide(a2=1, a9=date(2026, 1, 1), b1="y")),
    "model in a model": (Config, Config(), Config(database=Config.Database(port=1))),
    "names of other languages": (Fancy, Fancy(größe=1, 名前="x")),
    "made by a function": (Dynamic, Dynamic(name="a")),
    "models in a list": (list[User], [], [User(id=1), User(id=2)]),
    "models by id": (dict[int, User], {1: User(id=1)}),
    "optional model": (Address | None, None, Address(street="a", zip="12345", city="c")),
    "pair of models": (tuple[User, Address], (User(id=1), Address(street="a", zip="12345", city="c"))),
}
