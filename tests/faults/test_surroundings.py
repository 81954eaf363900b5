"""What surrounds a run misbehaves: the clock jumps, the disk is full, the code is gone just when its owner died."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from engine import Context, Engine, MemoryStore, Run, create_step, create_workflow
from engine.errors import WorkflowChanged
from engine.testing import FakeClock, until
from playground.store import OrmStore
from tests.faults.tally import DONE

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

NAP = create_workflow(id="nap", input_schema=int, output_schema=int).sleep(60).commit()


@pytest.fixture
async def store() -> AsyncIterator[OrmStore]:
    """Give a store that waits long for the database."""
    made = OrmStore(patience=60)
    yield made
    made.close()


async def asleep(store: Any, clock: FakeClock) -> tuple[Run[Any, Any], "asyncio.Task[Any]"]:
    """Start a run that sleeps for a minute."""
    run = await Engine([NAP], store=store, clock=clock).workflow("nap").create_run()
    asleep = asyncio.create_task(until(run, "sleep-started"))
    driving = asyncio.create_task(run.start(7))
    await asleep
    await clock.sleeping()
    DONE["injections"] += 1
    return run, driving


async def test_a_clock_that_jumps_forward_ends_the_sleep_once(store: OrmStore) -> None:
    """A year later, as after a machine's sleep, the timer is over, once."""
    clock = FakeClock(auto=False)
    run, driving = await asleep(store, clock)
    clock.advance(timedelta(days=365))
    assert (await driving).result == 7
    types = [event.type for event in await store.read(run.run_id)]
    assert types.count("sleep-ended") == 1


async def test_a_clock_that_jumps_back_keeps_the_end(store: OrmStore) -> None:
    """The recorded end stands: not earlier, not another one, and the run ends when it is reached."""
    clock = FakeClock(auto=False)
    run, driving = await asleep(store, clock)
    clock.advance(timedelta(hours=-1))
    clock.advance(timedelta(hours=1))
    assert not driving.done()
    assert (await run.state()).status in ("running", "waiting")
    clock.advance(60)
    assert (await driving).result == 7


@pytest.mark.sqlite
async def test_a_full_disk_stops_a_run_and_no_more(store: OrmStore) -> None:
    """The run stands still while nothing can be written, and goes on from there when there is room again."""
    calls: list[int] = []
    limited = asyncio.Event()

    async def grow(data: int, ctx: Context) -> int:
        calls.append(data)
        if data:
            await limited.wait()
        ctx.write("x" * 200_000)
        return data + 1

    step = create_step(id="grow", execute=grow, input_schema=int, output_schema=int)
    flow = create_workflow(id="flow", input_schema=int, output_schema=int).dowhile(step, lambda n: n < 40).commit()
    run = await Engine([flow], store=store).workflow("flow").create_run()
    begun = asyncio.create_task(until(run, "step-succeeded"))
    driving = asyncio.create_task(run.start(0))
    await begun
    cursor = store._writer._sink._cursor
    cursor.execute("PRAGMA page_count")
    cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 200}")
    limited.set()
    stood = 0
    while stood < 5:
        before = (await store.summary(run.run_id)).last_seq
        await asyncio.sleep(0.1)
        stood = stood + 1 if (await store.summary(run.run_id)).last_seq == before else 0
    assert not driving.done()
    cursor.execute("PRAGMA max_page_count = 1000000")
    result = await driving
    assert (result.status, result.result) == ("success", 40)
    assert calls == list(range(40))
    DONE["injections"] += 1


async def test_a_suspended_run_is_not_failed_by_code_that_changed() -> None:
    """Its owner died just when it came to rest, and the step is gone: the run goes on waiting, and answers are told."""
    store = MemoryStore()
    flow = create_workflow(id="flow", input_schema=int, output_schema=None)

    async def ask(data: int, ctx: Context) -> Any:
        return ctx.suspend("?")

    async def other(data: int) -> int:
        return data

    old = flow.then(create_step(id="ask", execute=ask)).commit()
    new = flow.then(create_step(id="other", execute=other)).commit()
    run = await Engine([old], store=store).workflow("flow").create_run()
    assert (await run.start(1)).status == "suspended"
    assert await store.claim(run.run_id, owner="dead", lease=60) is not None
    changed = await Engine([new], store=store).run(run.run_id)
    assert (await changed.restart()).status == "suspended"
    with pytest.raises(WorkflowChanged):
        await changed.resume(None, 5)
    again = await Engine([old], store=store).run(run.run_id)
    assert (await again.resume("ask", 5)).result == 5
