"""Runs that are stepped through, tried again, and whose worker is restarted, on the pages."""

import re

import pytest
from pydantic import BaseModel, SecretStr

from engine import create_step, create_workflow, step
from playground.actions import actions
from playground.actions.actions import store
from tests.pages.stage import TRIP, Stage, text_of

ROME = {"f:tab": "json", "f": '{"city": "Rome", "days": 2}'}
AS_IT_WAS = {"f:tab": "json", "f": '{"city": "Faro"}'}


async def paused(stage: Stage, **start: str) -> str:
    """Start a run of TRIP from its page, step by step, and have it executed until it pauses; return its id."""
    await stage.publish(TRIP)
    response = await stage.post("/workflows/trip/", {**AS_IT_WAS, **(start or {"run": "step"})})
    assert response.status_code == 303
    run_id = response["Location"].split("/")[2]
    assert (await stage.play(run_id)).status == "paused"
    return str(run_id)


async def test_a_paused_run_shows_what_comes_next(stage: Stage) -> None:
    """With its input in a form, the buttons, the reason, and its node marked in the graph."""
    run_id = await paused(stage)
    page = await stage.get(f"/runs/{run_id}/")
    part = page[page.index('id="run-paused"') : page.index('id="run-values"')]
    assert 'Next: <span class="mono">look_up</span>' in part
    assert "Faro" in part
    assert re.findall(r'name="go" value="(\w+)"', part) == ["step", "continue"]
    assert f'formaction="/runs/{run_id}/cancel/"' in part
    assert "paused before look_up, which begins when you say so" in page
    assert 'data-node="look_up" data-kind="step" data-status="paused"' in page
    assert 'data-run-status="paused"' in page


async def test_a_run_that_is_not_paused_shows_no_next_step(stage: Stage) -> None:
    """The place for it is empty."""
    page = await stage.get(f"/runs/{await stage.suspended()}/")
    assert "Next:" not in page


async def test_step_goes_to_the_next_step_and_continue_to_the_end(stage: Stage) -> None:
    """What was typed is what the step is given; Continue passes the other steps."""
    run_id = await paused(stage)
    response = await stage.post(f"/runs/{run_id}/proceed/?step=look_up", {**ROME, "go": "step"})
    assert (response.status_code, response["Location"]) == (303, f"/runs/{run_id}/")
    result = await stage.play(run_id)
    assert (result.paused, result.steps["look_up"].output) == ([["approve"]], "Rome for 2")
    data = {"f:tab": "json", "f": '"Rome for 2"', "go": "continue"}
    await stage.post(f"/runs/{run_id}/proceed/?step=approve", data)
    assert (await stage.play(run_id)).status == "suspended"


async def test_an_input_that_was_not_changed_is_not_recorded_again(stage: Stage) -> None:
    """The step is given what came before it, as without the pause."""
    run_id = await paused(stage)
    await stage.post(f"/runs/{run_id}/proceed/?step=look_up", {**AS_IT_WAS, "go": "step"})
    [proceeded] = [event.payload for event in await store.read(run_id) if event.type == "run-proceeded"]
    assert proceeded == {"before": [["look_up"]], "step": True}


async def test_an_input_that_does_not_fit_stays_as_it_was_typed(stage: Stage) -> None:
    """The run is still paused, and the form shows what is wrong."""
    run_id = await paused(stage)
    typed = {"f:tab": "json", "f": '{"city": "Rome", "days": "many"}', "go": "step"}
    response = await stage.post(f"/runs/{run_id}/proceed/?step=look_up", typed)
    assert response.status_code == 422
    assert "many" in text_of(response)
    assert "f-problems" in text_of(response)
    assert (await actions.state_of(run_id)).status == "paused"


async def test_who_comes_second_is_told_so(stage: Stage) -> None:
    """The run has gone on; what is asked then changes nothing."""
    run_id = await paused(stage)
    await stage.post(f"/runs/{run_id}/proceed/?step=look_up", {**AS_IT_WAS, "go": "step"})
    for path in (f"/runs/{run_id}/proceed/?step=look_up", f"/runs/{run_id}/proceed/"):
        response = await stage.post(path, {**AS_IT_WAS, "go": "step"})
        assert response.status_code == 409
        assert "is running, not paused" in text_of(response)


async def test_breakpoints_come_with_the_start_and_with_continue(stage: Stage) -> None:
    """As the dots of the graph are set; those of steps that are gone are left out."""
    run_id = await paused(stage, run="1", breakpoints="look_up,gone")
    assert (await actions.state_of(run_id)).breakpoints == ("look_up",)
    path = f"/runs/{run_id}/proceed/?step=look_up"
    await stage.post(path, {**AS_IT_WAS, "go": "continue", "breakpoints": "approve,gone"})
    assert (await stage.play(run_id)).paused == [["approve"]]


