"""Laws that hold for every workflow, however it is composed, suspended, killed and resumed."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Engine, Event, MemoryStore, Run, RunResult, Workflow
from engine.events import FINAL
from engine.journal.fold import fold
from engine.journal.state import RunState
from engine.testing import Collector, FakeClock, FaultPoint, SimulatedCrash
from tests.laws.trees import Plan, World, answer_to, build, expected, plans

law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)


async def finish(
    workflow: Workflow, store: MemoryStore, clock: FakeClock, run_id: str, chance: random.Random
) -> RunResult:
    """Answer what the run asks, in random order, each answer given by a process that only has the store."""
    for _ in range(2000):
        engine = Engine([workflow], store=store, clock=clock)
        run = await engine.run(run_id)
        state = await run.state()
        if state.status in FINAL:
            return state
        if state.status == "suspended":
            await _decide(run, fold(await store.read(run_id)), clock, chance)
        else:
            await run.restart()
        await engine.close()
    raise AssertionError("the run neither ends nor waits")


async def _decide(run: Run, state: RunState, clock: FakeClock, chance: random.Random) -> None:
    """Answer one question, or let the time for one pass."""
    if state.due_at is not None and chance.random() < 0.5:
        clock.advance(state.due_at - clock.now())
        await run.restart()
        return
    step = chance.choice(state.suspended)
    await run.resume(step.path, answer_to(step.suspend_payload))


@law
@given(plan=plans(deadlines=True), data=st.integers(0, 20), seed=st.integers(0, 99))
async def test_suspended_anywhere_equals_never_suspended(plan: Plan, data: int, seed: int) -> None:
    """A run that is resumed from storage, in any order, gives what plain evaluation gives, each step done once."""
    world, clock = World(), FakeClock()
    store = MemoryStore(clock)
    workflow = build(plan, world)
    engine = Engine([workflow], store=store, clock=clock)
    run = await engine.workflow("main").create_run()
    await run.start(data)
    await engine.close()
    result = await finish(workflow, store, clock, run.run_id, random.Random(seed))
    assert (result.status, result.result) == ("success", expected(plan, data)), result.error
    assert all(done == 1 for done in world.done.values())


@law
@given(
    plan=plans(deadlines=True),
    data=st.integers(0, 20),
    seed=st.integers(0, 99),
    at=st.integers(1, 25),
    durable=st.booleans(),
)
async def test_killed_anywhere_equals_never_killed(plan: Plan, data: int, seed: int, at: int, durable: bool) -> None:
    """A run whose process dies at any durable boundary gives the same; no finished step runs again."""
    world, clock = World(), FakeClock()
    store = MemoryStore(clock)
    workflow = build(plan, world)
    faulty = FaultPoint(store, at=at, durable=durable)
    engine = Engine([workflow], store=faulty, clock=clock)
    run = await engine.workflow("main").create_run()
    try:
        await run.start(data)
    except BaseException as error:
        if not _is_crash(error):
            raise
    await engine.close()
    recorded = finished_keys(run.run_id, await store.read(run.run_id))
    before = {key: calls for key, calls in world.calls.items() if key in recorded}
    result = await finish(workflow, store, clock, run.run_id, random.Random(seed))
    assert (result.status, result.result) == ("success", expected(plan, data)), result.error
    assert {key: world.calls[key] for key in before} == before


@law
@given(plan=plans(failing=True, deadlines=True), data=st.integers(0, 20), seed=st.integers(0, 99))
async def test_every_run_ends_and_its_journal_tells_it_all(plan: Plan, data: int, seed: int) -> None:
    """Whatever fails or ends early: the run ends, seq has no gap, and late watchers see what early ones saw.

    What was done in a run that failed is undone, each step once.
    """
    world, clock = World(), FakeClock()
    store = MemoryStore(clock)
    workflow = build(plan, world)
    engine = Engine([workflow], store=store, clock=clock)
    run = await engine.workflow("main").create_run()
    early = Collector()
    run.watch(early)
    await run.start(data)
    await engine.close()
    result = await finish(workflow, store, clock, run.run_id, random.Random(seed))
    events = await store.read(run.run_id)
    assert result.status in ("success", "failed")
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert early.events == events[: len(early.events)]
    assert result.to_dict() == RunResult.of(fold(events)).to_dict()
    # What goes on in a thread after its cancel has been done, and has not succeeded.
    succeeded = sum("undo" in event.payload for event in events if event.type == "step-succeeded")
    assert world.undone <= world.done
    assert result.status != "failed" or world.undone.total() == succeeded
    late = [event async for event in run.observe(after=3)]
    assert late == events[3:]


@pytest.mark.parametrize("durable", [True, False])
async def test_a_crash_stops_everything_at_once(durable: bool) -> None:
    """After its fault point a process records nothing more."""
    store = MemoryStore()
    workflow = build(("seq", [("add", 1), ("add", 2)]), World())
    run = await Engine([workflow], store=FaultPoint(store, at=1, durable=durable)).workflow("main").create_run()
    with pytest.raises((SimulatedCrash, BaseExceptionGroup), check=_is_crash):
        await run.start(1)
    assert len(await store.read(run.run_id)) == (3 if durable else 1)


def _is_crash(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_is_crash(part) for part in error.exceptions)
    return isinstance(error, SimulatedCrash)


def finished_keys(run_id: str, events: list[Event]) -> set[str]:
    """Return the idempotency keys of the steps outside of loops that had succeeded."""
    looped = {event.path[:-1] for event in events if event.type == "loop-decided"}
    done = [event.path for event in events if event.type == "step-succeeded"]
    return {
        f"{run_id}:{'.'.join(map(str, path))}"
        for path in done
        if not any(path[: len(around)] == around for around in looped)
    }
