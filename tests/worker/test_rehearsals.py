"""A worker that executes a rehearsal dies where it says, and nothing else pays for it."""

from engine import Rehearsal
from playground.actions import actions
from tests.worker.project import Yard

FLOW = """
    from engine import Context, create_workflow, step

    @step
    async def first(data: int) -> int:
        return data + 1

    @step
    async def second(data: int, ctx: Context) -> dict:
        return {"data": data, "attempt": ctx.attempt}

    @step
    async def asleep(data: int, ctx: Context) -> int:
        import asyncio
        await asyncio.sleep(60 if ctx.attempt == 1 else 0)
        return ctx.attempt

    flow = create_workflow(id="flow", input_schema=int, output_schema=dict).then(first).then(second).commit()
    beside = create_workflow(id="beside", input_schema=int, output_schema=int).then(asleep).commit()
"""


async def test_a_rehearsed_death_kills_the_worker(yard: Yard) -> None:
    """So often; then the step is called in another worker, and what had ended before is not run again."""
    module = yard.write("flows.py", FLOW)
    worker = await yard.start(module)
    beside = await actions.start("beside", 1)
    await yard.run(beside, lambda run: run.find(("asleep",)) is not None)
    run_id = await actions.start("flow", 1, rehearsal=Rehearsal(deaths={"second": 1}))
    await yard.gone(worker)
    await yard.start(module)
    run = await yard.ended(run_id)
    assert (run.status, run.result) == ("success", {"data": 2, "attempt": 2})
    step = run.find(("second",))
    assert step is not None
    assert step.lost == 1
    # Who was beside it is interrupted, and does not pay for it.
    other = await yard.ended(beside)
    found = other.find(("asleep",))
    assert found is not None
    assert (other.status, other.result, found.lost) == ("success", 2, 0)
