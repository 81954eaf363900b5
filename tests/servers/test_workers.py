"""Workers on a PostgreSQL that restarts, or stays away, in the middle of their runs."""

import asyncio
import random
import signal

import pytest

from engine.events import Event
from playground.actions import actions
from tests.faults.tally import DONE
from tests.servers.postgres import Postgres
from tests.worker.project import Yard

pytestmark = pytest.mark.servers

AWAY = 30.0
"""Seconds; longer than a lease holds."""

FLOWS = """
    import asyncio
    from pathlib import Path
    from engine import Context, create_workflow, step

    LOG = Path(__file__).with_suffix(".log")

    @step
    async def grow(data: int, ctx: Context) -> int:
        with LOG.open("a") as log:
            log.write(f"{ctx.run_id} {ctx.iteration}\\n")
        await asyncio.sleep(0.02)
        return data + 1

    counting = (
        create_workflow(id="counting", input_schema=int, output_schema=int).dowhile(grow, lambda n: n < 60).commit()
    )
"""


def check(events: list[Event], lost: int = 0) -> None:
    """See that the journal has no gap, that no iteration was committed twice, and how many workers were lost."""
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    finished = [event.payload["output"] for event in events if event.type == "step-succeeded" and event.path]
    assert finished == list(range(1, 61))
    assert sum(event.payload["lost"] for event in events if event.type == "run-recovered") == lost


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL], ids=lambda how: how.name)
async def test_runs_get_over_restarts(yard: Yard, server: Postgres, how: signal.Signals) -> None:
    """Restarts at once and the death of the server interrupt no step: each is executed once, and no worker ends."""
    worker = await yard.start(yard.write("counting.py", FLOWS))
    run_ids = [await actions.start("counting", 0) for _ in range(5)]
    for at in (20, 60, 100):
        await yard.run(run_ids[0], lambda run, at=at: run.last_seq > at or run.ended)
        await asyncio.to_thread(server.restart, how)
        DONE["injections"] += 1
    for run_id in run_ids:
        assert (await yard.ended(run_id)).result == 60
        check(await actions.store.read(run_id))
    lines = (yard.folder / "counting.log").read_text().splitlines()
    assert sorted(lines) == sorted({f"{run_id} {n}" for run_id in run_ids for n in range(1, 61)})
    assert worker.worker_id in yard.living


async def test_a_long_absence_is_nobodys_fault(yard: Yard, server: Postgres) -> None:
    """Leases run out while the server is away, but their owners live: no run is taken over, and no worker ends."""
    module = yard.write("counting.py", FLOWS)
    workers = [await yard.start(module) for _ in range(2)]
    run_ids = [await actions.start("counting", 0) for _ in range(4)]
    await yard.run(run_ids[0], lambda run: run.last_seq > 20)
    await asyncio.to_thread(server.stop, signal.SIGQUIT)
    await asyncio.sleep(AWAY)
    await asyncio.to_thread(server.start)
    DONE["injections"] += 1
    for run_id in run_ids:
        assert (await yard.ended(run_id)).result == 60
        check(await actions.store.read(run_id))
    assert {worker.worker_id for worker in workers} <= set(yard.living)


async def test_workers_and_the_server_die(yard: Yard, server: Postgres) -> None:
    """Whoever is killed when: every run ends, no step is committed twice, no number is missing."""
    chance = random.Random(7)
    module = yard.write("counting.py", FLOWS)
    worker = await yard.start(module)
    run_ids = [await actions.start("counting", 0) for _ in range(10)]
    for _ in range(4):
        await asyncio.sleep(chance.uniform(0.2, 0.8))
        if chance.random() < 0.5:
            await asyncio.to_thread(server.restart, chance.choice([signal.SIGQUIT, signal.SIGKILL]))
        else:
            await yard.kill(worker)
            worker = await yard.start(module)
        DONE["kills"] += 1
    for run_id in run_ids:
        assert (await yard.ended(run_id)).result == 60
        events = await actions.store.read(run_id)
        check(events, sum(event.payload["lost"] for event in events if event.type == "run-recovered"))
