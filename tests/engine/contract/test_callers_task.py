"""A run is walked in the task of whoever drives it, and leaves nothing of itself there."""

import asyncio
import contextlib
from contextvars import ContextVar
from typing import Any

import pytest

from engine import MemoryStore, create_step, create_workflow
from engine.execution.walker import in_own_context
from engine.runs.run import Run
from engine.runs.runtime import Runtime
from engine.testing import until
from tests.engine.contract.tiny import add_one, begin, run_of
from tests.patience import MOMENT

colour: ContextVar[str] = ContextVar("colour", default="none")


async def paint(data: Any) -> str:
    """Set the variable, on both sides of a wait."""
    colour.set("red")
    await asyncio.sleep(0)
    colour.set(f"dark {colour.get()}")
    return colour.get()


async def test_context_variables_of_steps_are_not_seen_by_the_caller() -> None:
    """What the caller has set is seen by the steps, and what they set by later steps only."""
    look = create_step(id="look", execute=lambda data: [data, colour.get()])
    colour.set("blue")
    before = create_step(id="before", execute=lambda data: colour.get())
    result = await (await run_of(begin().then(before).commit())).start()
    assert result.result == "blue"
    result = await (await run_of(begin().then(create_step(id="paint", execute=paint)).then(look).commit())).start()
    assert (result.result, colour.get()) == (["dark red", "dark red"], "blue")


async def test_a_cancel_of_the_run_is_not_one_of_the_caller() -> None:
    """A step that cancels its own run and goes on leaves the task in which start() was called as it was."""

    async def give_up(data: Any) -> Any:
        await run.cancel()

    run = await run_of(begin().then(create_step(id="give-up", execute=give_up)).then(add_one).commit())
    assert (await run.start(1)).status == "canceled"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_a_caller_that_is_cancelled_with_its_run_hears_of_it() -> None:
    """Of two cancels at once, the run's is taken back and the caller's is not."""

    async def endless(data: Any) -> None:
        await asyncio.Event().wait()

    run = await run_of(begin().then(create_step(id="endless", execute=endless)).commit())
    starting = asyncio.ensure_future(run.start(1))
    await until(run, "step-started")
    await run.cancel()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting


async def test_a_run_may_be_started_by_a_task_that_is_being_cancelled() -> None:
    """In the cleanup of a cancelled task, what a step raises is still the step's."""

    async def cancelled(data: Any) -> None:
        raise asyncio.CancelledError

    run = await run_of(begin().then(create_step(id="cancelled", execute=cancelled)).commit())

    async def clean_up() -> Any:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return await run.start(1)

    cleaning = asyncio.ensure_future(clean_up())
    await asyncio.sleep(0)
    cleaning.cancel()
    result = await cleaning
    assert (result.status, result.steps["cancelled"].status) == ("failed", "failed")


async def test_a_step_that_swallows_the_callers_cancel_does_not_hide_it() -> None:
    """Whoever was cancelled while a run was awaited is told so, although the run has ended."""

    async def stubborn(data: Any) -> str:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "done"

    run = await run_of(begin().then(create_step(id="stubborn", execute=stubborn)).commit())
    starting = asyncio.ensure_future(run.start(1))
    await until(run, "step-started")
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert (await run.state()).status == "success"


