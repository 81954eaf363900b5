"""The store in the database: durable steps a second, what is stored, and what suspended runs hold in memory."""

import asyncio
import gc
import tracemalloc
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.management import call_command
from django.db import connection

from engine import Context, Engine, Workflow, create_step, create_workflow
from engine.events import Draft
from engine.journal.store import Store
from tests.benchmarks.chains import Number, add_one, chain, run_once
from tests.benchmarks.database import FOLDER
from tests.benchmarks.report import OURS, Stopwatch, report

# Models are imported after tests.benchmarks.database has set up Django.
from playground.store import OrmStore, in_database  # isort: skip

LONG = 1000
RUNS = 100
LENGTH = 100
APPENDS = 20
SUSPENDED = 1000
QUESTIONS = 50


async def one_run() -> None:
    """Run a long chain alone."""
    store = OrmStore()
    engine = Engine([chain(LONG)], store=store)
    watch = Stopwatch()
    await run_once(engine, LONG)
    watch.rate("one", OURS, LONG)
    store.close()


async def many_runs() -> None:
    """Run many chains at once."""
    store = OrmStore()
    engine = Engine([chain(LENGTH)], store=store)
    watch = Stopwatch()
    await together(run_once(engine, LENGTH) for _ in range(RUNS))
    watch.rate("many", OURS, LENGTH * RUNS)
    store.close()


async def appends(runs: int) -> None:
    """Append to so many runs at once, as the executor does it, without an executor."""
    store = OrmStore()
    claims = [await begin(store, f"append-{runs}-{number}") for number in range(runs)]
    each = max(APPENDS, 500 // runs)
    watch = Stopwatch()
    await together(steps(store, run_id, epoch, each) for run_id, epoch in claims)
    watch.rate("append", f"{runs} at once", runs * each)
    store.close()


async def begin(store: Store, run_id: str) -> tuple[str, int]:
    """Make and claim a run."""
    await store.create(run_id, [Draft(datetime.now(UTC), "run-created", (), {"workflow_id": "flow", "input": 1})])
    claim = await store.claim(run_id, owner="bench", lease=600)
    assert claim is not None
    return run_id, claim.epoch


async def steps(store: Store, run_id: str, epoch: int, count: int) -> None:
    """Append the events of so many steps, each after the one before is durable."""
    after = 1
    for number in range(count):
        now, path = datetime.now(UTC), (f"step-{number % 50}",)
        drafts = [
            Draft(now, "step-succeeded", path, {"output": {"city": "London", "celsius": 21.5}}),
            Draft(now, "step-started", path, {"attempt": 1, "input": {"step": list(path)}}),
        ]
        after = await store.append(run_id, drafts, epoch=epoch, after=after)


async def stored(length: int) -> None:
    """Compare how much the database grows by short and long runs."""
    store = OrmStore()
    engine = Engine([chain(length)], store=store)
    before = await in_database(size)
    await run_once(engine, length)
    report("stored", f"{length:,} steps, in the database", (await in_database(size) - before) / length)
    store.close()


def size() -> int:
    """Return the bytes of the pages in use."""
    with connection.cursor() as cursor:
        pages, unused, each = (
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - unused) * each)


async def questions() -> None:
    """Suspend, and answer from an engine that knows only what was stored; with stores of their own, and in one."""
    first = create_step(id="first", execute=add_one, input_schema=Number, output_schema=Number)
    ask_step = create_step(id="ask", execute=ask, input_schema=Number, output_schema=Number)
    flow = create_workflow(id="chain", input_schema=Number, output_schema=Number).then(first).then(ask_step).commit()
    kept = OrmStore()
    for section, fresh in (("question", True), ("question-warm", False)):
        await question(flow, kept, fresh=fresh)
        watch = Stopwatch()
        for _ in range(QUESTIONS):
            await question(flow, kept, fresh=fresh)
        report(section, OURS, watch.seconds / QUESTIONS, watch.used / QUESTIONS)
    kept.close()


async def question(flow: Workflow[Any, Any], kept: OrmStore, *, fresh: bool) -> None:
    """Start a run that asks, and answer it."""
    store = OrmStore() if fresh else kept
    run = await Engine([flow], store=store).workflow("chain").create_run()
    assert (await run.start({"n": 1})).status == "suspended"
    if fresh:
        store.close()
        store = OrmStore()
    result = await (await Engine([flow], store=store).run(run.run_id)).resume(step="ask", resume_data=True)
    assert result.result == {"n": 2}, result
    if fresh:
        store.close()


async def suspended() -> None:
    """Start runs that wait for a person, and look at what this process still holds of them."""
    ask_step = create_step(id="ask", execute=ask, input_schema=Number, output_schema=Number)
    first = create_step(id="first", execute=add_one, input_schema=Number, output_schema=Number)
    flow = create_workflow(id="chain", input_schema=Number, output_schema=Number).then(first).then(ask_step).commit()
    store = OrmStore()
    engine = Engine([flow], store=store)
    # Traced from the beginning, since caches of Python and Django hold a bounded number of the newest things.
    tracemalloc.start()
    await suspend(engine, SUSPENDED // 4)
    before = traced()
    await suspend(engine, SUSPENDED)
    report("idle", OURS, (traced() - before) / SUSPENDED)
    tracemalloc.stop()
    store.close()


async def suspend(engine: Engine, runs: int) -> None:
    """Start so many runs, each of which suspends."""
    for number in range(runs):
        run = await engine.workflow("chain").create_run()
        result = await run.start({"n": number})
        assert result.status == "suspended", result


def traced() -> int:
    """Return the bytes that Python holds."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def ask(data: Number, ctx: Context) -> Number:
    """Wait for an answer."""
    ctx.suspend({"go on?": data.n})
    return data


async def together(work: Iterable[Coroutine[Any, Any, Any]]) -> None:
    """Do everything at once."""
    async with asyncio.TaskGroup() as tasks:
        for each in work:
            tasks.create_task(each)


async def measure() -> None:
    """Measure one after the other."""
    await one_run()
    await many_runs()
    for runs in (1, 10, 100):
        await appends(runs)
    await questions()
    for length in (1000, 10_000):
        await stored(length)
    await suspended()


def main() -> None:
    """Measure and tell."""
    with FOLDER:
        call_command("migrate", verbosity=0)
        asyncio.run(measure())


if __name__ == "__main__":
    main()
