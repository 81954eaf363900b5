"""Null is a state of a field only where it was loaded or chosen."""

from typing import Any

import pytest

from playground.forms import Form
from tests.forms.browser import Session

ADDRESS: dict[str, Any] = {"type": "object", "properties": {"street": {"type": "string"}}, "title": "Address"}
CAT: dict[str, Any] = {"type": "object", "properties": {"lives": {"type": "integer"}}, "title": "Cat"}
NULLABLE: dict[str, list[dict[str, Any]]] = {
    "object": [ADDRESS],
    "list": [{"type": "array", "items": {"type": "string"}}],
    "text": [{"type": "string"}],
    "number": [{"type": "integer"}],
    "truth": [{"type": "boolean"}],
    "choice": [{"enum": ["a", "b"]}],
    "union": [ADDRESS, CAT],
}


@pytest.mark.parametrize("kind", NULLABLE)
def test_null_is_asked_for_by_nobody_who_did_not_choose_it(kind: str) -> None:
    """A field that may be left out or be null is not set or a value; null is there once it is loaded or chosen."""
    schema = {"type": "object", "properties": {"a": {"anyOf": [*NULLABLE[kind], {"type": "null"}], "default": None}}}
    session = Session(schema)
    assert session.submit().value == {}
    assert "null" not in words_of_states(session)
    session.press("null:/a")
    assert "null" in words_of_states(session)
    assert session.submit().value == {"a": None}
    assert "null" in words_of_states(Session(schema, Form.of(schema, {"a": None})))


@pytest.mark.parametrize("kind", ["object", "list", "text", "number"])
def test_what_must_be_there_and_may_be_null_has_a_button_for_it(kind: str) -> None:
    """A value or null is asked for, and no state, until null is chosen; then there is no “not set” to fall back to."""
    schema: dict[str, Any] = {"type": "object", "properties": {"a": {"anyOf": [*NULLABLE[kind], {"type": "null"}]}}}
    schema["required"] = ["a"]
    session = Session(schema)
    assert words_of_states(session) == set()
    assert [issue.path for issue in session.submit().issues] == [("a",)]
    session.press("null:/a")
    assert {"value", "null"} <= words_of_states(session)
    assert "not set" not in words_of_states(session)
    assert session.submit().value == {"a": None}


def words_of_states(session: Session) -> set[str]:
    """Return what can be chosen without the menu."""
    selects = {word for one in session.page.controls if one.tag == "select" for _, word in one.options}
    return selects | {one.value for one in session.page.controls if one.type == "radio"}


def test_an_object_that_may_be_null_is_added() -> None:
    """What was typed into it is kept while it is null, and comes back."""
    schema = {"type": "object", "properties": {"a": {"anyOf": [ADDRESS, {"type": "null"}], "default": None}}}
    session = Session(schema)
    assert "Add " in session.form.html()
    session.press("open:/a")
    session.put("f/a/street", "Main")
    assert session.submit().value == {"a": {"street": "Main"}}
    session.press("null:/a")
    session.put("f:is/a", "value")
    session.press("switch:/a")
    assert session.submit().value == {"a": {"street": "Main"}}
    session.press("close:/a")
    assert session.submit().value == {}
    session.press("open:/a")
    assert session.submit().value == {"a": {"street": "Main"}}
