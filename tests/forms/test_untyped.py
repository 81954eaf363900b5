"""Values without a type: a person chooses one, and writes JSON only on purpose."""

from typing import Any

import pytest

from playground.forms import Form, dumps
from tests.forms.browser import Session

ANY: dict[str, Any] = {"type": "object", "properties": {"x": {"description": "Whatever."}}}
TYPES = ["text", "number", "true or false", "list", "object", "JSON"]


def choose(session: Session, at: str, label: str) -> None:
    """Choose a type by its name, as a person does."""
    control = session.page.control(f"f:is{at}")
    assert control
    session.put(f"f:is{at}", next(value for value, word in control.options if word == label))
    session.press(f"switch:{at}")


def test_the_types_are_offered() -> None:
    """A value without a type is not set at first, and is chosen among the types of JSON, null and JSON itself."""
    session = Session(ANY)
    control = session.page.control("f:is/x")
    assert control
    assert [label for _, label in control.options] == ["not set", "null", *TYPES]
    assert session.submit().value == {}


@pytest.mark.parametrize(
    ("label", "typed", "meant"),
    [
        ("text", "plain words", "plain words"),
        ("text", "5", "5"),
        ("text", "", ""),
        ("number", "1.10", 1.10),
        ("JSON", '{"a": [1]}', {"a": [1]}),
        ("null", None, None),
        ("list", None, []),
        ("object", None, {}),
    ],
)
def test_each_type_can_be_given(label: str, typed: str | None, meant: Any) -> None:
    """What is typed under a type is a value of it; no text needs quotes."""
    session = Session(ANY)
    choose(session, "/x", label)
    if typed is not None:
        session.put("f/x", typed)
    assert session.submit().value == {"x": meant}


def test_lists_and_objects_of_anything() -> None:
    """Items and entries without a type are chosen in the same way, at any depth."""
    session = Session(ANY)
    choose(session, "/x", "list")
    session.press("add:/x")
    choose(session, "/x/0", "object")
    session.press("add:/x/0")
    session.put("f:key/x/0/~k0", "name")
    choose(session, "/x/0/~k0", "text")
    session.put("f/x/0/~k0", "Ada")
    session.press("add:/x")
    choose(session, "/x/1", "true or false")
    session.pick("f/x/1", "true")
    assert session.submit().value == {"x": [{"name": "Ada"}, True]}


@pytest.mark.parametrize("value", ["a", "", "a\nb", "\0", 1, 1.5, True, None, [], {}, [1, {"a": None}], {"a": [""]}])
def test_loaded_values_come_back(value: Any) -> None:
    """A loaded value shows under its type; lists and objects, which may be large, as JSON."""
    session = Session(ANY, Form.of(ANY, {"x": value}))
    assert dumps(session.submit().value) == dumps({"x": value})
    session.press("json:/x") if session.has_button("json:/x") else None
    session.press("fields:/x") if session.has_button("fields:/x") else None
    assert dumps(session.submit().value) == dumps({"x": value})


def test_a_script_posts_json() -> None:
    """A post without the marks of a page is JSON, as it was; what is none is refused."""
    assert Form.posted(ANY, [("f/x", '{"a": 1}')]).validate().value == {"x": {"a": 1}}
    assert Form.posted(ANY, [("f/x", "words")]).validate().issues[0].path == ("x",)
