"""Errors: where they are, what they say, and how they are marked up."""

import re
from typing import Any

import pytest

from playground.forms import Form, Issue, check

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 3},
        "home": {"type": "object", "properties": {"zip": {"type": "integer"}}, "required": ["zip"]},
    },
    "required": ["name", "home"],
}


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        (
            {"type": "integer", "minimum": 1},
            "x",
            "Found the text “x”. Expected a whole number: at least 1.",
        ),
        ({"type": "string"}, None, 'Found null. Expected text, for example "example".'),
        ({"type": "string", "format": "date"}, "soon", 'Expected a date (year-month-day), for example "2025-03-14".'),
        ({"enum": ["red", "blue"]}, "pink", "Found the text “pink”. Expected one of “red” or “blue”."),
        ({"type": "string", "minLength": 3}, "ab", "Found 2 characters. Expected at least 3 characters."),
        ({"type": "array", "uniqueItems": True}, [1, 2, 1], "is the same as item 1; each must be different."),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, [], "Expected one of “whole number” or “text”"),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"b": 1},
            "“b” is not a known property. Expected “a”.",
        ),
        (
            {"required": ["a"], "properties": {"a": {"type": "boolean"}}},
            {},
            "This is required. Expected true or false.",
        ),
        ({"const": 5}, 6, "Found the number 6. Expected 5."),
        ({"multipleOf": 0.1}, 0.35, "Found the number 0.35. Expected a number: a multiple of 0.1"),
        ({"not": {}}, 1, "Found the number 1, which is excluded here."),
        ({"oneOf": [{"type": "integer"}, {"minimum": 1}]}, 3, "which fits several alternatives"),
        ({"propertyNames": {"pattern": "^a"}}, {"b": 1}, "“b” is not allowed as a name. Expected text: matching “^a”"),
    ],
)
def test_messages_teach(schema: Any, value: Any, message: str) -> None:
    """A message says what was found, what is expected, and gives an example where that says more."""
    assert message in check(schema, value)[0].message


def test_at_the_field_and_in_the_summary() -> None:
    """An error stands below its field, which names it as its description, and in the summary with a link to it."""
    html = Form.posted(SCHEMA, [("f/name", "ab"), ("f/home/zip", "x")]).validate().html()
    control = re.search(r'<input [^>]*id="(form-\d+)" name="f/home/zip"[^>]*>', html)
    assert control
    assert 'aria-invalid="true"' in control[0]
    assert f'aria-describedby="{control[1]}-help {control[1]}-problem"' in control[0]
    assert f'<p class="f-problem" id="{control[1]}-problem">' in html
    assert f'<a href="#{control[1]}">home → zip</a>' in html
    assert 'role="alert"' in html
    assert "2 problems" in html
    assert 'value="ab"' in html
    assert 'value="x"' in html


def test_a_valid_form_has_no_summary() -> None:
    """Nothing is marked while nothing is wrong."""
    html = Form.posted(SCHEMA, [("f/name", "Ada"), ("f/home/zip", "1")]).validate().html()
    assert "f-problem" not in html
    assert "aria-invalid" not in html


def test_the_workers_verdict() -> None:
    """Issues from elsewhere stand at the same fields, those of branches and of nowhere included."""
    schema = {"type": "object", "properties": {"pet": {"anyOf": [SCHEMA, {"type": "null"}]}}}
    form = Form.of(schema, {"pet": {"name": "Tom", "home": {"zip": 1}}})
    told = form.with_issues(
        [
            Issue(path=("pet", "Cat", "name"), message="No cat is called Tom."),
            Issue(path=("unknown",), message="Something else."),
        ]
    )
    html = told.html()
    assert re.search(r'data-path="/pet/name" data-invalid>.*?No cat is called Tom\.', html)
    assert html.count("Something else.") == 2


def test_errors_speak_of_the_chosen_branch() -> None:
    """The branch that a person chose is the one that errors are about, though another would be nearer."""
    schema = {
        "anyOf": [
            {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                "required": ["a", "b"],
            },
            {"type": "object", "properties": {"a": {"type": "string"}, "c": {"type": "integer"}}, "required": ["c"]},
        ]
    }
    form = Form.posted(schema, [("f:is", "0"), ("f:was", "0"), ("f/a", "1"), ("f/b", "")]).validate()
    assert [issue.path for issue in form.issues] == [("b",)]


def test_json_tab() -> None:
    """In the JSON tab an error has its path, and the text has it as its description."""
    form = Form.posted(SCHEMA, [("f:tab", "json"), ("f", '{"name": "Ada", "home": {"zip": "x"}}')]).validate()
    html = form.html()
    assert '<a href="#form-1">home → zip</a> Found the text “x”. Expected a whole number' in html
    assert 'aria-describedby="form-1-problem" aria-invalid="true"' in html


def test_all_at_once() -> None:
    """What cannot be read and what the schema refuses are told together, each once."""
    form = Form.posted(SCHEMA, [("f/name", "a"), ("f/home/zip", "x")]).validate()
    assert sorted(issue.path for issue in form.issues) == [("home", "zip"), ("name",)]


def test_what_a_validator_says_of_an_object_stands_beside_the_fields_that_it_names() -> None:
    """The object has the message at its head, and each field that it names has it, too; the summary has it once."""
    inner = {"type": "object", "properties": {"start": {"type": "integer"}, "end": {"type": "integer"}, "at": {}}}
    schema = {"type": "object", "properties": {"span": inner, "start": {"type": "integer"}}}
    form = Form.of(schema, {"span": {"start": 3, "end": 1}, "start": 1})
    said = "End comes first: end must be after start."
    page = form.with_issues([Issue(path=("span",), message=said)]).html()
    marked = re.findall(r'data-path="([^"]*)" data-invalid', page)
    assert marked == ["/span", "/span/start", "/span/end"]
    assert page.count(said) == 4
    assert page.count("1 problem") == 1


def test_what_a_validator_says_of_the_whole_input() -> None:
    """It stands above the first field, and beside those that it names."""
    schema = {"type": "object", "properties": {"low": {"type": "integer"}, "high": {"type": "integer"}}}
    page = Form.of(schema, {"low": 3, "high": 1}).with_issues([Issue(path=(), message="low is more than high")]).html()
    assert re.findall(r'data-path="([^"]*)" data-invalid', page) == ["/low", "/high"]
    assert page.index('class="f-problem"') < page.index('data-path="/low"')


def test_a_word_that_is_no_name_marks_no_field() -> None:
    """What the schema says of an object in words of its own names none of its fields."""
    schema = {"type": "object", "minProperties": 3, "properties": {"object": {"type": "integer"}, "x": {}}}
    page = Form.of(schema, {"object": 3}).validate().html()
    assert 'data-path="/object" data-invalid' not in page
