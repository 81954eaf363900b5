"""What is written must be readable: every type of pydantic's, as it is recorded, read and recorded again."""

import json
import typing
from collections.abc import Iterator
from typing import Any

import pydantic.networks
import pydantic.types
import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter
from pydantic_core import core_schema

from engine.errors import InvalidSchema
from engine.values.sameness import same
from engine.values.schema import Schema
from tests.engine.every_type import CASES, NAMED, NO_KINDS, NOT_TYPES, UNREADABLE

EVERY = [(spec, given) for spec, values in [*CASES, *NAMED.values()] for given in values]


def text(value: Any) -> str:
    """Return JSON as text that any reader takes."""
    return json.dumps(value, allow_nan=False)


@pytest.mark.parametrize(("spec", "given"), EVERY)
def test_what_was_given_is_recorded_as_json_that_means_the_same(spec: Any, given: Any) -> None:
    """It fits the published input schema, is read as the same value, and is recorded again as it is."""
    schema = Schema.of(spec)
    value = schema.load(given)
    recorded = schema.admit(given)
    assert same(schema.load(recorded), value)
    assert text(schema.admit(recorded)) == text(recorded)
    assert Draft202012Validator(schema.json_schema).is_valid(recorded), (recorded, schema.json_schema)


@pytest.mark.parametrize(("spec", "given"), EVERY)
def test_a_value_is_written_as_json_that_means_the_same(spec: Any, given: Any) -> None:
    """As input and as output, each fits its published schema, and is read as the value that was written."""
    schema = Schema.of(spec)
    for write, published in ((schema.enter, schema.json_schema), (schema.dump, schema.output_json_schema)):
        value = schema.load(given)
        written = write(value)
        assert same(schema.load(written), value), written
        assert text(write(schema.load(written))) == text(written)
        assert Draft202012Validator(published).is_valid(written), (written, published)


@pytest.mark.parametrize(("spec", "expected"), UNREADABLE)
def test_what_no_json_stands_for_is_refused_where_it_is_declared(spec: Any, expected: str) -> None:
    """The error names the place and what is expected there, and tells the ways out."""
    with pytest.raises(InvalidSchema, match=f"{expected}, which no JSON stands for.*PlainValidator"):
        Schema.of(spec)


def kinds_in(part: Any) -> Iterator[str]:
    """Yield the kinds of the nodes of a core schema."""
    if isinstance(part, dict) and isinstance(kind := part.get("type"), str):
        yield kind
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list | tuple) else ():
        yield from kinds_in(inner)


def test_no_kind_of_type_is_left_out() -> None:
    """Each kind of core schema that pydantic has stands in the table, and so does a new one or the table fails."""
    specs = [spec for spec, _ in [*CASES, *NAMED.values(), *UNREADABLE] if spec is not None]
    tried = {kind for spec in specs for kind in kinds_in(TypeAdapter(spec).core_schema)}
    declared = {
        kind
        for schema in typing.get_args(core_schema.CoreSchema)
        for kind in typing.get_args(typing.get_type_hints(schema)["type"])
    }
    assert declared - tried == NO_KINDS


def test_no_named_type_is_left_out() -> None:
    """Each name of pydantic's modules of types stands in the table, and so does a new one or the table fails."""
    assert {*pydantic.types.__all__, *pydantic.networks.__all__} == {*NAMED, *NOT_TYPES}
