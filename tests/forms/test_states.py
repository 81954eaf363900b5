"""Not set, null, empty and a value are four different things."""

from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from pydantic import Field as Pydantic
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DecimalSchema

from engine.values.schema import Schema
from playground.forms import MISSING, Form, Literal, check, dumps, parse_json
from tests.forms.browser import Session

NOTE: dict[str, Any] = {
    "type": "object",
    "properties": {"note": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
}


@pytest.mark.parametrize("value", [{}, {"note": None}, {"note": ""}, {"note": "x"}])
def test_each_state_can_become_each_other(value: dict[str, Any]) -> None:
    """From every state a person reaches every other one."""
    for state, meant in [("unset", {}), ("null", {"note": None}), ("empty", {"note": ""})]:
        session = Session(NOTE, Form.of(NOTE, value))
        select = session.page.control("f:is/note")
        options = [option for option, _ in select.options if option.removeprefix("=") == state] if select else []
        if select is not None and options:
            select.value = options[0]
        elif state != "unset":
            session.press(f"{state}:/note")
        session.put("f/note", "")
        assert session.submit().value == meant


@pytest.mark.parametrize(
    ("note", "needed", "meant"),
    [
        ({"type": "string"}, False, {}),
        ({"type": ["string", "null"]}, False, {}),
        ({"type": ["integer", "null"]}, False, {}),
        ({"type": ["string", "null"]}, True, {"note": None}),
        ({"type": ["integer", "null"]}, True, {"note": None}),
    ],
)
@pytest.mark.parametrize("loaded", [True, False])
def test_a_cleared_field_has_no_value(note: Any, meant: Any, *, needed: bool, loaded: bool) -> None:
    """A field that is cleared is not set, or null where it must be there; nobody gets an empty text unasked."""
    schema = {"type": "object", "properties": {"note": note}, "required": ["note"] if needed else []}
    session = Session(schema, Form.of(schema, {"note": 5 if "integer" in note["type"] else "text"}) if loaded else None)
    session.put("f/note", "7")
    if not loaded:
        session.refresh()
    session.put("f/note", "")
    assert session.submit().value == meant


def test_typing_is_enough() -> None:
    """What is typed into a field that was not set, or null, is its value."""
    for value in ({}, {"note": None}):
        session = Session(NOTE, Form.of(NOTE, value))
        session.put("f/note", "typed")
        assert session.submit().value == {"note": "typed"}


def test_choosing_wins_over_text() -> None:
    """Who chooses “not set” for a field that holds text means it."""
    session = Session(NOTE, Form.of(NOTE, {"note": None}))
    session.put("f/note", "text")
    session.put("f:is/note", "unset")
    assert session.submit().value == {}


def test_required_text_may_be_empty_on_purpose() -> None:
    """A required text shows no state, and is missing when nothing is typed; the empty text can be asked for."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    session = Session(schema)
    assert session.page.control("f:is/a") is None
    assert [issue.path for issue in session.submit().issues] == [("a",)]
    session.press("empty:/a")
    assert session.submit().value == {"a": ""}
    session.put("f:is/a", "unset")
    assert [issue.path for issue in session.submit().issues] == [("a",)]


def test_what_tells_the_branch_is_not_asked() -> None:
    """The constant of a chosen alternative is there by itself, also where it has a default and is not required."""
    cat = {"title": "Cat", "type": "object", "properties": {"kind": {"const": "cat", "default": "cat"}}}
    dog = {
        "title": "Dog",
        "type": "object",
        "properties": {"kind": {"const": "dog", "default": "dog"}, "age": {"type": "integer"}},
    }
    schema = {"oneOf": [cat, dog], "discriminator": {"propertyName": "kind"}}
    session = Session(schema, Form.of(schema, {"kind": "cat"}))
    assert session.page.control("f:is/kind") is None
    session.put("f:is", "1")
    session.press("switch:")
    assert session.page.control("f:is/kind") is None
    session.put("f/age", "3")
    assert session.submit().value == {"kind": "dog", "age": 3}
    assert Session(dog, Form.of(dog, {"age": 3})).submit().value == {"age": 3}


def test_only_text_stands_in_quotes() -> None:
    """Defaults and options that are numbers are shown as numbers, and those that are text as what they say."""
    schema = {
        "type": "object",
        "properties": {"months": {"enum": [12, 24], "default": 24}, "size": {"enum": ["s", "m"], "default": "m"}},
    }
    html = Form.blank(schema).html()
    assert ">24 (default)<" in html
    assert ">m (default)<" in html
    form = Form.of(schema, {"months": 36}).validate()
    assert form.issues[0].message == "Found the number 36. Expected one of 12 or 24."


def test_a_required_boolean_can_be_no() -> None:
    """Neither answer is given before a person gives it, and both can be given."""
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    session = Session(schema)
    assert "This is required" in session.submit().issues[0].message
    session.pick("f/ok", "false")
    assert session.submit().value == {"ok": False}


def test_defaults_are_shown_and_not_sent() -> None:
    """A default stands in its field, marked as what it is, and is a value only by its button."""
    session = Session(DEFAULTS)
    html = session.form.html()
    marks = {"n": 'placeholder="7"', "t": 'placeholder="x"', "e": ">b (default)<", "b": ">false (default)<"}
    for at, mark in marks.items():
        assert mark in html
        assert session.submit().value == {}
        session.press(f"default:/{at}")
        assert session.submit().value == {at: DEFAULTS["properties"][at]["default"]}
        session = Session(DEFAULTS)
    assert html.count(">default</span>") == 2
    assert "Default: “one" in html


@pytest.mark.parametrize(("state", "shown"), [("null", "null"), ("empty", "")])
def test_no_default_stands_in_a_field_that_is_given(state: str, shown: str) -> None:
    """Null and the empty text are values, whose lines show no default."""
    schema = {"type": "object", "properties": {"t": {"type": ["string", "null"], "default": "x"}}}
    session = Session(schema)
    session.press(f"{state}:/t")
    assert ">default</span>" not in session.form.html()
    assert 'placeholder="x"' not in session.form.html()
    assert f'placeholder="{shown}"' in session.form.html() or not shown


DEFAULTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "n": {"type": "integer", "default": 7},
        "t": {"type": "string", "default": "x"},
        "e": {"enum": ["a", "b"], "default": "b"},
        "b": {"type": "boolean", "default": False},
        "l": {"type": "string", "default": "one\ntwo"},
    },
}


def test_without_the_marks_of_the_page() -> None:
    """A post by plain names, such as a script's, means what it says."""
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "home": {"type": "object", "properties": {"city": {"type": "string"}}},
            "any": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
    }
    pairs = [("f/name", "Ada"), ("f/tags/0", "a"), ("f/tags/1", "b"), ("f/home/city", "Bonn"), ("f/any", "x")]
    assert Form.posted(schema, [*pairs, ("f/map/one", "1"), ("other", "x")]).validate().value == {
        "name": "Ada",
        "tags": ["a", "b"],
        "home": {"city": "Bonn"},
        "any": "x",
        "map": {"one": 1},
    }


