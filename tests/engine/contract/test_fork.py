"""A run is forked, and begun again at one of its steps."""

from typing import Any

import pytest

from engine import Context, MemoryStore, create_step, create_workflow, sequence
from engine.errors import InvalidInput, RunAlreadyStarted, StepNotRun, UnknownRun, UnknownStep
from engine.testing import Collector, until
from tests.engine.contract.tiny import add_one, ask, asking, begin, double, run_of


async def test_a_fork_is_a_new_run_that_shares_the_history_before_the_step() -> None:
    """What ran before the step is not run again, and nothing of the fork runs before its start."""
    calls = []
    first = create_step(id="first", execute=lambda data: calls.append("first") or data)
    run = await run_of(begin().then(first).then(add_one).then(double).commit())
    await run.start(1)
    fork = await run.fork("add_one")
    assert fork.run_id != run.run_id
    assert (await fork.state()).status == "pending"
    result = await fork.start()
    assert (result.status, result.result, calls) == ("success", 4, ["first"])


async def test_a_fork_may_give_the_step_another_input() -> None:
    """The step gets the new input instead of what it had."""
    run = await run_of(begin().then(add_one).then(double).commit())
    await run.start(1)
    fork = await run.fork(step=double, input_data=100)
    result = await fork.start()
    assert (result.result, result.steps["double"].input, result.steps["add_one"].output) == (200, 100, 2)


async def test_a_fork_records_where_it_came_from() -> None:
    """Its journal names the run and the step."""
    store = MemoryStore()
    run = await run_of(begin().then(add_one).then(double).commit(), store=store)
    await run.start(1)
    fork = await run.fork("double", 100)
    (forked,) = [event for event in await store.read(fork.run_id) if event.type == "run-forked"]
    assert forked.payload == {"from_run_id": run.run_id, "step": ["double"], "input": 100}


async def test_history_is_never_rewritten() -> None:
    """The run that was forked is as it was, to the last event."""
    store = MemoryStore()
    run = await run_of(begin().then(add_one).then(double).commit(), store=store)
    await run.start(1)
    before = await store.read(run.run_id)
    await run.time_travel("double", 100)
    assert await store.read(run.run_id) == before


async def test_time_travel_is_fork_and_start_in_one() -> None:
    """It returns the new run's result."""
    run = await run_of(begin().then(add_one).then(double).commit())
    await run.start(1)
    result = await run.time_travel(step="double", input_data=100)
    assert (result.status, result.result) == ("success", 200)
    assert result.run_id != run.run_id


async def test_a_failed_run_can_be_forked_at_the_step_that_failed() -> None:
    """With an input that it can take the fork succeeds."""

    async def picky(data: int) -> int:
        if data == 2:
            raise ValueError("not two")
        return data

    run = await run_of(begin().then(add_one).then(create_step(id="picky", execute=picky)).commit())
    assert (await run.start(1)).status == "failed"
    assert (await run.time_travel("picky", 3)).result == 3


async def test_a_fork_inside_a_nested_workflow() -> None:
    """The steps before it, inside and outside, are shared; the workflow around goes on."""
    inner = begin("inner").then(add_one).then(double).commit()
    run = await run_of(begin().then(asking("first")).then(inner).then(asking("last")).commit())
    await run.start(1)
    await run.resume(resume_data=10)
    for where in ("inner.double", ["inner", "double"], "double"):
        result = await run.time_travel(where, 100)
        assert result.steps["inner"].output == 200
        assert result.steps["inner.add_one"].output == 11
        assert result.suspended == [["last"]]


async def test_a_fork_of_an_answered_run_waits_for_its_start() -> None:
    """Shared answers do not make the fork run by itself."""
    run = await run_of(begin().then(ask).then(double).commit())
    await run.start(1)
    await run.resume(resume_data=4)
    fork = await run.fork("double")
    assert (await fork.state()).status == "pending"
    assert (await fork.start()).result == 8


async def test_a_fork_of_a_suspended_step_asks_again() -> None:
    """The step suspends anew in the fork; the run that was forked still waits for its own answer."""
    run = await run_of(begin().then(add_one).then(ask).commit())
    await run.start(1)
    fork = await run.fork("ask", 7)
    assert (await fork.start()).steps["ask"].suspend_payload == {"about": 7}
    assert (await fork.resume(resume_data="yes")).result == "yes"
    assert (await run.state()).status == "suspended"


async def test_a_fork_inside_a_loop_goes_on_from_the_last_iteration() -> None:
    """Earlier iterations are shared; the new input is that of one iteration only."""
    seen = []

    async def work(data: int, ctx: Context) -> int:
        seen.append((ctx.iteration, data))
        return data + 1

    run = await run_of(begin().dowhile(create_step(id="work", execute=work), lambda data: data < 3).commit())
    assert (await run.start(0)).result == 3
    seen.clear()
    result = await run.time_travel("work", -1)
    assert (result.result, seen) == (3, [(3, -1), (4, 0), (5, 1), (6, 2)])


