"""The structural buttons, which all work by posting the form."""

from typing import Any

import pytest

from playground.forms import MISSING, Form, dumps
from tests.forms.browser import Session

LIST: dict[str, Any] = {
    "type": "array",
    "items": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
}
PET: dict[str, Any] = {
    "oneOf": [
        {
            "title": "Cat",
            "type": "object",
            "properties": {"kind": {"const": "cat"}, "name": {"type": "string"}, "lives": {"type": "integer"}},
            "required": ["kind", "name"],
        },
        {
            "title": "Dog",
            "type": "object",
            "properties": {"kind": {"const": "dog"}, "name": {"type": "string"}, "lives": {"type": "string"}},
            "required": ["kind", "name"],
        },
        {"title": "Number", "type": "integer"},
    ]
}


@pytest.mark.parametrize(("further", "is_offered"), [({}, True), ({"additionalProperties": False}, False)])
@pytest.mark.parametrize("at", ["", "/inner"])
def test_an_object_takes_properties_of_which_its_schema_is_silent(at: str, further: Any, *, is_offered: bool) -> None:
    """The menu offers them, unless they are refused."""
    inner: Any = {"type": "object", "properties": {"a": {"type": "string"}}, **further}
    outer = {"type": "object", "properties": {"inner": inner}, "required": ["inner"], "additionalProperties": False}
    session = Session(outer if at else inner)
    assert session.has_button(f"add:{at}") is is_offered
    if is_offered:
        session.press(f"add:{at}")
        session.put(f"f:key{at}/~k0", "b")
        session.put(f"f:is{at}/~k0", "0")
        session.press(f"switch:{at}/~k0")
        session.put(f"f{at}/~k0", "x")
        assert session.submit().value == ({"inner": {"b": "x"}} if at else {"b": "x"})


def test_add_and_remove() -> None:
    """An item that is added is blank; what was typed elsewhere stays; the rest keeps its keys when one is removed."""
    session = Session(LIST, Form.of(LIST, [{"name": "a"}, {"name": "b"}]))
    session.put("f/1/name", "typed")
    session.press("add:")
    assert session.form.action == "add"
    session.put("f/2/name", "c")
    session.press("remove:/0")
    assert session.form.action == "remove"
    assert [one.value for one in session.page.controls if one.name == "f:item"] == ["1", "2"]
    assert session.submit().value == [{"name": "typed"}, {"name": "c"}]


def test_errors_stay_on_their_rows() -> None:
    """After a removal the errors are where the wrong values are."""
    session = Session(LIST, Form.of(LIST, [{"name": "a"}, {}, {"name": "c"}]))
    assert [issue.path for issue in session.submit().issues] == [(1, "name")]
    session.press("remove:/0")
    form = session.submit()
    assert [issue.path for issue in form.issues] == [(0, "name")]
    assert 'data-path="/1/name" data-invalid' in form.html()


def test_move() -> None:
    """Items change places with all that was typed."""
    session = Session(LIST, Form.of(LIST, [{"name": "a"}, {"name": "b"}, {"name": "c"}]))
    session.press("down:/0")
    assert session.form.action == "move"
    session.press("up:/2")
    assert session.submit().value == [{"name": "b"}, {"name": "c"}, {"name": "a"}]


def test_a_new_item_has_the_focus() -> None:
    """What was just added is where typing goes on."""
    session = Session({"type": "array", "items": {"type": "string"}})
    session.press("add:")
    assert 'name="f/0" aria-label="Input 1" autofocus' in session.form.html()


def test_no_errors_while_building() -> None:
    """A structural button shows no errors of fields that are not filled in yet, and `validate` leaves it so."""
    session = Session(LIST)
    session.press("add:")
    assert session.form.validate().issues == ()


def test_switch_carries_over_and_stashes() -> None:
    """Another branch takes over what has the same name and fits; switching back brings the rest back."""
    session = Session(PET, Form.of(PET, {"kind": "cat", "name": "Tom", "lives": 9}))
    session.put("f:is", "1")
    session.press("switch:")
    assert session.form.action == "switch"
    assert session.submit().value == {"kind": "dog", "name": "Tom"}
    session.put("f/name", "Rex")
    session.put("f:is", "2")
    session.press("switch:")
    assert session.submit().value is MISSING
    session.put("f:is", "0")
    session.press("switch:")
    assert session.submit().value == {"kind": "cat", "name": "Tom", "lives": 9}
    session.put("f:is", "1")
    session.press("switch:")
    assert session.submit().value == {"kind": "dog", "name": "Rex"}


def test_switch_without_its_button() -> None:
    """Who chooses another branch and presses Run at once gets that branch."""
    session = Session(PET, Form.of(PET, {"kind": "cat", "name": "Tom"}))
    session.put("f:is", "1")
    assert session.submit().value == {"kind": "dog", "name": "Tom"}


def test_the_branch_is_not_guessed_again() -> None:
    """While one types, the branch stays the chosen one even if the text would fit another."""
    schema = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    session = Session(schema, Form.of(schema, "text"))
    session.put("f", "5")
    assert session.submit().value == "5"


