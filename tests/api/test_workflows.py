"""``/api/workflows`` in the wire format of the clients."""

import json
from typing import Any

import pytest
from django.http import HttpResponse

from playground.actions import actions
from tests.pages.stage import TRIP, Stage


async def post(stage: Stage, path: str, body: Any = None, *, kind: str = "application/json") -> HttpResponse:
    """Post JSON."""
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    response: HttpResponse = await stage.client.post(path, text, content_type=kind)
    return response


def read(response: HttpResponse) -> Any:
    """Return a response's JSON."""
    return json.loads(response.content)


async def test_workflows_are_listed_by_id(stage: Stage) -> None:
    """Schemas go over the wire as text, as the client parses them."""
    await stage.publish(TRIP)
    found = json.loads(await stage.get("/api/workflows"))
    assert list(found) == ["trip"]
    assert json.loads(found["trip"]["inputSchema"])["required"] == ["city"]
    assert json.loads(found["trip"]["steps"]["approve"]["resumeSchema"])["required"] == ["approved"]


async def test_one_workflow_has_its_graph(stage: Stage) -> None:
    """The steps stand in order."""
    await stage.publish(TRIP)
    found = json.loads(await stage.get("/api/workflows/trip"))
    assert [node["id"] for node in found["stepGraph"]] == ["look_up", "approve"]


async def test_a_created_run_waits_for_its_input(stage: Stage) -> None:
    """create-run gives an id, start begins it."""
    await stage.publish(TRIP)
    run_id = read(await post(stage, "/api/workflows/trip/create-run?runId=mine"))["runId"]
    assert run_id == "mine"
    assert (await actions.state_of("mine")).has_input is False
    response = await post(stage, "/api/workflows/trip/start?runId=mine", {"inputData": {"city": "Faro"}})
    assert response.status_code == 200
    assert (await actions.state_of("mine")).root.input == {"city": "Faro"}


async def test_invalid_input_is_400_with_issues_and_makes_no_run(stage: Stage) -> None:
    """The places are paths."""
    await stage.publish(TRIP)
    response = await post(stage, "/api/workflows/trip/start", {"inputData": {"days": "x"}})
    assert response.status_code == 400
    assert ["days"] in [issue["path"] for issue in read(response)["issues"]]
    assert json.loads(await stage.get("/api/runs"))["runs"] == []


async def test_a_created_run_survives_a_bad_start(stage: Stage) -> None:
    """It is still pending and can be started well."""
    await stage.publish(TRIP)
    await post(stage, "/api/workflows/trip/create-run?runId=mine")
    assert (await post(stage, "/api/workflows/trip/start?runId=mine", {"inputData": 3})).status_code == 400
    assert (await post(stage, "/api/workflows/trip/start?runId=mine", {"inputData": {"city": "x"}})).status_code == 200


async def test_a_run_is_read_with_steps_and_suspension(stage: Stage) -> None:
    """Times of steps are milliseconds, and the suspended paths are lists."""
    run_id = await stage.suspended()
    found = json.loads(await stage.get(f"/api/workflows/trip/runs/{run_id}"))
    assert (found["runId"], found["workflowName"], found["status"]) == (run_id, "trip", "suspended")
    assert found["suspended"] == [["approve"]]
    assert found["steps"]["look_up"]["output"] == "Lisbon for 1"
    assert isinstance(found["steps"]["look_up"]["startedAt"], int)
    assert found["steps"]["approve"]["suspendPayload"] == {"question": "Go to Lisbon for 1?"}


async def test_resume_answers_and_a_second_answer_is_409(stage: Stage) -> None:
    """The step may be text or a list."""
    run_id = await stage.suspended()
    body = {"step": ["approve"], "resumeData": {"approved": True}}
    assert (await post(stage, f"/api/workflows/trip/resume?runId={run_id}", body)).status_code == 200
    late = await post(stage, f"/api/workflows/trip/resume?runId={run_id}", body)
    assert late.status_code == 409
    assert "first answer stands" in read(late)["error"]


