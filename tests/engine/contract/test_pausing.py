"""A run pauses before the steps that have a breakpoint, and goes on when it is told to."""

from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, Engine, MemoryStore, Rehearsal, RunResult, create_step, create_workflow, sequence, step
from engine.errors import AmbiguousResume, InvalidInput, NotPaused, RunFinished, UnknownRun, UnknownStep
from engine.journal.fold import fold
from engine.testing import Collector, FakeClock
from tests.engine.contract.tiny import add_one, ask, begin, crash, double, fail, run_of


class Order(BaseModel):
    """What a step takes."""

    item: str
    count: int = 1


def counting(calls: list[str], id: str) -> Any:
    """Return a step that adds one, and tells that it was called."""

    async def execute(data: Any, ctx: Context) -> Any:
        calls.append(id if ctx.index is None else f"{id}[{ctx.index}]")
        return data + 1

    return create_step(id=id, execute=execute)


async def test_a_run_pauses_before_a_step() -> None:
    """The result says before which, the event with which input; the step has not begun."""
    calls: list[str] = []
    flow = begin().then(counting(calls, "a")).then(counting(calls, "b")).commit()
    run, seen = await run_of(flow), Collector()
    run.watch(seen)
    result = await run.start(1, breakpoints=["b"])
    assert (result.status, result.paused, calls) == ("paused", [["b"]], ["a"])
    assert result.to_dict()["paused"] == [["b"]]
    assert list(result.steps) == ["a"]
    [paused] = seen.of("run-paused")
    assert (paused.path, paused.payload) == ((), {"before": ["b"], "input": {"step": ["a"]}})
    result = await run.proceed()
    assert (result.status, result.result, result.paused, calls) == ("success", 3, [], ["a", "b"])


async def test_all_stops_before_each_step_and_before_nothing_else() -> None:
    """Maps, timers and nested workflows as such are passed; steps inside of them are not."""
    inner = begin("inner").then(double).commit()
    flow = begin().then(add_one).map(lambda data: data, id="same").sleep(60).then(inner).commit()
    run = await run_of(flow, clock=FakeClock())
    assert (await run.start(1, breakpoints="all")).paused == [["add_one"]]
    assert (await run.proceed()).paused == [["inner", "double"]]
    assert (await run.proceed()).result == 4


async def test_a_breakpoint_may_stand_before_anything_that_begins() -> None:
    """A map, a timer, a wait for an event and a nested workflow, when they are named."""
    inner = begin("inner").then(double).commit()
    flow = begin().map(lambda data: data, id="same").sleep(60).wait_for_event("go", id="go").then(inner).commit()
    run = await run_of(flow, clock=FakeClock())
    places = ["same", "sleep-1", "go", "inner"]
    assert (await run.start(1, breakpoints=places)).paused == [["same"]]
    assert (await run.proceed()).paused == [["sleep-1"]]
    assert (await run.proceed()).paused == [["go"]]
    await run.send_event("go", 5)
    assert (await run.proceed()).paused == [["inner"]]
    assert (await run.proceed()).result == 10


async def test_step_goes_on_to_the_next_step() -> None:
    """Whatever the breakpoints are; without it the run goes on to the next of those."""
    flow = begin().then(add_one).then(double).then(step(id="last")(add_one.function)).commit()
    run = await run_of(flow)
    await run.start(1, breakpoints=["add_one"])
    assert (await run.proceed(step=True)).paused == [["double"]]
    assert (await run.proceed()).result == 5


async def test_new_breakpoints_hold_from_then_on() -> None:
    """They take the place of the former ones; none are a way to its end."""
    flow = begin().then(add_one).then(double).then(step(id="last")(add_one.function)).commit()
    run = await run_of(flow)
    await run.start(1, breakpoints="all")
    assert (await run.proceed(breakpoints=["last"])).paused == [["last"]]
    assert (await run.proceed(breakpoints=[])).result == 5


async def test_the_waiting_step_may_be_given_another_input() -> None:
    """It is validated, with defaults, and recorded; what does not fit changes nothing."""

    @step
    async def order(data: Order) -> Any:
        return data.model_dump()

    run = await run_of(begin().map(lambda data: {"item": "a"}).then(order).commit())
    await run.start(1, breakpoints=["order"])
    with pytest.raises(InvalidInput, match=r"the new input does not fit step 'order':\s+count"):
        await run.proceed(input_data={"item": "b", "count": "x"})
    assert (await run.state()).status == "paused"
    result = await run.proceed(input_data={"item": "b"})
    assert result.result == result.steps["order"].input == {"item": "b", "count": 1}


