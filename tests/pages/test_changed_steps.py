"""The page of a run that waits while the code changes."""

from engine import create_workflow, step
from playground.actions import actions
from tests.pages.stage import TRIP, Stage


@step
async def look_up(data: dict[str, str]) -> str:
    """Look it up."""
    return data["city"]


@step
async def other(data: str) -> str:
    """Do something else."""
    return data


BEGUN = create_workflow(id="sleeper", input_schema=dict[str, str], output_schema=str).then(look_up)
SLEEPER = BEGUN.sleep(3600, id="nap").then(other).commit()
SLEEPLESS = BEGUN.then(other).commit()


async def test_a_run_that_waits_names_the_steps_that_are_gone(stage: Stage) -> None:
    """The page says what the code lacks, and no more once the code has it again."""
    await stage.publish(SLEEPER)
    run_id = await actions.start("sleeper", {"city": "Lisbon"})
    await stage.play_until(run_id, "waiting")
    await stage.publish(SLEEPLESS)
    page = await stage.get(f"/runs/{run_id}/")
    assert "the code no longer has nap, so the run waits until it has; fork it to go on with the code as it is" in page
    await stage.publish(SLEEPER)
    assert "the code no longer has" not in await stage.get(f"/runs/{run_id}/")


async def test_a_change_that_takes_nothing_away_needs_no_word(stage: Stage) -> None:
    """A step that came to it, or that the run has not reached, hinders nothing."""
    run_id = await stage.suspended()
    longer = create_workflow(id="trip", input_schema=TRIP.input_schema, output_schema=None, description="longer")
    for part in TRIP.flow.nodes:
        longer = longer.then(part.step)
    await stage.publish(longer.then(other).commit())
    page = await stage.get(f"/runs/{run_id}/")
    assert "older code" in page
    assert "the code no longer has" not in page


async def test_a_workflow_that_is_gone_is_named(stage: Stage) -> None:
    """A run that waits says that its workflow is not there."""
    run_id = await stage.suspended()
    await stage.publish(SLEEPLESS)
    assert "the code holds no workflow trip any more" in await stage.get(f"/runs/{run_id}/")
