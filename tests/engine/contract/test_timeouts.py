"""A step that takes too long fails."""

import asyncio
import contextlib
import threading
from datetime import timedelta
from typing import Any

import pytest

from engine import Context, Retry, clone_step, create_step
from engine.testing import run_to_end
from tests.engine.contract.tiny import begin

SOON = 0.005


def slow(id: str = "slow", **options: Any) -> Any:
    """Return a step that takes longer than its timeout."""

    async def execute(data: Any) -> None:
        await asyncio.Event().wait()

    return create_step(id=id, execute=execute, timeout=SOON, **options)


async def test_a_step_that_takes_too_long_fails_with_step_timeout() -> None:
    """The error names the step and its timeout."""
    result = await run_to_end(begin().then(slow()).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "StepTimeout")
    assert result.error == f"step 'slow' took longer than its timeout of {SOON} s"


async def test_a_step_in_time_is_not_touched() -> None:
    """A timeout that is not reached changes nothing."""
    workflow = begin().then(create_step(id="quick", execute=lambda data: data, timeout=60)).commit()
    assert (await run_to_end(workflow, 1)).result == 1


async def test_the_timeout_counts_per_attempt_and_is_retried_like_any_exception() -> None:
    """Each attempt has the whole time."""

    async def work(data: Any, ctx: Context) -> int:
        if ctx.attempt < 3:
            await asyncio.Event().wait()
        return ctx.attempt

    workflow = begin().then(create_step(id="work", execute=work, timeout=SOON, retry=Retry(attempts=3))).commit()
    assert (await run_to_end(workflow, 1)).result == 3


async def test_a_timeout_is_no_error_that_was_not_named() -> None:
    """With on=(...) a timeout is tried again only if it is named there."""
    result = await run_to_end(begin().then(slow(retry=Retry(attempts=3, on=(ConnectionError,)))).commit(), 1)
    assert result.steps["slow"].attempts == 1


async def test_a_sync_step_times_out_though_its_thread_goes_on() -> None:
    """The run does not wait for the thread, which finds itself cancelled."""
    go_on, seen = threading.Event(), []

    def work(data: Any, ctx: Context) -> None:
        go_on.wait()
        seen.append(ctx.cancelled)

    result = await run_to_end(begin().then(create_step(id="work", execute=work, timeout=SOON)).commit(), 1)
    go_on.set()
    assert result.error_detail["type"] == "StepTimeout"


async def test_what_a_timed_out_attempt_does_later_does_not_touch_the_next_one() -> None:
    """A thread that outlived its attempt can neither suspend nor change the state of the run."""
    go_on, ended, seen = threading.Event(), threading.Event(), []

    def work(data: Any, ctx: Context) -> int:
        if ctx.attempt == 1:
            go_on.wait()
            for late in (lambda: ctx.set_state(late=True), lambda: ctx.suspend("late"), lambda: ctx.bail("late")):
                try:
                    late()
                except Exception as error:
                    seen.append(type(error).__name__)
            ended.set()
            return 0
        go_on.set()
        ended.wait()
        return ctx.attempt

    workflow = begin().then(create_step(id="work", execute=work, timeout=1, retry=Retry(attempts=2))).commit()
    result = await run_to_end(workflow, 1)
    assert (result.result, dict(result.state), seen) == (2, {}, ["StepCancelled"] * 3)


async def test_a_step_that_swallows_its_cancelling_has_timed_out_all_the_same() -> None:
    """What it returns after its time is over comes too late."""

    async def stubborn(data: Any) -> str:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "late"

    result = await run_to_end(begin().then(create_step(id="stubborn", execute=stubborn, timeout=SOON)).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "StepTimeout")


async def test_an_error_while_it_is_cancelled_is_the_cause_of_the_timeout() -> None:
    """A step that fails in its clean-up has timed out; what it raised is the cause."""

    async def untidy(data: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("cannot clean up")

    result = await run_to_end(begin().then(create_step(id="untidy", execute=untidy, timeout=SOON)).commit(), 1)
    assert result.error_detail["type"] == "StepTimeout"
    assert result.error_detail["cause"]["message"] == "cannot clean up"


async def test_a_timeout_error_of_the_steps_own_is_its_own() -> None:
    """A TimeoutError that the function raises is recorded as what it is."""

    async def work(data: Any) -> None:
        raise TimeoutError("the server's")

    result = await run_to_end(begin().then(create_step(id="work", execute=work, timeout=60)).commit(), 1)
    assert (result.error, result.error_detail["type"]) == ("the server's", "TimeoutError")


@pytest.mark.parametrize("end", ["return", "raise", "suspend", "bail"])
async def test_a_step_that_blocks_the_loop_past_its_timeout_has_timed_out(end: str) -> None:
    """Nothing could cancel it in time; however it ends then, it has failed, and what it raised is the cause."""

    async def blocks(data: Any, ctx: Context) -> Any:
        over = asyncio.get_running_loop().time() + SOON
        while asyncio.get_running_loop().time() < over:
            pass
        match end:
            case "raise":
                raise ValueError("too late")
            case "suspend":
                return ctx.suspend("late?")
            case "bail":
                ctx.bail("late")
        return data

    result = await run_to_end(begin().then(create_step(id="blocks", execute=blocks, timeout=SOON)).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", "StepTimeout")
    if end == "raise":
        assert result.error_detail["cause"]["message"] == "too late"


async def test_a_timeout_may_be_a_timedelta() -> None:
    """As everywhere where seconds are taken."""
    slower = clone_step(slow(), id="slower", timeout=timedelta(seconds=SOON))
    assert slower.timeout == SOON
    assert (await run_to_end(begin().then(slower).commit(), 1)).error_detail["type"] == "StepTimeout"


async def test_a_suspended_step_does_not_time_out() -> None:
    """Waiting for a person is no part of an attempt."""
    ask = create_step(id="ask", execute=lambda data, ctx: ctx.suspend(), timeout=60)
    assert (await run_to_end(begin().then(ask).commit(), 1, answers={"ask": 5})).result == 5
