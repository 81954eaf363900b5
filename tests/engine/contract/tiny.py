"""The smallest parts that the contract's tests build their workflows of."""

from typing import Any

import pytest

from engine import Context, Engine, Run, Workflow, create_step, create_workflow, step
from engine.building.builder import WorkflowBuilder
from engine.testing import FaultPoint, SimulatedCrash


def begin(id: str = "tiny", **options: Any) -> WorkflowBuilder[Any, Any, Any]:
    """Begin a workflow that takes and gives any JSON."""
    return create_workflow(id=id, input_schema=None, output_schema=None, **options)


async def run_of(workflow: Workflow[Any, Any], **ports: Any) -> Run[Any, Any]:
    """Return a new run of a workflow, in an engine of its own."""
    return await Engine([workflow], **ports).workflow(workflow.id).create_run()


@step
async def add_one(data: int) -> int:
    """Add one."""
    return data + 1


@step
async def double(data: int) -> int:
    """Double it."""
    return data * 2


@step
async def ask(data: Any, ctx: Context) -> Any:
    """Ask what to go on with."""
    return ctx.suspend({"about": data})


@step
async def fail(data: Any) -> Any:
    """Fail."""
    raise ValueError(f"cannot take {data}")


def asking(id: str) -> Any:
    """Return a step that asks, under an id."""
    return create_step(id=id, execute=ask.function)


def failing(id: str) -> Any:
    """Return a step that fails and says its id."""

    async def execute(data: Any) -> Any:
        raise ValueError(f"{id} failed")

    return create_step(id=id, execute=execute)


async def crash(
    workflow: Workflow[Any, Any], store: Any, at: int, data: Any = 1, durable: bool = True, **options: Any
) -> str:
    """Run a workflow in a process that dies when it has recorded for the n-th time; return the run's id."""
    engine = Engine([workflow], store=FaultPoint(store, at=at, durable=durable))
    run = await engine.workflow(workflow.id).create_run()
    with pytest.raises(SimulatedCrash):
        await run.start(data, **options)
    return run.run_id
