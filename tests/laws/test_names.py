"""The law of names: whatever is called as schemas call their own parts is defined, shown and passed on all the same."""

import json
from dataclasses import dataclass, make_dataclass
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from engine import create_step, create_workflow
from playground.forms import mask
from playground.forms.validation.check import check
from playground.forms.validation.unsupported_parts import survey
from tests.engine.keywords import WORDS
from tests.laws.named import documents, is_attribute, model, typed

LAW = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)


async def pass_on(spec: Any, value: Any) -> None:
    """Define a workflow with a schema, look at its graph, and run it with a value; and with what it has recorded."""
    seen = []

    async def look(data: Any) -> None:
        seen.append(data)

    same = create_step(id="same", execute=lambda data: data, input_schema=spec, output_schema=spec, resume_schema=spec)
    last = create_step(id="last", execute=look, input_schema=spec, output_schema=None)
    workflow = create_workflow(id="w", input_schema=spec, output_schema=None).then(same).then(last).commit()
    assert json.loads(json.dumps(workflow.graph, allow_nan=False)) == workflow.graph
    assert len(workflow.digest) == 64
    first = await (await workflow.create_run()).start(value)
    assert first.status == "success", first.error
    assert seen == [value]
    again = await (await workflow.create_run()).start(first.input)
    assert seen == [value, value]
    assert again.input == first.input
    assert survey(workflow.input_schema) == []
    assert check(workflow.input_schema, first.input) == []
    assert mask(workflow.input_schema, first.input) == first.input


@LAW
@given(data=st.data())
async def test_types_with_names_of_schemas_pass_on_their_values(data: st.DataObject) -> None:
    """Models, dataclasses and TypedDicts, their names, fields, aliases, tags, keys, defaults and enum values."""
    drawn = data.draw(typed())
    await pass_on(drawn.kind, data.draw(drawn.values))


@LAW
@given(data=st.data())
async def test_json_schemas_with_names_of_schemas_pass_on_their_values(data: st.DataObject) -> None:
    """Properties, definitions, constants, options, defaults and examples."""
    drawn = data.draw(documents())
    await pass_on(drawn.kind, data.draw(drawn.values))


class Contact(BaseModel):
    """The commonest name of a field."""

    type: str
    value: str = ""


class Booking(BaseModel):
    """A field whose core schema is not the plainest one."""

    ref: str
    price: Decimal


class Shape(BaseModel):
    """A default, and a list."""

    type: Literal["circle"] = "circle"
    parts: list[Contact] = []


@dataclass
class Line:
    """Arguments stand in a list."""

    type: str
    ref: int
    price: Decimal


@pytest.mark.parametrize(
    "value",
    [
        Contact(type="mail", value="a@b"),
        Booking(ref="R-1", price=Decimal("1.10")),
        Shape(parts=[Contact(type="x")]),
        Line("t", 1, Decimal("2.50")),
    ],
)
async def test_a_field_may_be_called_type_or_ref(value: Any) -> None:
    """As people write them."""
    await pass_on(type(value), value)


WALKED = {
    "type",
    "ref",
    "$ref",
    "schema",
    "items",
    "$defs",
    "definitions",
    "properties",
    "fields",
    "anyOf",
    "if",
}
"""The words behind which a reader may look for a schema: each has one beneath it with all words again."""

INNER = model("inner", dict.fromkeys(WORDS, str), {})
OUTER = model("type", {word: INNER if word in WALKED else str for word in WORDS}, {})
LINE = make_dataclass("schema", [(word, str) for word in WORDS if is_attribute(word)])
LINES = make_dataclass("properties", [(word, LINE if word in WALKED else str) for word in WORDS if is_attribute(word)])
FLAT = {word: word for word in WORDS}
DOCUMENT = {"type": "object", "properties": {word: {"const": word} for word in WORDS}, "required": WORDS}
DEFINED = {"$defs": {"$defs": DOCUMENT}, "type": "object", "additionalProperties": {"$ref": "#/$defs/$defs"}}


def _filled(kind: Any, inner: Any = None) -> Any:
    names = WORDS if issubclass(kind, BaseModel) else [word for word in WORDS if is_attribute(word)]
    return kind(**{word: _filled(inner) if inner and word in WALKED else word for word in names})


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (OUTER, _filled(OUTER, INNER)),
        (LINES, _filled(LINES, LINE)),
        (dict[str, OUTER], {"fields": _filled(OUTER, INNER)}),
        (DOCUMENT, FLAT),
        (DEFINED, dict.fromkeys(WALKED, FLAT)),
    ],
    ids=["model", "dataclass", "dict", "document", "definitions"],
)
async def test_all_names_at_once_pass_on(spec: Any, value: Any) -> None:
    """Every word of both languages names a field on two levels, the lower one beneath each word that is walked."""
    await pass_on(spec, value)
