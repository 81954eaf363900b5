"""A mapping between two steps, and the sources of its dict form."""

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

from engine import (
    Context,
    clone_step,
    create_step,
    create_workflow,
    from_context,
    from_init,
    from_state,
    from_step,
    sequence,
    step,
    template,
    value,
)
from engine.errors import WiringError
from engine.testing import run_to_end
from tests.engine.contract.tiny import add_one, begin, double, fail


async def test_a_function_maps_the_value() -> None:
    """The next step receives the mapped value; the mapping is recorded like a step."""
    result = await run_to_end(begin().then(add_one).map(lambda data: {"n": data}).commit(), 1)
    assert result.result == {"n": 2}
    assert (result.steps["map-1"].input, result.steps["map-1"].output) == (2, {"n": 2})


async def test_a_function_may_be_async_and_take_the_context() -> None:
    """A mapping function takes (data) or (data, ctx), sync or async."""

    async def shift(data: int, ctx: Context) -> int:
        return data + int(ctx.request_context["by"])

    result = await run_to_end(begin().map(shift, id="shift").commit(), 1, request_context={"by": 10})
    assert (result.result, result.steps["shift"].output) == (11, 11)


async def test_a_dict_takes_each_key_from_its_source() -> None:
    """Every kind of source fills its key."""
    same = create_step(id="same", execute=lambda data: data)
    workflow = (
        begin()
        .then(create_step(id="fetch", execute=lambda data: {"items": [{"name": "lamp"}, {"name": "desk"}]}))
        .then(same)
        .map(
            {
                "second": from_step("fetch", "items.1.name"),
                "whole": from_step(same),
                "city": from_init("city"),
                "count": from_state("count"),
                "user": from_context("user.name"),
                "fixed": value([1, 2]),
                "text": template("{init.city}: {fetch.items.0.name} for {context.user.name}"),
                "made": lambda data: len(data["items"]),
            },
            id="gathered",
        )
        .commit()
    )
    result = await run_to_end(
        workflow, {"city": "Rome"}, initial_state={"count": 3}, request_context={"user": {"name": "Ada"}}
    )
    assert result.steps["gathered"].output == result.result
    assert result.result == {
        "second": "desk",
        "whole": {"items": [{"name": "lamp"}, {"name": "desk"}]},
        "city": "Rome",
        "count": 3,
        "user": "Ada",
        "fixed": [1, 2],
        "text": "Rome: lamp for Ada",
        "made": 2,
    }


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (from_init("a.b.0"), "a.b.0"),
        (from_state("gone"), "gone"),
        (from_context("gone"), "gone"),
        (from_step("anything", "gone"), "gone"),
        (template("{init.gone}"), "gone"),
    ],
)
async def test_an_absent_path_fails_and_is_named(source: Any, named: str) -> None:
    """A path that leads nowhere, which no type tells, fails the mapping; the message names key and path."""

    @step
    def anything(data: Any) -> Any:
        return data

    begun = create_workflow(id="w", input_schema=None, output_schema=None)
    result = await run_to_end(begun.then(anything).map({"key": source}).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "MappingFailed")
    assert "'key'" in result.error
    assert named in result.error


async def test_a_step_that_did_not_run_is_an_absent_value() -> None:
    """A mapping from an arm that was not taken fails and names the step."""
    workflow = begin().branch([(lambda data: False, double)]).map({"n": from_step("double")}).commit()
    result = await run_to_end(workflow, 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "MappingFailed")
    assert "double" in result.error


async def test_a_step_that_is_not_before_is_refused_at_build_time() -> None:
    """A mapping from a step that comes later is a clear error when the workflow is committed."""
    with pytest.raises(WiringError, match="which is not before it"):
        begin().map({"n": from_step("add_one")}).then(add_one).commit()


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(1), asyncio.CancelledError()])
async def test_a_raising_function_fails_the_run(error: BaseException) -> None:
    """What a mapping function raises fails its step and the run, whatever its class."""

    def broken(data: Any) -> Any:
        raise error

    result = await run_to_end(begin().map(broken, id="broken").commit(), 1)
    assert (result.status, result.steps["broken"].error_detail["type"]) == ("failed", type(error).__name__)


async def test_from_step_reads_a_step_of_the_workflow_around() -> None:
    """A mapping in a nested workflow may read what ran before it outside, when the outer step is known there."""
    inner = begin("inner").then(double).map({"n": from_step("double")}).commit()
    assert (await run_to_end(begin().then(add_one).then(inner).commit(), 1)).result == {"n": 4}


async def test_from_step_reads_the_outputs_of_a_foreach() -> None:
    """A foreach body's outputs are read as a list."""
    workflow = begin().foreach(add_one).map({"all": from_step("add_one"), "second": from_step("add_one", "1")}).commit()
    assert (await run_to_end(workflow, [1, 2])).result == {"all": [2, 3], "second": 3}