def test_nothing_posted() -> None:
    """An empty post is a blank form."""
    assert Form.posted({"type": "object", "properties": {"a": {"type": "string"}}}, []).validate().value == {}
    assert Form.posted({"type": "string"}, []).validate().value is MISSING


def test_a_list_begins_with_its_default() -> None:
    """One click adds an item to a list that is not there: to its default, else to as many items as it must have."""
    names = {"type": "array", "items": {"type": "string"}, "minItems": 1, "default": ["Ada", "Grace"]}
    pair = {"type": "array", "items": {"type": "integer"}, "minItems": 2}
    bare = {"type": "array", "items": {"type": "string"}}
    entries = {"type": "object", "additionalProperties": {"type": "integer"}, "default": {"a": 1}}
    session = Session({"type": "object", "properties": {"names": names, "pair": pair, "bare": bare, "map": entries}})
    for name in ("names", "pair", "bare", "map"):
        session.press(f"add:/{name}")
    for at, text in (("names/2", "Joan"), ("pair/0", "1"), ("pair/1", "2"), ("bare/0", "x"), ("map/~k1", "2")):
        session.put(f"f/{at}", text)
    session.put("f:key/map/~k1", "b")
    wanted = {"names": ["Ada", "Grace", "Joan"], "pair": [1, 2], "bare": ["x"], "map": {"a": 1, "b": 2}}
    assert session.submit().value == wanted


def test_a_list_can_be_there_without_items() -> None:
    """An empty list or object is a value of its own, by its button; what was put aside comes back by another one."""
    schema = {"properties": {"a": {"type": "array", "default": ["x"]}, "o": {"type": "object"}}}
    session = Session(schema)
    for name in "ao":
        session.press(f"empty:/{name}")
    assert session.submit().value == {"a": [], "o": {}}
    session.press("add:/a")
    session.press("close:/a")
    assert session.submit().value == {"o": {}}
    assert not session.has_button("add:/a")
    session.press("open:/a")
    assert len([one for one in session.page.controls if one.name == "f:item/a"]) == 1


def test_a_required_list_has_its_least_items() -> None:
    """A blank form shows the items that a required list must have, but never an absurd number of them."""
    session = Session({"type": "array", "items": {"type": "string"}, "minItems": 1})
    session.put("f/0", "a")
    assert session.submit().value == ["a"]
    many = Session({"type": "array", "items": {"type": "string"}, "minItems": 10**9})
    assert len([one for one in many.page.controls if one.name == "f:item"]) == 20


@pytest.mark.parametrize("schema", [{}, True, {"title": "Anything"}])
def test_an_input_of_any_kind_may_be_left_empty(schema: Any) -> None:
    """Where the schema takes everything, a form that is left empty means null, in both tabs."""
    session = Session(schema)
    assert "left empty, it is null" in session.form.html()
    assert 'aria-required="true"' not in session.form.html()
    form = session.submit()
    assert (form.value, form.issues) == (None, ())
    session.press("tab:json")
    assert session.submit().value is None
    session.put("f", "{}")
    assert session.submit().value == {}
    assert Session(False).submit().value is MISSING


