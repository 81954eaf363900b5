"""`sleep` and `sleep_until`: the durable timers."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from engine import Context, Engine, MemoryStore, create_step
from engine.testing import FakeClock, run_to_end, until
from tests.engine.contract.tiny import add_one, asking, begin, run_of

NEW_YEAR = datetime(2031, 1, 1, tzinfo=UTC)


def slept(result: Any) -> float:
    """Return the seconds that a run took."""
    return (result.ended_at - result.started_at).total_seconds()


@pytest.mark.parametrize(
    "wait", [90, 90.0, timedelta(seconds=90), lambda data: data["for"], lambda data, ctx: timedelta(seconds=90)]
)
async def test_sleep_takes_seconds_a_timedelta_or_a_function(wait: Any) -> None:
    """A timer lasts as long as it was told, in every form."""
    result = await run_to_end(begin().sleep(wait).commit(), {"for": 90})
    assert (result.status, slept(result)) == ("success", 90)


async def test_a_timer_function_may_be_async_and_take_the_context() -> None:
    """A timer function takes (data) or (data, ctx), sync or async."""

    async def patience(data: int, ctx: Context) -> int:
        return int(ctx.request_context["seconds"])

    assert slept(await run_to_end(begin().sleep(patience).commit(), 1, request_context={"seconds": 7})) == 7


@pytest.mark.parametrize("at", [NEW_YEAR, NEW_YEAR.astimezone(timezone(timedelta(hours=5))), lambda data: NEW_YEAR])
async def test_sleep_until_takes_a_time_or_a_function(at: Any) -> None:
    """A run sleeps until the time has come; in another time zone it is the same moment."""
    result = await run_to_end(begin().sleep_until(at).commit(), 1)
    assert result.ended_at == NEW_YEAR


async def test_a_time_that_is_past_lets_the_value_pass_at_once() -> None:
    """A timer whose end is past does not wait."""
    result = await run_to_end(begin().sleep_until(datetime(2000, 1, 1, tzinfo=UTC)).commit(), 1)
    assert (result.status, slept(result)) == ("success", 0)


async def test_the_input_passes_unchanged() -> None:
    """The next step receives what the timer was given."""
    result = await run_to_end(begin().sleep(5, id="nap").then(add_one).commit(), 1)
    assert (result.result, result.steps["nap"].output) == (2, 1)


async def test_the_end_is_recorded_when_the_timer_starts() -> None:
    """The journal says when the timer will end, and the run is waiting until then."""
    clock = FakeClock(auto=False)
    run = await run_of(begin().sleep(3600).commit(), clock=clock)
    await run.start_async(1)
    started, waiting = await until(run, "sleep-started"), await until(run, "run-waiting")
    assert started.payload["until"] == "2030-01-01T01:00:00+00:00"
    assert waiting.payload == {"until": "2030-01-01T01:00:00+00:00", "events": []}
    assert (await run.state()).status == "waiting"
    assert (await run.state()).steps["sleep-1"].status == "waiting"
    await run.cancel()


@pytest.mark.parametrize(
    "timer",
    [
        lambda calls: begin().sleep(3600),
        lambda calls: begin().sleep(lambda data: calls.append(data) or 3600),
        lambda calls: begin().sleep_until(lambda data: calls.append(data) or datetime(2030, 1, 1, 1, tzinfo=UTC)),
    ],
)
async def test_a_restart_waits_only_what_is_left(timer: Any) -> None:
    """A run that is taken over in the middle of a timer ends when it would have; functions are not asked again."""
    clock = FakeClock(auto=False)
    store = MemoryStore(clock)
    calls: list[Any] = []
    workflow = timer(calls).commit()
    first = Engine([workflow], store=store, clock=clock)
    run = await first.workflow("tiny").create_run()
    await run.start_async(1)
    await until(run, "run-waiting")
    await first.close()
    clock.advance(3000)
    second = await Engine([workflow], store=store, clock=clock).run(run.run_id)
    ending = asyncio.ensure_future(second.restart())
    await clock.sleeping()
    clock.advance(600)
    result = await ending
    assert (result.status, slept(result)) == ("success", 3600)
    assert len(calls) <= 1


async def test_a_run_asleep_uses_no_worker() -> None:
    """While a run sleeps nothing of it is executed in the process."""
    clock = FakeClock(auto=False)
    engine = Engine([begin().sleep(3600).commit()], clock=clock)
    run = await engine.workflow("tiny").create_run()
    await run.start_async(1)
    await clock.sleeping()
    assert engine.runtime.live == ()
    assert (await run.state()).status == "waiting"
    await engine.close()


@pytest.mark.parametrize("kind", ["sleep", "sleep_until"])
@pytest.mark.parametrize("error", [ValueError("no time"), SystemExit(1), asyncio.CancelledError()])
async def test_a_raising_function_fails_the_run(error: BaseException, kind: str) -> None:
    """What a timer function raises fails the run; a note names the timer."""

    def broken(data: Any) -> float:
        raise error

    result = await run_to_end(getattr(begin(), kind)(broken, id="nap").commit(), 1)
    assert (result.status, result.error_detail["type"]) == ("failed", type(error).__name__)
    assert "'nap'" in result.error_detail["notes"][0]


@pytest.mark.parametrize("given", ["soon", None, True, float("nan"), float("inf"), 10**20])
async def test_a_function_that_gives_no_time_fails_the_run(given: Any) -> None:
    """A timer function must give seconds, a timedelta or a datetime that the calendar has."""
    result = await run_to_end(begin().sleep(lambda data: given, id="nap").commit(), 1)
    assert result.status == "failed"
    assert "nap" in str(result.error) + str(result.error_detail.get("notes"))


async def test_a_timer_beside_an_open_question() -> None:
    """A timer in one arm ends while another arm waits for an answer; only then the run is suspended."""
    nap = begin("nap").sleep(60).then(add_one).commit()
    run = await run_of(begin().parallel([nap, asking("person")]).commit(), clock=FakeClock())
    result = await run.start(1)
    assert (result.status, result.suspended) == ("suspended", [["person"]])
    assert result.steps["nap.add_one"].status == "success"
    assert (await run.resume(resume_data="yes")).result == {"nap": 2, "person": "yes"}


async def test_a_timer_in_one_arm_ends_while_another_arm_runs() -> None:
    """A timer that is due is taken notice of though its sibling is still at work."""
    rang = asyncio.Event()

    async def ring(data: int) -> int:
        rang.set()
        return data

    async def work(data: int) -> int:
        await rang.wait()
        return data

    nap = begin("nap").sleep(60).then(create_step(id="ring", execute=ring)).commit()
    result = await run_to_end(begin().parallel([nap, create_step(id="work", execute=work)]).commit(), 1)
    assert result.result == {"nap": 1, "work": 1}
