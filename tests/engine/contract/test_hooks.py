"""`on_start`, `on_finish` and `on_error` are called around a run."""

import asyncio
import logging
from typing import Any

import pytest

from engine import Engine, MemoryStore, Run, RunResult, create_step
from engine.clock import SystemClock
from engine.errors import RunFinished, StartRefused, UnknownRun
from engine.journal.requests import record_cancel
from engine.testing import Collector, FaultPoint, SimulatedCrash, until
from tests.engine.contract.tiny import add_one, ask, begin, double, fail, run_of


async def test_on_start_is_given_the_run() -> None:
    """It is called before anything is recorded, with the run that is to start."""
    seen = []

    async def on_start(run: Run[Any, Any]) -> None:
        seen.append((run.run_id, run.workflow_id, (await run.state()).status))

    run = await run_of(begin(on_start=on_start).then(add_one).commit())
    await run.start(1)
    assert seen == [(run.run_id, "tiny", "pending")]


@pytest.mark.parametrize("error", [PermissionError("not on Sundays"), SystemExit(1), asyncio.CancelledError()])
async def test_on_start_may_refuse_the_start(error: BaseException) -> None:
    """What it raises becomes StartRefused, and no run is made."""

    def on_start(run: Any) -> None:
        raise error

    engine = Engine([begin(on_start=on_start).then(add_one).commit()])
    run = await engine.workflow("tiny").create_run()
    with pytest.raises(StartRefused, match="workflow 'tiny' refused the start") as caught:
        await run.start(1)
    assert caught.value.__cause__ is error
    assert await engine.runs() == []
    with pytest.raises(UnknownRun):
        await engine.run(run.run_id)


async def test_a_refused_run_can_be_started_later() -> None:
    """A refusal leaves nothing behind: the same run starts when the hook lets it."""
    closed = [True]

    def on_start(run: Any) -> None:
        if closed:
            raise RuntimeError(closed.pop())

    run = await run_of(begin(on_start=on_start).then(add_one).commit())
    with pytest.raises(StartRefused):
        await run.start(1)
    assert (await run.start(1)).result == 2


async def test_on_start_may_refuse_the_start_of_a_fork() -> None:
    """A fork that was made stays pending and can be started later; time_travel() makes none."""
    seen: list[str] = []
    closed: list[str] = []

    async def on_start(run: Run[Any, Any]) -> None:
        seen.append(run.run_id)
        if closed:
            raise RuntimeError(closed.pop())

    engine = Engine([begin(on_start=on_start).then(add_one).then(double).commit()])
    run = await engine.workflow("tiny").create_run()
    await run.start(1)
    fork = await run.fork("double", 100)
    assert seen == [run.run_id]
    closed.append("not now")
    with pytest.raises(StartRefused, match="workflow 'tiny' refused the start: not now"):
        await fork.start()
    assert (await fork.state()).status == "pending"
    assert (await fork.start()).result == 200
    assert seen == [run.run_id, fork.run_id, fork.run_id]
    closed.append("not now")
    before = [summary.run_id for summary in await engine.runs()]
    with pytest.raises(StartRefused):
        await run.time_travel("double")
    assert [summary.run_id for summary in await engine.runs()] == before


async def test_on_finish_follows_every_end() -> None:
    """Success, failure, early end, and cancel of what waits or runs: each once, with the result; not a suspension."""
    seen = []
    hook = {"on_finish": lambda result: seen.append((result.status, result.result))}
    await (await run_of(begin(**hook).then(add_one).commit())).start(1)
    await (await run_of(begin(**hook).then(fail).commit())).start(1)
    early = create_step(id="early", execute=lambda data, ctx: ctx.bail("early"))
    await (await run_of(begin(**hook).then(early).commit())).start(1)
    suspended = await run_of(begin(**hook).then(ask).commit())
    await suspended.start(1)
    assert seen == [("success", 2), ("failed", None), ("success", "early")]
    await suspended.cancel()
    running = await run_of(begin(**hook).then(create_step(id="endless", execute=endless)).commit())
    ending = asyncio.ensure_future(running.start(1))
    await until(running, "step-started")
    await running.cancel()
    await ending
    assert seen[3:] == [("canceled", None), ("canceled", None)]


