"""The markup: hooks, names, escapes, and what the keyboard does."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from engine.values.schema import Schema
from playground.forms import Form
from tests.forms.browser import Session

XSS = '"><script>alert(1)</script>'


def test_enter_means_run() -> None:
    """The first submit button is no structural one, is out of the Tab order, and hidden from screen readers."""
    first = re.search(r"<button [^>]*>", Form.blank({"type": "string"}).html())
    assert first
    assert "f:do" not in first[0]
    assert 'tabindex="-1" aria-hidden="true"' in first[0]


def test_tabs() -> None:
    """The tabs are called Fields and JSON, and one is selected."""
    html = Form.blank({"type": "string"}).html()
    tabs = re.findall(r'<button [^>]*role="tab"[^>]*aria-selected="(\w+)"[^>]*>(\w+)</button>', html)
    assert tabs == [("true", "Fields"), ("false", "JSON")]


def test_labels() -> None:
    """The label is the title, else the name; the description is help below and never the name."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "description": "Helps."}, "b": {"type": "string", "title": "Bee"}},
    }
    html = Form.blank(schema).html()
    assert re.search(r'<label class="f-label" id="form-2-label" for="form-2">a</label>', html)
    assert re.search(r'<p class="f-help" id="form-2-help">Helps\.</p>', html)
    assert ">Bee</label>" in html


def test_a_types_title_is_no_label() -> None:
    """Two fields of one type keep their own names."""
    schema = {
        "type": "object",
        "properties": {"home": {"$ref": "#/$defs/A"}, "work": {"$ref": "#/$defs/A"}},
        "required": ["home", "work"],
        "$defs": {"A": {"title": "Address", "type": "object", "properties": {"city": {"type": "string"}}}},
    }
    html = Form.blank(schema).html()
    assert ">home<" in html
    assert ">work<" in html
    assert ">Address<" not in html


def test_nothing_from_the_schema_is_markup() -> None:
    """Names, titles, descriptions, options, values and errors are text."""
    schema: dict[str, Any] = {
        "type": "object",
        "title": XSS,
        "properties": {
            XSS: {
                "type": "string",
                "title": XSS,
                "description": XSS,
                "examples": [XSS],
                "default": XSS,
                "pattern": XSS,
            },
            "e": {"enum": [XSS, "b"]},
            "u": {"anyOf": [{"title": XSS, "type": "integer"}, {"type": "string"}]},
            "c": {"const": XSS},
        },
    }
    for form in (
        Form.blank(schema),
        Form.of(schema, {XSS: XSS, "e": XSS, "u": XSS, XSS * 2: XSS}).validate(),
        Form.posted(schema, [("f:tab", "json"), ("f", XSS)]).validate(),
    ):
        assert "<script" not in form.html(id_prefix="form")


def test_prefixes() -> None:
    """Names and ids begin as the page wishes, so that forms can stand side by side."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    html = Form.blank(schema).html(name_prefix="g", id_prefix="answer-1", submit_url="/x")
    assert 'name="g/a"' in html
    assert 'id="answer-1"' in html
    assert 'data-submit-url="/x"' in html
    assert Form.posted(schema, [("g/a", "x")], name_prefix="g").value == {"a": "x"}


def test_nothing_to_fill_in() -> None:
    """A form without fields says so and sends an empty object."""
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    session = Session(schema)
    assert "There is nothing to fill in." in session.form.html()
    assert session.submit().value == {}


def test_buttons_are_called_what_they_show() -> None:
    """The name of a button holds its visible words, and signs such as a plus are not among these."""
    schema = {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}}
    html = Session(schema, Form.of(schema, [{"a": "x"}])).form.html()
    named = re.findall(r'<button [^>]*aria-label="([^"]+)"[^>]*>([\w ]*)</button>', html)
    assert [words for _, words in named if words.startswith("Add")] == ["Add entry", "Add item"]
    assert all(words.lower() in name.lower() for name, words in named)
    assert "+ Add" not in html


def test_no_style_and_no_script() -> None:
    """The markup keeps to a strict content security policy."""
    html = Form.blank({"type": "object", "properties": {"d": {"type": "string", "format": "date-time"}}}).html()
    assert not re.search(r"<style|<script|style=|\son\w+=", html)


def test_constraints_are_words() -> None:
    """Limits stand in the help, not in attributes that would let a browser block or change what is typed."""
    schema = {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^a"}
    html = Form.blank(schema).html()
    assert "2 to 5 characters, matching “^a”." in html
    assert not re.search(
        r'\s(pattern|maxlength|minlength|required|min|max|step)[ =>]|type="(number|email|url|date)"', html
    )


def test_help_has_no_noise() -> None:
    """Nobody is told that text must not be empty and may be very long; other limits are told."""
    html = Form.blank({"type": "string", "format": "uri", "minLength": 1, "maxLength": 2083}).html()
    assert ">Full URL.<" in html
    assert "2 to 9 characters" in Form.blank({"type": "string", "minLength": 2, "maxLength": 9}).html()
    assert "Default" not in Form.blank({"type": "array", "items": {"type": "string"}, "default": []}).html()


def test_help_tells_the_digits_of_decimals() -> None:
    """The published schema of a decimal says how many digits and places it may have, and the form does so in words."""
    cost = Annotated[Decimal, Field(max_digits=10, decimal_places=2)]
    for kind in (cost, cost | None):
        html = Form.blank({"type": "object", "properties": {"cost": Schema.of(kind).json_schema}}).html()
        assert "At most 2 decimal places, at most 10 digits." in html


def test_what_may_be_left_out_is_added() -> None:
    """An object or list that is optional is one button that adds it by its name, and one that removes it again."""
    schema = {
        "type": "object",
        "properties": {"address": {"type": "object", "properties": {"zip": {"type": "string"}}}},
    }
    session = Session(schema)
    assert ">Add address</button>" in session.form.html()
    assert "not set" not in session.form.html()
    session.press("open:/address")
    assert 'name="f/address/zip"' in session.form.html()
    session.put("f/address/zip", "1")
    session.press("close:/address")
    assert session.submit().value == {}
    session.press("open:/address")
    assert session.submit().value == {"address": {"zip": "1"}}
