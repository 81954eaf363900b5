"""A deadly step in company: what runs beside it dies as often, and does not pay for it."""

import pytest

from playground.actions import actions
from tests.faults.tally import DONE
from tests.worker.project import Yard

pytestmark = pytest.mark.faults

COMPANY = """
    import asyncio, os
    from pathlib import Path
    from engine import create_workflow, step

    HERE = Path(__file__).parent
    begun = []

    @step
    async def long(data: str) -> str:
        begun.append(data)
        while not (HERE / "go").exists():
            await asyncio.sleep(0.05)
        return data

    @step
    async def die(data: str) -> str:
        with (HERE / "lives").open("a+") as lives:
            lives.write("x")
            is_in_company = lives.tell() < 3
        while is_in_company and len(begun) < 2:
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), 9)

    def flow(id, step):
        return create_workflow(id=id, input_schema=str, output_schema=str).then(step).commit()

    patient, deadly = flow("patient", long), flow("deadly", die)
"""


async def test_a_deadly_step_takes_no_innocent_ones_with_it(yard: Yard) -> None:
    """Steps of other runs lose as many workers, but when it would be their end they begin apart from the deadly one."""
    module = yard.write("company.py", COMPANY)
    worker = await yard.start(module)
    innocent = [await actions.start("patient", name) for name in "ab"]
    for run_id in innocent:
        await yard.run(run_id, lambda run: run.open)
    guilty = await actions.start("deadly", "x")
    for _ in range(3):
        await yard.gone(worker)
        DONE["kills"] += 1
        worker = await yard.start(module)
    failed = await yard.ended(guilty)
    assert failed.error is not None
    assert (failed.status, failed.error["type"]) == ("failed", "WorkerLost")
    (yard.folder / "go").touch()
    for run_id in innocent:
        run = await yard.ended(run_id)
        assert run.status == "success"
        assert max(step.lost for step in run.steps()) == 2
    assert worker.worker_id in yard.living