async def endless(data: Any) -> None:
    """Never return."""
    await asyncio.Event().wait()


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_hooks_are_sync_or_async(kind: str) -> None:
    """Each is called, with the run or with its result, and waited for before start() returns."""
    seen = []

    def hook(name: str) -> Any:
        async def later(given: Any) -> None:
            await asyncio.sleep(0)
            seen.append((name, type(given)))

        return later if kind == "async" else lambda given: seen.append((name, type(given)))

    hooks = {name: hook(name) for name in ("on_start", "on_finish", "on_error")}
    await (await run_of(begin(**hooks).then(fail).commit())).start(1)
    assert sorted(seen, key=lambda call: call[0]) == [
        ("on_error", RunResult),
        ("on_finish", RunResult),
        ("on_start", Run),
    ]


async def test_on_error_follows_a_failure_only() -> None:
    """It is given the failed result; a success does not call it."""
    seen: list[RunResult] = []

    async def on_error(result: RunResult) -> None:
        seen.append(result)

    await (await run_of(begin(on_error=on_error).then(add_one).commit())).start(1)
    await (await run_of(begin(on_error=on_error).then(fail).commit())).start(1)
    assert [(result.status, result.error) for result in seen] == [("failed", "cannot take 1")]


async def test_hooks_are_called_after_a_resume_by_another_engine() -> None:
    """The end counts, not the start: whoever brings the run to its end calls the hook."""
    seen = []
    workflow = begin(on_finish=lambda result: seen.append(result.result)).then(ask).commit()
    store = MemoryStore()
    run = await Engine([workflow], store=store).workflow("tiny").create_run()
    await run.start(1)
    await (await Engine([workflow], store=store).run(run.run_id)).resume(resume_data=5)
    assert seen == [5]


