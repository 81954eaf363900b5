"""Several unions at one place: each is a choice, together with the others, or all are edited as JSON."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter

from playground.forms import MASK, Form, example, mask, without_secrets
from tests.forms.browser import Session


def named(title: str, **properties: Any) -> dict[str, Any]:
    """Return an object with a title, whose properties are all required."""
    return {"title": title, "type": "object", "properties": properties, "required": list(properties)}


PETS = [named("Cat", kind={"const": "cat"}), named("Dog", kind={"const": "dog"})]
PLACES = [named("Home", at={"const": "home"}), named("Away", at={"const": "away"})]
MANY = [
    {"anyOf": [named(f"A{number}", secret={"format": "password"}) for number in range(7)]},
    {"anyOf": [named(f"B{number}") for number in range(7)]},
]


@pytest.mark.parametrize(
    ("schema", "labels"),
    [
        ({"anyOf": PETS, "oneOf": PLACES}, ["Cat + Home", "Cat + Away", "Dog + Home", "Dog + Away"]),
        ({"allOf": [{"anyOf": PETS}, {"oneOf": PETS}]}, ["Cat", "Dog"]),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}], "oneOf": [{"type": "string"}, {"type": "number"}]},
            ["text", "whole number"],
        ),
        ({"anyOf": PETS, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, ["Cat", "Dog"]),
        (
            {"oneOf": [{"properties": {"a": {}, "b": {}}}, {"properties": {"k": {"const": 1}}, "required": ["k"]}]},
            ["object: a, b", "object: k 1"],
        ),
    ],
)
def test_alternatives_are_put_together(schema: Any, labels: list[str]) -> None:
    """What can hold at once is one alternative with both names; what excludes each other is none."""
    select = Session(schema).page.control("f:is")
    assert select is not None
    assert [label for value, label in select.options if value.removeprefix("=").isdecimal()] == labels


def test_a_list_of_a_union_is_called_by_its_alternatives() -> None:
    """A list of one thing or another says so."""
    lists = [{"type": "array", "items": {"anyOf": [*PETS, {"type": "integer"}]}}, {"type": "string"}]
    assert "list of Cat or Dog or whole number" in Session({"anyOf": lists}).form.html()


def test_an_entry_that_is_an_object_is_called_by_its_name() -> None:
    """The frame and the summary of problems say which entry it is; one without a name has a number."""
    schema = {"type": "object", "additionalProperties": named("Address", zip={"type": "string"})}
    form = Form.of({"type": "object", "properties": {"homes": schema}}, {"homes": {"town": {}}}).validate()
    assert "homes → town → zip" in form.html()
    session = Session(schema)
    session.press("add:")
    assert "entry 1" in session.form.html()


def test_both_parts_are_asked() -> None:
    """The chosen alternative has the fields of both, and an error of either stands at its field."""
    cat = named("Cat", lives={"type": "integer"})
    schema = {
        "anyOf": [cat, named("Dog")],
        "oneOf": [named("Home", room={"type": "string"}), named("Away", km={"type": "number"})],
    }
    session = Session(schema, Form.of(schema, {"lives": 9, "room": "attic"}))
    session.put("f/lives", "x")
    session.put("f/room", "cellar")
    form = session.submit()
    assert [issue.path for issue in form.issues] == [("lives",)]
    session.put("f/lives", "7")
    assert session.submit().value == {"lives": 7, "room": "cellar"}


def test_too_many_are_edited_as_json() -> None:
    """More alternatives than anyone could choose from are a JSON editor that says why, and gives the value back."""
    schema = {"allOf": MANY}
    form = Form.of(schema, {"secret": "x"}, secrets=True)
    assert "Several choices meet here" in form.html()
    assert Session(schema, form).submit().value == {"secret": "x"}


def test_secrets_of_all_unions_are_known() -> None:
    """A secret is one in whichever union of a place it stands, also where the place is edited as JSON."""
    token = named("Token", token={"type": "string", "writeOnly": True})
    for schema, value in (
        ({"anyOf": [named("A"), named("B")], "oneOf": [named("C"), token]}, {"token": "hush"}),
        ({"allOf": MANY}, {"secret": "hush"}),
    ):
        assert list(mask(schema, value).values()) == [MASK]
        assert without_secrets(schema, value) == {}


HOLDER: dict[str, Any] = {"title": "Holder", "type": "object", "properties": {"n": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("other", "shown"),
    [({"type": "string"}, "12x"), ({"type": "boolean"}, None), ({"type": "array", "items": {"type": "integer"}}, None)],
)
def test_what_is_no_number_is_kept_when_another_alternative_is_chosen(other: Any, shown: str | None) -> None:
    """An alternative of text takes it over; from any other it is there again on the way back, and told."""
    schema = {"anyOf": [{"type": "integer"}, other]}
    session = Session(schema, Form.of(schema, 1))
    session.put("f", "12x")
    chosen(session, "1")
    if shown:
        assert session.submit().value == shown
    chosen(session, "0")
    control = session.page.control("f")
    assert control is not None
    assert control.value == "12x"
    assert "12x" in session.submit().issues[0].message


def test_what_is_no_number_inside_is_kept_when_another_alternative_is_chosen() -> None:
    """A text that a field of an object could not take is there again on the way back, also from not set and null."""
    schema = {"properties": {"a": {"anyOf": [HOLDER, {"type": "string"}, {"type": "null"}]}, "b": HOLDER}}
    session = Session(schema, Form.of(schema, {"a": {"n": 1}, "b": {"n": 2}}))
    session.put("f/a/n", "12x")
    session.put("f/b/n", "13x")
    for way in ("1", "unset"):
        chosen(session, way, "/a")
        chosen(session, "0", "/a")
    session.press("null:/a")
    chosen(session, "0", "/a")
    session.press("close:/b")
    session.press("open:/b")
    assert "12x" in session.form.html()
    assert "13x" in session.form.html()
    assert {issue.path for issue in session.submit().issues} == {("a", "n"), ("b", "n")}


def chosen(session: Session, branch: str, at: str = "") -> None:
    """Choose an alternative."""
    session.put(f"f:is{at}", branch)
    session.press(f"switch:{at}")


class Bank(BaseModel):
    """A way to pay whose tag may be left out by its schema, and not by pydantic."""

    type: Literal["bank"] = "bank"
    iban: str


class Card(BaseModel):
    """Another one, with two tags."""

    type: Literal["card", "credit"] = "card"
    number: int = 1


Payment = Annotated[Bank | Card, Field(discriminator="type")]


class Order(BaseModel):
    """Holds them at several depths."""

    payment: Payment
    others: list[Payment] = Field(min_length=2)
    named: dict[str, Payment] = Field(min_length=1)
    spare: Payment | None = None


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("kind", [Payment, Order, list[Payment], Payment | None])
def test_an_example_has_the_tag_of_its_alternative(kind: Any, full: bool) -> None:
    """Also where the tag has a default, so that JSON Schema does not ask for it."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    adapter.validate_python(example(adapter.json_schema(), full=full))
