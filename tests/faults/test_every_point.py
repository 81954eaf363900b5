"""A worker that dies at any write to a journal: the run ends as if nothing had happened.

Some points are tried, at random; with ``FAULTS=all`` in the environment every one.
"""

import random
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

import pytest

from engine.events import Event
from engine.journal.state import RunState
from playground.actions import actions
from tests.faults.tally import DONE, is_full
from tests.worker.project import Yard

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
PLANS = """
    import asyncio
    from pathlib import Path
    from engine import Context, Fail, create_workflow, sequence, step

    DONE = Path(__file__).with_name("undone")

    def note(output: int, ctx: Context) -> None:
        with DONE.open("a") as file:
            file.write(f"{output}\\n")

    @step(undo=note)
    async def book(data: int) -> int:
        return data + 1

    @step(undo=note)
    async def reserve(data: int) -> int:
        return data + 10

    @step
    async def away(data: int) -> int:
        raise ConnectionError("away")

    @step
    async def instead(failure: dict) -> int:
        return failure["input"] - 10

    @step(undo=note)
    async def quick(data: int) -> int:
        return data + 100

    @step
    async def slow(data: int) -> int:
        await asyncio.sleep(3600)
        return data

    @step
    async def ask(data: dict, ctx: Context) -> int:
        return data["quick"] + ctx.suspend("more?", answer=int, timeout=0.05, default=1000)

    @step
    async def pay(data: int) -> int:
        raise Fail(f"declined: {data}")

    plans = (
        create_workflow(id="plans", input_schema=int, output_schema=int)
        .then(book)
        .attempt(sequence(reserve, away), otherwise=instead)
        .race([quick, slow])
        .then(ask)
        .then(pay)
        .commit()
    )
"""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What is killed, and what it comes to all the same."""

    id: str
    code: str
    ends: tuple[str, object]
    """Its status, and its result, or else the message of its error."""
    undone: tuple[str, ...] = ()
    """What is taken back, in this order."""
    appends: int
    """How often it writes to its journal when nothing happens to it, at least."""


FLOWS = [
    Flow(id="everything", code=FLOW, ends=("success", 156), appends=24),
    Flow(id="plans", code=PLANS, ends=("failed", "declined: 1105"), undone=("15", "105", "5"), appends=18),
]


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
        elif asks(run) and run.workflow_id == "everything":
            await actions.resume(run_id, None, 8)


def points(flow: Flow) -> list[str]:
    """Return where to die."""
    every = [f"{at}:{when}" for at in range(1, flow.appends + 1) for when in ("before", "after")]
    return every if is_full() else random.sample(every, 3)


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


def check_end(flow: Flow, run: RunState) -> None:
    """Fail when the run did not come to what it comes to undisturbed."""
    assert (run.status, run.error["message"] if run.error else run.result) == flow.ends


def check_undone(flow: Flow, lines: list[str]) -> None:
    """Fail when something was not taken back, or not in its order; what a worker died under may come twice in a row."""
    assert tuple(line for line, _ in groupby(lines)) == flow.undone


@pytest.fixture(params=FLOWS, ids=lambda flow: flow.id)
def flow(request: pytest.FixtureRequest) -> Flow:
    """Return each flow in turn."""
    chosen: Flow = request.param
    return chosen


def taken_back(yard: Yard) -> list[str]:
    """Return what was taken back since the last time, in its order."""
    written = yard.folder / "undone"
    lines = written.read_text().splitlines() if written.exists() else []
    written.unlink(missing_ok=True)
    return lines


async def test_the_undisturbed_run(yard: Yard, flow: Flow) -> None:
    """What the disturbed runs are compared with; it writes about as often as there are points to die at."""
    module = yard.write(f"{flow.id}.py", MORTAL + flow.code)
    await yard.start(module)
    run_id = await actions.start(flow.id, 4)
    check_end(flow, await drive(yard, run_id, module))
    check_journal(await actions.store.read(run_id))
    assert tuple(taken_back(yard)) == flow.undone


async def test_a_run_survives_a_death_at_any_write(yard: Yard, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the worker dies: the end is the same, the journal is whole, no finished step runs again."""
    module = yard.write(f"{flow.id}.py", MORTAL + flow.code)
    deaths = 0
    for point in points(flow):
        monkeypatch.setenv(VARIABLE, point)
        mortal = await yard.start(module)
        monkeypatch.delenv(VARIABLE)
        run_id = await actions.start(flow.id, 4)
        check_end(flow, await drive(yard, run_id, module))
        check_journal(await actions.store.read(run_id))
        check_undone(flow, taken_back(yard))
        deaths += mortal.worker_id not in yard.living
        for child in list(yard.living.values()):
            await yard.kill(child)
    DONE["kills"] += deaths
