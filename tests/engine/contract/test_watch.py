"""Events, and the ways to follow them."""

import asyncio
import json
from typing import Any

import pytest

from engine import Engine, Event, MemoryStore, RunResult, create_step, create_workflow
from engine.errors import InvalidInput, InvalidResumeData, UnknownRun
from engine.journal.fold import fold
from engine.paths import format_path, parse_path
from engine.testing import Collector, FakeClock, FaultPoint, SimulatedCrash, until
from tests.engine.contract.tiny import add_one, ask, begin, double, run_of


async def test_an_event_is_json_with_six_keys() -> None:
    """run_id, seq, at, type, path, payload; it can be read back."""
    store = MemoryStore()
    run = await run_of(begin().then(add_one).commit(), store=store)
    await run.start(1)
    for event in await store.read(run.run_id):
        data = json.loads(json.dumps(event.to_dict()))
        assert list(data) == ["run_id", "seq", "at", "type", "path", "payload"]
        assert Event.from_dict(data) == event


async def test_seq_counts_from_one_without_gaps() -> None:
    """Over starts, suspensions and resumes."""
    store = MemoryStore()
    run = await run_of(begin().then(ask).then(double).commit(), store=store)
    await run.start(1)
    await run.resume(resume_data=2)
    events = await store.read(run.run_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


async def test_watch_and_stream_deliver_what_the_store_keeps() -> None:
    """The same events, by callback and by loop."""
    store = MemoryStore()
    run = await run_of(begin().then(add_one).commit(), store=store)
    collector = Collector()
    run.watch(collector)
    streamed = [event async for event in run.stream(1)]
    kept = await store.read(run.run_id)
    assert streamed == collector.events == kept
    assert [event.type for event in kept] == [
        "run-created",
        "run-started",
        "step-started",
        "step-succeeded",
        "run-succeeded",
    ]


async def test_a_stream_ends_when_the_run_suspends() -> None:
    """And resume_stream() goes on from the answer."""
    run = await run_of(begin().then(ask).commit())
    first = [event.type async for event in run.stream(1)]
    second = [event.type async for event in run.resume_stream(resume_data=2)]
    assert (first[-1], second[0], second[-1]) == ("run-suspended", "step-resumed", "run-succeeded")


async def test_a_stream_goes_on_through_timers() -> None:
    """A run that waits for a timer has not ended."""
    run = await run_of(begin().sleep(3600).commit(), clock=FakeClock())
    assert [event.type async for event in run.stream(1)][-3:] == ["run-waiting", "sleep-ended", "run-succeeded"]


async def test_a_refused_start_or_resume_raises_in_the_stream() -> None:
    """Bad input and bad answers raise as they do without a stream."""
    run = await run_of(begin().then(create_step(id="n", execute=ask.function, resume_schema=int)).commit())
    await run.start(1)
    with pytest.raises(InvalidResumeData):
        await anext(run.resume_stream(resume_data="text"))
    run = await run_of(create_workflow(id="w", input_schema=int, output_schema=None).then(add_one).commit())
    with pytest.raises(InvalidInput):
        await anext(run.stream("text"))


async def test_a_stream_whose_run_is_interrupted_raises() -> None:
    """When what drives the run breaks, the loop over its events does not hang."""
    workflow = begin().then(add_one).then(double).commit()
    run = await run_of(workflow, store=FaultPoint(MemoryStore(), at=1, durable=True))
    with pytest.raises(SimulatedCrash):
        async for _ in run.stream(1):
            pass


async def test_watch_and_observe_first_replay_what_came_after() -> None:
    """Who comes late, or comes back with after=seq, sees the rest and nothing twice."""
    run = await run_of(begin().then(add_one).then(ask).commit())
    early = Collector()
    run.watch(early)
    await run.start(1)
    late, later = Collector(), Collector()
    run.watch(late)
    run.watch(later, after=3)
    await run.resume(resume_data=2)
    assert late.events == early.events
    assert later.events == early.events[3:]
    assert [event async for event in run.observe()] == early.events
    assert [event async for event in run.observe(after=5)] == early.events[5:]


@pytest.mark.parametrize("workflow", [begin().then(add_one).commit(), begin().then(ask).commit()])
async def test_who_knows_everything_of_a_run_at_rest_sees_nothing_more(workflow: Any) -> None:
    """Coming back with the last seq ends at once, and so does coming back with one that is not there yet."""
    run = await run_of(workflow)
    await run.start(1)
    events = [event async for event in run.observe()]
    assert [event async for event in run.observe(after=len(events) - 1)] == events[-1:]
    for after in (len(events), len(events) + 1):
        assert [event async for event in run.observe(after=after)] == []


async def test_a_late_watcher_of_a_finished_run_sees_it_all() -> None:
    """Watching does not need the run to be executed here, or at all."""
    store, workflow = MemoryStore(), begin().then(add_one).commit()
    run = await run_of(workflow, store=store)
    await run.start(1)
    later = await Engine([workflow], store=store).run(run.run_id)
    assert (await until(later, "run-succeeded")).seq == 5
    assert [event async for event in later.observe()] == await store.read(run.run_id)


async def test_a_watcher_in_another_process_follows_live() -> None:
    """An engine that only shares the store sees events as they are recorded."""
    store, workflow, seen, over = MemoryStore(), begin().then(ask).then(add_one).commit(), [], asyncio.Event()
    run = await run_of(workflow, store=store)
    await run.start(1)
    other = await Engine([workflow], store=store).run(run.run_id)

    def hear(event: Event) -> None:
        seen.append(event.type)
        if event.type == "run-succeeded":
            over.set()

    end = other.watch(hear)
    await run.resume(resume_data=1)
    await over.wait()
    end()
    assert seen == [event.type for event in await store.read(run.run_id)]


async def test_events_are_delivered_in_order_one_at_a_time() -> None:
    """A slow async callback is not called again before it has returned."""
    busy, seqs = False, []

    async def slow(event: Event) -> None:
        nonlocal busy
        assert not busy
        busy = True
        await asyncio.sleep(0)
        seqs.append(event.seq)
        busy = False

    run = await run_of(begin().foreach(add_one, concurrency=5).commit())
    run.watch(slow)
    await run.start(list(range(20)))
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) == 43


