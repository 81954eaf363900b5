"""A failed run goes on in a new one, which keeps what succeeded and executes the rest again."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Engine, MemoryStore, RunResult, Workflow, create_step, sequence
from engine.clock import SystemClock
from engine.errors import RequestError, UnknownRun
from engine.journal.forks import record_fork
from tests.engine.contract.tiny import add_one, ask, begin, double


class Machine:
    """Does what it is given, unless it is broken for that; and remembers what it was asked."""

    def __init__(self) -> None:
        self.broken: set[Any] = set()
        self.done: list[Any] = []

    def work(self, data: Any) -> Any:
        """Give back what came."""
        if data in self.broken:
            raise RuntimeError(f"broken for {data}")
        self.done.append(data)
        return data


async def retried(engine: Engine, store: MemoryStore, run_id: str) -> RunResult:
    """Return how the new run ends."""
    digest = (await store.read(run_id))[0].payload["digest"]

    async def permit() -> bool:
        return True

    await record_fork(
        store, SystemClock(), run_id=run_id, new_run_id=f"{run_id}-2", digest=digest, path=None, permit=permit
    )
    return await (await engine.run(f"{run_id}-2")).start()


async def played(workflow: Workflow[Any, Any], value: Any, store: MemoryStore) -> tuple[Engine, str, RunResult]:
    """Return a run of a workflow, and how it ended."""
    engine = Engine([workflow], store=store)
    run = await engine.workflow(workflow.id).create_run()
    return engine, run.run_id, await run.start(value)


@settings(deadline=None)
@given(
    st.integers(1, 8),
    st.sets(st.integers(0, 7), min_size=1),
    st.integers(1, 4),
    st.sampled_from(["plain", "chain", "nested"]),
)
async def test_items_that_succeeded_are_kept(count: int, broken: set[int], at_once: int, body: str) -> None:
    """Each item is worked on once, however many failed, ran beside them or had not begun."""
    machine, store = Machine(), MemoryStore()
    work = create_step(id="work", execute=machine.work)
    inner = begin("inner").then(add_one).then(work).then(double).commit()
    bodies = {"plain": work, "chain": sequence(add_one, work, double), "nested": inner}
    workflow = begin("outer").foreach(bodies[body], concurrency=at_once).commit()
    shift = 0 if body == "plain" else 1
    machine.broken = {item + shift for item in broken if item < count}
    engine, run_id, first = await played(workflow, list(range(count)), store)
    assert first.status == ("failed" if machine.broken else "success")
    if first.status == "success":
        return
    before, machine.broken = await store.read(run_id), set()
    again = await retried(engine, store, run_id)
    assert again.status == "success"
    assert again.result == [item if body == "plain" else (item + 1) * 2 for item in range(count)]
    assert sorted(machine.done) == [item + shift for item in range(count)]
    assert await store.read(run_id) == before


async def test_in_a_loop_only_the_last_pass_is_tried_again() -> None:
    """What earlier passes did is kept."""
    machine, store = Machine(), MemoryStore()
    work = create_step(id="work", execute=machine.work)
    workflow = begin().dountil(sequence(add_one, work), lambda n: n >= 4).commit()
    machine.broken = {3}
    engine, run_id, first = await played(workflow, 0, store)
    machine.broken = set()
    again = await retried(engine, store, run_id)
    assert (first.status, again.status, again.result, machine.done) == ("failed", "success", 4, [1, 2, 3, 4])


async def test_a_failure_that_was_caught_stays_caught() -> None:
    """Its handler has run, and is not run again."""
    machine, store = Machine(), MemoryStore()
    risky = create_step(id="risky", execute=machine.work)
    instead = create_step(id="instead", execute=lambda failure: machine.work("instead"))
    last = create_step(id="last", execute=machine.work)
    workflow = begin().attempt(risky, otherwise=instead).then(last).commit()
    machine.broken = {1, "instead"}
    engine, run_id, first = await played(workflow, 1, store)
    assert first.status == "failed"
    machine.broken = {1}
    again = await retried(engine, store, run_id)
    assert (again.status, again.result, machine.done) == ("success", "instead", ["instead", "instead"])


async def test_an_arm_that_was_canceled_runs_again() -> None:
    """It was stopped because the one beside it had failed."""
    machine, store = Machine(), MemoryStore()
    workflow = begin().parallel([create_step(id="work", execute=machine.work), ask]).commit()
    machine.broken = {1}
    engine, run_id, first = await played(workflow, 1, store)
    assert first.status == "failed"
    machine.broken = set()
    again = await retried(engine, store, run_id)
    assert (again.status, machine.done) == ("suspended", [1])


async def test_only_what_failed_or_was_canceled_is_retried() -> None:
    """The refusal says how the run stands; and no run is made."""
    store = MemoryStore()
    engine, run_id, _ = await played(begin().then(add_one).commit(), 1, store)
    with pytest.raises(RequestError, match="is success: only what failed or was canceled can be retried"):
        await retried(engine, store, run_id)
    with pytest.raises(UnknownRun):
        await store.summary(f"{run_id}-2")


async def test_what_was_undone_is_not_kept() -> None:
    """A run that has undone its steps has nothing to go on from."""
    machine, store = Machine(), MemoryStore()
    book = create_step(id="book", execute=machine.work, undo=lambda output: None)
    fail = create_step(id="fail", execute=lambda data: 1 / 0)
    engine, run_id, first = await played(begin().then(book).then(fail).commit(), 1, store)
    assert first.undone
    with pytest.raises(RequestError, match="has undone what its steps did"):
        await retried(engine, store, run_id)
