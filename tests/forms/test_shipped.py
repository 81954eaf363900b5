"""Forms of the schemas that other packages ship: nothing raises or takes long, and what is untouched stays the same."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from playground.forms import Form, check, dumps, example
from tests.forms.shipped import Shipped, posted, shipped

SCHEMAS = shipped()
each = pytest.mark.parametrize("one", SCHEMAS, ids=lambda one: one.name)
OTHERS: list[Any] = [{}, [], "text", -1, {"version": 3, "name": {"a": [1, None, ""]}}, {"a": {"b": {"c": [{}]}}}]
MOST = 1.0
"""Seconds of CPU."""


def timed(make: Callable[[], Form]) -> tuple[Form, str]:
    """Return a form and its markup, which are made within the time that an answer may take."""
    start = time.process_time()
    form = make()
    html = form.html()
    assert time.process_time() - start < MOST
    return form, html


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
def test_a_blank_form_can_be_posted(one: Shipped) -> None:
    """A form that nobody filled in is shown and read."""
    pairs = posted(timed(partial(Form.blank, one.schema))[1])
    timed(lambda: Form.posted(one.schema, pairs).validate())
