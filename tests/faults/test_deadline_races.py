"""A process that answers questions at the moment at which another one acts on their deadlines."""

import asyncio
import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from engine import Context, Engine, create_step, create_workflow
from engine.testing import FakeClock
from playground.actions.actions import store
from tests.faults.tally import DONE

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

RACES = 100

RACER = """
import asyncio, sys
import django
django.setup()
from engine import Engine
from engine.clock import SystemClock
from engine.errors import AlreadyResumed
from engine.journal.requests import record_resume
from playground.store import OrmStore
from tests.faults.test_deadline_races import workflow

store = OrmStore()
engine = Engine([workflow], store=store)

async def answer(run_id):
    try:
        await record_resume(store, SystemClock(), run_id, ("ask",), "answer")
    except AlreadyResumed:
        return "late"
    return "won"

async def act(run_id):
    await engine.runtime.segment(run_id)
    return "looked"

async def main(race):
    print("ready", flush=True)
    while run_id := (await asyncio.to_thread(sys.stdin.readline)).strip():
        print(await race(run_id), flush=True)

asyncio.run(main({"answer": answer, "act": act}[sys.argv[1]]))
"""


async def ask(data: object, ctx: Context) -> object:
    """Ask what has a default."""
    return ctx.suspend(timeout=60, default="default")


workflow = (
    create_workflow(id="race", input_schema=None, output_schema=None).then(create_step(id="ask", execute=ask)).commit()
)


async def racer(role: str) -> asyncio.subprocess.Process:
    """Start a process, and return it when it is ready."""
    environment = {**os.environ, "STEPYARD_DB": str(connection.settings_dict["NAME"])}
    environment |= {"DJANGO_SETTINGS_MODULE": "playground.settings", "PYTHONPATH": str(Path(__file__).parents[2])}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RACER, role),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    assert await said(process) == "ready"
    return process


async def said(process: asyncio.subprocess.Process) -> str:
    """Return the next line of a process."""
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def test_of_an_answer_and_a_deadline_exactly_one_wins() -> None:
    """In 100 races of two processes each question is decided once, and a late answer is told so."""
    clock = FakeClock(datetime.now(UTC) - timedelta(hours=1), auto=False)
    engine = Engine([workflow], store=store, clock=clock)
    for n in range(RACES):
        run = await engine.workflow("race").create_run(f"d{n}")
        assert (await run.start(1)).status == "suspended"
    await engine.close()
    answering, acting = [await racer(role) for role in ("answer", "act")]
    outcomes: Counter[str] = Counter()
    for n in range(RACES):
        # By turns one of them has a head start, so that both sides of the race are seen.
        first, second = (answering, acting) if n % 2 else (acting, answering)
        for process in (first, second):
            assert process.stdin is not None
            process.stdin.write(f"d{n}\n".encode())
        answer, _ = await asyncio.gather(said(answering), said(acting))
        decided = [event for event in await store.read(f"d{n}") if event.type in ("step-resumed", "step-expired")]
        assert [event.type for event in decided] == ["step-resumed" if answer == "won" else "step-expired"]
        outcomes[answer] += 1
    for process in (answering, acting):
        await process.communicate(b"\n")
    assert outcomes.total() == RACES
    DONE["races"] += RACES
