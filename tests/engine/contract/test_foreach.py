"""Foreach: one part for each item of a list."""

import asyncio
import contextlib
from contextvars import ContextVar
from typing import Any

import pytest

from engine import Context, create_step
from engine.testing import run_to_end
from tests.engine.contract.tiny import add_one, ask, begin, double, run_of


async def test_the_body_runs_for_each_item() -> None:
    """The next step receives the list of outputs, of the same length as the input."""
    result = await run_to_end(begin().foreach(add_one).commit(), [3, 1, 2])
    assert result.result == [4, 2, 3]
    assert list(result.steps) == ["add_one[0]", "add_one[1]", "add_one[2]"]


async def test_an_empty_list_gives_an_empty_list() -> None:
    """Without items nothing runs, and the next step receives []."""
    result = await run_to_end(begin().foreach(add_one).foreach(double).commit(), [])
    assert (result.status, result.result, list(result.steps)) == ("success", [], [])


async def test_items_run_one_after_the_other_by_default() -> None:
    """With concurrency=1, the default, an item begins when the one before has ended."""
    log = []

    async def work(data: str) -> None:
        log.append(f"{data} begins")
        await asyncio.sleep(0)
        log.append(f"{data} ends")

    await run_to_end(begin().foreach(create_step(id="work", execute=work)).commit(), ["a", "b"])
    assert log == ["a begins", "a ends", "b begins", "b ends"]


async def test_the_window_slides() -> None:
    """With concurrency=2 the third item begins when either of the first two has ended."""
    third_began = asyncio.Event()

    async def work(data: int) -> int:
        if data == 0:
            await third_began.wait()
        if data == 2:
            third_began.set()
        return data

    workflow = begin().foreach(create_step(id="work", execute=work), concurrency=2).commit()
    assert (await run_to_end(workflow, [0, 1, 2])).result == [0, 1, 2]


async def test_never_more_items_run_than_concurrency_says() -> None:
    """The window is never wider than concurrency."""
    busy = most = 0

    async def work(data: int) -> int:
        nonlocal busy, most
        busy, most = busy + 1, max(most, busy + 1)
        await asyncio.sleep(0)
        busy -= 1
        return data

    await run_to_end(begin().foreach(create_step(id="work", execute=work), concurrency=3).commit(), list(range(10)))
    assert most == 3


async def test_input_order_is_kept() -> None:
    """Outputs stand in the order of the input, whichever item ended first."""
    last_ended = asyncio.Event()

    async def work(data: int) -> int:
        if data == 2:
            last_ended.set()
        await last_ended.wait()
        return data * 10

    workflow = begin().foreach(create_step(id="work", execute=work), concurrency=3).commit()
    assert (await run_to_end(workflow, [0, 1, 2])).result == [0, 10, 20]


async def test_an_item_sees_its_index() -> None:
    """ctx.index tells the item's place in the list, from 0."""

    async def place(data: str, ctx: Context) -> Any:
        return [data, ctx.index, list(ctx.path)]

    result = await run_to_end(begin().foreach(create_step(id="place", execute=place)).commit(), ["a", "b"])
    assert result.result == [["a", 0, ["place", 0]], ["b", 1, ["place", 1]]]


async def test_a_nested_workflow_sees_the_index_of_its_item() -> None:
    """Its steps and conditions too, and inside of another foreach that of the inner item."""
    seen = []

    async def place(data: Any, ctx: Context) -> Any:
        return [data, ctx.index]

    def note(data: Any, ctx: Context) -> bool:
        seen.append(ctx.index)
        return True

    look = create_step(id="place", execute=place)
    inner = begin("inner").branch([(note, look)]).then(create_step(id="again", execute=place)).commit()
    result = await run_to_end(begin().foreach(inner).commit(), ["a", "b"])
    assert result.result == [[{"place": ["a", 0]}, 0], [{"place": ["b", 1]}, 1]]
    assert seen == [0, 1]
    each = begin("each").foreach(look).then(create_step(id="after", execute=place)).commit()
    result = await run_to_end(begin().foreach(each).commit(), [["a", "b"], ["c"]])
    assert result.result == [[[["a", 0], ["b", 1]], 0], [[["c", 0]], 1]]


async def test_after_a_failing_item_no_more_are_launched() -> None:
    """Items that had not begun when one failed never begin, and running ones end."""
    failed = asyncio.Event()

    async def work(data: int) -> int:
        if data == 0:
            failed.set()
            raise ValueError("item 0 failed")
        await failed.wait()
        await asyncio.sleep(0)
        return data

    workflow = begin().foreach(create_step(id="work", execute=work), concurrency=2).commit()
    result = await run_to_end(workflow, [0, 1, 2, 3])
    assert (result.status, result.error) == ("failed", "item 0 failed")
    assert {path: step.status for path, step in result.steps.items()} == {"work[0]": "failed", "work[1]": "success"}


async def test_the_error_is_that_of_the_first_failing_item() -> None:
    """Of several failing items the first in the list gives the error."""
    second_failed = asyncio.Event()

    async def work(data: int) -> int:
        if data == 0:
            await second_failed.wait()
        second_failed.set()
        raise ValueError(f"item {data} failed")

    workflow = begin().foreach(create_step(id="work", execute=work), concurrency=2).commit()
    assert (await run_to_end(workflow, [0, 1])).error == "item 0 failed"


