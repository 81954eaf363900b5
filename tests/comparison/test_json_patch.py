"""The difference of two JSON values: applied by a library that is not ours, it makes the one of the other."""

import copy
import json
from typing import Any

import jsonpatch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.comparison.json_patch import operations, same

LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from([0.0, 1.0, -0.5, "", "a", "/", "~1", "-"])
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["", "a", "/", "~1", "0", "-"]), inner, max_size=4)
    ),
    max_leaves=15,
)


def text(value: Any) -> str:
    """Write a value so that values of two types differ."""
    return json.dumps(value, sort_keys=True)


@settings(deadline=None)
@given(JSON, JSON)
def test_the_operations_make_the_other_value(one: Any, other: Any) -> None:
    """Whatever the two values are, types included; and neither of them is changed by being compared."""
    before = text([one, other])
    found = operations(one, other)
    assert text(jsonpatch.apply_patch(copy.deepcopy(one), copy.deepcopy(found))) == text(other)
    assert text([one, other]) == before
    assert (found == []) == same(one, other) == (text(one) == text(other))


@settings(deadline=None)
@given(JSON)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    """Nor from a copy."""
    assert operations(value, value) == operations(value, copy.deepcopy(value)) == []


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"a": 1}, {"a": True}, [{"op": "replace", "path": "/a", "value": True, "was": 1}]),
        ({"a/b": 1}, {}, [{"op": "remove", "path": "/a~1b", "was": 1}]),
        ([1, 2, 3], [1, 3], [{"op": "remove", "path": "/1", "was": 2}]),
        ([1, 3], [1, 2, 3], [{"op": "add", "path": "/1", "value": 2}]),
        ([{"n": 1}, 2], [{"n": 2}, 2], [{"op": "replace", "path": "/0/n", "value": 2, "was": 1}]),
        (None, 1, [{"op": "replace", "path": "", "value": 1, "was": None}]),
        (float("nan"), float("nan"), []),
    ],
)
def test_what_differs_is_small(one: Any, other: Any, found: list[dict[str, Any]]) -> None:
    """What lies before and behind a change stays out of it."""
    assert operations(one, other) == found


def test_a_long_list_takes_time_in_proportion() -> None:
    """An item that was put in front is one operation, however many follow."""
    assert operations(list(range(100_000)), [-1, *range(100_000)]) == [{"op": "add", "path": "/0", "value": -1}]
