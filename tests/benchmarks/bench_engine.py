"""The engine in memory: steps a second, the fold of a long journal, what is stored, answers among many questions."""

import asyncio
import gc
import json
from collections.abc import Sequence

from engine import Context, Engine, create_step, create_workflow
from engine.events import Event
from engine.journal.fold import fold
from tests.benchmarks.chains import Number, chain, run_once
from tests.benchmarks.report import OURS, Stopwatch, report

LENGTH = 100
RUNS = 100
LONG = 10_000
ITEMS = 1000
ANSWERS = 20


async def chains() -> None:
    """Run a chain again and again; the store keeps all of it."""
    workflow = chain(LENGTH)
    await many(Engine([workflow]), RUNS // 10)
    engine = Engine([workflow])
    gc.collect()
    watch = Stopwatch()
    await many(engine, RUNS)
    watch.rate("memory", OURS, LENGTH * RUNS)


async def many(engine: Engine, runs: int) -> None:
    """Run the chain so many times."""
    for _ in range(runs):
        await run_once(engine, LENGTH)


async def journal_of(length: int) -> Sequence[Event]:
    """Return the journal of a chain of so many steps."""
    engine = Engine([chain(length)])
    return await engine.store.read(await run_once(engine, length))


async def journals() -> None:
    """Fold a long journal, and compare what long and short ones store."""
    for length in (LONG // 10, LONG):
        events = await journal_of(length)
        size = sum(len(json.dumps(event.to_dict())) for event in events)
        report("stored", f"{length:,} steps, journal as JSON", size / length)
    gc.collect()
    watch = Stopwatch()
    fold(events)
    report("fold", OURS, watch.seconds, watch.used)


async def answers() -> None:
    """Answer some items of a foreach that all wait for a person."""
    body = create_step(id="ask", execute=ask, input_schema=Number, output_schema=Number)
    flow = create_workflow(id="items", input_schema=list[Number], output_schema=list[Number]).foreach(body).commit()
    run = await Engine([flow]).workflow("items").create_run()
    result = await run.start([{"n": number} for number in range(ITEMS)])
    gc.collect()
    watch = Stopwatch()
    for index in range(ANSWERS):
        result = await run.resume(step=["ask", index], resume_data=True)
    assert len(result.suspended) == ITEMS - ANSWERS, result
    report("resume", OURS, watch.seconds / ANSWERS, watch.used / ANSWERS)


async def ask(data: Number, ctx: Context) -> Number:
    """Wait for an answer."""
    ctx.suspend({"go on?": data.n})
    return data


def main() -> None:
    """Measure and tell."""
    asyncio.run(chains())
    asyncio.run(journals())
    asyncio.run(answers())


if __name__ == "__main__":
    main()