@pytest.mark.parametrize("error", [ValueError("broken hook"), SystemExit(1), asyncio.CancelledError()])
async def test_an_error_in_on_finish_changes_nothing(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged and recorded, and the run has ended as it had."""

    async def on_finish(result: RunResult) -> None:
        raise error

    run = await run_of(begin(on_finish=on_finish).then(add_one).commit())
    collector = Collector()
    run.watch(collector)
    with caplog.at_level(logging.ERROR):
        result = await run.start(1)
    assert (result.status, (await run.state()).status) == ("success", "success")
    assert f"on_finish of workflow 'tiny' raised {type(error).__name__}" in caplog.text
    (note,) = collector.of("step-log")
    assert note.payload["message"].startswith(f"on_finish of workflow 'tiny' raised {type(error).__name__}")
    assert note.payload["error"]["type"] == type(error).__name__


async def test_an_error_in_on_error_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The run has failed with its own error, not with the hook's, which is logged and recorded; on_finish follows."""
    seen = []
    hooks: Any = {"on_error": lambda result: 1 / 0, "on_finish": lambda result: seen.append(result.error)}
    run = await run_of(begin(**hooks).then(fail).commit())
    collector = Collector()
    run.watch(collector)
    assert (await run.start(1)).error == (await run.state()).error == "cannot take 1"
    assert "on_error of workflow 'tiny' raised ZeroDivisionError" in caplog.text
    (note,) = collector.of("step-log")
    assert note.payload["error"]["type"] == "ZeroDivisionError"
    assert seen == ["cannot take 1"]


async def test_hook_errors_go_to_the_engines_logger(caplog: pytest.LogCaptureFixture) -> None:
    """Engine(logger=...) gets the errors of hooks and watchers."""
    run = await run_of(
        begin(on_finish=lambda result: 1 / 0).then(add_one).commit(), logger=logging.getLogger("my.engine")
    )
    run.watch(lambda event: 1 / 0)
    await run.start(1)
    assert {record.name for record in caplog.records} == {"my.engine"}


async def test_hooks_that_a_dying_process_left_are_called_by_the_next_owner() -> None:
    """The run has ended and its end is recorded, but the process died before the hook: restart() calls it, once."""
    seen: list[str] = []
    workflow = begin(on_finish=lambda result: seen.append(result.status)).then(add_one).commit()
    store = MemoryStore()
    dying = Engine([workflow], store=FaultPoint(store, at=2, durable=True))
    run = await dying.workflow("tiny").create_run()
    with pytest.raises(SimulatedCrash):
        await run.start(1)
    later = await Engine([workflow], store=store).run(run.run_id)
    assert ((await later.state()).status, seen) == ("success", [])
    result = await later.restart()
    assert (result.status, result.result, seen) == ("success", 2, ["success"])
    with pytest.raises(RunFinished):
        await later.restart()
    assert seen == ["success"]


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("how", [add_one, fail], ids=["success", "failure"])
async def test_hooks_follow_wherever_the_process_died(how: Any, durable: bool) -> None:
    """At each thing that it records: taken over, the run ends, and its hooks are called once."""
    seen: list[str] = []
    hooks: Any = {"on_finish": lambda result: seen.append("finish"), "on_error": lambda result: seen.append("error")}
    workflow = begin(**hooks).map(lambda data: data).then(how).commit()
    crashes = 0
    for at in range(1, 10):
        seen.clear()
        store = MemoryStore()
        run = await Engine([workflow], store=FaultPoint(store, at=at, durable=durable)).workflow("tiny").create_run()
        try:
            result = await run.start(1)
        except SimulatedCrash:
            crashes += 1
            result = await (await Engine([workflow], store=store).run(run.run_id)).restart()
        assert result.status == ("success" if how is add_one else "failed")
        assert seen == (["finish"] if how is add_one else ["finish", "error"])
    assert 2 <= crashes < 9


async def test_hooks_under_which_three_processes_died_are_not_called_again() -> None:
    """A hook that kills its process does so three times; the journal tells each."""
    store, points, calls = MemoryStore(), [], []

    def deadly(result: RunResult) -> None:
        calls.append(result.status)
        points[-1].crashed = True

    workflow = begin(on_error=deadly).then(fail).commit()

    def process() -> Engine:
        points.append(FaultPoint(store, at=1000, durable=False))
        return Engine([workflow], store=points[-1])

    run = await process().workflow("tiny").create_run()
    with pytest.raises(SimulatedCrash):
        await run.start(1)
    for _ in range(2):
        with pytest.raises(SimulatedCrash):
            await (await process().run(run.run_id)).restart()
    last = await process().run(run.run_id)
    assert (await last.restart()).status == "failed"
    assert calls == ["failed"] * 3
    notes = [event.payload for event in await store.read(run.run_id) if event.type == "step-log"]
    assert [note["deaths"] for note in notes] == [1, 2, 3]
    assert (
        notes[0]["message"] == "not all hooks of the run had been called (its worker was lost): they are called again"
    )
    assert notes[2]["message"].endswith("they are not called again after 3 times")
    with pytest.raises(RunFinished):
        await last.restart()


async def test_a_hook_that_is_interrupted_is_called_again() -> None:
    """A process that is stopped in order while a hook runs gives the run back, and counts as no death."""
    store, begun, calls = MemoryStore(), asyncio.Event(), []

    async def slow(result: RunResult) -> None:
        calls.append(result.status)
        begun.set()
        if len(calls) == 1:
            await asyncio.Event().wait()

    workflow = begin(on_finish=slow).then(add_one).commit()
    engine = Engine([workflow], store=store)
    run = await engine.workflow("tiny").create_run()
    await run.start_async(1)
    await begun.wait()
    await engine.close()
    assert (await (await Engine([workflow], store=store).run(run.run_id)).restart()).status == "success"
    assert calls == ["success", "success"]
    assert not [event for event in await store.read(run.run_id) if event.type == "step-log"]


@pytest.mark.parametrize("known", [True, False])
async def test_a_cancel_that_was_recorded_elsewhere_is_followed_by_the_hooks(known: bool) -> None:
    """A page records the cancel and has no code; whoever has it calls the hooks, also when the canceller was lost."""
    seen: list[str] = []
    workflow = begin(on_finish=lambda result: seen.append(result.status)).then(ask).commit()
    store = MemoryStore()
    engine = Engine([workflow], store=store)
    run = await engine.workflow("tiny").create_run()
    await run.start(1)
    await record_cancel(store, SystemClock(), run.run_id, hooks=["on_finish"] if known else None)
    assert seen == []
    await (await engine.run(run.run_id)).restart()
    assert seen == ["canceled"]
    with pytest.raises(RunFinished):
        await run.cancel()


async def test_the_hooks_of_a_run_that_is_cancelled_from_outside_are_called_once() -> None:
    """The process that executes it and the one that cancels it do not both call them."""
    seen: list[str] = []

    async def on_finish(result: RunResult) -> None:
        await asyncio.sleep(0)
        seen.append(result.status)

    async def work(data: Any) -> None:
        await asyncio.Event().wait()

    workflow = begin(on_finish=on_finish).then(create_step(id="work", execute=work)).commit()
    store = MemoryStore()
    run = await Engine([workflow], store=store).workflow("tiny").create_run()
    running = asyncio.ensure_future(run.start(1))
    await until(run, "step-started")
    result = await (await Engine([workflow], store=store).run(run.run_id)).cancel()
    assert (result.status, (await running).status, seen) == ("canceled", "canceled", ["canceled"])
