"""The workflow that is measured: typed steps in a row, each adding one."""

from pydantic import BaseModel

from engine import Engine, Workflow, create_step, create_workflow


class Number(BaseModel):
    """What goes from step to step."""

    n: int


async def add_one(data: Number) -> Number:
    """Do as little as a typed step can do."""
    return Number(n=data.n + 1)


def chain(length: int) -> Workflow[Number, Number]:
    """Return a workflow of so many steps."""
    flow = create_workflow(id="chain", input_schema=Number, output_schema=Number)
    for number in range(length):
        flow = flow.then(create_step(id=f"s{number}", execute=add_one, input_schema=Number, output_schema=Number))
    return flow.commit()


async def run_once(engine: Engine, length: int) -> str:
    """Run the chain once, see that every step ran, and return the run's id."""
    run = await engine.workflow("chain").create_run()
    result = await run.start({"n": 0})
    assert result.result == {"n": length}, result
    return run.run_id
