"""A run whose process died is taken up again."""

import asyncio
from typing import Any

import pytest

from engine import Context, Engine, MemoryStore, Retry, create_step
from engine.errors import (
    RunFinished,
    StaleEpoch,
    UnknownRun,
)
from engine.journal.store import Claim
from engine.testing import Collector, FaultPoint, SimulatedCrash, until
from tests.engine.contract.tiny import add_one, ask, begin, crash, double, run_of


class Counting:
    """Makes steps that count their calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def step(self, id: str, **options: Any) -> Any:
        """Return a step that notes its id and attempt."""

        async def execute(data: Any, ctx: Context) -> Any:
            self.calls.append(f"{id} {ctx.attempt}")
            return data

        return create_step(id=id, execute=execute, **options)


async def test_an_acknowledged_run_goes_on_after_a_crash() -> None:
    """A run that was started is taken over by another process, and ends as if nothing had happened."""
    store, workflow = MemoryStore(), begin().then(add_one).then(double).commit()
    for at in (1, 2):
        run_id = await crash(workflow, store, at)
        result = await (await Engine([workflow], store=store).run(run_id)).restart()
        assert (result.status, result.result) == ("success", 4)


async def test_a_step_that_had_finished_is_never_run_again() -> None:
    """Its recorded output is used."""
    count, store = Counting(), MemoryStore()
    workflow = begin().then(count.step("a")).then(count.step("b")).commit()
    run_id = await crash(workflow, store, at=2)  # a has ended, b has begun
    await (await Engine([workflow], store=store).run(run_id)).restart()
    assert count.calls == ["a 1", "b 2"]


async def test_a_step_that_was_running_is_run_again() -> None:
    """At least once: it had ended, which was not recorded; the next attempt has the next number and the same key."""
    seen = []

    async def work(data: Any, ctx: Context) -> Any:
        seen.append((ctx.attempt, ctx.idempotency_key))
        return ctx.attempt

    store, workflow = MemoryStore(), begin().then(create_step(id="work", execute=work)).commit()
    run_id = await crash(workflow, store, at=2, durable=False)
    result = await (await Engine([workflow], store=store).run(run_id)).restart()
    assert (result.status, result.result, result.steps["work"].attempts) == ("success", 2, 2)
    (first, key), (second, same) = seen
    assert (first, second) == (1, 2)
    assert key == same


async def test_an_interrupted_attempt_is_no_failed_one() -> None:
    """A worker's death takes nothing from the attempts that retries may use."""
    store = MemoryStore()

    async def flaky(data: Any, ctx: Context) -> int:
        if ctx.attempt < 3:
            raise RuntimeError("again")
        return ctx.attempt

    workflow = begin().then(create_step(id="flaky", execute=flaky, retry=Retry(attempts=2))).commit()
    run_id = await crash(workflow, store, at=1)
    result = await (await Engine([workflow], store=store).run(run_id)).restart()
    assert (result.status, result.result) == ("success", 3)


async def test_recovery_is_recorded() -> None:
    """The journal names the steps that were interrupted, and why."""
    store, workflow = MemoryStore(), begin().then(add_one).commit()
    run_id = await crash(workflow, store, at=1)
    run = await Engine([workflow], store=store).run(run_id)
    collector = Collector()
    run.watch(collector)
    await run.restart()
    (recovered,) = collector.of("run-recovered")
    assert recovered.payload == {"reason": "its worker was lost", "interrupted": [["add_one"]], "lost": 1}
    assert [event.payload["attempt"] for event in collector.of("step-started")] == [1, 2]