async def test_a_suspended_item_frees_its_slot() -> None:
    """With concurrency=1 all items are asked about, though none has been answered."""
    run = await run_of(begin().foreach(ask).commit())
    result = await run.start(["a", "b", "c"])
    assert result.suspended == [["ask", 0], ["ask", 1], ["ask", 2]]
    for index, answer in ((2, "C"), (0, "A"), (1, "B")):
        result = await run.resume("ask", answer, index=index)
    assert (result.status, result.result) == ("success", ["A", "B", "C"])


async def test_a_failing_item_leaves_suspended_ones_in_the_record() -> None:
    """The run fails though another item waits for an answer; the question is still in the record."""

    async def work(data: int, ctx: Context) -> int:
        if data == 1:
            raise ValueError("item 1 failed")
        return int(ctx.suspend({"about": data}))

    result = await run_to_end(begin().foreach(create_step(id="work", execute=work), concurrency=2).commit(), [0, 1, 2])
    assert (result.status, result.error) == ("failed", "item 1 failed")
    assert result.steps["work[0]"].status == "suspended"
    assert "work[2]" not in result.steps


async def test_a_later_segment_launches_no_item_after_a_failed_one() -> None:
    """An item on a timer is waited for; those that had not begun at the failure never begin."""

    async def work(data: int) -> int:
        if data == 1:
            raise ValueError("item 1 failed")
        return data

    nap = begin("nap").sleep(3600).then(create_step(id="work", execute=work)).commit()
    result = await run_to_end(begin().foreach(nap, concurrency=2).commit(), [0, 1, 2, 3])
    assert (result.status, result.error) == ("failed", "item 1 failed")
    assert result.steps["nap[0].work"].status == "success"


@pytest.mark.parametrize("data", [{"a": 1}, "text", 3, None])
async def test_input_that_is_no_list_is_an_error(data: Any) -> None:
    """foreach over anything but a list fails the run and says what came instead."""
    result = await run_to_end(begin().foreach(add_one).commit(), data)
    assert (result.status, result.error_detail["type"]) == ("failed", "NotAList")
    assert type(data).__name__ in result.error
    assert "'add_one'" in result.error


async def test_a_body_may_be_a_workflow() -> None:
    """A nested workflow runs for each item; its steps are found as inner[0].add_one."""
    inner = begin("inner").then(add_one).then(double).commit()
    result = await run_to_end(begin().foreach(inner).commit(), [1, 2])
    assert result.result == [4, 6]
    assert result.steps["inner[1].add_one"].output == 3


async def test_a_foreach_inside_a_foreach() -> None:
    """Lists of lists: each inner list keeps its own order and paths."""
    inner = begin("inner").foreach(add_one).commit()
    result = await run_to_end(begin().foreach(inner, concurrency=2).commit(), [[1, 2], [], [3]])
    assert result.result == [[2, 3], [], [4]]
    assert result.steps["inner[2].add_one[0]"].output == 4


@pytest.mark.parametrize("at_once", [1, 2])
async def test_an_item_sees_no_context_variables_of_another(at_once: int) -> None:
    """What an item sets is seen neither by those beside it nor by those after it."""
    seen: ContextVar[tuple[int, ...]] = ContextVar("seen", default=())

    async def work(data: int) -> tuple[int, ...]:
        seen.set((*seen.get(), data))
        await asyncio.sleep(0)
        return seen.get()

    items = create_step(id="work", execute=work)
    result = await run_to_end(begin().foreach(items, concurrency=at_once).commit(), [0, 1, 2, 3])
    assert result.result == [[0], [1], [2], [3]]


async def late(data: int) -> int:
    """Run out of a time that one has set oneself, if the number is odd."""
    if data % 2:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        return -data
    await asyncio.sleep(0)
    return data


async def selfless(data: int) -> int:
    """Cancel the task that one runs in, and take that back, if the number is odd."""
    task = asyncio.current_task()
    if data % 2 and task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return -data
    await asyncio.sleep(0)
    return data


@pytest.mark.parametrize("at_once", [1, 2])
@pytest.mark.parametrize("work", [late, selfless])
async def test_an_item_whose_time_is_over_hurts_no_other(work: Any, at_once: int) -> None:
    """A timeout or a cancel that an item asks for itself comes neither to those beside it nor to those after it."""
    items = create_step(id="work", execute=work)
    result = await run_to_end(begin().foreach(items, concurrency=at_once).commit(), [0, 1, 2, 3, 4])
    assert (result.error, result.result) == (None, [0, -1, 2, -3, 4])


@pytest.mark.parametrize("at_once", [1, 2])
async def test_an_item_that_outlives_a_cancel_is_followed_by_none(at_once: int) -> None:
    """An item that keeps the cancel of whoever awaits the run to itself does not have the next one begin."""
    begun: list[int] = []
    full = asyncio.Event()

    async def stubborn(data: int) -> int:
        begun.append(data)
        if len(begun) == at_once:
            full.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return data

    items = create_step(id="stubborn", execute=stubborn)
    run = await run_of(begin().foreach(items, concurrency=at_once).commit())
    starting = asyncio.ensure_future(run.start([0, 1, 2, 3]))
    await full.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert len(begun) == at_once
