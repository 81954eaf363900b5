"""What runs when an event does not come in time."""

from datetime import timedelta
from typing import Any

import pytest

from engine import Context, Engine, MemoryStore, clone_step, create_step, sequence, step
from engine.errors import DefinitionError, WiringError
from engine.testing import FakeClock, FaultPoint, SimulatedCrash, run_to_end, until
from tests.engine.contract.tiny import add_one, ask, begin, double, fail, run_of


@step
async def words(data: str) -> str:
    """Take text."""
    return data


def waiting(otherwise: Any = add_one, **options: Any) -> Any:
    """Return a workflow that waits for an event, and then doubles what goes on."""
    return begin(**options).wait_for_event("paid", int, timeout=60, otherwise=otherwise).then(double).commit()


async def test_on_timeout_otherwise_runs_on_what_the_wait_was_given() -> None:
    """Its output goes on, and is the output of the wait."""
    result = await run_to_end(waiting(), 1)
    assert (result.status, result.result) == ("success", 4)
    assert (result.steps["event-1"].output, result.steps["add_one"].input) == (2, 1)


async def test_an_event_in_time_goes_on_and_otherwise_does_not_run() -> None:
    """One that comes later finds the wait over, and is kept."""
    run = await run_of(waiting(), clock=FakeClock(auto=False))
    await run.start_async(1)
    await until(run, "run-waiting")
    await run.send_event("paid", 5)
    await until(run, "run-succeeded")
    result = await run.state()
    assert (result.result, "add_one" in result.steps) == (10, False)


async def test_an_event_after_the_timeout_does_not_end_the_wait() -> None:
    """What runs otherwise has begun: it decides."""
    run = await run_of(waiting(ask), clock=FakeClock())
    result = await run.start(1)
    assert result.suspended == [["ask"]]
    await run.send_event("paid", 5)
    assert (await run.resume(resume_data=7)).result == 14


PARTS = [sequence(add_one, clone_step(double, id="twice")), waiting(id="inner"), sequence(ask, add_one)]


@pytest.mark.parametrize(
    ("part", "answers"), [*zip(PARTS, [{}, {}, {"ask": 3}], strict=True)], ids=["sequence", "workflow", "asking"]
)
async def test_otherwise_may_be_any_part(part: Any, answers: dict[str, Any]) -> None:
    """In arms, items and loops as well."""
    body = waiting(part, id="body")
    flow = begin().foreach(body, concurrency=2).map(sum).dountil(clone_step(add_one, id="more"), lambda data: True)
    result = await run_to_end(flow.commit(), [1, 1], answers=answers)
    assert (result.status, result.result) == ("success", 17)


async def test_a_failure_of_otherwise_is_the_failure_of_the_wait() -> None:
    """The run fails with its error."""
    result = await run_to_end(waiting(fail), 1)
    assert (result.error, result.steps["event-1"].status) == ("cannot take 1", "failed")


async def test_otherwise_may_end_the_workflow_early() -> None:
    """Nothing of it is left open."""

    async def stop(data: Any, ctx: Context) -> Any:
        ctx.bail("early")

    inner = waiting(create_step(id="stop", execute=stop), id="inner")
    result = await run_to_end(begin().then(inner).commit(), 1)
    assert (result.result, result.steps["inner.event-1"].status) == ("early", "canceled")


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("at", range(1, 6))
async def test_a_process_that_dies_anywhere_decides_once(at: int, durable: bool) -> None:
    """Another one goes on to the same result."""
    store, clock, workflow = MemoryStore(), FakeClock(), waiting()
    doomed = (
        await Engine([workflow], store=FaultPoint(store, at=at, durable=durable), clock=clock)
        .workflow("tiny")
        .create_run("r")
    )
    with pytest.raises(SimulatedCrash):
        await doomed.start(1)
    result = await (await Engine([workflow], store=store, clock=clock).run("r")).restart()
    types = [event.type for event in await store.read("r")]
    assert (result.result, types.count("event-expired")) == (4, 1)


async def test_a_fork_keeps_the_decision() -> None:
    """From what ran otherwise on, the event is not waited for again; from the wait on, it is."""
    clock = FakeClock()
    run = await run_of(waiting(), clock=clock)
    await run.start(1)
    before = clock.now()
    assert (await run.time_travel("add_one", 10)).result == 22
    assert clock.now() - before < timedelta(seconds=1)
    assert (await run.time_travel("event-1")).result == 4
    assert clock.now() - before >= timedelta(seconds=60)


def test_otherwise_is_part_of_the_graph_only_where_it_is_given() -> None:
    """Recorded digests of other waits stay."""
    (event, _) = waiting().graph["steps"]
    assert event["otherwise"]["id"] == "add_one"
    plain = begin().wait_for_event("paid", timeout=60).commit()
    assert "otherwise" not in plain.graph["steps"][0]
    assert 'n2 -->|"timeout"| n3' in waiting().to_mermaid()


def test_otherwise_needs_a_timeout_and_must_fit() -> None:
    """Both are said when the workflow is built."""
    with pytest.raises(DefinitionError, match=r"needs timeout=\.\.\."):
        begin().wait_for_event("paid", otherwise=add_one)
    with pytest.raises(WiringError, match="step 'words' takes str"):
        begin().then(add_one).wait_for_event("paid", timeout=1, otherwise=words).commit()
    with pytest.raises(WiringError, match="step 'words' takes str"):
        begin().wait_for_event("paid", int, timeout=1, otherwise=add_one).then(words).commit()
