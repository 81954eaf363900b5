"""Section 3: values cross every boundary as JSON."""

import math
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, NamedTuple

import pytest
from pydantic import BaseModel, ConfigDict, Field

from engine import Context, Engine, MemoryStore, Retry, create_step, create_workflow
from engine.testing import run_to_end
from tests.engine.contract.tiny import begin, run_of


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Forgiving(BaseModel):
    n: int
    unit: str = "kg"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    n: int


@dataclass
class Point:
    x: int
    y: int = 0


class Pair(NamedTuple):
    left: int
    right: str


def giving(value: Any, type: Any) -> Any:
    """Return a step that gives a value, declared with a type."""

    async def execute(data: Any) -> Any:
        return value

    return create_step(id="give", execute=execute, output_schema=type)


def taking(seen: list[Any], type: Any) -> Any:
    """Return a step that notes what it was given, declared with a type."""

    async def execute(data: Any, ctx: Context) -> None:
        seen.append(data)
        ctx.suspend()
        seen.append(data)

    return create_step(id="take", execute=execute, input_schema=type)


Endless = Annotated[float, Field(allow_inf_nan=True)]

VALUES = [
    (datetime, datetime(2026, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)),
    (datetime, datetime(2026, 2, 3, 4, 5, 6)),
    (date, date(2026, 2, 3)),
    (time, time(4, 5, 6, 7)),
    (timedelta, timedelta(days=3, microseconds=1)),
    (Decimal, Decimal("0.1000000000000000000000000001")),
    (uuid.UUID, uuid.UUID("12345678-1234-5678-1234-567812345678")),
    (bytes, b"\x00\xff\xfe not UTF-8"),
    (Colour, Colour.BLUE),
    (int, 2**100 + 1),
    (Endless, math.inf),
    (Endless, -math.inf),
    (list[Endless], [1.5, math.inf]),
    (set[int], {1, 2, 3}),
    (tuple[int, str], (1, "a")),
    (dict[int, str], {1: "a"}),
    (Forgiving, Forgiving(n=1, unit="g")),
    (Point, Point(1, 2)),
    (Pair, Pair(1, "a")),
    (str | None, None),
    (int | str, "5"),
]


@pytest.mark.parametrize(("type", "value"), VALUES, ids=lambda part: repr(part)[:30])
async def test_declared_values_survive_live_and_resumed(type: Any, value: Any) -> None:
    """A live run and one that is resumed from its store see the same value of the same type."""
    seen: list[Any] = []
    workflow = begin().then(giving(value, type)).then(taking(seen, type)).commit()
    store = MemoryStore()
    run = await run_of(workflow, store=store)
    await run.start(1)
    await (await Engine([workflow], store=store).run(run.run_id)).resume(resume_data=None)
    assert seen == [value] * 3
    assert {part.__class__ for part in seen} == {value.__class__}


async def test_nan_survives_where_it_is_declared() -> None:
    """nan passes between steps whose floats may be it, as their schemas say; else it is refused with the way out."""
    seen: list[Any] = []
    await run_to_end(begin().then(giving(math.nan, Endless)).then(taking(seen, Endless)).commit(), 1)
    assert math.isnan(seen[0])
    result = await run_to_end(begin().then(giving(math.nan, float)).commit(), 1)
    assert "found nan, for which JSON has no number; a type that may be it says so with Field(allow_inf_nan=True)" in (
        result.error or ""
    )
    result = await run_to_end(begin().then(giving(math.nan, None)).commit(), 1)
    assert result.error_detail["type"] == "NotSerializable"


async def test_output_is_validated_against_the_output_schema() -> None:
    """What does not fit fails the step, with field errors."""
    result = await run_to_end(begin().then(giving({"n": "many"}, Forgiving)).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "InvalidOutput")
    assert result.error.startswith("what step 'give' returned does not fit its output_schema:")
    assert result.error_detail["issues"][0]["path"] == ["n"]


async def test_input_is_read_by_the_input_schema() -> None:
    """What does not fit the next step fails it, with field errors; its function is not called."""
    seen: list[Any] = []
    result = await run_to_end(begin().then(giving({"m": 1}, None)).then(taking(seen, Forgiving)).commit(), 1)
    assert (result.status, result.error_detail["type"], seen) == ("failed", "InvalidStepInput", [])
    assert result.steps["take"].error_detail["issues"][0]["path"] == ["n"]


async def test_the_result_is_held_against_the_workflows_output_schema() -> None:
    """A result that does not fit fails the run; one that fits has its defaults."""
    workflow = create_workflow(id="w", input_schema=None, output_schema=Forgiving).then(giving({"n": 1}, None)).commit()
    assert (await run_to_end(workflow, 1)).result == {"n": 1, "unit": "kg"}
    workflow = create_workflow(id="w", input_schema=None, output_schema=Forgiving).then(giving({}, None)).commit()
    result = await run_to_end(workflow, 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "InvalidOutput")
    assert "the result of workflow 'w' does not fit" in result.error


async def test_defaults_and_unknown_keys_follow_the_schemas_own_rules() -> None:
    """A forgiving model drops what it does not know and fills what is missing; a strict one refuses."""
    seen: list[Any] = []
    await run_to_end(begin().then(giving({"n": 1, "more": 2}, None)).then(taking(seen, Forgiving)).commit(), 1)
    assert seen == [Forgiving(n=1, unit="kg")]
    result = await run_to_end(begin().then(giving({"n": 1, "more": 2}, None)).then(taking([], Strict)).commit(), 1)
    assert result.error_detail["issues"][0]["path"] == ["more"]