async def test_siblings_that_run_end_first() -> None:
    """The run pauses when nothing runs any more; each waiting step has its event, in one go."""
    calls: list[str] = []
    left = sequence(counting(calls, "a"), counting(calls, "b"))
    right = sequence(counting(calls, "c"), counting(calls, "d"), counting(calls, "e"))
    run, seen = await run_of(begin().parallel([left, right]).commit()), Collector()
    run.watch(seen)
    result = await run.start(1, breakpoints=["b", "e"])
    assert (result.paused, sorted(calls)) == ([["b"], ["e"]], ["a", "c", "d"])
    assert [event.payload["before"] for event in seen.of("run-paused")] == [["b"], ["e"]]
    assert (await run.proceed()).result == {"b": 3, "e": 4}


async def test_one_of_several_may_go_on_alone() -> None:
    """It is named by its path; the others stay where they are, and an input needs to know for whom it is."""
    flow = begin().parallel([add_one, double]).commit()
    run = await run_of(flow)
    await run.start(1, breakpoints="all")
    with pytest.raises(AmbiguousResume, match=r'several steps: add_one, double\. Say which one, as with step="add'):
        await run.proceed(input_data=5)
    result = await run.proceed(step="double", input_data=10)
    assert (result.status, result.paused, result.steps["double"].output) == ("paused", [["add_one"]], 20)
    assert (await run.proceed(step=add_one)).result == {"add_one": 2, "double": 20}


async def test_a_foreach_pauses_before_each_item_of_its_window() -> None:
    """What comes after it waits: its place in the window stays taken, as when the step runs."""
    calls: list[str] = []
    flow = begin().foreach(counting(calls, "a"), concurrency=2).commit()
    run = await run_of(flow)
    assert (await run.start([1, 2, 3], breakpoints=["a"])).paused == [["a", 0], ["a", 1]]
    assert (await run.proceed(step="a[1]")).paused == [["a", 0], ["a", 2]]
    assert calls == ["a[1]"]
    with pytest.raises(AmbiguousResume, match=r"a\[0\], a\[2\]"):
        await run.proceed(step="a")
    assert (await run.proceed()).result == [2, 3, 4]


async def test_an_item_that_has_begun_goes_on_beside_a_pause() -> None:
    """Its timer is over, and an item that pauses has the place in the window: it goes on until it pauses, too."""
    item = begin("item").sleep(5).then(add_one).commit()
    run = await run_of(begin().foreach(item, concurrency=1).commit(), clock=FakeClock())
    paused = (await run.start([1, 2], breakpoints=["item.add_one"])).paused
    assert sorted(paused) == [["item", 0, "add_one"], ["item", 1, "add_one"]]
    assert (await run.proceed()).result == [2, 3]


async def test_a_failing_sibling_waits_for_what_is_paused() -> None:
    """As it waits for what runs: whatever would have begun without the pause begins."""
    calls: list[str] = []
    items = [None, 1, 2]
    flow = begin().foreach(sequence(add_one, counting(calls, "b")), concurrency=2).commit()
    results: list[RunResult] = []
    for breakpoints in ([], ["add_one"], "all"):
        run = await run_of(flow)
        result = await run.start(items, breakpoints=breakpoints)
        while result.status == "paused":
            result = await run.proceed()
        results.append(result)
    assert [result.status for result in results] == ["failed"] * 3
    assert [sorted(result.steps) for result in results] == [sorted(results[0].steps)] * 3


async def test_a_loop_pauses_in_each_iteration() -> None:
    """Although the step has the same path each time."""
    flow = begin().dountil(add_one, lambda data: data >= 3).commit()
    run = await run_of(flow)
    result, pauses = await run.start(0, breakpoints=["add_one"]), 0
    while result.status == "paused":
        pauses += 1
        result = await run.proceed()
    assert (result.result, pauses) == (3, 3)


async def test_what_waits_beside_a_pause_can_be_answered() -> None:
    """The answer is recorded, its step goes on, and the run pauses again."""
    run = await run_of(begin().parallel([ask, add_one]).commit())
    result = await run.start(1, breakpoints=["add_one"])
    assert (result.status, result.paused, result.suspended) == ("paused", [["add_one"]], [["ask"]])
    result = await run.resume("ask", "yes")
    assert (result.status, result.paused, result.suspended) == ("paused", [["add_one"]], [])
    assert (await run.proceed()).result == {"ask": "yes", "add_one": 2}


async def test_a_pause_outlives_its_process() -> None:
    """Another process goes on with it; a paused run that is restarted stays paused."""
    store = MemoryStore()
    flow = begin().then(add_one).then(double).commit()
    run = await run_of(flow, store=store)
    await run.start(1, breakpoints=["double"])
    other = await Engine([flow], store=store).run(run.run_id)
    assert (await other.restart()).paused == [["double"]]
    assert len([event for event in await store.read(run.run_id) if event.type == "run-paused"]) == 1
    assert (await other.proceed()).result == 4


