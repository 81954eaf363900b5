"""Laws on random schemas, values and posts."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.forms import Form, check, dumps, example, parse_json
from tests.forms.browser import Session


@pytest.fixture(scope="module", autouse=True)
def time_enough() -> Iterator[None]:
    """Give forms all the time they need: what a law finds must not depend on how busy the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("playground.forms.fields.form_context.SECONDS", 30)
        yield


LETTERS = st.characters(codec="utf-8")
NAMES = st.text(LETTERS, max_size=5) | st.sampled_from(["a", "b", "a/b", "~", "", "f", ":is", "~k0"])
TEXTS = st.text(LETTERS, max_size=20) | st.sampled_from(["", "\n", "\r\n", "\0", "null", "=unset", "1.10"])
NUMBERS = st.integers() | st.from_regex(
    r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?", fullmatch=True
).map(parse_json)
SCALARS = (
    st.none()
    | st.booleans()
    | NUMBERS
    | TEXTS.filter(lambda text: not any("\ud800" <= mark <= "\udfff" for mark in text))
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=10,
)
LEAVES = st.sampled_from(
    [
        {},
        {"type": "string"},
        {"type": "string", "minLength": 1},
        {"type": "string", "format": "date-time"},
        {"type": "string", "maxLength": 1000},
        {"type": "number"},
        {"type": "integer"},
        {"type": "boolean"},
        {"type": "null"},
        {"type": ["string", "null"]},
        {"type": ["integer", "boolean", "array"]},
        {"enum": ["a", 1, None, [1]]},
        {"const": {"x": 1}},
        {"$ref": "#"},
        True,
        {"type": "string", "contentEncoding": "base64"},
    ]
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return schemas of objects, lists and unions of inner schemas."""
    properties = st.dictionaries(NAMES, inner, max_size=4)
    objects = st.builds(
        lambda props, some, rest: {
            "type": "object",
            "properties": props,
            "required": [name for name in props if len(name) % 2 == some],
            **({} if rest is None else {"additionalProperties": rest}),
        },
        properties,
        st.integers(0, 2),
        st.none() | st.just(False) | inner,
    )
    lists = st.builds(lambda item: {"type": "array", "items": item}, inner)
    tuples = st.builds(lambda items: {"type": "array", "prefixItems": items}, st.lists(inner, min_size=1, max_size=3))
    unions = st.builds(lambda items: {"anyOf": items}, st.lists(inner, min_size=1, max_size=3))
    merged = st.builds(lambda one, two: {"allOf": [one, two]}, objects, objects)
    return objects | lists | tuples | unions | merged


SCHEMAS = st.recursive(LEAVES, containers, max_leaves=8)
often = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@often
@given(SCHEMAS, JSON)
def test_untouched(schema: Any, value: Any) -> None:
    """Whatever value is loaded into whatever schema comes back identical, valid or not."""
    form = Session(schema, Form.of(schema, value, secrets=True)).submit()
    assert dumps(form.value) == dumps(value)
    assert (form.issues == ()) == (check(schema, value) == [])


@often
@given(SCHEMAS, JSON)
def test_tabs(schema: Any, value: Any) -> None:
    """Going to the JSON tab and back changes nothing."""
    session = Session(schema, Form.of(schema, value, secrets=True))
    session.press("tab:json")
    session.press("tab:fields")
    assert dumps(session.submit().value) == dumps(value)


@often
@given(SCHEMAS)
def test_examples(schema: Any) -> None:
    """An example is shown by the form and comes back."""
    value = example(schema)
    assert dumps(Session(schema, Form.of(schema, value, secrets=True)).submit().value) == dumps(value)


STEPS = st.sampled_from(["a", "b", "0", "1", "~k0", "~1", "~u0000", "x"])
TAGS = st.sampled_from(
    ["", ":is", ":was", ":as", ":item", ":entry", ":key", ":order", ":stash", ":area", ":do", ":tab"]
)
PAIRS = st.lists(
    st.tuples(
        st.builds(
            lambda tag, steps: f"f{tag}" + "".join(f"/{step}" for step in steps), TAGS, st.lists(STEPS, max_size=4)
        ),
        TEXTS
        | st.sampled_from(
            ["json", "value", "=null", "0", "1", '{"a": 1}', "add:/a", "remove:/a/0", "down:/0", "json:/a"]
        ),
    ),
    max_size=12,
)


@often
@given(SCHEMAS, PAIRS)
def test_random_posts(schema: Any, pairs: list[tuple[str, str]]) -> None:
    """No post breaks a form, and what is shown after it can be posted again with the same meaning."""
    form = Form.posted(schema, pairs).validate()
    again = Session(schema, form).submit()
    assert dumps(None if again.issues else again.value) is not None
    if form.action is None and not form.issues:
        assert dumps(again.value) == dumps(form.value)


@often
@given(SCHEMAS, JSON, st.data())
def test_random_presses(schema: Any, value: Any, data: st.DataObject) -> None:
    """Any row of buttons that a page shows can be pressed."""
    session = Session(schema, Form.of(schema, value))
    for _ in range(4):
        buttons = sorted({one.value for one in session.page.controls if one.tag == "button" and one.value})
        session.press(data.draw(st.sampled_from(buttons)))
    session.submit()