def cancel_self() -> None:
    """Cancel the task in which this is called."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


async def before_a_wait(data: Any) -> Any:
    """Cancel oneself, and be interrupted."""
    cancel_self()
    await asyncio.sleep(0)


async def at_the_end(data: Any) -> Any:
    """Cancel oneself, and return before that comes."""
    cancel_self()
    return data


async def in_vain(data: Any) -> Any:
    """Cancel oneself, and go on all the same."""
    cancel_self()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.sleep(0)
    return data


async def with_a_limit(data: Any) -> Any:
    """Cancel oneself beside a timeout, which cancels and takes back as well."""
    cancel_self()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(0)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
    return data


last = create_step(id="last", execute=lambda data: data)

PLACES: dict[str, Any] = {
    "then": lambda of: begin().then(create_step(id="of", execute=of)),
    "parallel": lambda of: begin().parallel([create_step(id="of", execute=of)]),
    "foreach": lambda of: begin().map(lambda data: [data]).foreach(create_step(id="of", execute=of)),
    "timeout": lambda of: begin().then(create_step(id="of", execute=of, timeout=60)),
    "branch": lambda of: begin().branch([(of, add_one)]),
    "map": lambda of: begin().map({"of": of}),
}
"""Workflows that call a function at each place where one may stand."""


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("of", "status"),
    [(before_a_wait, "failed"), (at_the_end, "success"), (in_vain, "success"), (with_a_limit, "success")],
)
async def test_a_function_that_cancels_its_own_task_hits_nothing_but_itself(place: str, of: Any, status: str) -> None:
    """The run ends as the function does, failed when it was interrupted, and its caller hears of no cancel."""
    result = await (await run_of(PLACES[place](of).then(last).commit())).start(1)
    assert result.status == status
    assert status == "success" or "cancelled the task that it runs in" in (result.error or "")
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)


async def test_hooks_and_undos_that_cancel_their_own_task_hit_nothing_but_themselves() -> None:
    """They have failed, and the rest goes on."""
    done: list[str] = []

    async def fails(data: Any) -> None:
        raise ValueError("no")

    async def undo(data: Any) -> None:
        done.append("undo")
        await before_a_wait(data)

    book = create_step(id="book", execute=at_the_end, undo=undo)
    workflow = create_workflow(id="w", input_schema=None, output_schema=None, on_finish=before_a_wait)
    run = await run_of(workflow.then(book).then(create_step(id="fails", execute=fails)).commit())
    result = await run.start(1)
    assert (result.status, done, result.error) == ("failed", ["undo"], "no")
    told = [event.payload["message"] async for event in run.observe() if event.type == "step-log"]
    assert any("on_finish of workflow 'w' raised StepError" in text for text in told)


async def test_a_function_that_cancels_itself_and_is_cancelled_by_others_is_cancelled() -> None:
    """Of two cancels the one from outside stays."""
    entered = asyncio.Event()

    async def both(data: Any) -> None:
        cancel_self()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0)
        entered.set()
        await asyncio.Event().wait()

    run = await run_of(begin().then(create_step(id="both", execute=both)).commit())
    starting = asyncio.ensure_future(run.start(1))
    await entered.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert (await run.state()).status == "running"


async def test_the_claim_of_a_run_that_waits_is_renewed() -> None:
    """Nobody else gets a run whose step takes longer than the lease."""
    renewals: list[int] = []
    renewed = asyncio.Event()

    class Renewing(MemoryStore):
        async def renew(self, run_id: str, *, epoch: int, lease: float) -> int:
            renewals.append(await super().renew(run_id, epoch=epoch, lease=lease))
            if len(renewals) == 3:
                renewed.set()
            return renewals[-1]

    async def wait(data: Any) -> None:
        await renewed.wait()

    workflow = begin().then(create_step(id="wait", execute=wait)).commit()
    runtime = Runtime(store=Renewing(), lease=0.03)
    runtime.flows.add(workflow.flow)
    run: Run[Any, Any] = Run(runtime, workflow.flow)
    assert (await run.start(1)).status == "success"
    assert len(renewals) == 3


async def test_a_context_is_kept_over_waits_and_errors() -> None:
    """What is thrown in at a wait is raised there, and what the coroutine gives comes back."""
    waits = []

    async def work() -> str:
        colour.set("green")
        try:
            await asyncio.wait_for(asyncio.Event().wait(), 0)
        except TimeoutError:
            await asyncio.sleep(0)
        return colour.get()

    assert await in_own_context(work(), lambda: waits.append(colour.get())) == "green"
    assert (waits, colour.get()) == (["none"], "none")


async def test_a_run_that_waits_for_nothing_leaves_others_their_turn() -> None:
    """A loop of steps that never wait is heard over: a cancel from another task gets in, and so does a timeout."""
    endless = begin().dountil(add_one, lambda data: False).commit()
    run = await run_of(endless)
    starting = asyncio.ensure_future(run.start(0))
    await until(run, "loop-decided")
    await run.cancel()
    assert (await starting).status == "canceled"

    run = await run_of(endless)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(MOMENT):
            await run.start(0)


async def test_a_renewal_that_comes_after_the_end_disturbs_nobody() -> None:
    """A loop that was busy for long renews a claim when the run has ended: its caller gets the result and no cancel."""
    renewing = asyncio.Event()

    class Late(MemoryStore):
        async def renew(self, run_id: str, *, epoch: int, lease: float) -> int:
            renewing.set()
            seq = 0
            while not (summary := await self.summary(run_id)).ended:
                await self.changed(run_id, after=seq)
                seq = summary.last_seq
            return await super().renew(run_id, epoch=epoch, lease=lease)

    async def wait(data: Any) -> Any:
        await renewing.wait()
        return data

    runtime = Runtime(store=Late(), lease=0.03)
    flow = begin().then(create_step(id="wait", execute=wait)).commit().flow
    runtime.flows.add(flow)
    run: Run[Any, Any] = Run(runtime, flow)
    result = await run.start(1)
    task = asyncio.current_task()
    assert (result.status, result.result, task and task.cancelling()) == ("success", 1, 0)
