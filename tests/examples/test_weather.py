"""The day planner."""

import pytest

from engine.errors import InvalidInput
from engine.testing import run_to_end
from playground.examples import weather_planner


async def test_a_rainy_day_is_spent_inside() -> None:
    """Above the limit the branch takes the arm with a roof, and only that arm."""
    trip = {"city": "Bergen", "day": "2026-06-05", "interests": ["swimming", "food"], "party": {"children": 2}}
    result = await run_to_end(weather_planner, trip)
    assert result.result == {
        "headline": "Friday in Bergen: heavy rain, 10.8 °C. A day inside for 3 people.",
        "activities": ["the indoor pool", "a long lunch in the covered market"],
        "pack": ["water", "umbrella", "games"],
    }
    assert "plan_outdoors" not in result.steps


@pytest.mark.parametrize(("limit", "step"), [(0.0, "plan_indoors"), (0.5, "plan_outdoors")])
async def test_the_limit_of_the_input_decides(limit: float, step: str) -> None:
    """The same day is spent inside or outside, as the traveller minds the rain."""
    result = await run_to_end(weather_planner, {"city": "Lisbon", "rain_limit": limit})
    assert result.status == "success"
    assert step in result.steps


async def test_an_unknown_city_is_refused_before_anything_runs() -> None:
    """The input is validated, so that no run is made for a city without a recording."""
    with pytest.raises(InvalidInput, match="city"):
        await run_to_end(weather_planner, {"city": "Atlantis"})
