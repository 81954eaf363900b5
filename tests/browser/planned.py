"""A workflow with a deadline, a race, an attempt and undos, for a real browser."""

import asyncio
from typing import Any

from engine import Context, Fail, create_workflow, step


def give_back(output: str) -> None:
    """Take a booking back."""


@step(undo=give_back)
async def reserve(city: str) -> str:
    """Book a room."""
    return f"a room in {city}"


@step
async def by_card(room: str) -> str:
    """Fail to pay."""
    raise TimeoutError("the bank is away")


@step
async def by_invoice(failure: dict[str, Any]) -> str:
    """Pay in another way."""
    return f"{failure['input']}, paid later"


@step
async def near(room: str) -> str:
    """Answer at once."""
    return "near"


@step
async def far(room: str) -> str:
    """Never answer in time."""
    await asyncio.sleep(3600)
    return "far"


@step
async def ask(answers: dict[str, str], ctx: Context) -> str:
    """Ask a person, who has a moment."""
    return ctx.suspend("Is it confirmed?", answer=str, timeout=4, default="no")


@step
async def confirm(answer: str) -> str:
    """Fail, unless it was confirmed."""
    if answer == "no":
        raise Fail("nobody has confirmed")
    return answer


planned = (
    create_workflow(id="planned", input_schema=str, output_schema=str)
    .then(reserve)
    .attempt(by_card, otherwise=by_invoice)
    .race([near, far])
    .then(ask)
    .then(confirm)
    .commit()
)