async def test_a_bad_answer_is_400_and_the_question_stays(stage: Stage) -> None:
    """Nothing is recorded of it."""
    run_id = await stage.suspended()
    body = {"step": "approve", "resumeData": {"approved": []}}
    assert (await post(stage, f"/api/workflows/trip/resume?runId={run_id}", body)).status_code == 400
    assert (await actions.state_of(run_id)).status == "suspended"


async def test_cancel_works_once(stage: Stage) -> None:
    """A finished run is a conflict."""
    run_id = await stage.suspended()
    assert (await post(stage, f"/api/workflows/trip/runs/{run_id}/cancel")).status_code == 200
    assert (await post(stage, f"/api/workflows/trip/runs/{run_id}/cancel")).status_code == 409


async def test_runs_are_counted_and_paged(stage: Stage) -> None:
    """perPage and page choose a part; total counts all."""
    await stage.publish(TRIP)
    made = [await actions.start("trip", {"city": "x"}) for _ in range(5)]
    found = json.loads(await stage.get("/api/workflows/trip/runs?perPage=2&page=1"))
    assert ([run["runId"] for run in found["runs"]], found["total"]) == ([made[2], made[1]], 5)
    assert json.loads(await stage.get("/api/workflows/run-counts"))["trip"]["pending"] == 5


async def test_start_async_answers_when_the_run_rests(stage: Stage) -> None:
    """A run that is settled already is answered at once."""
    run_id = await stage.suspended()
    await actions.cancel(run_id)
    path = f"/api/workflows/trip/resume-async?runId={run_id}"
    assert (await post(stage, path, {"step": "approve", "resumeData": {"approved": True}})).status_code == 409


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ('{"inputData": NaN}', "application/json", 400),
        ('{"a": 1, "a": 2}', "application/json", 400),
        ("[]", "application/json", 400),
        ("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("city=x", "application/x-www-form-urlencoded", 415),
        ('{"inputData": {}}', "text/plain", 415),
    ],
)
async def test_what_cannot_be_read_is_refused(stage: Stage, body: str, kind: str, status: int) -> None:
    """A form of another site is no request, and broken JSON is no input."""
    await stage.publish(TRIP)
    response = await post(stage, "/api/workflows/trip/start", body, kind=kind)
    assert response.status_code == status
    assert read(response)["error"]


@pytest.mark.parametrize("path", ["nope", "nope/runs", "trip/runs/nope"])
async def test_what_is_not_there_is_404(stage: Stage, path: str) -> None:
    """As JSON, with a message."""
    await stage.publish(TRIP)
    response = await stage.client.get(f"/api/workflows/{path}")
    assert response.status_code == 404
    assert read(response)["error"]


@pytest.mark.parametrize("path", ["nope", "workflows/", "workflows/trip/nope", "workflows/trip/runs/r/nope"])
async def test_an_address_that_leads_nowhere_is_404_in_json(stage: Stage, path: str) -> None:
    """Programs get no page."""
    await stage.publish(TRIP)
    response = await stage.client.get(f"/api/{path}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert f"/api/{path}" in read(response)["error"]


async def test_a_run_of_another_workflow_is_404(stage: Stage) -> None:
    """The address names both."""
    run_id = await stage.suspended()
    assert (await stage.client.get(f"/api/workflows/other/runs/{run_id}")).status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "delete"])
async def test_methods_are_refused_by_name(stage: Stage, method: str) -> None:
    """Nothing but a POST starts anything."""
    await stage.publish(TRIP)
    for route in ("start", "create-run", "stream"):
        response = await getattr(stage.client, method)(f"/api/workflows/trip/{route}")
        assert (response.status_code, response["Allow"]) == (405, "POST")
    assert json.loads(await stage.get("/api/runs"))["runs"] == []


async def test_the_head_of_an_answer_can_be_asked_for(stage: Stage) -> None:
    """Where there is something to get."""
    await stage.publish(TRIP)
    assert (await stage.client.head("/api/workflows/trip")).status_code == 200
