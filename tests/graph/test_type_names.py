"""Types in a few words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from playground.graph.type_names import type_name


class Order(BaseModel):
    """A model."""

    number: int


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (int, "int"),
        (Order, "Order"),
        (list[Order], "list[Order]"),
        (Order | None, "Order | None"),
        (dict[str, list[float]], "dict[str, list[float]]"),
        (list[list[str]], "list[list[str]]"),
        (dict[str, Any], "dict"),
        (Any, ""),
    ],
)
def test_a_schema_is_told_as_its_type_is_written(annotation: Any, words: str) -> None:
    """Models by their names, what is inside of lists and dicts along."""
    assert type_name(TypeAdapter(annotation).json_schema()) == words


def test_values_of_arms_are_told_key_by_key() -> None:
    """What parallel arms hand on together has no name of its own."""
    arms = {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}}
    assert type_name(arms) == "{a: str, b: Any}"
    assert type_name({"enum": ["in", "out"]}) == "'in' | 'out'"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
KEYWORDS = st.sampled_from(
    [
        "type",
        "$ref",
        "anyOf",
        "oneOf",
        "items",
        "properties",
        "additionalProperties",
        "enum",
        "const",
        "title",
        "format",
    ]
)


@given(st.dictionaries(KEYWORDS, JSON | st.dictionaries(KEYWORDS, JSON, max_size=3), max_size=5))
def test_whatever_stands_in_a_schema_is_told_somehow(schema: dict[str, Any]) -> None:
    """Schemas of older versions and of other makers never keep a page from being drawn."""
    assert isinstance(type_name(schema), str)