async def test_the_steps_of_several_arms_go_on_one_by_one_or_all(stage: Stage) -> None:
    """Each has its own form; the button of one leaves the others where they are."""
    one, two = (create_step(id=name, execute=lambda data: data) for name in ("one", "two"))
    flow = create_workflow(id="wide", input_schema=None, output_schema=None).parallel([one, two]).commit()
    await stage.publish(flow)
    run_id = await actions.start("wide", 1, breakpoints="all")
    await stage.play(run_id)
    page = await stage.get(f"/runs/{run_id}/")
    assert page.count("Next: <span") == 2
    assert "Continue all 2" in page
    await stage.post(f"/runs/{run_id}/proceed/?step=two", {"f:tab": "json", "f": "5", "go": "step"})
    result = await stage.play(run_id)
    assert (result.paused, result.steps["two"].output) == ([["one"]], 5)
    await stage.post(f"/runs/{run_id}/proceed/")
    assert (await stage.play(run_id)).result == {"one": 1, "two": 5}


class Login(BaseModel):
    """What must not be shown."""

    name: str
    password: SecretStr


@step
async def sign_in(data: Login) -> str:
    """Tell the password."""
    return f"{data.name}:{data.password.get_secret_value()}"


async def test_a_secret_is_not_shown_and_kept_when_nothing_is_typed(stage: Stage) -> None:
    """The form leaves it out; who goes on without a change does not lose it."""
    flow = create_workflow(id="login", input_schema=Login, output_schema=str).then(sign_in).commit()
    await stage.publish(flow)
    run_id = await actions.start("login", {"name": "Ada", "password": "s3cret"}, breakpoints="all")
    await stage.play(run_id)
    page = await stage.get(f"/runs/{run_id}/")
    assert "Ada" in page
    assert "s3cret" not in page
    await stage.post(f"/runs/{run_id}/proceed/?step=sign_in", {"f:tab": "json", "f": '{"name": "Ada"}', "go": "step"})
    assert (await stage.play(run_id)).result == "Ada:s3cret"


async def test_a_failed_run_is_tried_again_with_one_click(stage: Stage) -> None:
    """Without a form; the new run says where it comes from, and only failed runs offer it."""
    broken = [True]

    async def execute(data: str) -> str:
        if broken:
            raise RuntimeError("broken")
        return data

    flow = create_workflow(id="flow", input_schema=str, output_schema=str)
    await stage.publish(flow.then(create_step(id="fragile", execute=execute)).commit())
    run_id = await actions.start("flow", "x")
    await stage.play(run_id)
    assert f'action="/runs/{run_id}/retry/"' in await stage.get(f"/runs/{run_id}/")
    broken.clear()
    response = await stage.post(f"/runs/{run_id}/retry/")
    assert response.status_code == 303
    new = response["Location"].split("/")[2]
    assert (await stage.play(new)).result == "x"
    page = await stage.get(f"/runs/{new}/")
    assert f'{run_id}</a> at <span class="mono">fragile</span>' in page
    assert "/retry/" not in page
    assert (await stage.post(f"/runs/{new}/retry/")).status_code == 409


async def test_a_worker_is_restarted_only_where_one_is(stage: Stage) -> None:
    """A run that nobody executes says so."""
    run_id = await stage.suspended()
    response = await stage.post(f"/runs/{run_id}/restart-worker/")
    assert response.status_code == 409
    assert "No worker executes this run" in text_of(response)


@pytest.mark.parametrize("path", ["proceed/", "proceed/?step=x", "retry/", "restart-worker/"])
async def test_what_changes_a_run_is_posted(stage: Stage, path: str) -> None:
    """A link does nothing, and a run that is not there is not found."""
    run_id = await stage.suspended()
    assert (await stage.client.get(f"/runs/{run_id}/{path}")).status_code == 405
    assert (await stage.post(f"/runs/nope/{path}", AS_IT_WAS)).status_code in (404, 409)


async def test_a_rehearsal_says_so(stage: Stage) -> None:
    """At the head of its page, with what it pretends."""
    await stage.publish(TRIP)
    plan = actions.Rehearsal(results={"look_up": "nowhere"})
    run_id = await actions.start("trip", {"city": "Faro"}, rehearsal=plan)
    await stage.play(run_id)
    assert 'title="results: look_up">rehearsal</span>' in await stage.get(f"/runs/{run_id}/")
