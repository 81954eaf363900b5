"""Wirings that mypy and pyright must refuse, each at the line that says so.

mypy does not compare the last output with the workflow's own, because it erases type variables of ``self``.
"""

from __future__ import annotations

from pydantic import BaseModel

from engine import Context, Step, create_workflow, sequence, step


class City(BaseModel):
    """An input."""

    name: str


class Forecast(BaseModel):
    """An output."""

    celsius: float


@step
async def fetch(data: City) -> Forecast:
    """Make a forecast."""
    return Forecast(celsius=len(data.name))


@step
def warm(data: Forecast) -> Forecast:
    """Change a forecast."""
    return data


@step
def cities(data: City) -> list[City]:
    """Make a list."""
    return [data]


@step
def count(data: int) -> int:
    """Count."""
    return data + 1


@step
async def ask(data: City, ctx: Context) -> str:
    """Ask for a forecast."""
    answer = ctx.suspend(answer=Forecast, timeout=60)
    ctx.suspend(answer=Forecast, timeout="soon")  # refused
    return answer.celsius  # refused


wrong_type: Step[Forecast, City] = fetch  # refused
begun = create_workflow(id="wrong", input_schema=City, output_schema=Forecast)
begun.then(warm)  # refused
begun.then(fetch).then(cities)  # refused
begun.then(cities).foreach(warm)  # refused
begun.then(fetch).foreach(warm)  # refused
begun.then(cities).commit()  # refused by pyright
begun.commit()  # refused by pyright
begun.then(sequence(fetch, count))  # refused
begun.then(fetch).map(lambda data: data.celsius).then(warm)  # refused
begun.sleep(1).then(warm)  # refused
begun.wait_for_event("approved", int).then(warm)  # refused
begun.wait_for_event("approved", Forecast, 60, otherwise=warm)  # refused
begun.wait_for_event("approved", Forecast, 60, otherwise=cities).then(warm)  # refused
begun.attempt(warm, otherwise=fetch)  # refused
begun.attempt(fetch, otherwise=fetch, on=3)  # refused
begun.attempt(fetch, otherwise=cities).then(warm)  # refused
begun.race(fetch)  # refused
begun.then("fetch")  # refused
begun.parallel([fetch], concurrency="two")  # refused
finished = begun.then(fetch).commit()
begun.then(warm if finished else count)  # refused
begun.then(finished).then(finished)  # refused
begun.dowhile(cities, lambda data: True).then(warm)  # refused
