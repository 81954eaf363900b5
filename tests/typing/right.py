"""Wirings that mypy and pyright must accept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field

from engine import (
    Context,
    Every,
    Fail,
    Retry,
    Schedule,
    Step,
    Workflow,
    clone_step,
    clone_workflow,
    create_step,
    create_workflow,
    from_init,
    from_step,
    sequence,
    step,
    template,
    value,
)


class City(BaseModel):
    """An input."""

    name: str


class Capital(City):
    """An input that is another one as well."""

    country: str


class Forecast(BaseModel):
    """An output."""

    city: str
    celsius: float


@step
async def fetch(data: City) -> Forecast:
    """Take data, asynchronously."""
    return Forecast(city=data.name, celsius=21.5)


@step
def warm(data: Forecast, ctx: Context) -> Forecast:
    """Take data and a context, in a thread."""
    return data.model_copy(update={"celsius": data.celsius + ctx.attempt})


@step
async def mend(failure: dict[str, Any]) -> Forecast:
    """Take what is told of a failure."""
    return Forecast(city=failure["input"]["name"], celsius=0)


@step(retry=Retry(attempts=3), timeout=5)
async def cities(ctx: Context) -> list[City]:
    """Take only a context."""
    return [City(name=ctx.run_id)]


@step
def now() -> datetime:
    """Take nothing."""
    return datetime.now(UTC)


@step
async def loose(data: dict[str, Any]) -> dict[str, Any]:
    """Take and give any dict."""
    return data


@step
async def words(data: str | None) -> int:
    """Take a union."""
    return len(data or "")


made = create_step(
    id="made", input_schema=City, output_schema=Forecast, execute=lambda data: Forecast(city="", celsius=0)
)
counted = create_step(
    id="counted", input_schema=Annotated[int, Field(ge=0)], output_schema=str, execute=lambda data: ""
)
open_step = create_step(id="open", input_schema={"type": "object"}, output_schema=None, execute=lambda data, ctx: data)

typed_step: Step[City, Forecast] = fetch
typed_clone: Step[City, Forecast] = clone_step(fetch, id="fetch-2")
takes_subclass: Step[Capital, Forecast] = fetch

straight: Workflow[City, Forecast] = (
    create_workflow(id="straight", input_schema=City, output_schema=Forecast).then(fetch).then(warm).commit()
)
wider: Workflow[Capital, Forecast] = (
    create_workflow(id="wider", input_schema=Capital, output_schema=Forecast, retry=Retry()).then(fetch).commit()
)
nested = create_workflow(id="nested", input_schema=City, output_schema=Forecast).then(straight).then(warm).commit()
straight_again = clone_workflow(straight, id="straight_again")
cloned: Workflow[City, Forecast] = clone_workflow(straight, id="cloned")
together = sequence(fetch, warm, clone_step(warm, id="warmer"))
in_order = create_workflow(id="order", input_schema=City, output_schema=Forecast).then(together).commit()
sourced = create_workflow(id="sourced", input_schema=City, output_schema=list[City]).then(cities).commit()
dated = create_workflow(id="dated", input_schema=City, output_schema=datetime).then(now).commit()

side_by_side = (
    create_workflow(id="parallel", input_schema=City, output_schema=dict[str, Any])
    .parallel(
        [fetch, straight, sequence(clone_step(fetch, id="fetch-3"), warm, id="both")], concurrency=2, fail_fast=True
    )
    .then(loose)
    .commit()
)
scheduled: Workflow[City, Forecast] = (
    create_workflow(
        id="scheduled",
        input_schema=City,
        output_schema=Forecast,
        schedules=[
            Schedule("0 9 * * mon-fri", input_data={"name": "Rome"}, timezone="Europe/Rome", id="nine", missed="skip"),
            Every(minutes=5, input_data=City(name="Bonn")),
        ],
    )
    .then(fetch)
    .commit()
)
raced = (
    create_workflow(id="race", input_schema=City, output_schema=dict[str, Any])
    .race([fetch, clone_step(fetch, id="fetch-4")])
    .then(loose)
    .commit()
)
guarded = (
    create_workflow(id="attempt", input_schema=City, output_schema=Forecast)
    .attempt(fetch, otherwise=mend, on=(TimeoutError, "HTTPError"))
    .then(warm)
    .commit()
)
decided = (
    create_workflow(id="branch", input_schema=City, output_schema=Forecast)
    .then(fetch)
    .branch(
        [(lambda data: data.celsius > 20, warm), (lambda data, ctx: ctx.attempt == 1, loose)],
        otherwise=clone_step(warm, id="warmest"),
    )
    .then(open_step)
    .commit()
)


async def cool(data: Forecast, ctx: Context) -> bool:
    """Decide asynchronously."""
    return data.celsius < 20


repeated = (
    create_workflow(id="loop", input_schema=City, output_schema=Forecast)
    .then(fetch)
    .dowhile(warm, cool, max_iterations=5)
    .dountil(clone_step(warm, id="more"), lambda data: data.celsius > 30)
    .commit()
)
listed = (
    create_workflow(id="foreach", input_schema=City, output_schema=list[Forecast])
    .then(cities)
    .foreach(sequence(fetch, warm), concurrency=3)
    .commit()
)
mapped = (
    create_workflow(id="map", input_schema=City, output_schema=int)
    .then(fetch)
    .map(lambda data: data.city)
    .then(words)
    .commit()
)
mapped_to_dict = (
    create_workflow(id="map-dict", input_schema=City, output_schema=Forecast)
    .then(fetch)
    .map({"city": from_init("name"), "celsius": from_step(fetch, "celsius"), "more": lambda data: data.celsius})
    .then(warm)
    .map({"name": from_step(fetch, "city")})
    .then(straight_again)
    .map({"city": template("{init.name}!"), "celsius": value(3), "nested": from_step(straight_again)})
    .commit()
)
waiting = (
    create_workflow(id="waiting", input_schema=City, output_schema=Forecast)
    .sleep(1)
    .sleep(timedelta(minutes=1))
    .sleep(lambda data: 2.5)
    .sleep_until(datetime(2030, 1, 1, tzinfo=UTC))
    .then(fetch)
    .wait_for_event("approved", Forecast, timeout=60)
    .then(warm)
    .commit()
)
decided = (
    create_workflow(id="decided", input_schema=City, output_schema=Forecast)
    .wait_for_event("forecast", Forecast, timedelta(days=1), otherwise=fetch)
    .then(warm)
    .commit()
)
from_json = (
    create_workflow(id="json", input_schema={"type": "object"}, output_schema=None).then(fetch).then(open_step).commit()
)
through_dict = create_workflow(id="dict", input_schema=City, output_schema=Forecast).then(loose).then(warm).commit()


@step
async def ask(data: Forecast, ctx: Context) -> str:
    """Ask with a type, with a deadline, and with a schema made on the spot."""
    approval = ctx.suspend("Publish?", answer=Capital)
    later: Capital = ctx.suspend(answer=Capital, timeout=timedelta(days=1), default={"name": "Rome", "country": "IT"})
    choice: str = ctx.suspend(answer={"enum": ["a", "b"]}, timeout=60, default="a")
    if not choice:
        raise Fail("no choice")
    return approval.country + later.name


patient = clone_step(ask, id="patient", retry=Retry(attempts=3, timeout=60))


async def run() -> float:
    """Hold a run of a typed workflow."""
    result = await (await straight.create_run()).start(input_data=City(name="Rome"))
    return float(result.result["celsius"])
