"""Reminders for an unpaid invoice: timers, a loop that repeats until its work is done, and an event from outside."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pydantic import BaseModel, Field

from engine import Context, create_workflow, step


class Unpaid(BaseModel):
    """An invoice that nobody paid yet."""

    customer: str = Field(min_length=1)
    amount: Decimal = Field(gt=0, max_digits=9, decimal_places=2)
    reminders: int = Field(default=2, ge=1, le=5, description="How many before somebody has to call.")
    pause: timedelta = Field(default=timedelta(seconds=1), description="Between two reminders, as PT1S or 00:00:01.")
    not_before: datetime | None = Field(default=None, description="The first reminder waits for this time.")


class Case(BaseModel):
    """An invoice and the reminders that were sent for it."""

    unpaid: Unpaid
    sent: list[str] = []


class Paid(BaseModel):
    """What the event `payment` carries: send it when the money has come."""

    amount: Decimal
    paid_at: datetime | None = None


class Closed(BaseModel):
    """How it ended."""

    message: str
    reminders: int
    settled: bool


@step
async def open_case(unpaid: Unpaid, ctx: Context) -> Case:
    """Begin with no reminder sent."""
    ctx.logger.info("%s owes %s", unpaid.customer, unpaid.amount)
    return Case(unpaid=unpaid)


def first_time(case: Case) -> datetime:
    """Return when the first reminder goes out; a time that has passed is no wait."""
    return case.unpaid.not_before or datetime.now(UTC)


@step
async def write_reminder(case: Case) -> Case:
    """Write the next reminder; the first is friendlier than the others."""
    await asyncio.sleep(0.2)
    number = len(case.sent) + 1
    tone = "friendly" if number == 1 else "serious"
    return case.model_copy(update={"sent": [*case.sent, f"{tone} reminder {number} to {case.unpaid.customer}"]})


@step(timeout=10)
def send_reminder(case: Case, ctx: Context) -> Case:
    """Send it line by line; a long plain function asks now and then whether it was cancelled."""
    for line in (f"To: {case.unpaid.customer}", f"Open: {case.unpaid.amount}", case.sent[-1]):
        ctx.check_cancelled()
        print(line)
    return case


def pause(case: Case) -> timedelta:
    """Return how long the customer is left alone."""
    return case.unpaid.pause


def all_sent(case: Case) -> bool:
    """Tell whether as many reminders were sent as were asked for."""
    return len(case.sent) >= case.unpaid.reminders


@step
async def close_case(paid: Paid, ctx: Context) -> Closed:
    """Compare what came with what was owed."""
    case: Case = ctx.result("letter")
    owed = case.unpaid.amount
    settled = paid.amount >= owed
    what = "everything" if settled else f"{paid.amount} of {owed}"
    return Closed(message=f"{case.unpaid.customer} paid {what}", reminders=len(case.sent), settled=settled)


letter = (
    create_workflow(id="letter", input_schema=Case, output_schema=Case, description="One letter, and a pause.")
    .then(write_reminder)
    .then(send_reminder)
    .sleep(pause, id="pause")
    .commit()
)

invoice_reminders = (
    create_workflow(
        id="reminders",
        input_schema=Unpaid,
        output_schema=Closed,
        description="Reminds a customer of an invoice, then waits up to a day for the event `payment`.",
    )
    .then(open_case)
    .sleep_until(first_time, id="first_time")
    .dountil(letter, all_sent, max_iterations=5, id="remind")
    .wait_for_event("payment", Paid, timeout=timedelta(days=1), id="payment")
    .then(close_case)
    .commit()
)
