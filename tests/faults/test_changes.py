"""Code that changes, goes and comes back while runs wait for people."""

import pytest

from engine.errors import InvalidResumeData, WorkflowChanged
from engine.journal.state import RunState
from playground.actions import actions
from playground.catalogue import catalogue
from tests.faults.tally import DONE
from tests.worker.project import Yard

pytestmark = pytest.mark.faults

FIRST = """
    from engine import Context, create_workflow, step

    @step
    async def double(data: int) -> int:
        return data * 2

    @step(resume_schema=int)
    async def ask(data: int, ctx: Context) -> int:
        return data + ctx.suspend({"have": data})

    asking = create_workflow(id="asking", input_schema=int, output_schema=int).then(double).then(ask).commit()
"""
NEW_SCHEMA = (
    FIRST.replace("resume_schema=int", "resume_schema=str")
    .replace("ctx.suspend", "len(ctx.suspend")
    .replace('{"have": data})', '{"have": data}))')
)
LONGER = FIRST.replace(".commit()", ".map(lambda n: n * 100, id='grow').commit()")
RENAMED = FIRST.replace("async def ask", "async def question").replace(".then(ask)", ".then(question)")
OTHER = FIRST.replace("asking", "other")


def waits(run: RunState) -> bool:
    """Tell whether the run waits for a person."""
    return run.status == "suspended"


async def suspended(yard: Yard) -> str:
    """Give a run of the first version that waits, whose worker is gone."""
    worker = await yard.start(yard.write("flows.py", FIRST))
    run_id = await actions.start("asking", 3)
    await yard.run(run_id, waits)
    await yard.kill(worker)
    DONE["injections"] += 1
    return run_id


async def test_new_code_takes_the_answer(yard: Yard) -> None:
    """What was recorded stays; what follows is done by the code as it is now."""
    run_id = await suspended(yard)
    await yard.start(yard.write("flows.py", LONGER))
    await actions.resume(run_id, None, 4)
    assert (await yard.ended(run_id)).result == 1000


async def test_a_new_schema_decides_about_the_answer(yard: Yard) -> None:
    """An answer is checked by the code as it is now; one that it refuses changes nothing."""
    run_id = await suspended(yard)
    await yard.start(yard.write("flows.py", NEW_SCHEMA))
    with pytest.raises(InvalidResumeData):
        await actions.resume(run_id, "ask", 4)
    assert (await actions.state_of(run_id)).status == "suspended"
    await actions.resume(run_id, "ask", "four")
    assert (await yard.ended(run_id)).result == 10


async def test_a_step_that_is_gone_is_named(yard: Yard) -> None:
    """An answer to a step that the code no longer has is refused; the run stays, and goes on when the step is back."""
    run_id = await suspended(yard)
    worker = await yard.start(yard.write("flows.py", RENAMED))
    with pytest.raises(WorkflowChanged, match="ask"):
        await actions.resume(run_id, "ask", 4)
    assert (await actions.state_of(run_id)).status == "suspended"
    fork = await actions.fork(run_id, "double")
    await yard.run(fork, waits)
    await yard.kill(worker)
    await yard.start(yard.write("flows.py", FIRST))
    await actions.resume(run_id, "ask", 4)
    assert (await yard.ended(run_id)).result == 10


async def test_a_deleted_workflow_keeps_its_runs(yard: Yard) -> None:
    """An answer given while the workflow is gone is kept by its schema, and acted on when the workflow is back."""
    run_id = await suspended(yard)
    worker = await yard.start(yard.write("flows.py", OTHER))
    assert [entry.workflow_id for entry in await catalogue.workflows()] == ["other"]
    with pytest.raises(InvalidResumeData):
        await actions.resume(run_id, "ask", "four")
    await actions.resume(run_id, "ask", 4)
    other = await actions.start("other", 1)
    await yard.run(other, waits)
    assert not (await actions.state_of(run_id)).ended
    await yard.kill(worker)
    await yard.start(yard.write("flows.py", FIRST))
    assert (await yard.ended(run_id)).result == 10


NAP = """
    from engine import create_workflow, step

    @step
    async def double(data: int) -> int:
        return data * 2

    @step
    async def triple(data: int) -> int:
        return data * 3

    nap = create_workflow(id="nap", input_schema=int, output_schema=int).then(double).sleep(2).commit()
"""


async def test_a_run_that_sleeps_outlives_code_that_does_not_fit(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps no worker from other runs when its timer is due, and goes on with code that fits again."""
    monkeypatch.setenv("STEPYARD_CONCURRENT_RUNS", "1")
    worker = await yard.start(yard.write("flows.py", NAP))
    run_id = await actions.start("nap", 3)
    asleep = await yard.run(run_id, lambda run: run.status == "waiting")
    await yard.kill(worker)
    DONE["injections"] += 1
    worker = await yard.start(yard.write("flows.py", NAP.replace(".then(double)", ".then(triple)")))
    others = [await yard.ended(await actions.start("nap", 1)) for _ in range(2)]
    assert [other.result for other in others] == [3, 3]
    (due,) = [step.due_at for step in asleep.waiting]
    assert due is not None
    assert others[-1].ended_at is not None
    assert others[-1].ended_at > due
    left = await actions.state_of(run_id)
    assert (left.status, left.last_seq) == ("waiting", asleep.last_seq)
    await yard.kill(worker)
    await yard.start(yard.write("flows.py", NAP))
    assert (await yard.ended(run_id)).result == 6
