"""Unions: text in JSON is read as the member that wrote it."""

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import permutations, product
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from engine.values.schema import Schema


class Kind(Enum):
    RED = "red"


Endless = Annotated[float, Field(allow_inf_nan=True)]

VALUES: dict[Any, list[Any]] = {
    int: [1, -(2**80)],
    Endless: [1.5, 1.0, math.inf],
    bool: [True],
    str: ["1", "x", "2020", "P", "data:", "NaN "],
    bytes: [b"x", b"\xff", b"2020-01-01", b"data:;base64,"],
    date: [date(2020, 1, 1)],
    datetime: [datetime(2020, 1, 1, 5), datetime(2020, 1, 1, tzinfo=UTC)],
    time: [time(1)],
    timedelta: [timedelta(1)],
    Decimal: [Decimal("1.50")],
    UUID: [UUID(int=1)],
    Kind: [Kind.RED],
    list[date]: [[date(2020, 1, 1)]],
}
ALIKE = [(str, Decimal, "1"), (Decimal, str, "1"), (str, Decimal, "2020"), (Decimal, str, "2020")]
"""Texts that the other member would write as well."""

PAIRS = list(permutations(VALUES, 2))


def kinds(value: Any) -> Any:
    """Return the type of a value, of a list those of its items."""
    return [kinds(item) for item in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_values_of_both_members_survive(one: Any, other: Any) -> None:
    """In either order, whatever the two have in common as text."""
    schemas = [Schema.of(one | other), Schema.of(one | None | other), Schema.list_of(Schema.of(one | other))]
    for schema, value in product(schemas, VALUES[one] + VALUES[other]):
        if (one, other, value) not in ALIKE:
            given = [value] if schema is schemas[-1] else value
            found = schema.load(schema.dump(given))
            assert (kinds(found), found) == (kinds(given), given)


def test_text_that_another_member_would_write_is_read_as_that() -> None:
    """Where only the type could tell, the declared special type wins over plain text."""
    assert Schema.of(str | date).load("2020-01-01") == date(2020, 1, 1)
    assert Schema.of(str | date).load("2020-1-1") == "2020-1-1"
    assert Schema.of(datetime | str).load("1") == "1"
    assert Schema.of(str | Kind).load("red") is Kind.RED
    assert Schema.of(str | Literal["a"]).load("a") == "a"
    assert math.isnan(Schema.of(str | Endless).load("NaN"))


def test_other_text_is_read_as_pydantic_reads_it() -> None:
    """JSON from outside is taken as leniently as ever."""
    assert Schema.of(date | Decimal).load("1.50") == Decimal("1.50")
    assert Schema.of(date | timedelta).load("01:00:00") == timedelta(hours=1)
    assert [issue.path for issue in Schema.of(date | UUID).check("x")] == [("date",), ("uuid",)]


class Node(BaseModel):
    model_config = ConfigDict(strict=True)
    at: "date | bytes | Node | SecretStr"


def test_unions_inside_recursive_and_strict_models() -> None:
    """The members may refer to the model around them."""
    schema = Schema.of(Node)
    for inner in (date(2020, 1, 1), b"\xff", b"x", SecretStr("2020")):
        value = Node(at=Node(at=inner))
        assert schema.load(schema.dump(value)) == value


def test_a_union_that_is_read_from_left_to_right_stays_so() -> None:
    """Who orders the members gets the order."""
    schema = Schema.of(Annotated[str | date, Field(union_mode="left_to_right")])
    assert schema.load("2020-01-01") == "2020-01-01"