@pytest.mark.parametrize("at", range(1, 4))
@pytest.mark.parametrize("durable", [True, False])
async def test_a_process_that_dies_on_the_way_to_a_pause_pauses_all_the_same(at: int, durable: bool) -> None:
    """Before or after any write; the breakpoints are in the journal."""
    store = MemoryStore()
    flow = begin().then(add_one).then(double).then(step(id="last")(add_one.function)).commit()
    run_id = await crash(flow, store, at=at, durable=durable, breakpoints=["last"])
    run = await Engine([flow], store=store).run(run_id)
    assert (await run.restart()).paused == [["last"]]
    assert (await run.proceed()).result == 5


async def test_what_is_not_paused_does_not_go_on() -> None:
    """A run that was not started, that has ended, that waits for a person, or that somebody else had go on."""
    run = await run_of(begin().then(add_one).then(ask).commit())
    with pytest.raises(UnknownRun):
        await run.proceed()
    await run.start(1, breakpoints=["add_one"])
    for name, error in {"ask": NotPaused, "gone": UnknownStep}.items():
        with pytest.raises(error):
            await run.proceed(step=name)
    assert (await run.proceed()).status == "suspended"
    with pytest.raises(NotPaused, match="is suspended, not paused"):
        await run.proceed()
    await run.resume("ask", 1)
    with pytest.raises(RunFinished):
        await run.proceed()


@pytest.mark.parametrize("breakpoints", [["gone"], ["add_one", "inner.gone"], ["add_one[0]"], "add_one", 5, [None]])
async def test_a_breakpoint_before_no_step_makes_no_run(breakpoints: Any) -> None:
    """Nobody waits for a pause that never comes; nor does a run go on under such."""
    run = await run_of(begin().then(add_one).commit())
    with pytest.raises(UnknownStep):
        await run.start(1, breakpoints=breakpoints)
    assert (await run.state()).created_at is None
    await run.start(1, breakpoints="all")
    with pytest.raises(UnknownStep):
        await run.proceed(breakpoints=breakpoints)
    assert (await run.state()).status == "paused"


async def test_a_paused_run_can_be_cancelled() -> None:
    """What it did is undone as always."""
    undone: list[Any] = []
    done = create_step(id="done", execute=add_one.function, undo=undone.append)
    run = await run_of(begin().then(done).then(double).commit())
    await run.start(1, breakpoints=["double"])
    result = await run.cancel()
    assert (result.status, result.paused, undone) == ("canceled", [], [2])


async def test_a_paused_run_can_be_forked() -> None:
    """From a step that has begun, or from the one before which it is paused; a fork has no breakpoints of its own."""
    run = await run_of(begin().then(add_one).then(double).commit())
    await run.start(1, breakpoints=["double"])
    assert (await run.time_travel("add_one", 5)).result == 12
    assert (await run.time_travel("double", 5)).result == 10
    fork = await run.fork("double")
    assert (await fork.start(breakpoints="all")).paused == [["double"]]
    assert (await fork.proceed()).result == 4
    assert (await run.state()).status == "paused"


async def test_a_stream_ends_when_the_run_pauses() -> None:
    """Its last event tells before what."""
    run = await run_of(begin().then(add_one).then(double).commit())
    events = [event async for event in run.stream(1, breakpoints=["double"])]
    assert events[-1].type == "run-paused"
    assert [event.type async for event in run.observe(after=events[-1].seq)] == []


async def test_arms_that_were_cut_off_are_not_paused() -> None:
    """When a sibling has decided, nobody waits for the step before which another one stood."""
    stop = create_workflow(id="stop", input_schema=None, output_schema=None).then(fail).commit()
    flow = (
        begin()
        .attempt(
            begin("both").parallel([sequence(add_one, double), stop], fail_fast=True).commit(),
            otherwise=create_step(id="mend", execute=lambda told: told["error"]),
        )
        .then(ask)
        .commit()
    )
    run = await run_of(flow)
    result = await run.start(1, breakpoints=["double"])
    assert (result.status, result.paused) == ("suspended", [])


async def test_a_rehearsal_pauses_like_any_run() -> None:
    """Both may be asked for at once; a step that is not called is stopped before, too."""
    run = await run_of(begin().then(add_one).then(double).commit())
    assert (await run.start(1, breakpoints="all", rehearsal=Rehearsal(results={"double": 9}))).status == "paused"
    assert (await run.proceed()).paused == [["double"]]
    assert (await run.proceed()).result == 9


async def test_a_paused_run_is_listed_as_such() -> None:
    """Its summary says so, and the list can be asked for it."""
    store = MemoryStore()
    engine = Engine([begin().then(add_one).commit()], store=store)
    run = await engine.workflow("tiny").create_run()
    await run.start(1, breakpoints="all")
    assert [summary.run_id for summary in await engine.runs(status="paused")] == [run.run_id]
    assert fold(await store.read(run.run_id)).paused == {("add_one",): 1}
    await run.proceed()
    assert await engine.runs(status="paused") == []
