"""Failures that are final, and the time that all attempts have together."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from engine import Context, Fail, Retry, create_step
from engine.errors import DefinitionError
from engine.testing import FakeClock, run_to_end
from tests.engine.contract.tiny import begin, run_of


def failing(error: Exception, retry: Retry) -> Any:
    """Return a step that raises an error at each attempt."""

    async def execute(data: Any) -> None:
        raise error

    return create_step(id="failing", execute=execute, retry=retry)


class TooLate(Fail):
    """A failure of the user's own."""


@pytest.mark.parametrize("error", [Fail("sold out"), TooLate("sold out")], ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("on", [(Exception,), (Fail,)], ids=["all", "fail"])
async def test_fail_is_not_tried_again(error: Fail, on: tuple[type[Exception], ...]) -> None:
    """Whatever the policy says."""
    result = await run_to_end(begin().then(failing(error, Retry(attempts=5, on=on))).commit(), 1)
    assert (result.status, result.error, result.steps["failing"].attempts) == ("failed", "sold out", 1)
    assert result.error_detail is not None
    assert result.error_detail["type"] == type(error).__name__


async def test_fail_ends_the_attempts_of_a_plain_function_too() -> None:
    """A sync step gives up as an async one does, and the cause is told."""

    def execute(data: Any) -> None:
        try:
            raise OSError("no line")
        except OSError as error:
            raise Fail("the shop is gone") from error

    step = create_step(id="failing", execute=execute, retry=Retry(attempts=3))
    result = await run_to_end(begin().then(step).commit(), 1)
    assert (result.error, result.steps["failing"].attempts) == ("the shop is gone", 1)
    assert result.error_detail is not None
    assert result.error_detail["cause"]["message"] == "no line"


@pytest.mark.parametrize("limit", [25, timedelta(seconds=25)], ids=["seconds", "timedelta"])
async def test_no_attempt_begins_when_the_time_for_all_is_over(limit: Any) -> None:
    """Attempts at 0, 10 and 20 s; 30 s would be too late, so the step fails at once and names the last error."""
    step = failing(OSError("no line"), Retry(attempts=9, delay=10, timeout=limit))
    result = await run_to_end(begin().then(step).commit(), 1)
    last = result.steps["failing"]
    assert (result.status, last.attempts) == ("failed", 3)
    assert result.error is not None
    assert re.fullmatch(r"step 'failing' cannot be tried again within the 25(\.0)? s of its Retry", result.error)
    assert result.error_detail is not None
    assert (result.error_detail["type"], result.error_detail["cause"]["message"]) == ("StepTimeout", "no line")
    assert last.ended_at is not None
    assert last.started_at is not None
    assert last.ended_at - last.started_at < timedelta(seconds=25)


async def test_an_attempt_is_cut_off_when_the_time_for_all_is_over() -> None:
    """An attempt may take no longer than what is left."""

    async def execute(data: Any) -> None:
        await asyncio.Event().wait()

    step = create_step(id="slow", execute=execute, timeout=60, retry=Retry(attempts=9, timeout=0.01))
    result = await run_to_end(begin().then(step).commit(), 1)
    assert result.error == "the attempts of step 'slow' took longer than the 0.01 s of its Retry"
    assert result.steps["slow"].attempts == 1


async def test_the_attempts_of_a_step_are_as_many_as_before_while_there_is_time() -> None:
    """Both limits hold: attempts, and the time for all."""
    step = failing(OSError("no line"), Retry(attempts=2, delay=10, timeout=3600))
    result = await run_to_end(begin().then(step).commit(), 1)
    assert (result.error, result.steps["failing"].attempts) == ("no line", 2)


async def test_the_time_in_which_a_person_was_waited_for_does_not_count() -> None:
    """A day until the answer leaves as much as before."""
    tries: list[int] = []

    async def execute(data: Any, ctx: Context) -> Any:
        answer = ctx.suspend("Go on?")
        tries.append(ctx.attempt)
        if ctx.attempt == 1:
            raise OSError("no line")
        return answer

    clock = FakeClock()
    step = create_step(id="ask", execute=execute, retry=Retry(attempts=2, delay=5, timeout=20))
    run = await run_of(begin().then(step).commit(), clock=clock)
    await run.start(1)
    clock.advance(timedelta(days=1))
    result = await run.resume(resume_data=True)
    assert (result.status, tries) == ("success", [1, 2])


def test_a_limit_is_part_of_the_workflow_and_no_limit_is_as_before() -> None:
    """The published policy has the key only when there is a limit, so that recorded digests stay."""
    assert "timeout" not in Retry(attempts=2).to_dict()
    assert Retry(timeout=timedelta(minutes=1)).to_dict()["timeout"] == 60


def test_a_limit_must_be_a_time() -> None:
    """Nothing, or less, is no time."""
    with pytest.raises(DefinitionError, match=r"Retry\(timeout=...\) was given 0"):
        Retry(timeout=0)
