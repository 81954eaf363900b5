"""A step that ends its workflow early with a result."""

import asyncio
from typing import Any

import pytest

from engine import Context, create_step, create_workflow, sequence
from engine.testing import Collector, run_to_end
from tests.engine.contract.tiny import add_one, asking, begin, fail, run_of


def bailing(value: Any, id: str = "stop") -> Any:
    """Return a step that bails with a value."""

    async def execute(data: Any, ctx: Context) -> Any:
        ctx.bail(value)

    return create_step(id=id, execute=execute)


async def test_bail_ends_the_whole_run_early() -> None:
    """The run succeeds with the value, and nothing after the step begins."""
    result = await run_to_end(begin().then(bailing({"why": "enough"})).then(add_one).commit(), 1)
    assert (result.status, result.result) == ("success", {"why": "enough"})
    assert {path: step.status for path, step in result.steps.items()} == {"stop": "bailed"}


async def test_the_value_is_not_held_against_the_output_schema() -> None:
    """Any JSON ends the run, whatever the workflow or the step should give."""
    workflow = create_workflow(id="w", input_schema=int, output_schema=int).then(add_one).then(bailing("text")).commit()
    assert (await run_to_end(workflow, 1)).result == "text"


async def test_the_value_must_be_json() -> None:
    """What cannot become JSON fails the step."""
    result = await run_to_end(begin().then(bailing(object())).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "NotSerializable")


async def test_bail_from_a_parallel_arm_cancels_running_siblings() -> None:
    """Siblings that run or are suspended are canceled, and the run ends with the value."""
    begun = asyncio.Event()

    async def endless(data: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def stop(data: Any, ctx: Context) -> None:
        await begun.wait()
        ctx.bail("done")

    arms = [create_step(id="endless", execute=endless), asking("person"), create_step(id="stop", execute=stop)]
    result = await run_to_end(begin().parallel(arms).then(fail).commit(), 1)
    assert (result.status, result.result, result.suspended) == ("success", "done", [])
    assert {path: step.status for path, step in result.steps.items()} == {
        "endless": "canceled",
        "person": "canceled",
        "stop": "bailed",
    }


async def test_bail_from_a_foreach_item_ends_the_run() -> None:
    """An item may end the whole run; items that had not begun never do."""

    async def work(data: int, ctx: Context) -> int:
        if data == 1:
            ctx.bail("found")
        return data

    result = await run_to_end(begin().foreach(create_step(id="work", execute=work)).then(fail).commit(), [0, 1, 2])
    assert (result.status, result.result) == ("success", "found")
    assert list(result.steps) == ["work[0]", "work[1]"]


async def test_bail_from_a_foreach_item_cancels_running_items() -> None:
    """Items that run beside it are canceled as tasks, and suspended ones are closed."""
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def work(data: int, ctx: Context) -> None:
        match data:
            case 0:
                ctx.suspend()
            case 1:
                try:
                    begun.set()
                    await asyncio.Event().wait()
                finally:
                    cancelled.set()
            case 2:
                await begun.wait()
                ctx.bail("found")

    body = create_step(id="work", execute=work)
    result = await run_to_end(begin().foreach(body, concurrency=2).then(fail).commit(), [0, 1, 2])
    assert (result.status, result.result, result.suspended) == ("success", "found", [])
    assert [step.status for step in result.steps.values()] == ["canceled", "canceled", "bailed"]
    assert cancelled.is_set()


@pytest.mark.parametrize(
    "place",
    [
        lambda stop: begin().branch([(lambda data: True, stop), (lambda data: True, asking("person"))]),
        lambda stop: begin().branch([(lambda data: False, add_one)], otherwise=stop),
        lambda stop: begin().then(sequence(add_one, stop)),
        lambda stop: begin().parallel([sequence(add_one, stop, id="arm"), asking("person")]),
    ],
)
async def test_bail_from_anywhere_ends_the_run(place: Any) -> None:
    """From an arm of a branch and from inside a sequence too."""
    result = await run_to_end(place(bailing("early")).then(fail).commit(), 1)
    assert (result.status, result.result, result.suspended) == ("success", "early", [])
    assert "fail" not in result.steps


async def test_bail_in_a_nested_workflow_ends_that_workflow() -> None:
    """The workflow around goes on with the value as the nested one's result."""
    inner = create_workflow(id="inner", input_schema=None, output_schema=int).then(bailing(41)).then(add_one).commit()
    result = await run_to_end(begin().then(inner).then(add_one).commit(), 1)
    assert (result.status, result.result) == ("success", 42)
    assert (result.steps["inner"].status, result.steps["inner.stop"].status) == ("success", "bailed")


async def test_what_follows_waits_until_cancelled_siblings_have_cleaned_up() -> None:
    """A sibling that takes its time to end has ended before the workflow around goes on."""
    begun, order = asyncio.Event(), []

    async def slow(data: Any) -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
            order.append("cleaned up")

    async def stop(data: Any, ctx: Context) -> None:
        await begun.wait()
        ctx.bail("early")

    arms = [create_step(id="slow", execute=slow), create_step(id="stop", execute=stop)]
    inner = begin("inner").parallel(arms).commit()
    note = create_step(id="note", execute=lambda data: order.append("went on"))
    assert (await run_to_end(begin().then(inner).then(note).commit(), 1)).status == "success"
    assert order == ["cleaned up", "went on"]


async def test_bail_in_a_nested_workflow_leaves_its_siblings_alone() -> None:
    """An arm that is a workflow ends early without ending the other arms."""
    inner = begin("inner").then(bailing("early")).then(add_one).commit()
    result = await run_to_end(begin().parallel([inner, asking("person")]).commit(), 1, answers={"person": "yes"})
    assert result.result == {"inner": "early", "person": "yes"}


async def test_bail_after_a_resume() -> None:
    """An answered step may end the run early."""

    async def work(data: Any, ctx: Context) -> None:
        ctx.bail(ctx.suspend())

    workflow = begin().then(create_step(id="work", execute=work)).then(fail).commit()
    assert (await run_to_end(workflow, 1, answers={"work": "no"})).result == "no"


async def test_bail_is_recorded() -> None:
    """The journal tells which step ended the run, with what."""
    run = await run_of(begin().then(bailing(5)).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    assert [(event.path, event.payload) for event in collector.of("step-bailed")] == [(("stop",), {"value": 5})]


@pytest.mark.parametrize("kind", ["dowhile", "dountil"])
async def test_bail_in_a_loop_ends_the_run(kind: str) -> None:
    """A loop body may end the run; the condition is not asked."""

    def never(data: Any) -> bool:
        raise AssertionError("asked")

    result = await run_to_end(getattr(begin(), kind)(bailing(7), never).commit(), 1)
    assert (result.status, result.result) == ("success", 7)