async def test_a_fork_of_one_item_shares_the_items_that_had_ended() -> None:
    """Items that ended before the forked one began are not run again."""
    calls = []

    async def work(data: int) -> int:
        calls.append(data)
        return data * 10

    run = await run_of(begin().foreach(create_step(id="work", execute=work)).commit())
    await run.start([1, 2, 3])
    calls.clear()
    assert (await run.time_travel("work[1]", 7)).result == [10, 70, 30]
    assert calls == [7, 3]


async def test_a_fork_of_a_whole_foreach_runs_every_item_again() -> None:
    """The id of the body names the foreach from its first item on."""
    run = await run_of(
        begin().then(create_step(id="list", execute=lambda data: [1, 2])).foreach(sequence(add_one, double)).commit()
    )
    await run.start(0)
    result = await run.time_travel("add_one")
    assert (result.status, result.result) == ("success", [4, 6])
    with pytest.raises(StepNotRun):
        await run.fork("add_one", 5)


async def test_a_fork_of_an_arm_runs_unfinished_siblings_too() -> None:
    """Siblings that were not done when the step began run again beside it."""
    run = await run_of(begin().parallel([add_one, asking("person"), double]).commit())
    await run.start(1)
    await run.resume("person", "yes")
    fork = await run.fork("double", 50)
    result = await fork.start()
    assert result.suspended == [["person"]]
    assert (await fork.resume("person", "no")).result == {"add_one": 2, "person": "no", "double": 100}


async def test_a_fork_keeps_input_state_and_request_context() -> None:
    """What the run was started with is the fork's too, and the state is that of the moment before the step."""

    async def look(data: Any, ctx: Context) -> Any:
        ctx.set_state(seen=ctx.state.get("seen", 0) + 1)
        return [ctx.init_data, ctx.request_context, ctx.state]

    workflow = begin().then(create_step(id="one", execute=look)).then(create_step(id="two", execute=look)).commit()
    run = await run_of(workflow)
    first = await run.start(5, request_context={"user": "Ada"}, initial_state={"kept": True})
    second = await run.time_travel("two")
    assert first.result == second.result == [5, {"user": "Ada"}, {"kept": True, "seen": 2}]


async def test_a_fork_of_a_fork() -> None:
    """A fork is a run like any other."""
    run = await run_of(begin().then(add_one).then(double).commit())
    await run.start(1)
    fork = await run.fork("double", 100)
    await fork.start()
    assert (await fork.time_travel("double")).result == 4
    assert (await fork.time_travel("add_one", 9)).result == 20


async def test_a_fork_can_be_watched_from_its_first_event() -> None:
    """A watcher of the fork sees the shared history, the fork, and what follows."""
    run = await run_of(begin().then(add_one).then(double).commit())
    await run.start(1)
    fork = await run.fork("double")
    collector = Collector()
    fork.watch(collector)
    await fork.start()
    assert [event.seq for event in collector.events] == list(range(1, len(collector.events) + 1))
    assert collector.types == [
        "run-created",
        "step-started",
        "step-succeeded",
        "run-forked",
        "run-started",
        "step-started",
        "step-succeeded",
        "run-succeeded",
    ]


async def test_what_cannot_be_forked_is_an_error() -> None:
    """A step that has not begun, a step that is not there, an input that does not fit, a run that was not started."""
    workflow = (
        create_workflow(id="w", input_schema=int, output_schema=None).then(add_one).then(ask).then(double).commit()
    )
    run = await run_of(workflow)
    with pytest.raises(UnknownRun):
        await run.fork("add_one")
    await run.start(1)
    with pytest.raises(StepNotRun, match="Begun: add_one, ask"):
        await run.fork("double")
    with pytest.raises(UnknownStep, match="add_one, ask, double"):
        await run.fork("gone")
    with pytest.raises(InvalidInput, match="'add_one'"):
        await run.fork("add_one", "text")


async def test_a_fork_has_its_input_already() -> None:
    """start() takes no other input; fork(input_data=...) is the place for it."""
    run = await run_of(begin().then(add_one).commit())
    await run.start(1)
    fork = await run.fork("add_one")
    with pytest.raises(RunAlreadyStarted):
        await fork.start(5)
    assert (await fork.start()).result == 2


async def test_an_event_that_was_sent_is_kept_for_a_wait_that_is_waited_anew() -> None:
    """A sibling that runs again in the fork gets the event that it had got, though nobody sends it again."""
    ear = begin("ear").wait_for_event("ping").then(asking("person")).commit()
    run = await run_of(begin().parallel([ear, begin("late").wait_for_event("pong").then(add_one).commit()]).commit())
    await run.start_async(1)
    await until(run, "run-waiting")
    await run.send_event("ping", "hello")
    await until(run, "step-suspended")
    await run.send_event("pong", 1)
    await until(run, "run-suspended")
    fork = await run.fork("late.add_one")
    result = await fork.start()
    assert (result.suspended, result.steps["ear.event-1"].output) == ([["ear", "person"]], "hello")
