"""A run waits for an event, and is sent one."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from engine import Engine, MemoryStore, create_step, create_workflow, step
from engine.errors import InvalidEventPayload, RunFinished, UnknownRun, UnknownStep
from engine.testing import Collector, FakeClock, until
from tests.engine.contract.tiny import add_one, asking, begin, failing, run_of


class Payment(BaseModel):
    amount: int
    currency: str = "EUR"


async def test_the_next_step_receives_the_payload() -> None:
    """A run waits for its event, and goes on with what was sent."""
    run = await run_of(begin().wait_for_event("ping").then(add_one).commit())
    running = asyncio.ensure_future(run.start(0))
    await until(run, "run-waiting")
    assert (await run.state()).status == "waiting"
    await run.send_event("ping", 41)
    result = await running
    assert (result.status, result.result) == ("success", 42)
    assert result.steps["event-1"].output == 41


async def test_the_payload_is_read_by_its_schema() -> None:
    """The next step receives the payload as the schema has it, with defaults."""

    @step
    async def total(data: Payment) -> str:
        return f"{data.amount} {data.currency}"

    workflow = (
        create_workflow(id="tiny", input_schema=None, output_schema=str)
        .wait_for_event("paid", Payment, id="payment")
        .then(total)
        .commit()
    )
    run = await run_of(workflow)
    running = asyncio.ensure_future(run.start())
    await until(run, "run-waiting")
    await run.send_event("paid", {"amount": 5})
    result = await running
    assert (result.result, result.steps["payment"].output) == ("5 EUR", {"amount": 5, "currency": "EUR"})


async def test_a_payload_that_does_not_fit_is_refused() -> None:
    """A bad payload raises with field errors and changes nothing: the run still waits."""
    run = await run_of(begin().wait_for_event("paid", Payment).commit())
    running = asyncio.ensure_future(run.start())
    await until(run, "run-waiting")
    with pytest.raises(InvalidEventPayload, match="amount") as caught:
        await run.send_event("paid", {"amount": "much"})
    assert [issue.path for issue in caught.value.issues] == [("amount",)]
    await run.send_event("paid", {"amount": 1})
    assert (await running).result == {"amount": 1, "currency": "EUR"}


async def test_a_payload_that_cannot_become_json_is_refused() -> None:
    """With the place, and the run still waits."""
    run = await run_of(begin().wait_for_event("ping").commit())
    running = asyncio.ensure_future(run.start())
    await until(run, "run-waiting")
    with pytest.raises(InvalidEventPayload, match=r"a\[0\]: nan cannot become JSON"):
        await run.send_event("ping", {"a": [float("nan")]})
    await run.send_event("ping", 1)
    assert (await running).result == 1


async def test_an_event_sent_before_the_wait_is_kept_for_it() -> None:
    """An event that comes early is delivered when the run gets there."""
    run = await run_of(begin().then(asking("ask")).wait_for_event("ping").commit())
    await run.start(1)
    await run.send_event("ping", "early")
    result = await run.resume(resume_data=None)
    assert (result.status, result.result) == ("success", "early")


async def test_kept_events_are_delivered_once_each_in_order() -> None:
    """Two waits for one name get the first and the second event."""
    workflow = begin().then(asking("ask")).wait_for_event("ping").map(lambda data: data).wait_for_event("ping").commit()
    run = await run_of(workflow)
    await run.start(1)
    await run.send_event("ping", "first")
    await run.send_event("ping", "second")
    result = await run.resume(resume_data=None)
    assert (result.steps["event-1"].output, result.steps["event-2"].output) == ("first", "second")


async def test_an_event_goes_to_one_wait_only() -> None:
    """Of two arms that wait for the same name one event wakes the first, the next one the second."""
    arms = [begin(name).wait_for_event("ping").commit() for name in ("a", "b")]
    run = await run_of(begin().parallel(arms).commit())
    running = asyncio.ensure_future(run.start())
    await until(run, "run-waiting")
    await run.send_event("ping", 1)
    await run.send_event("ping", 2)
    assert (await running).result == {"a": 1, "b": 2}


async def test_an_event_wakes_an_arm_while_its_sibling_runs() -> None:
    """An event is delivered at once though another arm is still at work."""
    heard = asyncio.Event()

    async def hear(data: Any) -> Any:
        heard.set()
        return data

    async def work(data: Any) -> str:
        await heard.wait()
        return "worked"

    ear = begin("ear").wait_for_event("ping").then(create_step(id="hear", execute=hear)).commit()
    run = await run_of(begin().parallel([ear, create_step(id="work", execute=work)]).commit())
    running = asyncio.ensure_future(run.start())
    await until(run, "event-awaited")
    await run.send_event("ping", "hello")
    assert (await running).result == {"ear": "hello", "work": "worked"}


@pytest.mark.parametrize("limit", [60, timedelta(minutes=1)])
async def test_a_timeout_fails_with_event_timeout(limit: Any) -> None:
    """When the event does not come in time the run fails and says which and where."""
    run = await run_of(begin().wait_for_event("ping", timeout=limit).commit(), clock=FakeClock())
    result = await run.start()
    assert (result.status, result.error_detail["type"]) == ("failed", "EventTimeout")
    assert re.fullmatch(r"event 'ping' did not come within 60(\.0)? s at 'event-1'", result.error)
    assert (result.ended_at - result.started_at).total_seconds() == 60


async def test_an_event_in_time_disarms_the_timeout() -> None:
    """After its event a run does not fail, however long it goes on."""
    clock = FakeClock(auto=False)
    run = await run_of(begin().wait_for_event("ping", timeout=60).sleep(600).commit(), clock=clock)
    running = asyncio.ensure_future(run.start())
    await until(run, "event-awaited")
    await run.send_event("ping", 1)
    await until(run, "sleep-started")
    await clock.sleeping()
    clock.advance(600)
    assert (await running).result == 1


async def test_a_failing_sibling_waits_for_the_event() -> None:
    """A run that waits for an event beside a failed arm fails when the event has come."""
    ear = begin("ear").wait_for_event("ping").commit()
    run = await run_of(begin().parallel([failing("bad"), ear]).commit())
    running = asyncio.ensure_future(run.start())
    await until(run, "run-waiting")
    await run.send_event("ping", 1)
    result = await running
    assert (result.status, result.error, result.steps["ear"].output) == ("failed", "bad failed", 1)


async def test_an_event_reaches_a_nested_wait() -> None:
    """A wait inside a nested workflow gets its event by name."""
    inner = begin("inner").wait_for_event("ping").then(add_one).commit()
    run = await run_of(begin().then(inner).commit())
    running = asyncio.ensure_future(run.start())
    await until(run, "run-waiting")
    await run.send_event("ping", 1)
    result = await running
    assert (result.result, result.steps["inner.event-1"].output) == (2, 1)


async def test_an_event_that_nothing_waits_for_is_refused() -> None:
    """A name that the workflow does not know is an error that lists what it waits for."""
    run = await run_of(begin().wait_for_event("ping", timeout=60).commit(), clock=FakeClock())
    with pytest.raises(UnknownStep, match=r"waits for no event 'pong'.*ping"):
        await run.send_event("pong")


async def test_a_finished_run_takes_no_event() -> None:
    """A run that has ended refuses events; a run that was not started is unknown."""
    run = await run_of(begin().wait_for_event("ping", timeout=60).commit(), clock=FakeClock())
    with pytest.raises(UnknownRun):
        await run.send_event("ping")
    await run.start()
    with pytest.raises(RunFinished):
        await run.send_event("ping")


async def test_an_event_may_come_from_another_process() -> None:
    """A run that waits here is woken by an event that another engine recorded in the same store."""
    store = MemoryStore()
    workflow = begin().wait_for_event("ping").commit()
    run = await Engine([workflow], store=store).workflow("tiny").create_run()
    running = asyncio.ensure_future(run.start())
    await until(run, "run-waiting")
    other = Engine([workflow], store=store)
    await (await other.run(run.run_id)).send_event("ping", "from afar")
    assert (await running).result == "from afar"
    await other.close()


async def test_waiting_and_delivery_are_recorded() -> None:
    """The journal tells what was awaited, until when, and what came."""
    run = await run_of(begin().wait_for_event("ping", timeout=60).commit(), clock=FakeClock(auto=False))
    collector = Collector()
    run.watch(collector)
    running = asyncio.ensure_future(run.start())
    await until(run, "run-waiting")
    await run.send_event("ping", [1])
    await running
    awaited, received = collector.of("event-awaited")[0], collector.of("event-received")[0]
    assert (awaited.path, awaited.payload["name"]) == (("event-1",), "ping")
    assert awaited.payload["timeout_at"] == "2030-01-01T00:01:00+00:00"
    assert (received.path, received.payload) == (("event-1",), {"name": "ping", "payload": [1]})


def two_waits() -> Any:
    """Return a workflow that waits for a number and then for a text, both sent under one name."""
    inner = begin("inner").wait_for_event("note", schema=str, id="text").commit()
    return begin().wait_for_event("note", schema=int, id="number").then(inner).commit()


async def test_each_wait_takes_what_fits_its_own_schema() -> None:
    """Of two waits for one name, an event is for that whose schema it fits, and kept for it if it comes first."""
    run = await run_of(two_waits())
    await run.start_async(1)
    await until(run, "run-waiting")
    await run.send_event("note", "kept")
    assert (await run.state()).steps["number"].status == "waiting"
    await run.send_event("note", 7)
    await until(run, "run-succeeded")
    result = await run.state()
    assert (result.steps["number"].output, result.result) == (7, "kept")


async def test_what_fits_no_wait_is_refused_by_the_one_that_waits_now() -> None:
    """The field errors are those of its schema, and nothing is recorded."""
    run = await run_of(two_waits())
    await run.start_async(1)
    await until(run, "run-waiting")
    before = (await run.state()).to_dict()
    with pytest.raises(InvalidEventPayload, match="integer"):
        await run.send_event("note", [])
    assert (await run.state()).to_dict() == before


async def test_of_open_waits_the_one_that_fits_gets_the_event() -> None:
    """Also when the other one has waited for longer; the payload has the defaults of its schema."""
    arms = [
        begin("a").wait_for_event("note", schema=int, id="number").commit(),
        begin("b").wait_for_event("note", schema=Payment, id="paid").commit(),
    ]
    run = await run_of(begin().parallel(arms).commit())
    await run.start_async(1)
    await until(run, "run-waiting")
    await run.send_event("note", {"amount": 5})
    await run.send_event("note", 3)
    await until(run, "run-succeeded")
    assert (await run.state()).result == {"a": 3, "b": {"amount": 5, "currency": "EUR"}}
