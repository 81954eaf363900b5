"""The example of a trip: a race, a failure with a plan, and bookings that are undone."""

from engine.testing import run_to_end
from playground.examples.trip import trip_booking


async def test_the_fastest_offer_is_booked_without_insurance() -> None:
    """What failed on the way had a plan."""
    result = await run_to_end(trip_booking, {"city": "Porto"})
    assert (result.status, result.undone) == ("success", [])
    assert result.result["total"] == 320
    assert {step: result.steps[step].status for step in ("grand_tours", "old_wings", "insure")} == {
        "grand_tours": "canceled",
        "old_wings": "failed",
        "insure": "failed",
    }


async def test_over_the_budget_every_booking_is_undone() -> None:
    """The last one first, and no undo fails."""
    result = await run_to_end(trip_booking, {"city": "Porto", "budget": 300})
    assert (result.status, result.undone) == ("failed", [["book_hotel"], ["book_flight"]])
