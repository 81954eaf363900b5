"""A trip: the fastest offer is taken, what fails has a plan, and what was booked is undone if the trip is off."""

import asyncio
from typing import Any

from pydantic import BaseModel, Field

from engine import Context, Fail, Retry, create_workflow, step


class Trip(BaseModel):
    """Where to go, and for how much."""

    city: str = Field(min_length=1)
    nights: int = Field(default=2, ge=1, le=14)
    budget: int = Field(default=500, ge=1, description="In euros. With less than 300 the trip is called off.")


class Offer(BaseModel):
    """A flight that can be had."""

    airline: str
    city: str
    price: int


class Booking(BaseModel):
    """Something that is booked, and can be cancelled."""

    what: str
    price: int


@step(timeout=5)
async def quick_air(trip: Trip) -> Offer:
    """Answer soon, most of the time."""
    await asyncio.sleep(0.4)
    return Offer(airline="Quick Air", city=trip.city, price=140)


@step(timeout=5)
async def grand_tours(trip: Trip) -> Offer:
    """Take its time."""
    await asyncio.sleep(2)
    return Offer(airline="Grand Tours", city=trip.city, price=120)


@step
async def old_wings(trip: Trip) -> Offer:
    """Be out of order."""
    raise ConnectionError("Old Wings does not answer")


def first_offer(offers: dict[str, Offer]) -> Offer:
    """Return the offer that won."""
    return next(iter(offers.values()))


async def cancel_booking(booking: Booking, ctx: Context) -> None:
    """Take a booking back."""
    ctx.logger.info("cancelling the %s", booking.what)
    await asyncio.sleep(0.2)


@step(undo=cancel_booking)
async def book_flight(offer: Offer) -> Booking:
    """Book the seat; it is cancelled when the trip is off."""
    return Booking(what=f"flight to {offer.city} with {offer.airline}", price=offer.price)


async def cancel_last(bookings: list[Booking], ctx: Context) -> None:
    """Take back what was booked last."""
    await cancel_booking(bookings[-1], ctx)


@step(undo=cancel_last)
async def book_hotel(flight: Booking, ctx: Context) -> list[Booking]:
    """Book the nights; they are cancelled when the trip is off."""
    trip: Trip = ctx.init_data
    return [flight, Booking(what=f"{trip.nights} nights in {trip.city}", price=90 * trip.nights)]


@step(retry=Retry(attempts=2, delay=0.5))
async def insure(bookings: list[Booking]) -> list[Booking]:
    """Ask the insurer, who is away."""
    raise TimeoutError("the insurer is away")


@step
async def go_uninsured(failure: dict[str, Any], ctx: Context) -> list[Booking]:
    """Go on without, and say so."""
    ctx.logger.warning("no insurance: %s", failure["error"])
    return [Booking.model_validate(booking) for booking in failure["input"]]


@step
async def confirm(bookings: list[Booking], ctx: Context) -> dict[str, Any]:
    """Add it up; a trip over the budget is called off, and its bookings are undone."""
    total, trip = sum(booking.price for booking in bookings), ctx.init_data
    if total > trip.budget:
        raise Fail(f"{total} euros are more than the budget of {trip.budget}")
    return {"booked": [booking.what for booking in bookings], "total": total}


trip_booking = (
    create_workflow(
        id="trip",
        description="Book a trip: take the fastest offer, go on without insurance, undo the bookings over budget.",
        input_schema=Trip,
        output_schema=dict[str, Any],
    )
    .race([quick_air, grand_tours, old_wings], id="fastest_offer")
    .map(first_offer, id="offer")
    .then(book_flight)
    .then(book_hotel)
    .attempt(insure, otherwise=go_uninsured, on=(TimeoutError, ConnectionError), id="insurance")
    .then(confirm)
    .commit()
)