class Losing:
    """A store whose claims say how the former owner was lost."""

    def __init__(self, store: MemoryStore, how: str) -> None:
        self._store = store
        self._how = how

    async def claim(self, run_id: str, **options: Any) -> Claim | None:
        """Claim, and tell how the former owner was lost."""
        claim = await self._store.claim(run_id, **options)
        return claim._replace(lost=self._how) if claim is not None and claim.interrupted else claim

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_a_step_under_which_three_workers_died_fails() -> None:
    """It fails with WorkerLost, which names the signal, and is not tried a fourth time."""
    store, count = MemoryStore(), Counting()
    workflow = begin().then(count.step("deadly")).commit()
    run_id = await crash(workflow, store, at=1)
    for _ in range(2):
        with pytest.raises(SimulatedCrash):
            await (await Engine([workflow], store=FaultPoint(store, at=1, durable=True)).run(run_id)).restart()
    last = Engine([workflow], store=Losing(store, "killed by SIGSEGV"))
    result = await (await last.run(run_id)).restart()
    assert (result.status, result.error_detail["type"]) == ("failed", "WorkerLost")
    assert result.error == "the worker process died 3 times while step 'deadly' ran (the last one: killed by SIGSEGV)"
    assert count.calls == []


async def test_a_worker_that_was_stopped_in_order_is_not_counted_as_lost() -> None:
    """Closing the engine interrupts a step as often as one likes; it does not fail by that."""
    store, begun = MemoryStore(), asyncio.Event()

    async def work(data: Any, ctx: Context) -> int:
        begun.set()
        if ctx.attempt < 6:
            await asyncio.Event().wait()
        return ctx.attempt

    workflow = begin().then(create_step(id="work", execute=work)).commit()
    engine = Engine([workflow], store=store)
    run = await engine.workflow("tiny").create_run()
    await run.start_async(1)
    for _ in range(5):
        await begun.wait()
        begun.clear()
        await engine.close()
        engine = Engine([workflow], store=store)
        running = asyncio.ensure_future((await engine.run(run.run_id)).restart())
        if _ < 4:
            await begun.wait()
            running.cancel()
            await asyncio.wait([running])
            begun.set()
    assert (await running).status == "success"


async def test_restart_takes_a_run_over_and_fences_the_former_owner() -> None:
    """The former owner, alive after all, can write no more: what it does then is not recorded."""
    store, go_on = MemoryStore(), asyncio.Event()

    async def work(data: Any, ctx: Context) -> str:
        if ctx.attempt == 1:
            await go_on.wait()
        return f"attempt {ctx.attempt}"

    workflow = begin().then(create_step(id="work", execute=work)).commit()
    first, second = Engine([workflow], store=store), Engine([workflow], store=store)
    run = await first.workflow("tiny").create_run()
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-started")
    result = await (await second.run(run.run_id)).restart()
    events = await store.read(run.run_id)
    go_on.set()
    assert (result.status, result.result) == ("success", "attempt 2")
    assert (await running).to_dict() == result.to_dict()
    assert await store.read(run.run_id) == events


async def test_the_former_owner_is_refused_by_the_store() -> None:
    """An append under an old epoch raises StaleEpoch."""
    store = MemoryStore()
    run = await run_of(begin().then(ask).commit(), store=store)
    await run.start(1)
    old = await store.claim(run.run_id, owner="old", lease=10)
    await store.claim(run.run_id, owner="new", lease=10, force=True)
    events = await store.read(run.run_id)
    with pytest.raises(StaleEpoch):
        await store.append(run.run_id, [events[-1]], epoch=old.epoch, after=len(events))


async def test_restart_of_what_has_ended_or_never_began() -> None:
    """A finished run stays as it is; a run that was not started is unknown."""
    run = await run_of(begin().then(add_one).commit())
    with pytest.raises(UnknownRun):
        await run.restart()
    await run.start(1)
    with pytest.raises(RunFinished):
        await run.restart()


async def test_restart_of_a_suspended_run_changes_nothing() -> None:
    """There is nothing to take over; the run waits as before."""
    run = await run_of(begin().then(ask).commit())
    before = await run.start(1)
    after = await run.restart()
    assert after.to_dict() == before.to_dict()


async def test_an_answered_step_is_run_again_with_its_answers_after_a_crash() -> None:
    """An answer that was recorded is kept, though the process died before the step had made use of it."""
    store, workflow = MemoryStore(), begin().then(ask).then(add_one).commit()
    run = await run_of(workflow, store=store)
    await run.start(1)
    doomed = Engine([workflow], store=FaultPoint(store, at=1, durable=False))
    with pytest.raises(SimulatedCrash):
        await (await doomed.run(run.run_id)).resume(resume_data=41)
    assert (await (await Engine([workflow], store=store).run(run.run_id)).restart()).result == 42


