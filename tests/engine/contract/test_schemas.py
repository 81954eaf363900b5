"""What a schema is, and what it decides."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict  # pydantic takes none of typing's before Python 3.12

from engine import create_step, create_workflow
from engine.errors import InvalidInput, InvalidSchema
from engine.testing import run_to_end
from tests.engine.contract.tiny import begin


@dataclass
class Point:
    x: int


class Keyed(TypedDict):
    x: int


class Modelled(BaseModel):
    x: int


DOCUMENT = {"type": "array", "prefixItems": [{"type": "integer"}], "minItems": 1}
"""A word of draft 2020-12, which earlier drafts do not know."""


@pytest.mark.parametrize(
    ("spec", "good", "bad"),
    [
        (Modelled, {"x": 1}, {"x": "one"}),
        (Point, {"x": 1}, {"y": 1}),
        (Keyed, {"x": 1}, {"x": None}),
        (int, 1, "one"),
        (list[str], ["a"], ["a", 1]),
        (int | None, None, "one"),
        (Annotated[int, Field(gt=5)], 6, 5),
        (Literal["a", "b"], "b", "c"),
        (DOCUMENT, [1], ["one"]),
    ],
)
async def test_a_schema_is_anything_that_pydantic_takes_or_a_json_schema(spec: Any, good: Any, bad: Any) -> None:
    """What fits goes in and comes out; what does not is refused with the places that are wrong."""
    same = create_step(id="same", execute=lambda data: data, input_schema=spec, output_schema=spec)
    workflow = create_workflow(id="w", input_schema=spec, output_schema=spec).then(same).commit()
    result = await run_to_end(workflow, good)
    assert (result.status, result.result) == ("success", good)
    with pytest.raises(InvalidInput) as caught:
        await run_to_end(workflow, bad)
    assert caught.value.issues


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "text", [1, "a", None], {"a": {"b": []}}])
async def test_without_a_schema_any_json_value_fits(value: Any) -> None:
    """None as a schema means any JSON value."""
    assert (await run_to_end(begin().map(lambda data: data).commit(), value)).result == value


def test_what_is_no_schema_is_refused_when_it_is_given() -> None:
    """An error at build time that says what a schema is."""
    with pytest.raises(InvalidSchema, match="JSON Schema"):
        create_step(id="s", execute=lambda data: data, input_schema=5)
    with pytest.raises(InvalidSchema, match="draft 2020-12"):
        create_step(id="s", execute=lambda data: data, input_schema={"type": "nothing"})
