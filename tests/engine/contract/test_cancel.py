"""A run is cancelled: what stops, and what is told of it."""

import asyncio
import contextlib
import threading
from typing import Any

import pytest

from engine import Context, Engine, MemoryStore, Retry, Run, Workflow, create_step, step
from engine.errors import RunFinished, UnknownRun
from engine.runs.runtime import Runtime
from engine.testing import Collector, FakeClock, until
from tests.engine.contract.tiny import add_one, ask, asking, begin, fail, run_of


def endless(id: str = "endless") -> Any:
    """Return a step that never ends by itself."""

    async def execute(data: Any) -> None:
        await asyncio.Event().wait()

    return create_step(id=id, execute=execute)


def run_in_two_engines(workflow: Workflow[Any, Any]) -> tuple[Run[Any, Any], Engine]:
    """Return a run whose heartbeat never comes while a test lasts, and another engine on its store."""
    store = MemoryStore()
    here = Runtime(store=store, lease=86400)
    here.flows.add(workflow.flow)
    return Run(here, workflow.flow), Engine([workflow], store=store)


async def test_cancel_stops_a_running_step() -> None:
    """An async step is cancelled as a task; the run and the step are canceled, and start() returns."""
    cleaned = asyncio.Event()

    async def work(data: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    run = await run_of(begin().then(create_step(id="work", execute=work)).then(fail).commit())
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-started")
    result = await run.cancel()
    assert (result.status, result.steps["work"].status) == ("canceled", "canceled")
    assert (await running).status == "canceled"
    assert cleaned.is_set()
    assert "fail" not in (await run.state()).steps


async def test_cancel_stops_retries() -> None:
    """A step that waits for its next attempt never gets it."""
    calls = []

    async def flaky(data: Any) -> None:
        calls.append(data)
        raise RuntimeError("again")

    workflow = begin().then(create_step(id="flaky", execute=flaky, retry=Retry(attempts=9, delay=60))).commit()
    run = await run_of(workflow, clock=FakeClock(auto=False))
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-attempt-failed")
    await run.cancel()
    assert ((await running).status, calls) == ("canceled", [1])


async def test_cancel_stops_timers() -> None:
    """A run asleep is canceled at once, and its timer with it."""
    run = await run_of(begin().sleep(3600).then(fail).commit(), clock=FakeClock(auto=False))
    running = asyncio.ensure_future(run.start(1))
    await until(run, "run-waiting")
    await run.cancel()
    result = await running
    assert (result.status, result.steps["sleep-1"].status) == ("canceled", "canceled")


async def test_cancel_stops_loops() -> None:
    """A loop without end ends when it is cancelled."""
    run: Run[Any, Any]

    async def work(data: int) -> int:
        await asyncio.sleep(0)
        return data + 1

    run = await run_of(begin().dowhile(create_step(id="work", execute=work), lambda data: True).commit())
    running = asyncio.ensure_future(run.start(0))
    await until(run, "loop-decided")
    await run.cancel()
    assert (await running).status == "canceled"


async def test_cancel_stops_siblings() -> None:
    """Every arm and item that runs or waits is canceled, and those to come never begin."""
    arms = [endless("a"), asking("b"), begin("c").sleep(60).commit(), endless("d")]
    run = await run_of(begin().parallel(arms, concurrency=2).commit(), clock=FakeClock(auto=False))
    running = asyncio.ensure_future(run.start(1))
    await until(run, "sleep-started")
    await run.cancel()
    result = await running
    assert result.status == "canceled"
    assert {path: step.status for path, step in result.steps.items() if step.status != "canceled"} == {}


async def test_a_suspended_run_becomes_canceled_and_its_waits_are_closed() -> None:
    """The open question is gone from the store's waits, and can no longer be answered."""
    store = MemoryStore()
    run = await run_of(begin().then(ask).commit(), store=store)
    await run.start(1)
    assert len(await store.waits(run.run_id)) == 1
    result = await run.cancel()
    assert (result.status, result.suspended, result.steps["ask"].status) == ("canceled", [], "canceled")
    assert await store.waits(run.run_id) == []
    with pytest.raises(RunFinished, match="canceled"):
        await run.resume("ask", 1)


async def test_a_finished_run_stays_as_it_was() -> None:
    """Cancelling what has ended is RunFinished and changes nothing; what was not started is unknown."""
    run = await run_of(begin().then(add_one).commit())
    with pytest.raises(UnknownRun):
        await run.cancel()
    before = await run.start(1)
    with pytest.raises(RunFinished, match="success"):
        await run.cancel()
    assert (await run.state()).to_dict() == before.to_dict()


async def test_a_sync_step_learns_of_the_cancel() -> None:
    """The run is canceled at once; the thread finds ctx.cancelled and check_cancelled() raises."""
    begun, ended, seen = threading.Event(), threading.Event(), []

    @step
    def work(data: Any, ctx: Context) -> None:
        begun.set()
        while not ctx.cancelled:
            pass
        try:
            ctx.check_cancelled()
        except Exception as error:
            seen.append(type(error).__name__)
        ended.set()

    run = await run_of(begin().then(work).commit())
    running = asyncio.ensure_future(run.start(1))
    await asyncio.to_thread(begun.wait)
    await run.cancel()
    assert (await running).status == "canceled"
    await asyncio.to_thread(ended.wait)
    assert seen == ["StepCancelled"]


async def test_what_a_thread_does_after_the_cancel_changes_nothing() -> None:
    """A sync step that goes on in its thread can write no state, no output and no result any more."""
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    @step
    def work(data: Any, ctx: Context) -> int:
        begun.set()
        go_on.wait()
        ctx.write("too late")
        print("too late")
        try:
            ctx.set_state(late=True)
        finally:
            ended.set()
        return 1

    run = await run_of(begin().then(work).then(fail).commit())
    running = asyncio.ensure_future(run.start(1))
    await asyncio.to_thread(begun.wait)
    await run.cancel()
    before = await running
    go_on.set()
    await asyncio.to_thread(ended.wait)
    assert (await run.state()).to_dict() == before.to_dict()


async def test_cancel_works_from_another_process_on_the_same_store() -> None:
    """The process that executes the run finds the cancel when it renews its claim, and stops."""
    store = MemoryStore()
    workflow = begin().then(endless()).commit()
    here = Runtime(store=store, lease=0.03)
    here.flows.add(workflow.flow)
    run: Run[Any, Any] = Run(here, workflow.flow)
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-started")
    other = await Engine([workflow], store=store).run(run.run_id)
    assert (await other.cancel()).status == "canceled"
    assert (await running).status == "canceled"
    assert here.live == ()


async def test_cancel_through_another_engine_on_the_same_store_comes_at_once() -> None:
    """No heartbeat is waited for: the engine that executes the run is told by the one that was asked."""
    workflow = begin().then(endless()).commit()
    run, other = run_in_two_engines(workflow)
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-started")
    assert (await (await other.run(run.run_id)).cancel()).status == "canceled"
    assert (await running).status == "canceled"


async def test_answers_and_events_through_another_engine_are_taken_at_once() -> None:
    """A sibling that still runs does not make them wait for the heartbeat either."""
    go_on = asyncio.Event()

    async def work(data: Any) -> str:
        await go_on.wait()
        return "worked"

    async def hear(data: Any) -> Any:
        go_on.set()
        return data

    answered = begin("answered").then(ask).then(create_step(id="then", execute=lambda data: data)).commit()
    heard = begin("heard").wait_for_event("ping").then(create_step(id="hear", execute=hear)).commit()
    workflow = begin().parallel([answered, heard, create_step(id="work", execute=work)]).commit()
    run, other = run_in_two_engines(workflow)
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-suspended")
    elsewhere = await other.run(run.run_id)
    answering = asyncio.ensure_future(elsewhere.resume(step="answered.ask", resume_data="yes"))
    await elsewhere.send_event("ping", "pong")
    assert (await running).result == {"answered": "yes", "heard": "pong", "work": "worked"}
    assert (await answering).status == "success"
    await other.close()


async def test_cancel_through_an_engine_in_another_thread_comes_at_once() -> None:
    """Each execution is told in the event loop that it belongs to."""
    workflow = begin().then(endless()).commit()
    run, other = run_in_two_engines(workflow)
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-started")

    async def cancel() -> None:
        await (await other.run(run.run_id)).cancel()

    await asyncio.to_thread(asyncio.run, cancel())
    assert (await running).status == "canceled"


async def test_a_step_that_swallows_the_cancel_cannot_go_on() -> None:
    """What a step returns after it was cancelled is not recorded, and the next step does not begin."""

    async def stubborn(data: Any) -> str:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "all the same"

    run = await run_of(begin().then(create_step(id="stubborn", execute=stubborn)).then(fail).commit())
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-started")
    await run.cancel()
    result = await running
    assert (result.status, {path: step.status for path, step in result.steps.items()}) == (
        "canceled",
        {"stubborn": "canceled"},
    )


async def test_a_step_may_cancel_its_own_run() -> None:
    """cancel() from inside a step stops the run like any other."""
    run: Run[Any, Any]

    async def work(data: Any) -> None:
        await run.cancel()
        await asyncio.Event().wait()

    run = await run_of(begin().then(create_step(id="work", execute=work)).commit())
    assert (await run.start(1)).status == "canceled"


async def test_cancel_is_recorded() -> None:
    """The journal ends with the canceled steps and the canceled run."""
    inner = begin("inner").then(ask).commit()
    run = await run_of(begin().then(inner).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    await run.cancel()
    assert [(event.type, event.path) for event in collector.events[-3:]] == [
        ("step-canceled", ("inner", "ask")),
        ("step-canceled", ("inner",)),
        ("run-canceled", ()),
    ]


async def test_the_callers_own_task_being_cancelled_leaves_the_run_to_be_restarted() -> None:
    """Cancelling the task that awaits start() interrupts the run; it is not canceled, and goes on with restart()."""
    calls = []

    async def work(data: Any, ctx: Context) -> int:
        calls.append(ctx.attempt)
        if ctx.attempt == 1:
            await asyncio.Event().wait()
        return 7

    run = await run_of(begin().then(create_step(id="work", execute=work)).commit())
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-started")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await run.state()).status == "running"
    result = await run.restart()
    assert (result.status, result.result, calls) == ("success", 7, [1, 2])
