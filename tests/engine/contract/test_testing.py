"""Section 2: engine.testing, the aids for users' tests."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine import Context, Engine, MemoryStore, create_step
from engine.errors import UnknownStep
from engine.testing import Collector, FakeClock, FaultPoint, SimulatedCrash, run_to_end, until
from tests.engine.contract.tiny import add_one, ask, asking, begin, double, run_of


async def test_run_to_end_gives_the_result() -> None:
    """It starts the workflow in memory with input, state and request context."""

    async def look(data: int, ctx: Context) -> Any:
        return [data, ctx.state, ctx.request_context]

    workflow = begin().then(add_one).then(create_step(id="look", execute=look)).commit()
    result = await run_to_end(workflow, 1, initial_state={"n": 3}, request_context={"user": "Ada"})
    assert (result.status, result.result) == ("success", [2, {"n": 3}, {"user": "Ada"}])


@pytest.mark.parametrize("named", ["inner.ask", "ask"])
@pytest.mark.parametrize("answer", [5, 0, False, "", None])
async def test_run_to_end_answers_by_path_or_id(named: str, answer: Any) -> None:
    """Any JSON value is an answer, those that are empty as well."""
    workflow = begin().then(begin("inner").then(ask).commit()).commit()
    result = await run_to_end(workflow, 1, answers={named: answer})
    assert (result.status, result.result) == ("success", answer)


async def test_an_answer_may_be_a_function_of_what_is_asked() -> None:
    """It is given the payload of the suspension, each time it is asked."""
    workflow = begin().foreach(ask).commit()
    result = await run_to_end(workflow, [1, 2], answers={"ask": lambda asked: asked["about"] * 10})
    assert result.result == [10, 20]


async def test_run_to_end_stops_at_a_question_without_answer() -> None:
    """The result is suspended, and what had an answer was answered."""
    workflow = begin().parallel([asking("a"), asking("b")]).commit()
    result = await run_to_end(workflow, 1, answers={"b": 2})
    assert (result.status, result.suspended, result.steps["b"].output) == ("suspended", [["a"]], 2)


@pytest.mark.parametrize("name", ["typo", "outer.ask", "inner", "ask.inner", "double[0]x"])
async def test_an_answer_for_no_step_is_refused(name: str) -> None:
    """It would be left out, and the run stay suspended; the error lists the steps that there are."""
    workflow = begin().then(begin("inner").then(ask).commit()).then(double).commit()
    with pytest.raises(UnknownStep, match=r"no step of workflow 'tiny'.*can be answered: double, inner\.ask$"):
        await run_to_end(workflow, 1, answers={"ask": 1, name: 2})


async def test_an_unknown_type_of_event_is_refused() -> None:
    """Nobody waits for ever, or finds nothing, because of a typing mistake."""
    run, wrong = await run_of(begin().then(add_one).commit()), "step-suceeded"
    with pytest.raises(ValueError, match=r"'step-suceeded' is no type of event\. Did you mean 'step-succeeded'"):
        await until(run, wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"is no type of event\. There are: run-created, "):
        Collector().of("x")  # type: ignore[arg-type]


async def test_run_to_end_does_not_answer_for_ever() -> None:
    """A workflow that asks again and again is an error of the test."""
    workflow = begin().dowhile(ask, lambda answer: True).commit()
    with pytest.raises(AssertionError, match="suspended more than 3 times"):
        await run_to_end(workflow, 1, answers={"ask": 1}, max_resumes=3)


async def test_run_to_end_does_not_wait_for_timers() -> None:
    """A month passes at once, and the result tells that it has passed."""
    result = await run_to_end(begin().sleep(timedelta(days=30)).commit(), 1)
    assert result.ended_at is not None
    assert result.started_at is not None
    assert result.ended_at - result.started_at == timedelta(days=30)


async def test_a_fake_clock_jumps_from_timer_to_timer() -> None:
    """In the order of the timers; between them everything else gets its turn."""
    clock, order = FakeClock(datetime(2040, 5, 1, tzinfo=UTC)), []

    async def wait(seconds: int) -> None:
        await clock.sleep_until(clock.now() + timedelta(seconds=seconds))
        order.append((seconds, clock.now()))

    await asyncio.gather(wait(30), wait(10), wait(20))
    assert order == [(n, datetime(2040, 5, 1, 0, 0, n, tzinfo=UTC)) for n in (10, 20, 30)]


async def test_a_fake_clock_stands_still_until_it_is_moved() -> None:
    """With auto=False only advance() wakes who waits, and only those whose time has come."""
    clock, woken = FakeClock(auto=False), []

    async def wait(seconds: int) -> None:
        await clock.sleep_until(datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
        woken.append(seconds)

    sleepers = [asyncio.ensure_future(wait(seconds)) for seconds in (0, 10, 60)]
    await clock.sleeping()
    assert (clock.now(), woken) == (datetime(2030, 1, 1, tzinfo=UTC), [0])
    clock.advance(10)
    await sleepers[1]
    assert woken == [0, 10]
    clock.advance(timedelta(minutes=1))
    await asyncio.gather(*sleepers)
    assert woken == [0, 10, 60]


async def test_a_collector_keeps_what_it_sees() -> None:
    """All events, their types, and those of one type."""
    run = await run_of(begin().then(add_one).then(double).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    assert collector.types == [event.type for event in collector.events]
    assert [event.path for event in collector.of("step-succeeded")] == [("add_one",), ("double",)]


async def test_until_gives_the_event() -> None:
    """When it has come, or at once when it is there already; the run need not have been started."""
    run = await run_of(begin().then(add_one).then(double).commit())
    waiting = asyncio.ensure_future(until(run, "step-succeeded"))
    await asyncio.sleep(0)
    await run.start(1)
    assert (await waiting).path == ("add_one",)
    assert (await until(run, "run-succeeded")).seq == len([event async for event in run.observe()])


@pytest.mark.parametrize("durable", [False, True])
async def test_a_fault_point_dies_at_the_nth_boundary(durable: bool) -> None:
    """Before or after the events are recorded; nothing comes from it any more, and the inner store goes on."""
    store, workflow = MemoryStore(), begin().then(add_one).then(double).commit()
    dying = FaultPoint(store, at=2, durable=durable)
    run = await Engine([workflow], store=dying).workflow("tiny").create_run()
    with pytest.raises(SimulatedCrash):
        await run.start(1)
    assert (dying.appends, dying.crashed) == (2, True)
    with pytest.raises(SimulatedCrash):
        await run.state()
    types = [event.type for event in await store.read(run.run_id)]
    assert types.count("step-succeeded") == int(durable)
    assert (await (await Engine([workflow], store=store).run(run.run_id)).restart()).result == 4
