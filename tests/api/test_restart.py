"""Runs that are restarted, forked by time travel, deleted, and found again."""

import json
from typing import Any

import pytest
from django.http import HttpResponse

from engine.errors import StaleEpoch
from playground.actions import actions
from playground.actions.actions import store
from tests.pages.stage import TRIP, Stage


async def ask(stage: Stage, path: str, body: object = None) -> tuple[int, Any]:
    """Post JSON; return the status and the JSON of the answer."""
    text = "" if body is None else json.dumps(body)
    response: HttpResponse = await stage.client.post(f"/api/workflows/{path}", text, content_type="application/json")
    return response.status_code, json.loads(response.content)


async def test_a_restart_takes_a_run_from_its_owner(stage: Stage) -> None:
    """The owner can write no more, and the run waits for a worker at once, however long the claim held."""
    await stage.publish(TRIP)
    run_id = await actions.start("trip", {"city": "Faro"})
    claim = await store.claim(run_id, owner="w1", lease=600)
    assert claim is not None
    assert await store.claim(run_id, owner="w2", lease=600) is None
    status, answer = await ask(stage, f"trip/restart?runId={run_id}")
    assert (status, answer) == (200, {"message": "Workflow run restarted", "runId": run_id})
    assert (await stage.play(run_id)).status == "suspended"
    with pytest.raises(StaleEpoch):
        await store.renew(run_id, epoch=claim.epoch, lease=600)


async def test_a_restart_that_waits_answers_when_the_run_rests(stage: Stage) -> None:
    """A run that is suspended rests already."""
    run_id = await stage.suspended()
    status, answer = await ask(stage, f"trip/restart-async?runId={run_id}", {"requestContext": {}})
    assert (status, answer["status"], answer["suspended"]) == (200, "suspended", [["approve"]])


@pytest.mark.parametrize("route", ["restart", "restart-async"])
async def test_what_cannot_be_restarted_is_refused(stage: Stage, route: str) -> None:
    """No run, a run without input, a run that has ended, a run of another workflow."""
    run_id = await stage.suspended()
    assert (await ask(stage, f"trip/{route}"))[0] == 400
    assert (await ask(stage, f"trip/{route}?runId=nope"))[0] == 404
    assert (await ask(stage, f"other/{route}?runId={run_id}"))[0] == 404
    status, answer = await ask(stage, f"trip/{route}?runId={await actions.create('trip')}")
    assert (status, "not started" in answer["error"]) == (409, True)
    await actions.cancel(run_id)
    assert (await ask(stage, f"trip/{route}?runId={run_id}"))[0] == 409


async def test_time_travel_makes_a_new_run(stage: Stage) -> None:
    """The answer names it; the run that was travelled from stays as it is."""
    run_id = await stage.suspended()
    before = await store.read(run_id)
    body = {"step": ["approve"], "inputData": "Rome", "requestContext": {}, "tracingOptions": {}}
    status, answer = await ask(stage, f"trip/time-travel?runId={run_id}", body)
    assert (status, answer["message"]) == (200, "Workflow run time travel started")
    new = await stage.play(answer["runId"])
    assert new.steps["approve"].suspend_payload == {"question": "Go to Rome?"}
    assert await store.read(run_id) == before


@pytest.mark.parametrize("route", ["time-travel", "time-travel-async"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"step": []}, 400),
        ({"step": [True]}, 400),
        ({"step": 5}, 400),
        ({"step": "approve["}, 404),
        ({"step": "nope"}, 404),
        ({"step": "look_up", "inputData": {"days": 1}}, 400),
        ({"step": "look_up", "resumeData": {}}, 400),
        ({"step": "look_up", "initialState": {}}, 400),
        ({"step": "look_up", "context": {"look_up": {}}}, 400),
        ({"step": "approve"}, 409),
    ],
)
async def test_time_travel_that_leads_nowhere_makes_no_run(stage: Stage, route: str, body: Any, status: int) -> None:
    """A step that there is not, one that has not begun, an input that does not fit, and what is not taken here."""
    run_id = await stage.suspended()
    if status == 409:
        run_id = await actions.start("trip", {"city": "Porto"})
    before = len(await store.summaries())
    found = await ask(stage, f"trip/{route}?runId={run_id}", body)
    assert (found[0], bool(found[1]["error"])) == (status, True)
    assert len(await store.summaries()) == before


async def test_a_run_is_deleted_once(stage: Stage) -> None:
    """It is gone from every list; the second time there is none."""
    run_id = await stage.suspended()
    response = await stage.client.delete(f"/api/workflows/trip/runs/{run_id}")
    assert (response.status_code, response.json()) == (200, {"message": "Workflow run deleted"})
    assert json.loads(await stage.get("/api/inbox"))["total"] == 0
    for path in (f"trip/runs/{run_id}", "trip/runs/nope", f"nope/runs/{run_id}"):
        assert (await stage.client.delete(f"/api/workflows/{path}")).status_code == 404


async def test_only_runs_are_deleted(stage: Stage) -> None:
    """Elsewhere DELETE is no method."""
    run_id = await stage.suspended()
    for path in ("trip", "trip/runs", f"trip/runs/{run_id}/cancel"):
        response = await stage.client.delete(f"/api/workflows/{path}")
        assert (response.status_code, "DELETE" in response["Allow"]) == (405, False)
    assert (await stage.client.get(f"/api/workflows/trip/runs/{run_id}")).status_code == 200


async def test_a_run_is_found_again_by_its_id(stage: Stage) -> None:
    """Clients come by a run with create-run; one that is there already is left as it is."""
    run_id = await stage.suspended()
    before = (await store.summary(run_id)).last_seq
    assert await ask(stage, f"trip/create-run?runId={run_id}", {}) == (200, {"runId": run_id})
    assert (await store.summary(run_id)).last_seq == before
    assert (await ask(stage, "trip/create-run?runId=a/b"))[0] == 400
    assert (await ask(stage, f"other/create-run?runId={run_id}"))[0] == 404


async def test_parts_of_a_run_can_be_asked_for(stage: Stage) -> None:
    """What names the run is always there; steps of nested workflows can be left out."""
    run_id = await stage.suspended()
    found = json.loads(
        await stage.get(f"/api/workflows/trip/runs/{run_id}?fields=steps,result&withNestedWorkflows=false")
    )
    assert set(found) == {"runId", "workflowName", "status", "createdAt", "updatedAt", "steps"}
    assert set(found["steps"]) == {"input", "look_up", "approve"}


async def test_an_item_is_answered_by_its_index(stage: Stage) -> None:
    """An index that is none is refused, one that no item has finds nothing."""
    run_id = await stage.suspended()
    answer = {"step": "approve", "resumeData": {"approved": True}}
    for index in ("1", -1, True, 1.5):
        assert (await ask(stage, f"trip/resume?runId={run_id}", answer | {"forEachIndex": index}))[0] == 400
    assert (await ask(stage, f"trip/resume?runId={run_id}", answer | {"forEachIndex": 0}))[0] == 409
