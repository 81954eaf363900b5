"""The menu of examples: minimal, everything, edge cases one after the other, and what the form must refuse."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter

from playground.forms import Form, dumps
from tests.forms.browser import Session


class Size(StrEnum):
    """A choice."""

    SMALL = "s"
    LARGE = "l"


class Card(BaseModel):
    """An alternative."""

    method: Literal["card"]
    last: str = Field(pattern=r"^\d{4}$")


class Invoice(BaseModel):
    """Another one."""

    method: Literal["invoice"]


class Order(BaseModel):
    """Some of everything."""

    name: str = Field(min_length=2, max_length=10)
    count: int = Field(ge=1, lt=20)
    share: float = Field(default=0.5, gt=0, le=1)
    due: date | None = None
    tags: list[str] = Field(default=[], max_length=3)
    sizes: list[Size] = Field(min_length=1)
    pay: Annotated[Card | Invoice, Field(discriminator="method")]
    paid: bool = False


TYPES: dict[str, Any] = {
    "an order": Order,
    "text": str,
    "a number": Annotated[int, Field(ge=0, multiple_of=5)],
    "money": Decimal,
    "a list": list[int],
    "a choice": Size,
    "a date": date,
    "maybe": int | None,
    "by name": dict[str, int],
}


def schema_of(name: str) -> Any:
    """Return the JSON Schema of one of the types."""
    return TypeAdapter(TYPES[name]).json_schema()


def pressed(session: Session, kind: str) -> list[tuple[str, Form]]:
    """Press a button of the menu until all of its examples were there; return each note with the form as submitted."""
    found: list[tuple[str, Form]] = []
    while True:
        session.press(f"example:{kind}")
        note = session.form.note
        if note in [said for said, _ in found] or " of " not in note:
            return found
        found.append((note, session.submit()))


@pytest.mark.parametrize("name", TYPES)
def test_edge_cases_are_taken(name: str) -> None:
    """Each press gives the next one, and each is valid; after the last comes the first."""
    forms = pressed(Session(schema_of(name)), "edges")
    assert len({dumps(form.value) for _, form in forms}) == len(forms) > 0
    assert [form.issues for _, form in forms] == [()] * len(forms)


@pytest.mark.parametrize("name", TYPES)
def test_invalid_examples_are_refused(name: str) -> None:
    """Each press breaks one rule, and the form says so."""
    forms = pressed(Session(schema_of(name)), "invalid")
    assert forms or name == "text"
    assert all(form.issues for _, form in forms)


def test_what_is_special_is_said() -> None:
    """The notes name the place and what it has; the JSON tab is filled alike."""
    session = Session(schema_of("an order"))
    notes = [note.partition(": ")[2] for note, _ in pressed(session, "edges")]
    assert {"name has 10 characters.", "count is the highest.", "due is null.", "the whole has no tags."} <= {*notes}
    assert any("9999-12-31" in note for note in notes)
    wrong = [note.partition(": ")[2] for note, _ in pressed(session, "invalid")]
    assert {
        "name is shorter than 2 characters.",
        "count is past its limit of 20.",
        "sizes has fewer than 1 items.",
    } <= {*wrong}
    assert "the whole has no name, which is required." in wrong
    session.press("tab:json")
    session.press("example:edges")
    assert session.form.as_json
    assert session.submit().issues == ()


def test_minimal_and_everything() -> None:
    """One leaves out what may be, the other has it all; neither changes whose turn it is."""
    session = Session(schema_of("an order"))
    session.press("example:minimal")
    least = session.submit().value
    session.press("example:everything")
    most = session.submit().value
    assert isinstance(least, dict)
    assert isinstance(most, dict)
    assert set(least) == {"name", "count", "sizes", "pay"}
    assert set(most) == set(Order.model_fields)


@pytest.mark.parametrize("text", ["", "x", "1", "-1 0", "9999999 1", "1 2 3"])
def test_a_strange_turn_is_the_first(text: str) -> None:
    """Whatever is posted for it."""
    form = Form.posted(
        {"type": "string"}, [("f", ""), ("f:tab", "fields"), ("f:turns", text), ("f:do", "example:edges")]
    )
    assert form.note.startswith("Edge case 1 of")


@pytest.mark.parametrize("kind", ["edges", "invalid"])
@pytest.mark.parametrize("keyword", ["minLength", "maxLength"])
def test_no_example_is_as_long_as_a_schema_may_allow(kind: str, keyword: str) -> None:
    """A text of two billion characters would be the end of the process that makes it."""
    form = Form.blank({"type": "string", keyword: 2**31 - 1})
    assert len(form._exemplary(kind).html()) < 100_000
