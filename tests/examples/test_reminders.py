"""The reminders and the event that ends them."""

from typing import Any

import pytest

from engine import Engine, Event, Run
from engine.testing import Collector, FakeClock, run_to_end
from playground.examples import invoice_reminders

UNPAID = {"customer": "Ada", "amount": "120.00", "pause": "P7D"}


async def new_run() -> Run[Any, Any]:
    """Return a run whose timers take no time."""
    return await Engine([invoice_reminders], clock=FakeClock()).workflow("reminders").create_run()


@pytest.mark.parametrize(("amount", "settled"), [("120", True), ("50", False)])
async def test_a_payment_closes_the_case(amount: str, settled: bool) -> None:
    """The event is awaited after the last reminder, and its payload decides how the case ends."""
    run = await new_run()

    async def pay(event: Event) -> None:
        if event.type == "event-awaited":
            await run.send_event("payment", {"amount": amount})

    run.watch(pay)
    result = await run.start(UNPAID)
    assert result.result["settled"] is settled
    assert result.result["reminders"] == 2


async def test_each_reminder_is_followed_by_a_pause() -> None:
    """The loop runs the nested workflow with its timer as often as the input says."""
    run = await new_run()
    collector = Collector()
    run.watch(collector)
    await run.start({**UNPAID, "reminders": 3})
    assert [event.path for event in collector.of("sleep-ended")] == [("first_time",)] + [("letter", "pause")] * 3


async def test_without_a_payment_the_run_fails() -> None:
    """A day after the last reminder the wait gives up."""
    result = await run_to_end(invoice_reminders, UNPAID)
    assert result.status == "failed"
    assert result.error_detail is not None
    assert result.error_detail["type"] == "EventTimeout"
