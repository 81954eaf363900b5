"""Optionals and unions: left to right, smart, by a tag, by a function."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional, Union
from uuid import UUID

from pydantic import BaseModel, Discriminator, Field, RootModel, Tag


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    tricks: list[str] = []


class Bird(BaseModel):
    kind: Literal["parrot", "owl"]
    speaks: bool = False


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]
Animal = Annotated[Pet | Bird, Field(discriminator="kind")]


class Owner(BaseModel):
    name: str
    pet: Pet | None = None
    others: list[Animal] = []


class Card(BaseModel):
    type: Literal["card"]
    number: str = Field(alias="cardNumber")


class Transfer(BaseModel):
    type: Literal["transfer"]
    iban: str


class Payment(RootModel[Annotated[Card | Transfer, Field(discriminator="type")]]):
    pass


class Success(BaseModel):
    ok: Literal[True] = True
    value: int


class Failure(BaseModel):
    ok: Literal[False] = False
    error: str


class Point(BaseModel):
    x: float
    y: float


class Circle(BaseModel):
    centre: Point
    radius: float


class Polygon(BaseModel):
    points: list[Point]


class Expression(BaseModel):
    op: Literal["and", "or", "not"]
    args: "list[Expression | str]"


def _shape(value: Any) -> str:
    has = (lambda name: name in value) if isinstance(value, dict) else (lambda name: hasattr(value, name))
    return "circle" if has("radius") else "polygon"


Shape = Annotated[
    Annotated[Circle, Tag("circle")] | Annotated[Polygon, Tag("polygon")],
    Discriminator(_shape),
]

TYPES = {
    "optional int": (int | None, None, 0),
    "optional as before": (Optional[str], None, ""),  # noqa: UP045  # as people write it
    "optional list": (list[int] | None, None, []),
    "list of optionals": (list[int | None], [None, 1]),
    "nested optionals": (dict[str, list[int | None] | None] | None, None, {"a": None, "b": [None, 1]}),
    "int or str": (int | str, 1, "1", "a"),
    "str or int": (str | int, "1", 1),
    "union as before": (Union[int, list[int]], 1, [1]),  # noqa: UP007  # as people write it
    "bool, int or float": (bool | int | float, True, 1, 1.5),
    "int or date": (int | date, 1, date(2026, 1, 1)),
    "date or datetime": (date | datetime, datetime(2026, 1, 1, 12), date(2026, 1, 1)),
    "Decimal or str": (Decimal | None | bool, Decimal("1.1"), None, True),
    "UUID or int": (UUID | int, UUID(int=1), 1),
    "bytes or int": (bytes | int, b"a", 1),
    "left to right": (Annotated[int | str, Field(union_mode="left_to_right")], 1, "a"),
    "list or one": (list[str] | str, ["a"], "a"),
    "model or id": (Cat | int, Cat(lives=3), 3),
    "dict or list": (dict[str, int] | list[int], {"a": 1}, [1]),
    "tagged models": (Pet, Cat(), Dog(tricks=["sit"])),
    "nested tags": (Animal, Cat(), Bird(kind="owl")),
    "list of tagged models": (list[Pet], [Cat(), Dog()]),
    "tagged models by name": (dict[str, Pet], {"Tom": Cat(lives=1)}),
    "optional tagged model": (Pet | None, None, Dog()),
    "owner": (Owner, Owner(name="A"), Owner(name="B", pet=Dog(), others=[Bird(kind="parrot", speaks=True)])),
    "payment": (Payment, Payment.model_validate({"type": "card", "cardNumber": "4"})),
    "result": (Success | Failure, Success(value=1), Failure(error="x")),
    "result by a bool": (Annotated[Success | Failure, Field(discriminator="ok")], Success(value=1), Failure(error="x")),
    "untagged models": (Circle | Polygon, Circle(centre=Point(x=0, y=0), radius=1), Polygon(points=[])),
    "models by a function": (Shape, Circle(centre=Point(x=0, y=0), radius=1), Polygon(points=[Point(x=1, y=1)])),
    "expression": (
        Expression,
        Expression(op="and", args=["a", Expression(op="not", args=["b"])]),
    ),
    "deep union": (int | list[int | dict[str, int | None]], 1, [1, {"a": None}]),
    "tuple or list of tuples": (tuple[int, int] | list[tuple[int, int]], (1, 2), [(1, 2)]),
}