def test_unset_keeps_what_was_typed() -> None:
    """An object that is unset and set again has what it had."""
    schema = {"type": "object", "properties": {"home": {"type": "object", "properties": {"city": {"type": "string"}}}}}
    session = Session(schema, Form.of(schema, {"home": {"city": "Bonn"}}))
    session.press("close:/home")
    assert session.submit().value == {}
    session.press("open:/home")
    assert session.submit().value == {"home": {"city": "Bonn"}}


def test_any_field_as_json_and_back() -> None:
    """Every field can be edited as JSON; broken JSON stays as it is with its error."""
    session = Session(LIST, Form.of(LIST, [{"name": "a", "more": 1.10}]))
    session.press("json:/0")
    session.put("f/0", '{"name": }')
    session.press("fields:/0")
    assert "Line 1, column 10" in session.form.issues[0].message
    session.put("f/0", '{"name": "b", "more": 1.10}')
    session.press("fields:/0")
    assert dumps(session.submit().value) == '[{"name": "b", "more": 1.10}]'


def test_tabs() -> None:
    """Both tabs hold the same; a tab whose text cannot be read does not close."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    session = Session(schema)
    session.put("f/n", "abc")
    session.press("tab:json")
    assert not session.form.as_json
    assert session.form.issues[0].path == ("n",)
    session.put("f/n", "9007199254740993")
    session.press("tab:json")
    assert session.form.action == "tab"
    session.put("f", '{"n": 1')
    session.press("tab:fields")
    assert session.form.as_json
    assert "comma is missing" in session.form.issues[0].message
    session.put("f", '{"n": 1.0, "x": null}')
    session.press("tab:fields")
    assert dumps(session.submit().value) == '{"n": 1.0, "x": null}'


def test_example() -> None:
    """The example fills the form, or the JSON tab, with a valid value."""
    session = Session(PET)
    session.press("example:")
    assert session.form.action == "example"
    assert session.submit().issues == ()
    session.press("tab:json")
    session.press("example:")
    assert session.submit().issues == ()


def test_several_lines() -> None:
    """A line of text becomes several on request, and stays so."""
    session = Session({"type": "string"}, Form.of({"type": "string"}, "one"))
    session.press("area:")
    session.put("f", "one\ntwo")
    session.refresh()
    assert session.submit().value == "one\ntwo"


def test_fields_of_a_condition() -> None:
    """Fields that depend on others come and go with them; what was typed in them is not lost by that."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"ship": {"type": "boolean"}},
        "if": {"properties": {"ship": {"const": True}}, "required": ["ship"]},
        "then": {"properties": {"street": {"type": "string"}}, "required": ["street"]},
    }
    session = Session(schema)
    assert session.page.field("/street") is None
    session.pick("f/ship", "true")
    session.press("refresh:")
    session.put("f/street", "Elm")
    assert session.submit().value == {"ship": True, "street": "Elm"}
    session.pick("f/ship", "false")
    assert session.submit().value == {"ship": False, "street": "Elm"}


def test_an_unknown_button() -> None:
    """A button that no form has changes nothing and is no submit."""
    form = Form.posted(LIST, [("f/0/name", "a"), ("f:do", "explode:/0")])
    assert form.action is not None
    assert form.value == [{"name": "a"}]


def test_what_is_added_opens_however_deep_it_stands() -> None:
    """A tree can be built downwards, each node ready to be filled in, and all of it comes out."""
    schema = {
        "$ref": "#/$defs/Tree",
        "$defs": {
            "Tree": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
                "required": ["name"],
            }
        },
    }
    session = Session(schema)
    at = ""
    for depth in range(6):
        session.put(f"f{at}/name", f"n{depth}")
        session.press(f"add:{at}/children")
        at += "/children/0"
    session.put(f"f{at}/name", "leaf")
    form = session.submit()
    assert form.issues == ()
    value = form.value
    for depth in range(6):
        assert value["name"] == f"n{depth}"
        (value,) = value["children"]
    assert value == {"name": "leaf"}


def test_what_is_put_back_is_as_it_was() -> None:
    """Who chooses another alternative and then the first again has what was there, and nothing that was not."""
    tagged = {"properties": {"a": {"const": "x"}}, "required": ["a"]}
    other = {"properties": {"b": {"type": "string"}}, "required": ["b"]}
    schema = {"type": "object", "oneOf": [tagged, other]}
    session = Session(schema, Form.of(schema, {"b": "y"}))
    session.put("f:is", "0")
    session.press("switch:")
    assert session.form.so_far == {"a": "x"}
    session.put("f:is", "1")
    session.press("switch:")
    assert session.form.so_far == {"b": "y"}
    session = Session(schema, Form.of(schema, {}))
    session.put("f:is", "unset")
    session.press("switch:")
    session.put("f:is", "0")
    session.press("switch:")
    assert session.form.so_far == {}


def test_what_was_typed_in_an_alternative_is_put_aside() -> None:
    """Text that was there when a person chose none, null or another type comes back with the type that it is of."""
    for schema in ({}, {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]}):
        for other in ("unset", "null", "1"):
            listed = {"type": "array", "items": schema}
            session = Session(listed, Form.of(listed, ["x"]))
            for chosen in (other, "0"):
                session.put("f:is/0", chosen)
                session.press("switch:/0")
            assert session.submit().value == ["x"]
