"""Forking a run from one of its steps."""

from playground.actions import actions
from tests.pages.stage import Stage, row, text_of


async def test_a_step_that_ran_offers_the_fork(stage: Stage) -> None:
    """The opened step leads to the form with its own input."""
    run_id = await stage.suspended()
    assert "Fork from here" in row(await stage.get(f"/runs/{run_id}/?row=look_up"), "look_up")
    assert "Lisbon" in await stage.get(f"/runs/{run_id}/fork/?step=look_up")


async def test_a_fork_is_a_new_run_with_the_edited_input(stage: Stage) -> None:
    """The old run stays as it was, and the new one tells where it came from."""
    run_id = await stage.suspended()
    data = {"f:tab": "json", "f": '{"city": "Porto", "days": 2}'}
    response = await stage.post(f"/runs/{run_id}/fork/?step=look_up", data)
    new = response["Location"].split("/")[2]
    assert (await stage.play(new)).steps["look_up"].output == "Porto for 2"
    assert (await actions.state_of(run_id)).status == "suspended"
    page = await stage.get(f"/runs/{new}/")
    assert f'{run_id}</a> at <span class="mono">look_up</span>' in page


async def test_a_fork_refuses_what_the_step_does_not_take(stage: Stage) -> None:
    """Errors stand at the form, and no run is made."""
    run_id = await stage.suspended()
    response = await stage.post(f"/runs/{run_id}/fork/?step=look_up", {"f:tab": "json", "f": '{"days": 2}'})
    assert response.status_code == 422
    assert "f-problems" in text_of(response)


async def test_a_step_that_has_not_begun_cannot_be_forked_from(stage: Stage) -> None:
    """The page says so."""
    run_id = await stage.suspended()
    assert (await stage.client.get(f"/runs/{run_id}/fork/?step=nope")).status_code == 404
