"""JSON Schemas as people give them: what is no JSON, or says nothing, is refused with its place and the mend."""

import enum
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from engine import create_step, create_workflow
from engine.errors import InvalidSchema
from engine.values.schema import Schema
from tests.engine.samples import City


class Size(enum.Enum):
    """No text."""

    SMALL = (1, 2)


LOOP: dict[str, Any] = {"type": "array"}
LOOP["items"] = LOOP

REFUSED: list[tuple[Any, str]] = [
    ({"x": int}, 'only \'x\': it would take anything.* {"type": "object", "properties": {"x": {"type": "integer"}}}'),
    ({"properties": {"age": int}}, 'at properties.age stands the class int; write {"type": "integer"}'),
    ({"items": City}, "at items stands the class City; write its JSON Schema, or give the class itself as the schema"),
    ({"type": "string", "x-check": print}, "at x-check stands the function print; a schema cannot call anything"),
    ({"default": date(2030, 1, 1)}, 'at default stands datetime.date.*; write it as text, "2030-01-01"'),
    ({"examples": [Decimal("2.50")]}, r'at examples\[0\] stands Decimal.*; write it as text, "2.50"'),
    ({"const": UUID(int=1)}, "at const stands UUID.*; write it as text"),
    ({"const": timedelta(1)}, "at const stands a value of type timedelta; write its JSON or leave it out"),
    ({"enum": ("a", "b")}, "at enum stands a tuple; write a list"),
    ({"enum": {"a"}}, "at enum stands a set; write a list"),
    ({"enum": [Size.SMALL]}, r"at enum\[0\] stands Size.SMALL; write its value, \(1, 2\)"),
    ({"const": b"x"}, "at const stands a value of type bytes"),
    ({"maximum": math.inf}, "at maximum stands inf, which JSON does not have; leave it out"),
    ({"default": [math.nan]}, r"at default\[0\] stands nan"),
    ({"const": 10**5000}, "at const stands a whole number with more than 4,200 digits"),
    ({"const": {1: "a"}}, 'at const stands the key 1, but keys are text; write "1"'),
    ({"type": "nonsense"}, "no JSON Schema .draft 2020-12.: at type: 'nonsense'"),
    ({"properties": {"age": "integer"}}, 'at properties.age: .* Write {"type": "integer"}'),
    (LOOP, "contains itself or is nested too deeply"),
    ({"city": {"type": "string"}}, 'write {"type": "object", "properties": {"city": {"type": "string"}}}'),
    ({"name": "string", "age": "integer"}, '"properties": {"name": {"type": "string"}, "age": {"type": "integer"}}'),
    (
        {"properties": {"home": {"city": {"type": "string"}}}},
        "no keyword of JSON Schema at properties.home, only 'city'",
    ),
    ({"items": {"name": "string"}}, "no keyword of JSON Schema at items"),
    ({str(number): number for number in range(60)}, "only '0', '1', '2', '3', '4' …: .*\"properties\": {…}"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED)
def test_a_dict_that_is_no_json_schema_is_refused(given: Any, message: str) -> None:
    """The place is named and what to write there, wherever a schema is given."""
    begun = create_workflow(id="w", input_schema=None, output_schema=None)
    for place, define in {
        "input_schema of workflow 'w'": lambda: create_workflow(id="w", input_schema=given, output_schema=None),
        "state_schema of workflow 'w'": lambda: create_workflow(
            id="w", input_schema=None, output_schema=None, state_schema=given
        ),
        "resume_schema of step 's'": lambda: create_step(id="s", execute=lambda data, ctx: 1, resume_schema=given),
        "schema of event 'e'": lambda: begun.wait_for_event("e", given),
    }.items():
        with pytest.raises(InvalidSchema, match=f"^{place}: .*{message}"):
            define()


TAKEN: list[dict[str, Any]] = [
    {},
    {"title": "Anything"},
    {"description": "…"},
    {"$comment": "…"},
    {"x-order": 1},
    {"type": "object", "x-order": 1},
    {"nullable": True},
    {"properties": {"a": {"markdownDescription": "…"}}},
    {"$defs": {"common": {"name": {"type": "string"}}}, "$ref": "#/$defs/common/name"},
    {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.org/a", "type": "string"},
    {"enum": [{"$ref": "nowhere"}], "default": {"$ref": "nowhere"}},
    {"properties": {"$ref": {"type": "string"}}, "required": ["$ref"]},
    {"$id": "https://a.org/x", "$defs": {"y": {"$id": "z", "$defs": {"n": {}}, "items": {"$ref": "#/$defs/n"}}}},
]


@pytest.mark.parametrize("document", TAKEN)
def test_other_dicts_are_taken_as_they_are(document: dict[str, Any]) -> None:
    """Nothing but annotations means anything; keywords of tools and values that look like schemas are left alone."""
    schema = Schema.of(document)
    assert schema.json_schema == document
    assert schema.json_schema is not document


class Extra(BaseModel):
    """A value that has a JSON form, beside the fields."""

    model_config = ConfigDict(json_schema_extra={"x-since": date(2030, 1, 1), "x-days": {3, 1, 2}, "x-most": math.inf})
    n: int = 0


@dataclass
class Line:
    """No model."""

    price: Decimal = Decimal("1.10")
    most: float = math.inf


class Everything(BaseModel):
    """What has a JSON form, and numbers that have none."""

    day: date = Field(examples=[date(2030, 1, 1)])
    price: Decimal = Field(Decimal("1.10"), ge=Decimal("0.50"), examples=[Decimal("2.50")])
    score: float = Field(math.nan, ge=-math.inf, le=5, examples=[1.5, math.inf])
    steps: list[float] = [1.0, -math.inf]
    tags: set[str] = {"b", "a"}
    more: list[set[str]] = [{"b", "a"}]
    raw: bytes = b"\xff"
    names: dict[str, str] = {"$defs": "x", "$ref": "y"}
    size: Size = Size.SMALL
    line: Line = Line()
    extra: Extra = Extra()


def test_what_a_type_says_of_itself_is_strict_json() -> None:
    """Dates and decimals are written, infinite limits, defaults and examples left out, sets put in order."""
    schema = Schema.of(Everything)
    for document in (schema.json_schema, schema.output_json_schema):
        assert json.loads(json.dumps(document, allow_nan=False)) == document
    fields = schema.json_schema["properties"]
    assert (fields["day"]["examples"], fields["price"]["examples"]) == (["2030-01-01"], ["2.50"])
    either = [{"type": "number", "maximum": 5}, {"enum": ["NaN", "Infinity", "-Infinity"]}]
    assert fields["score"] == {"title": "Score", "anyOf": either, "examples": [1.5]}
    assert "default" not in fields["steps"]
    assert (fields["tags"]["default"], fields["more"]["default"]) == (["a", "b"], [["a", "b"]])
    assert fields["names"]["default"] == {"$defs": "x", "$ref": "y"}
    extra = schema.json_schema["$defs"]["Extra"]
    assert (extra["x-since"], extra["x-days"], extra["x-most"]) == ("2030-01-01", [1, 2, 3], "Infinity")


class Called(BaseModel):
    """A function where a value is expected."""

    n: int = Field(0, json_schema_extra={"x-check": print})


class CalledBeside(BaseModel):
    """The same beside the fields."""

    model_config = ConfigDict(json_schema_extra={"x-check": print})
    n: int = 0


class Raising(BaseModel):
    """A function that fails."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema["absent"])
    n: int = 0


@pytest.mark.parametrize("kind", [Called, CalledBeside, Raising])
@pytest.mark.parametrize("wrap", [lambda kind: kind, lambda kind: list[kind]])
def test_what_has_no_json_form_is_refused_with_the_name_of_the_type(kind: Any, wrap: Callable[[Any], Any]) -> None:
    """The error comes where the schema is made, and never where the catalogue is published."""
    with pytest.raises(InvalidSchema, match=rf"{kind.__name__}\b.*json_schema_extra|{kind.__name__}\b.* at .*x-check"):
        Schema.of(wrap(kind))


def test_no_warning_is_given_of_a_default_that_cannot_be_written() -> None:
    """It is left out of the JSON Schema, and works."""

    class Raw(BaseModel):
        raw: bytes = b"\xff"

    schema = Schema.of(Raw)
    assert "default" not in schema.json_schema["properties"]["raw"]
    assert schema.load({}) == TypeAdapter(Raw).validate_python({})


def test_a_member_with_two_names_is_one_choice() -> None:
    """Of an enum with aliases each member stands once in its JSON Schema, under its first name."""
    sizes = enum.Enum("Sizes", {"SMALL": (1, 2), "TINY": (1, 2), "LARGE": (3, 4)})
    found = Schema.of(sizes).json_schema
    assert (found["enum"], found["x-enumNames"]) == ([[1, 2], [3, 4]], ["SMALL", "LARGE"])
