"""A worker that dies at any write to a journal: the run ends as if nothing had happened.

Some points are tried, at random; with ``FAULTS=all`` in the environment every one.
"""

import random
from collections import Counter

import pytest

from engine.events import Event
from engine.journal.state import RunState
from playground.actions import actions
from tests.faults.tally import DONE, is_full
from tests.worker.yard import Yard

pytestmark = pytest.mark.faults

VARIABLE = "TESTS_KILL_AT"
MORTAL = f"""
    import os, signal
    from playground.store import OrmStore

    class Deaths:
        at, _, when = os.environ.get({VARIABLE!r}, "0:").partition(":")
        left, append = int(at), OrmStore.append

    async def append_or_die(store, *arguments, **keywords):
        # The process ends as by kill -9 at the n-th append, before or after it is recorded.
        Deaths.left -= 1
        if Deaths.left == 0 and Deaths.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        last = await Deaths.append(store, *arguments, **keywords)
        if Deaths.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return last

    OrmStore.append = append_or_die
"""
FLOW = """
    import asyncio
    from engine import Context, Retry, clone_step, create_workflow, step

    @step
    async def load(data: int, ctx: Context) -> list[int]:
        ctx.set_state(loaded=data)
        return list(range(data))

    @step
    async def square(data: int, ctx: Context) -> int:
        ctx.write(data)
        return data * data

    @step(retry=Retry(attempts=3, delay=0.01))
    async def shaky(data: list[int], ctx: Context) -> int:
        if ctx.attempt < 2:
            raise RuntimeError("not yet")
        return sum(data)

    @step
    async def count(data: list[int]) -> int:
        return len(data)

    @step
    async def add(data: dict[str, int]) -> int:
        return sum(data.values())

    @step
    async def double(data: int) -> int:
        return data * 2

    @step(resume_schema=int)
    async def ask(data: int, ctx: Context) -> int:
        return data + ctx.suspend({"have": data})

    @step
    async def last(data: int, ctx: Context) -> int:
        return data + ctx.state["loaded"]

    inner = create_workflow(id="inner", input_schema=int, output_schema=int).then(ask).sleep(0.05).commit()

    everything = (
        create_workflow(id="everything", input_schema=int, output_schema=int)
        .then(load)
        .foreach(square, concurrency=2)
        .parallel([shaky, count])
        .then(add)
        .branch([(lambda n: n > 1, double)])
        .map(lambda arms: arms["double"], id="take")
        .dowhile(clone_step(double, id="again"), lambda n: n < 100)
        .then(inner)
        .then(last)
        .commit()
    )
"""
RESULT = 156
APPENDS = 24


def asks(run: RunState) -> bool:
    """Tell whether the run waits for a person."""
    return run.status == "suspended"


async def drive(yard: Yard, run_id: str, module: str) -> RunState:
    """Answer and replace dead workers until the run has ended."""
    while True:
        run = await yard.run(run_id, lambda run: run.ended or asks(run) or not yard.living)
        if run.ended:
            return run
        if not yard.living:
            await yard.start(module)
        elif asks(run):
            await actions.resume(run_id, None, 8)


def points() -> list[str]:
    """Return where to die."""
    every = [f"{at}:{when}" for at in range(1, APPENDS + 1) for when in ("before", "after")]
    return every if is_full() else random.sample(every, 6)


def check_journal(events: list[Event]) -> None:
    """Fail when the journal has a gap, or when a step ran again that had finished."""
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    finished: Counter[object] = Counter()
    for event in events:
        if event.type == "loop-decided" and event.payload["again"]:
            finished[("again",)] = 0
        if event.type == "step-started":
            assert not finished[event.path], f"{event.path} ran again"
        if event.type == "step-succeeded":
            finished[event.path] += 1


async def test_the_undisturbed_run(yard: Yard) -> None:
    """What the disturbed runs are compared with."""
    module = yard.write("everything.py", MORTAL + FLOW)
    await yard.start(module)
    run_id = await actions.start("everything", 4)
    run = await drive(yard, run_id, module)
    assert (run.status, run.result) == ("success", RESULT)
    check_journal(await actions.store.read(run_id))


async def test_a_run_survives_a_death_at_any_write(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the worker dies: the result is the same, the journal is whole, no finished step runs again."""
    module = yard.write("everything.py", MORTAL + FLOW)
    deaths = 0
    for point in points():
        monkeypatch.setenv(VARIABLE, point)
        mortal = await yard.start(module)
        monkeypatch.delenv(VARIABLE)
        run_id = await actions.start("everything", 4)
        run = await drive(yard, run_id, module)
        assert (run.status, run.result) == ("success", RESULT), point
        events = await actions.store.read(run_id)
        check_journal(events)
        deaths += mortal.worker_id not in yard.living
        for child in list(yard.living.values()):
            await yard.kill(child)
    DONE["kills"] += deaths
