"""A first workflow, from its definition to its result."""

from pydantic import BaseModel

from engine import Context, Engine, create_workflow, step


class City(BaseModel):
    city: str


class Forecast(BaseModel):
    city: str
    celsius: float


class Approval(BaseModel):
    approved: bool
    note: str = ""


@step
async def fetch_forecast(data: City) -> Forecast:
    """Look the weather up."""
    return Forecast(city=data.city, celsius=21.5)


@step(resume_schema=Approval)
def approve(data: Forecast, ctx: Context) -> Forecast:
    """Ask whether to publish it."""
    answer = ctx.suspend({"question": f"{data.celsius} °C in {data.city}: publish?"})
    return data if answer.approved else ctx.bail({"rejected": answer.note})


weather = (
    create_workflow(id="weather", input_schema=City, output_schema=Forecast, description="...")
    .then(fetch_forecast)
    .then(approve)
    .commit()
)


async def test_the_first_workflow_suspends_and_is_resumed() -> None:
    """The example asks, is answered, and gives its forecast."""
    app = Engine(workflows=[weather])
    run = await app.workflow("weather").create_run()
    result = await run.start(input_data={"city": "London"})
    assert result.status == "suspended"
    assert result.suspended == [["approve"]]
    assert result.steps["approve"].suspend_payload == {"question": "21.5 °C in London: publish?"}
    result = await run.resume(step="approve", resume_data={"approved": True})
    assert result.status == "success"
    assert result.result == {"city": "London", "celsius": 21.5}


async def test_the_first_workflow_ends_early_when_it_is_refused() -> None:
    """A refusal bails: the run succeeds with a result that is no forecast."""
    run = await Engine(workflows=[weather]).workflow("weather").create_run()
    await run.start(input_data={"city": "London"})
    result = await run.resume(step=approve, resume_data={"approved": False, "note": "too warm"})
    assert (result.status, result.result) == ("success", {"rejected": "too warm"})
