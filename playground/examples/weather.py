"""A day planner: fetch a forecast, branch on rain, plan the day. Reads a recorded week, so it needs no network."""

import asyncio
import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from engine import Context, Schedule, create_workflow, step

WEEK = Path(__file__).with_name("weather.json")
"""A made-up week; the day of the week decides which of its days is taken."""


class City(StrEnum):
    """The cities of the recorded week."""

    LONDON = "London"
    LISBON = "Lisbon"
    BERGEN = "Bergen"


class Interest(StrEnum):
    """What a day can be filled with."""

    MUSEUMS = "museums"
    FOOD = "food"
    WALKING = "walking"
    SWIMMING = "swimming"


class Party(BaseModel):
    """Who comes along."""

    adults: int = Field(default=1, ge=1, le=12)
    children: int = Field(default=0, ge=0, le=12)


class Trip(BaseModel):
    """A day out."""

    city: City = Field(description="Where to spend the day.")
    day: date = Field(default=date(2026, 6, 4), description="Any date; its day of the week picks the weather.")
    party: Party = Party()
    interests: list[Interest] = Field(default=[Interest.FOOD], min_length=1, description="Most wanted first.")
    rain_limit: float = Field(default=0.5, ge=0, le=1, description="From this chance of rain on, stay inside.")


class Forecast(BaseModel):
    """The weather of one day in one city."""

    city: City
    day: date
    summary: str
    low: float
    high: float
    rain: float
    wind: int


class Plan(BaseModel):
    """What to do, and where."""

    indoors: bool
    activities: list[str]


class DayPlan(BaseModel):
    """The day as it is handed to the travellers."""

    headline: str
    activities: list[str]
    pack: list[str]


OUTSIDE = {
    Interest.MUSEUMS: "the sculpture garden",
    Interest.FOOD: "lunch at the street market",
    Interest.WALKING: "a walk along the water",
    Interest.SWIMMING: "a swim in the open",
}
INSIDE = {
    Interest.MUSEUMS: "the art museum",
    Interest.FOOD: "a long lunch in the covered market",
    Interest.WALKING: "a stroll through the arcades",
    Interest.SWIMMING: "the indoor pool",
}


@step(timeout=5)
async def fetch_forecast(trip: Trip, ctx: Context) -> Forecast:
    """Look the day up in the recorded week; a run that a schedule has started is about its own day."""
    day = ctx.scheduled_for.date() if ctx.scheduled_for else trip.day
    weekday = f"{day:%A}"
    ctx.logger.info("looking up %s in %s", weekday, trip.city)
    await asyncio.sleep(0.4)
    recorded = json.loads(WEEK.read_text())[trip.city][weekday]
    return Forecast(city=trip.city, day=day, **recorded)


def rain_is_likely(forecast: Forecast, ctx: Context) -> bool:
    """Compare the chance of rain with the limit in the input."""
    return bool(forecast.rain >= ctx.init_data.rain_limit)


@step
async def plan_indoors(forecast: Forecast, ctx: Context) -> Plan:
    """Fill the day with things under a roof."""
    await asyncio.sleep(0.5)
    return Plan(indoors=True, activities=[INSIDE[interest] for interest in ctx.init_data.interests])


@step
async def plan_outdoors(forecast: Forecast, ctx: Context) -> Plan:
    """Fill the day with things in the open."""
    await asyncio.sleep(0.5)
    return Plan(indoors=False, activities=[OUTSIDE[interest] for interest in ctx.init_data.interests])


def the_plan(arms: dict[str, Any]) -> Plan:
    """Take the plan of the arm that ran: a branch gives a dict of outputs by step id."""
    plan: Plan = next(iter(arms.values()))
    return plan


@step
async def pack_bag(plan: Plan, ctx: Context) -> DayPlan:
    """Put together what to bring, and a headline."""
    forecast: Forecast = ctx.result(fetch_forecast)
    party: Party = ctx.init_data.party
    people = party.adults + party.children
    who = "one person" if people == 1 else f"{people} people"
    await asyncio.sleep(0.2)
    pack = ["water", *(["umbrella"] if plan.indoors else ["sunscreen"]), *(["games"] if party.children else [])]
    where = "inside" if plan.indoors else "outside"
    headline = f"{forecast.day:%A} in {forecast.city}: {forecast.summary}, {forecast.high} °C. A day {where} for {who}."
    return DayPlan(headline=headline, activities=plan.activities, pack=pack)


weather_planner = (
    create_workflow(
        id="weather",
        input_schema=Trip,
        output_schema=DayPlan,
        description="Plans a day out: looks at the forecast, decides between inside and outside, packs the bag.",
        schedules=[
            Schedule(
                "0 7 * * *", input_data={"city": "Bergen"}, timezone="Europe/Oslo", id="every-morning", missed="skip"
            ),
        ],
    )
    .then(fetch_forecast)
    .branch([(rain_is_likely, plan_indoors)], otherwise=plan_outdoors, id="where")
    .map(the_plan, id="plan")
    .then(pack_bag)
    .commit()
)