async def test_start_returns_after_the_callback_has_seen_everything() -> None:
    """No event of the run comes after start() has returned."""
    run = await run_of(begin().then(add_one).commit())
    collector = Collector()
    run.watch(collector)
    await run.start(1)
    assert collector.types[-1] == "run-succeeded"


async def test_a_watcher_can_stop() -> None:
    """The function that watch() returns ends the watching."""
    run = await run_of(begin().then(ask).commit())
    collector = Collector()
    end = run.watch(collector)
    await run.start(1)
    seen = len(collector.events)
    end()
    await run.resume(resume_data=1)
    assert len(collector.events) == seen


@pytest.mark.parametrize("error", [ValueError("broken"), SystemExit(1), asyncio.CancelledError()])
async def test_a_callback_that_raises_does_not_touch_the_run(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """Its error is logged, it is called with the next event all the same, and other watchers see everything."""
    calls = []

    def broken(event: Event) -> None:
        calls.append(event)
        raise error

    run = await run_of(begin().then(add_one).commit())
    collector = Collector()
    run.watch(broken)
    run.watch(collector)
    assert (await run.start(1)).status == "success"
    assert calls == collector.events
    assert "a watcher of run" in caplog.text


async def test_a_callback_may_resume_the_run() -> None:
    """Answering from inside the callback goes on with the run; nothing waits for itself."""
    answered = []

    async def answer(event: Event) -> None:
        if event.type == "step-suspended":
            answered.append((await run.resume(event.path, 41)).status)

    run = await run_of(begin().then(ask).then(add_one).commit())
    run.watch(answer)
    await run.start(1)
    result = await run.state()
    assert (result.status, result.result, answered) == ("success", 42, ["success"])


async def test_a_callback_may_cancel_the_run() -> None:
    """Cancelling from inside the callback stops the run that is at work."""

    async def stop(event: Event) -> None:
        if event.type == "step-started":
            await run.cancel()

    run = await run_of(begin().then(create_step(id="endless", execute=wait_for_ever)).commit())
    run.watch(stop)
    assert (await run.start(1)).status == "canceled"


async def wait_for_ever(data: Any) -> None:
    """Never return."""
    await asyncio.Event().wait()


async def test_observe_needs_a_run() -> None:
    """A run that was not started cannot be observed."""
    run = await run_of(begin().then(add_one).commit())
    with pytest.raises(UnknownRun):
        await anext(run.observe())


async def test_folding_the_events_gives_the_state() -> None:
    """At every moment the fold of the events so far is what run.state() says."""
    store = MemoryStore()
    run = await run_of(
        begin().parallel([ask, add_one]).then(create_step(id="n", execute=lambda d: d)).commit(), store=store
    )
    await run.start(1)
    assert RunResult.of(fold(await store.read(run.run_id))).to_dict() == (await run.state()).to_dict()
    result = await run.resume(resume_data=2)
    assert RunResult.of(fold(await store.read(run.run_id))).to_dict() == result.to_dict()


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("ask",), "ask"),
        (("outer", "inner"), "outer.inner"),
        (("inner", 0, "ask"), "inner[0].ask"),
        (("a", 1, "b", 2), "a[1].b[2]"),
    ],
)
def test_a_path_is_a_list_and_is_written_with_dots_and_brackets(path: Any, written: str) -> None:
    """["inner", 0, "ask"] is written inner[0].ask, and read back."""
    assert format_path(path) == written
    assert parse_path(written) == parse_path(list(path)) == path


async def test_watching_leaves_nothing_behind() -> None:
    """When a watched run has ended, no task of its watchers is left."""
    run = await run_of(begin().then(add_one).commit())
    run.watch(Collector())
    await run.start(1)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
