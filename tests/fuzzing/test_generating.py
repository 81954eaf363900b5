"""Inputs made from schemas: they fit, and those at the edges are among them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from playground.forms import check
from playground.worker.fuzzing.generating import values_of

LEAF = {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/leaf"}}, "required": ["v"]}

SCHEMAS: dict[str, Any] = {
    "anything": {},
    "true": True,
    "whole numbers": {"type": "integer", "exclusiveMinimum": 0, "maximum": 3},
    "multiples": {"type": "integer", "multipleOf": 7, "minimum": 1, "maximum": 40},
    "fractions": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "multiples of fractions": {"type": "number", "multipleOf": 0.25, "minimum": 0},
    "texts": {"type": "string", "minLength": 3, "maxLength": 5},
    "one pattern": {"type": "string", "pattern": r"^\d{4}-[a-z]+$"},
    "a pattern inside": {"type": "string", "pattern": "ab+"},
    "alternatives in a pattern": {"type": "string", "pattern": "^a|b$"},
    "dates": {"type": "string", "format": "date"},
    "a format of others": {"type": "string", "format": "hostname"},
    "choice": {"enum": ["a", 1, None]},
    "constant": {"const": {"a": [1]}},
    "several types": {"type": ["integer", "null"]},
    "no type": {"minLength": 2},
    "lists": {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 3},
    "different items": {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True},
    "tuples": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"type": "string"}],
        "items": False,
        "minItems": 2,
    },
    "objects": {"type": "object", "properties": {"a": {"type": "null"}, "b": {}}, "required": ["a"]},
    "open objects": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
    "named by patterns": {
        "type": "object",
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": False,
    },
    "names": {"type": "object", "propertyNames": {"enum": ["a", "b"]}, "additionalProperties": {"type": "string"}},
    "recursion": {"$ref": "#/$defs/leaf", "$defs": {"leaf": LEAF}},
    "alternatives": {"anyOf": [{"type": "integer"}, {"$ref": "#/$defs/leaf"}], "$defs": {"leaf": LEAF}},
    "all of": {"allOf": [{"$ref": "#/$defs/leaf"}, {"required": ["next"]}], "$defs": {"leaf": LEAF}},
    "what is excluded": {"type": "integer", "minimum": 0, "maximum": 3, "not": {"const": 1}},
    "beside a reference": {"$ref": "#/$defs/n", "maximum": 5, "$defs": {"n": {"type": "integer", "minimum": 1}}},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_made_fits(name: str) -> None:
    """Of each keyword, every value is one that the schema takes."""
    schema = SCHEMAS[name]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(values_of(schema))
    def look(value: Any) -> None:
        assert check(schema, value) == []

    look()


@pytest.mark.parametrize(
    ("type", "wanted"),
    [
        (list[int], []),
        (dict[str, int], {}),
        (str, ""),
        (str | None, None),
        (bool, True),
    ],
)
def test_edges_are_among_them(type: Any, wanted: Any) -> None:
    """What code seldom thinks of is made of a type of Python's, too."""
    assert find(values_of(TypeAdapter(type).json_schema()), lambda value: bool(value == wanted)) == wanted


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.nested_given])
def test_bounds_are_among_them(low: int, more: int) -> None:
    """Both ends of any range are made, however wide it is."""
    schema = {"type": "integer", "minimum": low, "maximum": low + more}
    for edge in (low, low + more):
        found = find(
            values_of(schema),
            lambda value, edge=edge: value == edge,
            settings=settings(max_examples=2000, database=None),
        )
        assert found == edge