class Price(BaseModel):
    amount: int
    currency: str = "EUR"


@step
async def price(data: int) -> Price:
    """Name a price."""
    return Price(amount=data)


async def test_a_function_is_given_the_typed_value() -> None:
    """A function after a typed step is given the step's own type, and may give another one."""

    def dearer(data: Price) -> Price:
        return data.model_copy(update={"amount": data.amount + 1})

    workflow = create_workflow(id="w", input_schema=int, output_schema=Price).then(price).map(dearer).commit()
    assert (await run_to_end(workflow, 1)).result == {"amount": 2, "currency": "EUR"}


async def test_nothing_runs_after_a_failed_step() -> None:
    """A mapping behind a failing step is not evaluated."""
    seen: list[Any] = []
    result = await run_to_end(begin().then(fail).map(seen.append).commit(), 1)
    assert (result.status, seen) == ("failed", [])


async def test_a_foreach_a_loop_and_a_sequence_are_taken_by_their_own_ids() -> None:
    """They stand for what they give: all outputs, the last output, the last step's; for a mapping and a step."""

    async def look(data: Any, ctx: Context) -> Any:
        return [ctx.result("each"), ctx.result("while"), ctx.result("both")]

    part = sequence(create_step(id="s1", execute=add_one.function), clone_step(double, id="s2"), id="both")
    workflow = (
        create_workflow(id="w", input_schema=list[int], output_schema=None)
        .foreach(sequence(add_one, double), id="each")
        .map(len)
        .dowhile(create_step(id="count", execute=add_one.function), lambda data: data < 9, id="while")
        .then(part)
        .map(
            {"each": from_step("each"), "last": from_step("each", "1"), "n": from_step("while"), "b": from_step("both")}
        )
        .then(create_step(id="look", execute=look))
    )
    result = await run_to_end(workflow.commit(), [1, 2])
    assert result.steps["map-2"].output == {"each": [4, 6], "last": 6, "n": 9, "b": 20}
    assert result.result == [[4, 6], 9, 20]
    (mapping,) = [node for node in workflow.flow.nodes if node.id == "map-2"]
    assert mapping.output.name == "{each: list[int], last: any, n: int, b: int}"


@pytest.mark.parametrize("name", ["each", "add_one", "double"])
async def test_a_foreach_over_an_empty_list_gives_a_mapping_the_empty_list(name: str) -> None:
    """Nothing ran, and so there is nothing in it."""
    body = sequence(add_one, double)
    result = await run_to_end(begin().foreach(body, id="each").map({"all": from_step(name)}).commit(), [])
    assert result.result == {"all": []}


async def test_what_only_groups_steps_is_no_source() -> None:
    """The arms of a parallel have outputs, the parallel itself is not recorded."""
    with pytest.raises(
        WiringError, match=r"takes 'x' from step 'parallel-1', which is not before it\. Earlier steps: 'a"
    ):
        begin().parallel([add_one, double]).map({"x": from_step("parallel-1")}).commit()
    ask = create_step(id="look", execute=lambda data, ctx: ctx.result("parallel-1"))
    result = await run_to_end(begin().parallel([add_one, double]).then(ask).commit(), 1)
    assert result.error_detail["type"] == "UnknownStep"


class Named(BaseModel):
    """A model as people hand one on."""

    name: str = "x"


def absent(data: Any) -> Any:
    """Return nothing."""


@pytest.mark.parametrize(
    ("function", "named", "way"),
    [
        (lambda data: data["name"], "(lambda data: data['name'])", "Named is a class with attributes, so write .name"),
        (lambda data: data.model_dump().name, "(lambda data:", 'it is a dict, so write ["name"] for .name'),
        (lambda data: data.name.nothing, "(lambda data:", "'str' object has no attribute 'nothing'"),
        (lambda data: data.name[0][1], "(lambda data:", "string index out of range"),
        (lambda data: absent(data)["name"], "(lambda data:", "'NoneType' object is not subscriptable"),
    ],
)
async def test_what_a_function_raises_names_the_mapping(function: Any, named: str, way: str) -> None:
    """Its id may be a mere number, so the function is named, and how a value of this kind is read."""
    begun = create_workflow(id="w", input_schema=Named, output_schema=None)
    failed = await run_to_end(begun.map(function).commit(), Named())
    assert failed.error is not None
    assert failed.error.startswith("mapping 'map-1' (lambda data: ")
    assert named in failed.error
    assert way in failed.error
    chosen = await run_to_end(
        begun.branch([(function, create_step(id="same", execute=lambda data: data))]).commit(), Named()
    )
    assert chosen.error is not None
    assert way in chosen.error
