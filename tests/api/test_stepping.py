"""Runs that pause, proceed and rehearse over the API."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from pydantic import BaseModel, SecretStr

from engine import create_workflow, step
from playground.actions import proceed_retry
from playground.actions.actions import store
from tests.pages.stage import TRIP, Stage


async def ask(stage: Stage, path: str, body: object = None) -> tuple[int, Any]:
    """Post JSON; return the status and the JSON of the answer."""
    text = "" if body is None else json.dumps(body)
    response: HttpResponse = await stage.client.post(f"/api/workflows/{path}", text, content_type="application/json")
    return response.status_code, json.loads(response.content)


async def paused(stage: Stage, **ways: Any) -> str:
    """Start a run of TRIP, have it executed until it pauses, and return its id."""
    await stage.publish(TRIP)
    status, answer = await ask(stage, "trip/start", {"inputData": {"city": "Faro"}, **ways})
    assert status == 200, answer
    assert (await stage.play(answer["runId"])).status == "paused"
    return str(answer["runId"])


@pytest.mark.parametrize("ways", [{"breakpoints": "all"}, {"perStep": True}, {"breakpoints": ["look_up", ["approve"]]}])
async def test_a_run_steps_through_its_steps(stage: Stage, ways: dict[str, Any]) -> None:
    """The answer about the run says before which it is paused; ``proceed`` goes on at once."""
    run_id = await paused(stage, **ways)
    found = json.loads(await stage.get(f"/api/workflows/trip/runs/{run_id}"))
    assert (found["status"], found["paused"]) == ("paused", [["look_up"]])
    assert await ask(stage, f"trip/proceed?runId={run_id}", {"step": True, "inputData": {"city": "Rome"}}) == (
        200,
        {"message": "Workflow run proceeds", "runId": run_id},
    )
    result = await stage.play(run_id)
    assert (result.paused, result.steps["look_up"].output) == ([["approve"]], "Rome for 1")
    assert (await ask(stage, f"trip/proceed?runId={run_id}", {"step": "approve", "breakpoints": []}))[0] == 200
    assert (await stage.play(run_id)).status == "suspended"


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"step": "nope"}, 404, "has no step 'nope'"),
        ({"step": "approve"}, 409, "has not paused before step 'approve'. It has before: look_up"),
        ({"step": 5}, 400, "step must be"),
        ({"breakpoints": ["nope"]}, 404, "has no step 'nope'"),
        ({"breakpoints": "some"}, 400, 'breakpoints must be a list of steps, or "all"'),
        ({"breakpoints": [5]}, 400, "breakpoints must be a list"),
        ({"inputData": {"city": 5}}, 400, "does not fit step 'look_up'"),
        ({"input": {}}, 400, 'unknown key "input"'),
    ],
)
async def test_a_wrong_proceed_changes_nothing(stage: Stage, body: object, status: int, error: str) -> None:
    """It says what was found and what there is; the run stays paused."""
    run_id = await paused(stage, perStep=True)
    before = await store.read(run_id)
    found, answer = await ask(stage, f"trip/proceed?runId={run_id}", body)
    assert (found, error in answer["error"]) == (status, True), answer
    assert await store.read(run_id) == before


async def test_what_is_not_paused_does_not_proceed(stage: Stage) -> None:
    """A run that waits for a person, one of another workflow, and none."""
    run_id = await stage.suspended()
    assert (await ask(stage, f"trip/proceed?runId={run_id}"))[0] == 409
    assert (await ask(stage, f"other/proceed?runId={run_id}"))[0] == 404
    assert (await ask(stage, "trip/proceed?runId=nope"))[0] == 404
    assert (await ask(stage, "trip/proceed"))[0] == 400


@pytest.mark.parametrize(
    ("ways", "status"),
    [
        ({"breakpoints": ["nope"]}, 404),
        ({"breakpoints": {}}, 400),
        ({"perStep": 1}, 400),
        ({"rehearsal": {"results": {"nope": 1}}}, 404),
        ({"rehearsal": {"result": {}}}, 400),
        ({"rehearsal": []}, 400),
        ({"rehearsal": {"failures": {"look_up": {"times": 0}}}}, 400),
        ({"rehearsal": {"delays": {"look_up": -1}}}, 400),
    ],
)
async def test_a_wrong_start_makes_no_run(stage: Stage, ways: dict[str, Any], status: int) -> None:
    """What is to be paused before or rehearsed is looked at before anything is recorded."""
    await stage.publish(TRIP)
    found, answer = await ask(stage, "trip/start", {"inputData": {"city": "Faro"}, **ways})
    assert found == status, answer
    assert json.loads(await stage.get("/api/runs"))["runs"] == []


async def test_a_run_rehearses(stage: Stage) -> None:
    """What it says is in the answers about the run, and its line in lists says that it rehearses."""
    await stage.publish(TRIP)
    rehearsal = {
        "results": {"look_up": "nowhere"},
        "failures": {"approve": {"type": "TimeoutError", "message": "late"}},
    }
    _, started = await ask(stage, "trip/start", {"inputData": {"city": "Faro"}, "rehearsal": rehearsal})
    result = await stage.play(started["runId"])
    assert (result.status, result.error, result.steps["look_up"].output) == ("failed", "late", "nowhere")
    found = json.loads(await stage.get(f"/api/workflows/trip/runs/{started['runId']}"))
    failure = found["rehearsal"]["failures"]["approve"]
    assert (failure, found["rehearsal"]["results"]) == (
        {"times": 1, "type": "TimeoutError", "message": "late"},
        {"look_up": "nowhere"},
    )
    assert [line["rehearsal"] for line in json.loads(await stage.get("/api/runs"))["runs"]] == [True]


async def test_production_rehearses_nothing(stage: Stage, settings: Any) -> None:
    """A start and a fork are refused; breakpoints are not."""
    settings.PRODUCTION = True
    run_id = await paused(stage, breakpoints=["look_up"])
    plan = {"rehearsal": {"results": {"look_up": "x"}}}
    for path, body in [("start", {"inputData": {"city": "x"}}), (f"time-travel?runId={run_id}", {"step": "look_up"})]:
        status, answer = await ask(stage, f"trip/{path}", {**body, **plan})
        assert (status, "this is production" in answer["error"]) == (409, True)
    assert len(json.loads(await stage.get("/api/runs"))["runs"]) == 1


class Login(BaseModel):
    """What must not be shown."""

    name: str
    password: SecretStr


@step
async def sign_in(data: Login) -> Login:
    """Return what it was given."""
    return data


async def test_secrets_of_rehearsals_and_pauses_are_masked(stage: Stage) -> None:
    """In the run, and in its events."""
    flow = create_workflow(id="login", input_schema=Login, output_schema=Login).then(sign_in).commit()
    await stage.publish(flow)
    login = {"name": "Ada", "password": "s3cret"}
    body = {"inputData": login, "perStep": True, "rehearsal": {"results": {"sign_in": login}}}
    _, started = await ask(stage, "login/start", body)
    run_id = started["runId"]
    await stage.play(run_id)
    await ask(stage, f"login/proceed?runId={run_id}", {"inputData": login})
    for path in (f"/api/workflows/login/runs/{run_id}", f"/api/runs/{run_id}/events"):
        text = await stage.get(path)
        assert "Ada" in text
        assert "s3cret" not in text


async def test_a_stream_tells_of_the_pause_and_ends(stage: Stage) -> None:
    """With the step that comes next, and the status; what comes after proceeding begins like a resumed run."""
    run_id = await paused(stage, perStep=True)
    response = await stage.client.post(f"/api/workflows/trip/observe?runId={run_id}", content_type="application/json")
    text = b"".join([part async for part in response.streaming_content]).decode()
    chunks = [json.loads(record) for record in text.split("\x1e") if record]
    assert [chunk["type"] for chunk in chunks] == ["workflow-start", "workflow-paused", "workflow-finish"]
    assert chunks[1]["payload"] == {"id": "look_up", "stepName": "look_up", "payload": {"city": "Faro"}}
    assert chunks[2]["payload"]["workflowStatus"] == "paused"


async def test_a_fork_may_pause_and_rehearse(stage: Stage) -> None:
    """In the body of a time travel, as in that of a start."""
    run_id = await stage.suspended()
    body = {"step": "approve", "perStep": True, "rehearsal": {"results": {"approve": "rehearsed"}}}
    _, answer = await ask(stage, f"trip/time-travel?runId={run_id}", body)
    assert (await stage.play(answer["runId"])).paused == [["approve"]]
    await proceed_retry.proceed(answer["runId"])
    assert (await stage.play(answer["runId"])).result == "rehearsed"
