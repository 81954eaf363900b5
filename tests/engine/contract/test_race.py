"""Arms of which the first that succeeds wins."""

import asyncio
from itertools import permutations
from typing import Any

import pytest

from engine import Context, Engine, MemoryStore, create_step, sequence
from engine.errors import DefinitionError, DuplicateId, NotSuspended, RunFinished
from engine.testing import FakeClock, FaultPoint, SimulatedCrash, run_to_end, until
from tests.engine.contract.tiny import add_one, ask, asking, begin, double, fail, failing, run_of


def later(id: str, seconds: float, give: Any = add_one) -> Any:
    """Return a workflow that waits and then runs a step."""
    return begin(id=id).sleep(seconds).then(give).commit()


def racing(*arms: Any) -> Any:
    """Return a workflow that is a race, and hands on what the race gives."""
    return begin().race(arms).map(lambda data: data).commit()


async def test_the_first_that_succeeds_wins_and_is_named() -> None:
    """The next step is given a dict with its output alone."""
    result = await run_to_end(racing(later("slow", 60), later("fast", 5, double)), 4)
    assert (result.status, result.result) == ("success", {"fast": 8})
    assert result.steps["slow"].status == "canceled"
    assert result.steps["slow.sleep-1"].status == "canceled"


@pytest.mark.parametrize("seconds", list(permutations((5, 60, 30))))
@pytest.mark.parametrize("shape", ["timer", "nested", "step"])
async def test_of_timers_that_ended_while_nobody_lived_the_first_wins(seconds: tuple[int, ...], shape: str) -> None:
    """Whoever comes later takes the one that was due first, as if somebody had been there, wherever it is listed."""
    store, clock = MemoryStore(), FakeClock(auto=False)
    inside = {
        "timer": lambda length: begin(id=f"s{length}").sleep(length),
        "nested": lambda length: begin(id=f"s{length}").then(begin(id="inner").sleep(length).commit()),
        "step": lambda length: begin(id=f"s{length}").sleep(length).then(add_one).then(double),
    }[shape]
    workflow = racing(*(inside(length).commit() for length in seconds))
    first = Engine([workflow], store=store, clock=clock)
    run = await first.workflow("tiny").create_run()
    await run.start_async(1)
    await until(run, "run-waiting")
    await first.close()
    clock.advance(3600)
    result = await (await Engine([workflow], store=store, clock=clock).run(run.run_id)).restart()
    assert (result.status, list(result.result)) == ("success", ["s5"])


async def test_an_arm_that_fails_does_not_win() -> None:
    """The others go on, also when they wait for a person."""
    run = await run_of(racing(fail, ask))
    result = await run.start(1)
    assert (result.status, result.steps["fail"].status) == ("suspended", "failed")
    assert (await run.resume(resume_data=7)).result == {"ask": 7}


async def test_when_all_fail_it_fails_as_a_parallel_does() -> None:
    """With the first error in the order of the arms."""
    result = await run_to_end(racing(later("slow", 5, failing("late")), failing("soon")), 1)
    assert (result.status, result.error) == ("failed", "late failed")


async def test_the_losers_are_cancelled_with_all_that_they_wait_for() -> None:
    """A question of theirs is closed, and whoever answers it hears so."""
    clock = FakeClock(auto=False)
    run = await run_of(racing(sequence(ask, asking("second")), later("fast", 5)), clock=clock)
    await run.start_async(1)
    await until(run, "run-waiting")
    clock.advance(5)
    await until(run, "run-succeeded")
    result = await run.state()
    assert (result.result, result.suspended, result.steps["ask"].status) == ({"fast": 2}, [], "canceled")
    with pytest.raises((NotSuspended, RunFinished)):
        await run.resume("ask", 5)


async def test_a_running_loser_is_interrupted() -> None:
    """Its task is cancelled, so that nothing of it goes on."""
    began, left = asyncio.Event(), asyncio.Event()

    async def hang(data: Any) -> Any:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.set()

    async def win(data: Any) -> Any:
        await began.wait()
        return "won"

    result = await run_to_end(racing(create_step(id="hang", execute=hang), create_step(id="win", execute=win)), 1)
    assert (result.result, left.is_set(), result.steps["hang"].status) == ({"win": "won"}, True, "canceled")


async def test_an_arm_may_end_the_workflow_early() -> None:
    """As anywhere else."""

    async def stop(data: Any, ctx: Context) -> Any:
        ctx.bail("early")

    result = await run_to_end(racing(later("slow", 60), create_step(id="stop", execute=stop)), 1)
    assert (result.status, result.result) == ("success", "early")


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("at", range(1, 7))
async def test_a_process_that_dies_anywhere_decides_once(at: int, durable: bool) -> None:
    """The race is decided once, and the losers stay cancelled."""
    store, clock, workflow = MemoryStore(), FakeClock(), racing(later("slow", 60), later("fast", 5), ask)
    faulty = FaultPoint(store, at=at, durable=durable)
    doomed = await Engine([workflow], store=faulty, clock=clock).workflow("tiny").create_run("r")
    with pytest.raises(SimulatedCrash):
        await doomed.start(1)
    # A clock of its own: that of the dead process may have gone on, until both timers were over.
    result = await (await Engine([workflow], store=store, clock=FakeClock()).run("r")).restart()
    types = [event.type for event in await store.read("r")]
    assert (result.status, result.result, types.count("race-decided")) == ("success", {"fast": 2}, 1)
    assert result.steps["ask"].status == "canceled"


async def test_a_fork_after_the_race_keeps_its_winner() -> None:
    """One from inside an arm races again."""
    run = await run_of(racing(later("slow", 60), later("fast", 5)), clock=FakeClock())
    await run.start(1)
    assert (await run.time_travel("map-1")).result == {"fast": 2}
    assert (await run.time_travel("fast.add_one", 10)).result == {"fast": 11}


def test_the_graph_tells_its_arms() -> None:
    """For pages and as Mermaid."""
    flow = racing(add_one, double)
    assert flow.graph["steps"][0]["type"] == "race"
    assert [arm["id"] for arm in flow.graph["steps"][0]["arms"]] == ["add_one", "double"]
    assert "race-1: first wins" in flow.to_mermaid()


def test_wrong_arms_are_refused() -> None:
    """As those of a parallel are."""
    with pytest.raises(DefinitionError, match=r"\.race\(\) was given <step add_one>|\.race\(\) was given"):
        begin().race(add_one)  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match=r"\.race\(\[\]\) was given no arms"):
        begin().race([])
    with pytest.raises(DuplicateId):
        begin().race([add_one, add_one]).commit()
