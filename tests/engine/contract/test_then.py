"""One thing after another, sequences, and what every construct shares."""

import asyncio
from typing import Any

import pytest

from engine import Context, Engine, create_step, create_workflow, sequence
from engine.errors import InvalidInput, RunAlreadyStarted
from engine.testing import run_to_end
from tests.engine.contract.tiny import add_one, asking, begin, double, fail, run_of


async def test_the_next_step_receives_the_output() -> None:
    """The next step receives the output of the one before."""
    result = await run_to_end(begin().then(add_one).then(double).commit(), 4)
    assert (result.status, result.result) == ("success", 10)
    assert (result.steps["double"].input, result.steps["double"].output) == (5, 10)


async def test_a_failing_step_fails_the_run() -> None:
    """The run fails with the step's error, and what follows never begins."""
    result = await run_to_end(begin().then(fail).then(double).commit(), 4)
    assert (result.status, result.error) == ("failed", "cannot take 4")
    assert list(result.steps) == ["fail"]


async def test_a_sequence_runs_its_steps_in_order_under_their_own_paths() -> None:
    """The steps of a sequence keep their own paths."""
    result = await run_to_end(begin().then(sequence(add_one, double)).commit(), 4)
    assert result.result == 10
    assert list(result.steps) == ["add_one", "double"]


async def test_a_sequence_has_the_id_of_its_last_step() -> None:
    """A sequence's id is its last step's unless given."""
    assert sequence(add_one, double).id == "double"
    assert sequence(add_one, double, id="both").id == "both"
    result = await run_to_end(begin().parallel([sequence(add_one, double), asking("b")]).commit(), 4, answers={"b": 0})
    assert result.result == {"double": 10, "b": 0}


async def test_a_sequence_is_an_arm_under_its_given_id() -> None:
    """An arm's output is found under the id that the sequence was given."""
    result = await run_to_end(begin().parallel([sequence(add_one, double, id="both")]).commit(), 4)
    assert result.result == {"both": 10}


async def test_a_sequence_can_be_a_body() -> None:
    """A loop body or a foreach body may be a sequence; each of its steps has the item in its path."""
    workflow = begin().foreach(sequence(add_one, double)).commit()
    result = await run_to_end(workflow, [1, 2])
    assert result.result == [4, 6]
    assert set(result.steps) == {"add_one[0]", "double[0]", "add_one[1]", "double[1]"}


async def test_start_returns_when_everything_left_is_suspended() -> None:
    """start() returns when the run is suspended, and resume() when it has ended."""
    run = await run_of(begin().then(asking("a")).then(asking("b")).commit())
    assert (await run.start(1)).status == "suspended"
    assert (await run.resume(resume_data=2)).status == "suspended"
    result = await run.resume(resume_data=3)
    assert (result.status, result.result) == ("success", 3)


async def test_start_async_returns_at_once() -> None:
    """start_async() returns the run's id while the run goes on beside the caller."""
    gate = asyncio.Event()

    async def wait(data: int) -> int:
        await gate.wait()
        return data

    run = await run_of(begin().then(create_step(id="wait", execute=wait)).commit())
    assert await run.start_async(1) == run.run_id
    assert (await run.state()).status in ("pending", "running")
    gate.set()
    assert [event.type async for event in run.observe()][-1] == "run-succeeded"


async def begin_by(way: str, run: Any, *given: Any, **more: Any) -> None:
    """Start a run in one of the three ways, and return when it rests."""
    match way:
        case "start":
            await run.start(*given, **more)
        case "start_async":
            assert await run.start_async(*given, **more) == run.run_id
            assert [event async for event in run.observe()]
        case "stream":
            assert [event async for event in run.stream(*given, **more)]


@pytest.mark.parametrize("way", ["start", "start_async", "stream"])
async def test_every_way_to_start_takes_input_state_and_request_context(way: str) -> None:
    """start_async() and stream() are start() in another form."""

    async def look(data: Any, ctx: Context) -> Any:
        return [data, ctx.state, ctx.request_context]

    run = await run_of(begin().then(create_step(id="look", execute=look)).commit())
    await begin_by(way, run, 1, initial_state={"n": 2}, request_context={"user": "Ada"})
    assert (await run.state()).result == [1, {"n": 2}, {"user": "Ada"}]


@pytest.mark.parametrize("way", ["start", "start_async", "stream"])
async def test_every_way_to_start_refuses_invalid_input(way: str) -> None:
    """It raises at once, and leaves no run behind."""
    engine = Engine([create_workflow(id="w", input_schema=int, output_schema=None).then(add_one).commit()])
    run = await engine.workflow("w").create_run()
    with pytest.raises(InvalidInput):
        await begin_by(way, run, "text")
    assert await engine.runs() == []


async def test_a_run_is_started_once() -> None:
    """A second start of a run is refused."""
    run = await run_of(begin().then(add_one).commit())
    await run.start(1)
    with pytest.raises(RunAlreadyStarted, match="create another run"):
        await run.start(1)