async def test_the_workflows_input_gets_its_defaults() -> None:
    """The first step and the record see the input as its schema has it."""
    seen: list[Any] = []
    workflow = (
        create_workflow(id="w", input_schema=Forgiving, output_schema=None).then(taking(seen, Forgiving)).commit()
    )
    result = await run_to_end(workflow, {"n": 1})
    assert (seen, result.input) == ([Forgiving(n=1)], {"n": 1, "unit": "kg"})


async def test_input_may_be_of_the_schemas_own_type() -> None:
    """An object of the input schema's type is as good as its JSON."""
    workflow = create_workflow(id="w", input_schema=Forgiving, output_schema=None).then(taking([], Forgiving)).commit()
    assert (await run_to_end(workflow, Forgiving(n=2))).input == {"n": 2, "unit": "kg"}


async def test_a_step_that_changes_its_input_changes_nothing_else() -> None:
    """The record, the next step and a retry see the value as it was."""

    async def spoil(data: Any, ctx: Context) -> Any:
        data["items"].append(99)
        if ctx.attempt == 1:
            raise RuntimeError("again")
        return len(data["items"])

    workflow = begin().then(create_step(id="spoil", execute=spoil, retry=Retry(attempts=2))).commit()
    result = await run_to_end(workflow, {"items": [1]})
    assert (result.result, result.input, result.steps["spoil"].input) == (2, {"items": [1]}, {"items": [1]})


async def test_a_step_that_keeps_and_changes_its_output_changes_nothing_else() -> None:
    """What a step returned is recorded as it was then."""
    mine = {"items": [1]}

    async def later(data: Any) -> Any:
        mine["items"].append(2)
        return data

    workflow = begin().then(giving(mine, None)).then(create_step(id="later", execute=later)).commit()
    result = await run_to_end(workflow, 1)
    assert result.result == result.steps["give"].output == {"items": [1]}


async def test_none_is_a_value() -> None:
    """A step may give None, take None, and be resumed with None."""
    seen: list[Any] = []
    result = await run_to_end(begin().then(giving(None, None)).then(taking(seen, None)).commit(), None)
    assert (seen, result.status, result.steps["give"].output) == ([None], "suspended", None)
    assert "output" in result.steps["give"].to_dict()


@pytest.mark.parametrize(
    ("value", "place", "type"),
    [
        ({"a": [1, object()]}, "output.a[1]", "object"),
        ({"a": {"b": lambda: 1}}, "output.a.b", "function"),
        (open, "output", "builtin_function_or_method"),
        ([b"\xff"], "output[0]", "bytes"),
        ([math.inf], "output[0]", "inf"),
    ],
    ids=lambda part: str(part)[:20],
)
async def test_what_cannot_become_json_names_step_place_and_type(value: Any, place: str, type: str) -> None:
    """The error tells where in the value the trouble is, what it is, and which step returned it."""
    result = await run_to_end(begin().then(giving(value, None)).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "NotSerializable")
    assert result.error.startswith(place + ":")
    assert type in result.error
    assert result.error.endswith("(returned by step 'give')")


@pytest.mark.parametrize(
    ("place", "give"),
    [
        ("payload.a", lambda ctx, value: ctx.suspend(value)),
        ("value.a", lambda ctx, value: ctx.bail(value)),
        ("chunk.a", lambda ctx, value: ctx.write(value)),
        ("state.key.a", lambda ctx, value: ctx.set_state(key=value)),
    ],
    ids=["suspend", "bail", "write", "set_state"],
)
async def test_what_cannot_become_json_is_called_what_it_is(place: str, give: Any) -> None:
    """A payload is no output: the error says payload, value, chunk or state, and which step gave it."""
    work = create_step(id="work", execute=lambda data, ctx: give(ctx, {"a": object()}))
    result = await run_to_end(begin().then(work).commit(), 1)
    assert result.error == f"{place}: a value of type object cannot become JSON (given by step 'work')"


async def test_a_typed_payload_that_cannot_become_json_is_called_a_payload() -> None:
    """Also when a suspend schema has let it pass."""
    work = create_step(id="work", execute=lambda data, ctx: ctx.suspend([{1: object()}]), suspend_schema=list[Any])
    result = await run_to_end(begin().then(work).commit(), 1)
    assert result.error == "payload[0][1]: a value of type object cannot become JSON (given by step 'work')"


async def test_a_value_that_contains_itself_is_an_error() -> None:
    """A cycle cannot become JSON."""
    cycle: list[Any] = []
    cycle.append(cycle)
    result = await run_to_end(begin().then(giving(cycle, None)).commit(), 1)
    assert result.error_detail["type"] == "NotSerializable"


async def test_a_json_schema_dict_is_a_schema() -> None:
    """Values are checked by it, and stay plain JSON."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    seen: list[Any] = []
    workflow = begin().then(giving({"n": 1}, schema)).then(taking(seen, schema)).commit()
    await run_to_end(workflow, 1)
    assert seen == [{"n": 1}]
    result = await run_to_end(begin().then(giving({"n": "x"}, schema)).commit(), 1)
    assert result.error_detail["issues"][0]["path"] == ["n"]


async def test_large_values_pass() -> None:
    """A megabyte of text and a hundred thousand numbers come out as they went in."""
    value = {"text": "é" * 500_000, "numbers": list(range(100_000))}
    assert (await run_to_end(begin().then(giving(value, None)).commit(), 1)).result == value
