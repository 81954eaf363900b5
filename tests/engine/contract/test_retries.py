"""A step is tried again as its policy says."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from engine import Context, Retry, create_step, create_workflow, step
from engine.testing import Collector, FakeClock, run_to_end, until
from tests.engine.contract.tiny import add_one, begin, run_of


def flaky(failures: int, error: type[BaseException] = RuntimeError, **options: Any) -> Any:
    """Return a step that fails so many times and then gives its attempt."""

    async def execute(data: Any, ctx: Context) -> int:
        if ctx.attempt <= failures:
            raise error(f"attempt {ctx.attempt}")
        return ctx.attempt

    return create_step(id="flaky", execute=execute, **options)


async def test_attempts_counts_all_tries() -> None:
    """Three attempts are the first one and two more."""
    result = await run_to_end(begin().then(flaky(2, retry=Retry(attempts=3))).commit(), 1)
    assert (result.status, result.result, result.steps["flaky"].attempts) == ("success", 3, 3)
    result = await run_to_end(begin().then(flaky(3, retry=Retry(attempts=3))).commit(), 1)
    assert (result.status, result.error, result.steps["flaky"].attempts) == ("failed", "attempt 3", 3)


async def test_without_a_policy_a_step_is_tried_once() -> None:
    """Retry() is no retry, and so is none at all."""
    assert (await run_to_end(begin().then(flaky(1)).commit(), 1)).status == "failed"
    assert (await run_to_end(begin().then(flaky(1, retry=Retry())).commit(), 1)).status == "failed"


async def test_the_workflows_policy_holds_where_a_step_has_none() -> None:
    """A step's own retry, or else the workflow's."""
    assert (await run_to_end(begin(retry=Retry(attempts=3)).then(flaky(2)).commit(), 1)).result == 3
    own = flaky(2, retry=Retry(attempts=2))
    assert (await run_to_end(begin(retry=Retry(attempts=9)).then(own).commit(), 1)).status == "failed"


async def test_delays_grow_by_the_backoff_to_the_limit() -> None:
    """delay, then delay * backoff, and never more than max_delay; seconds."""
    policy = Retry(attempts=5, delay=10, backoff=3, max_delay=60)
    run = await run_of(begin().then(flaky(4, retry=policy)).commit(), clock=FakeClock())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    at = [event.at for event in collector.of("step-started")]
    assert [(later - sooner).total_seconds() for sooner, later in pairwise(at)] == [10, 30, 60, 60]


async def test_jitter_adds_up_to_so_many_seconds() -> None:
    """The jitter of a delay is between nothing and its seconds."""
    policy = Retry(delay=10, jitter=4)
    assert (policy.delay_after(1, lambda: 0.0), policy.delay_after(1, lambda: 1.0)) == (10, 14)


async def test_each_failed_attempt_is_an_event() -> None:
    """It has the error and the time of the next attempt."""
    run = await run_of(begin().then(flaky(2, retry=Retry(attempts=3, delay=60))).commit(), clock=FakeClock())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    failed = collector.of("step-attempt-failed")
    assert [event.payload["attempt"] for event in failed] == [1, 2]
    assert [event.payload["error"]["message"] for event in failed] == ["attempt 1", "attempt 2"]
    assert failed[0].payload["next_at"] == "2030-01-01T00:01:00+00:00"


async def test_only_the_named_exceptions_are_tried_again() -> None:
    """on=(...) names what may be tried again; anything else fails the step at once."""
    policy = Retry(attempts=3, on=(ConnectionError,))
    assert (await run_to_end(begin().then(flaky(1, ConnectionResetError, retry=policy)).commit(), 1)).result == 2
    assert (await run_to_end(begin().then(flaky(1, ValueError, retry=policy)).commit(), 1)).status == "failed"


@pytest.mark.parametrize("error", [SystemExit, asyncio.CancelledError, GeneratorExit])
async def test_what_is_no_exception_is_not_tried_again(error: type[BaseException]) -> None:
    """sys.exit() and the like fail the step at once."""
    result = await run_to_end(begin().then(flaky(1, error, retry=Retry(attempts=3))).commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", error.__name__)


async def test_validation_errors_are_not_tried_again() -> None:
    """Input or output that does not fit would not fit the next time either."""
    calls = []

    @step(retry=Retry(attempts=3))
    async def wrong(data: Any) -> int:
        calls.append(data)
        return "text"  # type: ignore[return-value]

    result = await run_to_end(begin().then(wrong).commit(), 1)
    assert (result.error_detail["type"], calls) == ("InvalidOutput", [1])
    result = await run_to_end(begin(retry=Retry(attempts=3)).then(add_one).commit(), "text")
    assert (result.error_detail["type"], result.steps["add_one"].attempts) == ("InvalidStepInput", 1)


async def test_cancel_interrupts_the_waiting() -> None:
    """A run between two attempts is canceled at once."""
    workflow = begin().then(flaky(9, retry=Retry(attempts=9, delay=3600))).commit()
    run = await run_of(workflow, clock=FakeClock(auto=False))
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-attempt-failed")
    await run.cancel()
    assert (await running).status == "canceled"


async def test_the_policy_holds_after_a_resume() -> None:
    """A step that fails after its answer is tried again, with the answer."""
    seen = []

    async def work(data: Any, ctx: Context) -> Any:
        answer = ctx.suspend("?")
        seen.append((ctx.attempt, answer))
        if len(seen) < 3:
            raise RuntimeError("again")
        return answer

    run = await run_of(begin().then(create_step(id="work", execute=work, retry=Retry(attempts=3))).commit())
    await run.start(1)
    result = await run.resume(resume_data="yes")
    assert (result.status, seen) == ("success", [(1, "yes"), (2, "yes"), (3, "yes")])


async def test_attempts_before_a_suspension_count() -> None:
    """The attempts that failed before the question are not given anew by the answer."""

    async def work(data: Any, ctx: Context) -> Any:
        if ctx.attempt == 1:
            raise RuntimeError("before")
        ctx.suspend("?")
        raise RuntimeError("after")

    run = await run_of(begin().then(create_step(id="work", execute=work, retry=Retry(attempts=2))).commit())
    assert (await run.start(1)).status == "suspended"
    result = await run.resume(resume_data="yes")
    assert (result.status, result.error, result.steps["work"].attempts) == ("failed", "after", 2)


async def test_items_and_iterations_have_attempts_of_their_own() -> None:
    """A retry of one item or iteration takes nothing from another."""
    policy = Retry(attempts=2)
    assert (await run_to_end(begin().foreach(flaky(1, retry=policy)).commit(), [1, 2])).result == [2, 2]
    looped = await run_to_end(begin().dowhile(flaky(1, retry=policy), lambda _, ctx: ctx.iteration < 3).commit(), 1)
    assert (looped.status, looped.result) == ("success", 2)


async def test_a_sync_step_is_tried_again() -> None:
    """A step in a thread follows the same policy."""
    workflow = begin().then(
        create_step(id="sync", execute=lambda d, ctx: 1 // (ctx.attempt - 1), retry=Retry(attempts=2))
    )
    assert (await run_to_end(workflow.commit(), 1)).result == 1


async def test_the_policy_is_part_of_the_workflow() -> None:
    """A nested workflow's own policy holds for its steps, not the one around it."""
    inner = create_workflow(id="inner", input_schema=None, output_schema=None).then(flaky(1)).commit()
    assert (await run_to_end(begin(retry=Retry(attempts=3)).then(inner).commit(), 1)).status == "failed"
