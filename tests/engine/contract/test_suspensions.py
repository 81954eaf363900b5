"""Several suspensions at once, each with its payload, resumed on its own, also while siblings run."""

import asyncio
from typing import Any

import pytest
from pydantic import BaseModel

from engine import Context, Engine, MemoryStore, Run, create_step, create_workflow, sequence, step
from engine.errors import NotSuspended
from engine.testing import until
from tests.engine.contract.tiny import add_one, ask, asking, begin, failing, run_of


class Answer(BaseModel):
    approved: bool


@step(resume_schema=Answer)
async def approve(data: Any, ctx: Context) -> bool:
    """Ask for approval."""
    return bool(ctx.suspend({"about": data}).approved)


async def suspended(workflow: Any, data: Any = 1) -> Run[Any, Any]:
    """Return a run that has started and is suspended."""
    run = await run_of(workflow)
    assert (await run.start(data)).status == "suspended"
    return run


async def test_every_suspension_is_listed_with_its_own_payload() -> None:
    """Items, arms and nested steps, each with what it asks."""
    arms = [
        asking("arm"),
        begin("inner").then(ask).commit(),
        begin("list").map(lambda data: [1, 2]).foreach(asking("it")).commit(),
    ]
    run = await suspended(begin().parallel(arms).commit(), 0)
    result = await run.state()
    assert result.suspended == [["arm"], ["inner", "ask"], ["list", "it", 0], ["list", "it", 1]]
    assert [result.steps[path].suspend_payload for path in ("arm", "inner.ask", "list.it[0]", "list.it[1]")] == [
        {"about": 0},
        {"about": 0},
        {"about": 1},
        {"about": 2},
    ]


async def test_suspensions_are_resumed_in_any_order() -> None:
    """Each goes on by its own; the run ends with the last."""
    run = await suspended(
        begin().parallel([asking("a"), begin("b").then(ask).then(add_one).commit(), asking("c")]).commit()
    )
    assert (await run.resume("c", 3)).suspended == [["a"], ["b", "ask"]]
    assert (await run.resume("b.ask", 1)).suspended == [["a"]]
    assert (await run.resume("a", 1)).result == {"a": 1, "b": 2, "c": 3}


async def test_an_arm_is_resumed_while_its_sibling_still_runs() -> None:
    """The answered arm goes on at once; its sibling, at work all the time, learns of it."""
    went_on = asyncio.Event()

    async def after(data: Any) -> Any:
        went_on.set()
        return data

    async def work(data: Any) -> str:
        await went_on.wait()
        return "worked"

    arms = [sequence(ask, create_step(id="after", execute=after)), create_step(id="work", execute=work)]
    run = await run_of(begin().parallel(arms).commit())
    await run.start_async(1)
    await until(run, "step-suspended")
    assert (await run.resume("ask", "yes")).result == {"after": "yes", "work": "worked"}


async def test_an_item_is_resumed_while_others_still_run() -> None:
    """In a foreach too an answered item goes on while others are at work."""
    went_on = asyncio.Event()

    async def work(data: str, ctx: Context) -> str:
        if data == "asks":
            answer = ctx.suspend()
            went_on.set()
            return str(answer)
        await went_on.wait()
        return data

    run = await run_of(begin().foreach(create_step(id="work", execute=work), concurrency=2).commit())
    await run.start_async(["asks", "works"])
    await until(run, "step-suspended")
    assert (await run.resume(index=0, resume_data="answered")).result == ["answered", "works"]


async def test_a_nested_step_is_resumed_while_a_sibling_still_runs() -> None:
    """A step inside a nested workflow, in a foreach, goes on while an arm beside the workflow is at work."""
    went_on = asyncio.Event()

    async def after(data: Any) -> Any:
        went_on.set()
        return data

    async def work(data: Any) -> str:
        await went_on.wait()
        return "worked"

    inner = begin("inner").foreach(sequence(ask, create_step(id="after", execute=after))).commit()
    run = await run_of(begin().parallel([inner, create_step(id="work", execute=work)]).commit())
    await run.start_async(["a"])
    await until(run, "step-suspended")
    result = await run.resume("inner.ask[0]", "yes")
    assert result.result == {"inner": ["yes"], "work": "worked"}


async def test_an_answer_from_another_process_reaches_a_run_that_is_at_work_here() -> None:
    """The answer is found in the store with the next thing that is recorded."""
    answered = asyncio.Event()

    async def work(data: Any, ctx: Context) -> str:
        await answered.wait()
        ctx.write("a sign of life")
        return "worked"

    workflow = begin().parallel([ask, create_step(id="work", execute=work)]).commit()
    store = MemoryStore()
    run = await Engine([workflow], store=store).workflow("tiny").create_run()
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-suspended")
    other = await Engine([workflow], store=store).run(run.run_id)
    resuming = asyncio.ensure_future(other.resume("ask", "from afar"))
    await until(run, "step-resumed")
    answered.set()
    assert (await running).result == (await resuming).result == {"ask": "from afar", "work": "worked"}


async def test_a_failing_sibling_does_not_hide_suspended_ones() -> None:
    """The run is failed, and the open question stands in its record with its payload."""
    run = await run_of(begin().parallel([failing("bad"), ask]).commit())
    result = await run.start(7)
    assert (result.status, result.error) == ("failed", "bad failed")
    assert (result.steps["ask"].status, result.steps["ask"].suspend_payload) == ("suspended", {"about": 7})


async def test_a_dead_question_is_closed_when_the_run_goes_on_without_it() -> None:
    """A question inside a nested workflow that has failed is no longer asked while the run waits for something else."""
    inner = begin("inner").parallel([failing("bad"), asking("dead")]).commit()
    ear = begin("ear").wait_for_event("ping").commit()
    run = await run_of(begin().parallel([inner, ear]).commit())
    await run.start_async(1)
    await until(run, "run-waiting")
    result = await run.state()
    assert (result.status, result.suspended) == ("waiting", [])
    assert result.steps["inner.dead"].status == "canceled"
    with pytest.raises(NotSuspended):
        await run.resume("inner.dead", 1)
    await run.cancel()


async def test_steps_that_finished_do_not_run_again_on_resume() -> None:
    """Only what is left runs after a resume."""
    calls = []
    count = create_step(id="count", execute=lambda data: calls.append(data))
    run = await suspended(begin().then(count).then(ask).commit())
    await run.resume(resume_data=1)
    assert calls == [1]


async def test_a_run_is_resumed_by_an_engine_that_only_has_the_store() -> None:
    """Nothing of a suspended run is needed but its journal."""
    store = MemoryStore()
    workflow = create_workflow(id="w", input_schema=int, output_schema=bool).then(approve).commit()
    run = await Engine([workflow], store=store).workflow("w").create_run()
    await run.start(1)
    later = await Engine([workflow], store=store).run(run.run_id)
    assert (await later.resume(resume_data={"approved": True})).result is True


async def test_a_suspended_run_holds_no_memory_of_the_process() -> None:
    """When a run is suspended its engine executes and drives nothing."""
    engine = Engine([begin().then(ask).commit()])
    await (await engine.workflow("tiny").create_run()).start(1)
    assert engine.runtime.live == ()
    assert asyncio.all_tasks() == {asyncio.current_task()}
