"""Laws that hold for every workflow, however it is composed, suspended, killed and resumed."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Engine, Event, MemoryStore, Rehearsal, Run, RunResult, Workflow
from engine.events import FINAL
from engine.journal.answer_target import places_of
from engine.journal.changed_code import node_at
from engine.journal.fold import fold
from engine.journal.state import RunState
from engine.paths import format_path, parse_path
from engine.testing import Collector, FakeClock, FaultPoint, SimulatedCrash
from engine.tree.nodes import StepNode
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
        if state.status == "paused":
            await _proceed(run, state, chance)
        elif state.status == "suspended":
            await _decide(run, fold(await store.read(run_id)), clock, chance)
        else:
            await run.restart()
        await engine.close()
    raise AssertionError("the run neither ends nor waits")


async def _proceed(run: Run, state: RunResult, chance: random.Random) -> None:
    """Let all go on, or one, or step."""
    ways: list[Any] = [True, False, *state.paused]
    await run.proceed(step=chance.choice(ways))


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
@given(
    plan=plans(deadlines=True),
    data=st.integers(0, 20),
    seed=st.integers(0, 99),
    at=st.one_of(st.none(), st.integers(1, 40)),
    every=st.integers(0, 3),
)
async def test_paused_anywhere_equals_never_paused(
    plan: Plan, data: int, seed: int, at: int | None, every: int
) -> None:
    """A run that pauses before any steps, may die on its way and goes on in any order, gives what it gives without."""
    world, clock = World(), FakeClock()
    store = MemoryStore(clock)
    workflow = build(plan, world)
    faulty = store if at is None else FaultPoint(store, at=at, durable=bool(seed % 2))
    engine = Engine([workflow], store=faulty, clock=clock)
    run = await engine.workflow("main").create_run()
    places = sorted(map(format_path, places_of(workflow.flow).paths))
    try:
        await run.start(data, breakpoints=places[::every] if every else "all")
    except BaseException as error:
        if not _is_crash(error):
            raise
    await engine.close()
    result = await finish(workflow, store, clock, run.run_id, random.Random(seed))
    assert (result.status, result.result) == ("success", expected(plan, data)), result.error
    assert at is not None or all(done == 1 for done in world.done.values())


@law
@given(plan=plans(races=False), data=st.integers(0, 20), seed=st.integers(0, 99))
async def test_a_rehearsal_changes_nothing_but_what_it_names(plan: Plan, data: int, seed: int) -> None:
    """A run that rehearses what some of its steps gave, with delays, gives the same, and calls all others as before."""
    calls, result = await _rehearse(plan, data, seed, None)
    assert (result.status, result.result) == ("success", expected(plan, data))
    chance = random.Random(seed)
    flow = build(plan, World()).flow
    steps = [path for path in places_of(flow).paths if isinstance(node_at(flow, path), StepNode)]
    once = {name: step for name, step in result.steps.items() if step.iteration is None and parse_path(name) in steps}
    pretended = {name: step.output for name, step in once.items() if chance.random() < 0.4}
    delays = {format_path(path): 5.0 for path in steps if chance.random() < 0.4}
    again_calls, again = await _rehearse(plan, data, seed, Rehearsal(results=pretended, delays=delays))
    assert (again.status, again.result, again.steps.keys()) == (result.status, result.result, result.steps.keys())
    assert again_calls == {key: times for key, times in calls.items() if key not in pretended}


async def _rehearse(plan: Plan, data: int, seed: int, rehearsal: Rehearsal | None) -> tuple[dict[str, int], RunResult]:
    """Run a plan to its end; return how often each step was called, by the part of its key that all runs have."""
    world, clock = World(), FakeClock()
    store = MemoryStore(clock)
    workflow = build(plan, world)
    run = await Engine([workflow], store=store, clock=clock).workflow("main").create_run()
    await run.start(data, rehearsal=rehearsal)
    result = await finish(workflow, store, clock, run.run_id, random.Random(seed))
    return {key.partition(":")[2]: times for key, times in world.calls.items()}, result


@law
@given(
    plan=plans(failing=True, deadlines=True),
    data=st.integers(0, 20),
    seed=st.integers(0, 99),
    stops=st.sampled_from([None, "all"]),
)
async def test_every_run_ends_and_its_journal_tells_it_all(plan: Plan, data: int, seed: int, stops: Any) -> None:
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
    await run.start(data, breakpoints=stops)
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