@pytest.mark.parametrize(
    "build",
    [
        lambda deadly: begin().branch([(deadly, add_one)]),
        lambda deadly: begin().then(add_one).branch([(deadly, double)]),
        lambda deadly: begin().dowhile(add_one, deadly),
        lambda deadly: begin().sleep(deadly),
        lambda deadly: begin().map(deadly),
    ],
    ids=["first", "branch", "loop", "sleep", "map"],
)
async def test_a_function_between_steps_under_which_three_workers_died_fails_the_run(build: Any) -> None:
    """A condition, a timer function or a mapping that kills its worker is not tried for ever."""
    store, points, deaths = MemoryStore(), [], []

    def deadly(data: Any) -> bool:
        deaths.append(data)
        points[-1].crashed = True
        return True

    workflow = build(deadly).commit()

    def worker() -> Engine:
        points.append(FaultPoint(store, at=1000, durable=False))
        return Engine([workflow], store=points[-1])

    run = await worker().workflow("tiny").create_run()
    with pytest.raises(SimulatedCrash):
        await run.start(1)
    for _ in range(2):
        # What the run is called meanwhile is no progress.
        await (await Engine([workflow], store=store).run(run.run_id)).tag(f"death {len(deaths)}")
        with pytest.raises(SimulatedCrash):
            await (await worker().run(run.run_id)).restart()
    result = await (await worker().run(run.run_id)).restart()
    assert (result.status, result.error_detail["type"], len(deaths)) == ("failed", "WorkerLost", 3)
    assert result.error.startswith("the worker process died 3 times")


@pytest.mark.parametrize(
    ("build", "blamed"),
    [
        (lambda step, deadly: begin().then(step).branch([(deadly, add_one)]), "while no step ran"),
        (lambda step, deadly: begin().dowhile(step, deadly), "while no step ran"),
        (lambda step, deadly: begin().then(step).sleep(deadly), "while no step ran"),
        (lambda step, deadly: begin().then(step).map(deadly), "while step 'map-1' ran"),
        (lambda step, deadly: begin().then(step).map({"key": deadly}), "while step 'map-1' ran"),
    ],
    ids=["branch", "loop", "sleep", "map", "dict"],
)
async def test_the_step_before_a_deadly_function_is_not_run_again_and_not_blamed(build: Any, blamed: str) -> None:
    """Its success is recorded before the function is called."""
    store, count, points = MemoryStore(), Counting(), []

    def deadly(data: Any) -> bool:
        points[-1].crashed = True
        return True

    workflow = build(count.step("before"), deadly).commit()
    run_id = None
    for _ in range(3):
        points.append(FaultPoint(store, at=1000, durable=False))
        engine = Engine([workflow], store=points[-1])
        run = await (engine.workflow("tiny").create_run() if run_id is None else engine.run(run_id))
        with pytest.raises(SimulatedCrash):
            await (run.start(1) if run_id is None else run.restart())
        run_id = run.run_id
    result = await (await Engine([workflow], store=store).run(run_id)).restart()
    assert (result.error_detail["type"], blamed in result.error) == ("WorkerLost", True), result.error
    assert (count.calls, result.steps["before"].status) == (["before 1"], "success")


async def test_an_arm_that_failed_is_not_run_again() -> None:
    """Its failure was recorded while the race went on with a question; the answer starts only what asked."""
    calls: list[str] = []

    def bad(data: Any) -> Any:
        calls.append("bad")
        raise ValueError("wrong")

    arms = [create_step(id="bad", execute=bad), ask]
    run = await run_of(begin().race(arms).commit(), store=MemoryStore())
    assert (await run.start(1)).suspended == [["ask"]]
    result = await run.resume(resume_data=5)
    assert (result.status, calls, result.steps["bad"].status) == ("success", ["bad"], "failed")
