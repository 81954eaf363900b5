"""Options, keys and alternatives that can be told apart, and what is said of values that are none of them."""

from enum import Enum, IntEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from engine.values.schema import Schema
from playground.forms import Form, check, dumps
from tests.forms.browser import Session


class Level(IntEnum):
    """Levels by number."""

    LOW = 1
    HIGH = 2


class Keyed(BaseModel):
    """Dicts whose keys are no plain text."""

    by: dict[Level, str] = {}
    numbers: dict[int, str] = {}
    answers: dict[Literal[1, "yes", False], str] = {}


@pytest.mark.parametrize(
    "value", [{"by": {"1": "a"}}, {"numbers": {"-3": "x"}}, {"answers": {"1": "a", "yes": "b", "false": "c"}}]
)
@pytest.mark.parametrize("tab", ["fields", "json"])
def test_keys_of_other_types(value: dict[str, Any], tab: str) -> None:
    """Keys that are numbers or members in Python are taken as the names that they have in JSON."""
    keyed = Schema.of(Keyed)
    schema = keyed.json_schema
    session = Session(schema, Form.of(schema, value))
    session.press(f"tab:{tab}")
    form = session.submit()
    assert form.issues == ()
    assert dumps(form.value) == dumps(value)
    keyed.load(form.value)


@pytest.mark.parametrize(
    ("rule", "name", "message"),
    [
        ({"$ref": "#/$defs/L"}, "3", "“3” is not allowed as a name. Expected one of 1 or 2."),
        ({"type": "integer"}, "x", "“x” is not allowed as a name. Expected a whole number, for example 1."),
        ({"type": "boolean"}, "x", "“x” is not allowed as a name. Expected true or false."),
        ({"enum": ["a", "b"]}, "x", "“x” is not allowed as a name. Expected one of “a” or “b”."),
        ({"maxLength": 1}, "xy", 'Expected text: at most 1 character, for example "e".'),
    ],
)
def test_refused_keys_are_told_the_allowed_ones(rule: Any, name: str, message: str) -> None:
    """A key that is not taken is answered with those that are."""
    schema = {"properties": {"by": {"propertyNames": rule}}, "$defs": {"L": {"type": "integer", "enum": [1, 2]}}}
    assert message in check(schema, {"by": {name: 1}})[0].message


@pytest.mark.parametrize(
    ("schema", "labels"),
    [
        ({"enum": [1, "1", True, "true"]}, ["1", "“1”", "true", "“true”"]),
        ({"enum": ["a", "b"]}, ["a", "b"]),
        ({"enum": [[], "[]", None]}, ["[]", "“[]”"]),
        ({"enum": [1, 2], "x-enumNames": ["one", "one"]}, ["one (1)", "one (2)"]),
        ({"oneOf": [{"const": 1, "title": "One"}, {"const": "1", "title": "One"}]}, ["One (1)", 'One ("1")']),
        ({"anyOf": [{"const": 1}, {"const": "1"}]}, ["1", "“1”"]),
    ],
)
def test_options_can_be_told_apart(schema: Any, labels: list[str]) -> None:
    """No two options read the same, and each gives its own value."""
    session = Session(schema)
    control = session.page.control("f")
    assert control
    assert [label for value, label in control.options if value.isdecimal()] == labels
    met = set()
    for number in range(len(labels)):
        session.put("f", str(number))
        met.add(dumps(session.submit().value))
    assert len(met) == len(labels)


class Color(Enum):
    """Members whose values say nothing."""

    RED = "#f00"
    BLUE = "#00f"


class Painted(BaseModel):
    """A model with members of enums."""

    color: Color
    level: Level = Level.LOW


def test_members_show_their_names() -> None:
    """A member of a Python enum is offered by its name, and sent by its value."""
    schema = Schema.of(Painted).json_schema
    session = Session(schema)
    control = session.page.control("f/color")
    assert control
    assert control.options == [("", "choose…"), ("0", "RED"), ("1", "BLUE")]
    session.put("f/color", "1")
    assert session.submit().value == {"color": "#00f"}
    assert "LOW (default)" in session.form.html()
    assert (
        check(schema, {"color": "red"})[0].message
        == "Found the text “red”. Expected one of RED (“#f00”) or BLUE (“#00f”)."
    )


LISTS = [{"type": "array", "items": [{"const": word}, {}]} for word in ("in", "out")]


@pytest.mark.parametrize(
    ("branches", "labels"),
    [
        ([*LISTS, {"type": "array"}], ["list: in", "list: out", "list"]),
        ([{"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^b"}], ["text: ^a", "text: ^b"]),
        (
            [{"type": "integer", "maximum": 0}, {"type": "integer", "minimum": 9}],
            ["whole number: ≤ 0", "whole number: ≥ 9"],
        ),
        ([{"type": "array", "items": {"enum": ["x", "y"]}}, {"type": "array", "items": {"type": "string"}}], None),
    ],
)
def test_alternatives_are_named_by_what_tells_them(branches: list[Any], labels: list[str] | None) -> None:
    """Alternatives of one kind are called by their values, patterns and limits, not by numbers."""
    control = Session({"anyOf": branches}).page.control("f:is")
    assert control
    shown = [label for value, label in control.options if value.isdecimal()]
    assert labels is None or shown == labels
    assert not any("(2)" in label for label in shown)


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        (
            {"oneOf": [{"enum": [False]}, {"type": "array", "items": {"format": "regex"}}]},
            "^test/",
            "Found the text “^test/”. Expected one of “false” or “list of text”.",
        ),
        (
            {"enum": [{"a": 1, "b": {"c": 2}}, {"a": 9}]},
            {"a": 1, "b": {"c": 3}},
            "Found the number 3 at “b/c”. Expected 2 there, as the nearest of what is allowed has it.",
        ),
        ({"const": {"a": 1}}, {}, "Found nothing at “a”. Expected 1 there, as the nearest of what is allowed has it."),
        ({"enum": [[1], [2]]}, "x", "Found the text “x”. Expected one of [1] or [2]."),
        (
            {"$ref": "https://example.org/other.json#/a"},
            1,
            "The schema refers to “https://example.org/other.json#/a”, which is not in it, and nothing is read from "
            "elsewhere. Put what it means into the schema's “$defs”, and refer to it as “#/$defs/…”.",
        ),
    ],
)
def test_messages_name_what_does_not_fit(schema: Any, value: Any, message: str) -> None:
    """No message says that an object was found and an object expected: it names what differs, or all that is taken."""
    assert check(schema, value)[0].message == message


def test_an_object_begins_with_its_own_default() -> None:
    """An object that is opened holds what its schema gives as its default, as lists do."""
    inner = {"type": "object", "properties": {"x": {"type": "string", "default": "foo"}}, "default": {"x": "bar"}}
    session = Session({"type": "object", "properties": {"p": inner}})
    session.press("open:/p")
    assert session.submit().value == {"p": {"x": "bar"}}
