"""Forms of the schemas that other packages ship: nothing raises or takes long, and what is untouched stays the same."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from jsonschema.validators import validator_for
from selectolax.lexbor import LexborHTMLParser

from playground.forms import Form, check, dumps, example
from playground.forms.fields.issue_places import Path, placed, pointer_of
from tests.forms.shipped import Shipped, posted, shipped

SCHEMAS = shipped()
each = pytest.mark.parametrize("one", SCHEMAS, ids=lambda one: one.name)
OTHERS: list[Any] = [{}, [], "text", -1, {"version": 3, "name": {"a": [1, None, ""]}}, {"a": {"b": {"c": [{}]}}}]
WRONG: list[Any] = [None, True, {"§": [[]]}, [[{}]], "§", -7.5]
MOST_SPOILED = 12
MOST = 4.0
"""Seconds of CPU, of which a crowded machine takes up to four times as many as an idle one, where it is one."""


def timed(make: Callable[[], Form]) -> tuple[Form, str]:
    """Return a form and its markup, which are made within the time that an answer may take."""
    start = time.process_time()
    form = make()
    html = form.html()
    assert time.process_time() - start < MOST
    return form, html


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Walk the paths of all parts of a value."""
    yield path
    for step, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*path, step))


def put(value: Any, path: Path, new: Any) -> Any:
    """Return a value with another part at a path."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


def test_there_are_schemas() -> None:
    """The packages ship at least 30 schemas."""
    assert len(SCHEMAS) >= 30


@each
def test_values_come_back_or_are_refused_where_they_are_wrong(one: Shipped) -> None:
    """An example and other values come back as they were; what the schema refuses is told."""
    for value in (example(one.schema), *OTHERS):
        pairs = posted(timed(partial(Form.of, one.schema, value, secrets=True))[1])
        again, _ = timed(partial(Form.posted, one.schema, pairs))
        assert again.issues == ()
        assert dumps(again.value) == dumps(value)
        issues = timed(again.validate)[0].issues
        assert bool(issues) == bool(check(one.schema, value))


@each
def test_what_is_refused_is_refused_where_it_is_wrong(one: Shipped) -> None:
    """Whichever part of a valid value is spoiled, a message stands at the field of that part, or beneath it."""
    value = example(one.schema)
    if check(one.schema, value):
        return
    for number, path in enumerate(list(places(value))[:MOST_SPOILED]):
        spoiled = put(value, path, WRONG[number % len(WRONG)])
        form = Form.of(one.schema, spoiled, secrets=True).validate()
        assert bool(form.issues) == bool(check(one.schema, spoiled))
        if form.issues:
            here = pointer_of(form.root, path)
            found = placed(form.root, form.issues)
            assert any(at == here or at.startswith(f"{here}/") for at in found), (path, form.issues)
            marked = LexborHTMLParser(form.html()).css(".f-field[data-invalid]")
            assert {node.attributes.get("data-path") for node in marked} >= found.keys() - {""}


@each
def test_a_blank_form_can_be_posted(one: Shipped) -> None:
    """A form that nobody filled in is shown and read."""
    pairs = posted(timed(partial(Form.blank, one.schema))[1])
    timed(lambda: Form.posted(one.schema, pairs).validate())


@pytest.mark.slow
@each
def test_a_schema_itself_comes_back(one: Shipped) -> None:
    """The schemas are real values as well, large and deep ones, of the schema that all schemas have."""
    form, html = timed(partial(Form.of, validator_for(one.schema).META_SCHEMA, one.schema, secrets=True))
    again, _ = timed(partial(Form.posted, form.schema, posted(html)))
    assert again.issues == ()
    assert dumps(again.value) == dumps(one.schema)
