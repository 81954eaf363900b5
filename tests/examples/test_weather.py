"""The day planner."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import InvalidInput
from engine.testing import run_scheduled, run_to_end
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


async def test_each_morning_plans_its_own_day() -> None:
    """At seven by the clock of Bergen, in winter and in summer; the day is that for which the run was started."""
    winter, summer = datetime(2030, 1, 3, tzinfo=UTC), datetime(2030, 7, 4, tzinfo=UTC)
    for start, hour in ((winter, 6), (summer, 5)):
        results = await run_scheduled(weather_planner, start=start, until=start + timedelta(days=2))
        assert [result.scheduled_for for result in results] == [
            start + timedelta(days=day, hours=hour) for day in (0, 1)
        ]
        assert [result.result["headline"].partition(" ")[0] for result in results] == ["Thursday", "Friday"]


async def test_an_unknown_city_is_refused_before_anything_runs() -> None:
    """The input is validated, so that no run is made for a city without a recording."""
    with pytest.raises(InvalidInput, match="city"):
        await run_to_end(weather_planner, {"city": "Atlantis"})
