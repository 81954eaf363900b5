"""A value that was refused is shown with the wrong place marked."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.history.refused_value import refused_lines

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_the_lines_are_the_value(value: Any) -> None:
    """As JSON, whatever it is."""
    assert json.loads("\n".join(line.text for line in refused_lines({"value": value}))) == value


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ([], "{"),
        (["b"], '  "b": ['),
        (["b", 1], '    "two"'),
        (["missing"], "{"),
        (["b", 7, "deeper"], '  "b": ['),
        (["a"], '  "a": 1,'),
    ],
)
def test_the_wrong_place_is_marked(path: list[str | int], text: str) -> None:
    """Where it is, or what is around it when there is nothing."""
    error = {"value": {"a": 1, "b": [1, "two"]}, "issues": [{"path": path, "message": "expected a number"}]}
    marked = [line for line in refused_lines(error) if line.wrong]
    assert [(line.text, line.wrong) for line in marked] == [(text, "expected a number")]


def test_two_issues_of_one_place_are_both_told() -> None:
    """And an error without a value has no lines."""
    issues = [{"path": [], "message": "one"}, {"path": ["x"], "message": "two"}]
    assert [line.wrong for line in refused_lines({"value": None, "issues": issues})] == ["one; two"]
    assert refused_lines({"issues": issues}) == ()