class Patterned(GenerateJsonSchema):
    """Writes decimals as some releases of pydantic do by themselves."""

    def get_decimal_pattern(self, schema: DecimalSchema) -> str | None:
        """Return the pattern of the text."""
        return self.build_decimal_pattern(schema)


class Bill(BaseModel):
    """A model whose amounts are decimals."""

    amount: Annotated[Decimal, Pydantic(ge=0)]
    fee: Decimal = Decimal("1.50")


@pytest.mark.parametrize("schema", [Schema.of(Bill).json_schema, Bill.model_json_schema(schema_generator=Patterned)])
def test_a_decimal_is_one_number(schema: dict[str, Any]) -> None:
    """A decimal asks for an amount and not for a type; what is typed is kept exactly, as text."""
    session = Session(schema)
    shown = session.page.field("/amount")
    assert shown
    assert shown["data-kind"] == "number"
    assert session.page.control("f:is/amount") is None
    assert "At least 0" in session.form.html()
    assert 'placeholder="1.50"' in session.form.html()
    assert session.submit().issues[0].message.startswith("This is required. Expected a number: at least 0")
    session.put("f/amount", "12,5")
    assert session.submit().issues[0].message == ("Found “12,5”. Expected a number with a point, such as 12 or 0.5.")
    session.put("f/amount", "123456789012345678.10")
    assert session.submit().value == {"amount": "123456789012345678.10"}
    loaded = Session(schema, Form.of(schema, parse_json('{"amount": 1.10}')))
    assert dumps(loaded.submit().value) == '{"amount": 1.10}'


@pytest.mark.parametrize("schema", [Schema.of(Bill).json_schema, Bill.model_json_schema(schema_generator=Patterned)])
@pytest.mark.parametrize("tab", ["fields", "json"])
def test_a_decimal_keeps_its_limits(schema: dict[str, Any], tab: str) -> None:
    """The limits of a decimal hold for its text, too, and exactly; the form says so before a worker does."""
    session = Session(schema)
    session.press(f"tab:{tab}")
    session.put(*(("f/amount", "-0.5") if tab == "fields" else ("f", '{"amount": "-0.5"}')))
    issues = session.submit().issues
    assert [issue.path for issue in issues] == [("amount",)]
    assert issues[0].message.startswith("Found the number -0.5. Expected a number: at least 0")
    session.put(*(("f/amount", "0.00") if tab == "fields" else ("f", '{"amount": "0.00"}')))
    assert session.submit().issues == ()


@pytest.mark.parametrize(("text", "fits"), [("99.99999999999999999999", True), ("100", False), ("1e400", False)])
def test_limits_of_decimals_are_exact(text: str, fits: bool) -> None:
    """A decimal that is nearer to a limit than a binary fraction can tell is still on its side of it."""
    schema = {"anyOf": [{"type": "number", "exclusiveMaximum": 100.0}, {"type": "string", "format": "decimal"}]}
    assert (check(schema, text) == []) is fits


def test_a_whole_limit_is_said_without_a_point() -> None:
    """The limit 0.0 reads as 0, and 0.5 as it is; one of many digits as it was written."""
    for limit, words in ((0.0, "At least 0."), (0.5, "At least 0.5."), (Literal("1e300"), "At least 1e300.")):
        assert words in Session({"type": "number", "minimum": limit}).form.html()


def test_a_number_or_text_is_still_a_choice() -> None:
    """Where text may be any text, a person says whether a number or a text is meant."""
    schema = {"anyOf": [{"type": "number"}, {"type": "string"}]}
    assert Session(schema).page.control("f:is") is not None


def test_an_empty_place_of_a_tuple_is_required() -> None:
    """Nobody is told to remove what has no button to remove it."""
    schema = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2}
    session = Session(schema)
    assert {issue.message for issue in session.submit().issues} == {"This is required."}
    assert not session.has_button("remove:/1")
    session = Session({"type": "array", "items": {"type": "integer"}})
    session.press("add:")
    assert session.submit().issues[0].message == "This item has no value yet. Fill it in, or remove it."


def test_a_long_address_is_one_line() -> None:
    """A format that has one line gets one, however long it may be; other long text gets several."""
    for schema, tag in (
        ({"type": "string", "format": "uri", "maxLength": 2083}, "input"),
        ({"type": "string", "maxLength": 2083}, "textarea"),
    ):
        control = Session(schema).page.control("f")
        assert control is not None
        assert control.tag == tag


@pytest.mark.parametrize(
    "kind", [{"type": "object", "properties": {"a": {}}}, {"type": "array"}, {"type": "string"}, {"type": "integer"}]
)
def test_a_whole_input_that_may_be_null_is_null_when_nothing_is_given(kind: dict[str, Any]) -> None:
    """A whole input cannot be left out; whoever types a value has one."""
    session = Session({"anyOf": [kind, {"type": "null"}]})
    form = session.submit()
    assert (form.value, form.issues) == (None, ())
    control = session.page.control("f")
    if control is not None:
        session.put("f", "12")
        assert session.submit().value in (12, "12")
