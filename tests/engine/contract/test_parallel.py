"""Several parts run at once."""

import asyncio
from typing import Any

from engine import Context, create_step
from engine.testing import run_to_end
from tests.engine.contract.tiny import add_one, asking, begin, double, failing, run_of


async def test_arms_run_at_once_on_the_same_input() -> None:
    """All arms run at once: each waits here until the other has begun."""
    begun: dict[str, asyncio.Event] = {"a": asyncio.Event(), "b": asyncio.Event()}

    def meeting(own: str, other: str) -> Any:
        async def execute(data: int) -> list[Any]:
            begun[own].set()
            await begun[other].wait()
            return [own, data]

        return create_step(id=own, execute=execute)

    result = await run_to_end(begin().parallel([meeting("a", "b"), meeting("b", "a")]).commit(), 7)
    assert result.result == {"a": ["a", 7], "b": ["b", 7]}


async def test_the_next_step_receives_a_dict_in_list_order() -> None:
    """The outputs are keyed by arm id, in list order, whichever arm ended first."""
    first_is_done = asyncio.Event()

    async def late(data: int) -> str:
        await first_is_done.wait()
        return "late"

    async def early(data: int) -> str:
        first_is_done.set()
        return "early"

    arms = [create_step(id="late", execute=late), create_step(id="early", execute=early)]
    result = await run_to_end(begin().parallel(arms).commit(), 1)
    assert list(result.result.items()) == [("late", "late"), ("early", "early")]


async def test_concurrency_limits_how_many_arms_run_at_once() -> None:
    """With concurrency=2 there are never three arms at work."""
    busy = most = 0

    async def work(data: int) -> int:
        nonlocal busy, most
        busy, most = busy + 1, max(most, busy + 1)
        await asyncio.sleep(0)
        busy -= 1
        return data

    arms = [create_step(id=f"arm{n}", execute=work) for n in range(5)]
    result = await run_to_end(begin().parallel(arms, concurrency=2).commit(), 1)
    assert (result.status, most) == ("success", 2)


async def test_a_failing_arm_waits_for_its_siblings() -> None:
    """The siblings of a failing arm run to their end; then the run fails."""
    failed = asyncio.Event()

    async def bad(data: int) -> int:
        failed.set()
        raise ValueError("bad failed")

    async def slow(data: int) -> int:
        await failed.wait()
        await asyncio.sleep(0)
        return data

    arms = [create_step(id="bad", execute=bad), create_step(id="slow", execute=slow)]
    result = await run_to_end(begin().parallel(arms).commit(), 1)
    assert (result.status, result.error) == ("failed", "bad failed")
    assert result.steps["slow"].status == "success"


async def test_siblings_that_sleep_are_waited_for() -> None:
    """A sibling on a timer is waited for like one that runs, and only then the run fails."""
    nested = begin("nap").sleep(3600).then(add_one).commit()
    result = await run_to_end(begin().parallel([failing("bad"), nested]).commit(), 1)
    assert (result.status, result.error) == ("failed", "bad failed")
    assert result.steps["nap.add_one"].status == "success"


async def test_the_error_is_that_of_the_first_arm_in_list_order() -> None:
    """Of two failing arms the run takes the error of the first in list order, not in time."""
    second_failed = asyncio.Event()

    async def first(data: int) -> int:
        await second_failed.wait()
        raise ValueError("first failed")

    async def second(data: int) -> int:
        second_failed.set()
        raise ValueError("second failed")

    arms = [create_step(id="first", execute=first), create_step(id="second", execute=second)]
    result = await run_to_end(begin().parallel(arms).commit(), 1)
    assert result.error == "first failed"
    assert result.steps["second"].error == "second failed"


async def test_fail_fast_cancels_the_siblings() -> None:
    """With fail_fast a failure cancels the arms that still run, and says so in their record."""
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def endless(data: int) -> int:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return data

    async def bad(data: int) -> int:
        await begun.wait()
        raise ValueError("bad failed")

    arms = [create_step(id="endless", execute=endless), create_step(id="bad", execute=bad)]
    result = await run_to_end(begin().parallel(arms, fail_fast=True).commit(), 1)
    assert (result.status, result.error) == ("failed", "bad failed")
    assert (result.steps["endless"].status, cancelled.is_set()) == ("canceled", True)


async def test_fail_fast_cancels_a_suspended_sibling() -> None:
    """With fail_fast a sibling that waits for an answer is canceled too."""
    workflow = begin().parallel([asking("person"), failing("bad")], fail_fast=True).commit()
    run = await run_of(workflow)
    result = await run.start(1)
    assert (result.status, result.suspended) == ("failed", [])
    assert result.steps["person"].status == "canceled"


async def test_an_arm_may_be_a_workflow() -> None:
    """An arm is a step, a workflow or a sequence; a workflow's result stands under its id."""
    inner = begin("inner").then(add_one).then(double).commit()
    result = await run_to_end(begin().parallel([inner, double]).commit(), 3)
    assert result.result == {"inner": 8, "double": 6}
    assert "inner.add_one" in result.steps


async def test_a_suspended_arm_leaves_the_others_to_end() -> None:
    """While one arm waits for an answer the others run to their end; the run is suspended then."""
    run = await run_of(begin().parallel([asking("person"), add_one]).then(asking("after")).commit())
    result = await run.start(1)
    assert (result.status, result.suspended) == ("suspended", [["person"]])
    assert result.steps["add_one"].output == 2
    result = await run.resume("person", "yes")
    assert result.steps["after"].input == {"person": "yes", "add_one": 2}


async def test_a_suspended_arm_frees_its_place() -> None:
    """With concurrency=1 an arm that waits for an answer lets the next one begin."""
    run = await run_of(begin().parallel([asking("a"), asking("b")], concurrency=1).commit())
    result = await run.start(1)
    assert result.suspended == [["a"], ["b"]]


async def test_an_arm_that_changes_its_input_changes_nothing_else() -> None:
    """Each arm has its own copy of the input."""

    async def spoil(data: list[int], ctx: Context) -> int:
        data.append(99)
        return len(data)

    arms = [create_step(id="a", execute=spoil), create_step(id="b", execute=spoil)]
    result = await run_to_end(begin().parallel(arms).commit(), [1])
    assert result.result == {"a": 2, "b": 2}
    assert result.input == [1]
