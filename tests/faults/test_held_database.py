"""A database that another process holds for long, under a worker in the middle of a run."""

import asyncio
import sqlite3

import pytest
from django.db import connection

from playground.actions import actions
from tests.faults.tally import DONE
from tests.patience import PATIENCE
from tests.worker.project import Yard

pytestmark = [pytest.mark.faults, pytest.mark.sqlite]

HELD = 30.0
"""Seconds; longer than a lease holds, and than a page waits."""

FLOW = """
    import asyncio
    from engine import create_workflow, step

    @step
    async def grow(data: int) -> int:
        await asyncio.sleep(0.01)
        return data + 1

    counting = (
        create_workflow(id="counting", input_schema=int, output_schema=int).dowhile(grow, lambda n: n < 200).commit()
    )
"""


async def test_a_run_waits_for_the_database(yard: Yard) -> None:
    """The run stands still while the database is held, then goes on; no step is interrupted, pages can be read."""
    await yard.start(yard.write("counting.py", FLOW))
    run_id = await actions.start("counting", 0)
    await yard.run(run_id, lambda run: run.last_seq > 30)
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=PATIENCE)
    other.execute("BEGIN IMMEDIATE")
    before = await actions.state_of(run_id)
    await asyncio.sleep(HELD)
    assert (await actions.state_of(run_id)).last_seq == before.last_seq
    other.close()
    DONE["injections"] += 1
    run = await yard.ended(run_id)
    assert (run.status, run.result) == ("success", 200)
    types = [event.type for event in await actions.store.read(run_id)]
    assert "run-recovered" not in types
    assert "step-attempt-failed" not in types
