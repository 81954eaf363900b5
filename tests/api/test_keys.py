"""Keys of requests: each that is not known is named with the one that was meant, and each that is missing is named."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from hypothesis import given
from hypothesis import strategies as st

from playground.actions import actions
from playground.api.operations import OPERATIONS, Operation
from playground.api.request_bodies import PASSED_OVER, nearest
from tests.api.test_workflows import post, read
from tests.pages.stage import TRIP, Stage

BODIES = [operation for operation in OPERATIONS if operation.body is not None]


def name(operation: Operation) -> str:
    """Return what a case is called."""
    return f"{operation.method} {operation.path.rpartition('/')[2]}"


def address(operation: Operation) -> str:
    """Return an address of an operation; what it names need not be there, for keys are looked at first."""
    return operation.path.format(workflow_id="trip", run_id="r", schedule_id="s")


async def send(stage: Stage, operation: Operation, body: dict[str, Any]) -> HttpResponse:
    """Send a body to an operation."""
    method = getattr(stage.client, operation.method)
    response: HttpResponse = await method(address(operation), json.dumps(body), content_type="application/json")
    return response


def misspelt(key: str) -> list[str]:
    """Return a key as people type it wrongly."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
    return [
        wrong
        for wrong in (key[:-1], key + "s", key[1:] + key[0], snake, key.upper())
        if len(wrong) > 1 and wrong != key
    ]


def least(operation: Operation) -> dict[str, Any]:
    """Return the smallest body that has every key that is needed."""
    assert operation.body is not None
    return dict.fromkeys(operation.body["required"], "look_up")


@pytest.mark.parametrize("operation", BODIES, ids=name)
async def test_an_unknown_key_of_a_body_is_named(stage: Stage, operation: Operation) -> None:
    """With the key that was meant; nothing is done."""
    await stage.publish(TRIP)
    assert operation.body is not None
    known = [key for key in operation.body["properties"] if key not in PASSED_OVER]
    for key in known:
        for wrong in set(misspelt(key)) - operation.body["properties"].keys():
            response = await send(stage, operation, {**least(operation), wrong: 1})
            error = read(response)["error"]
            assert response.status_code == 400, (wrong, error)
            assert f'unknown key "{wrong}"' in error
            assert f'Did you mean "{key}"?' in error
    for strange in ("zzz", "answer"):
        response = await send(stage, operation, {**least(operation), strange: 1})
        assert f'unknown key "{strange}". Known are: ' in read(response)["error"]
    assert json.loads(await stage.get("/api/runs"))["runs"] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
async def test_an_unknown_key_of_a_query_is_named(stage: Stage, operation: Operation) -> None:
    """A filter or a run that is misspelt is not left out without a word."""
    await stage.publish(TRIP)
    for key in (key for key, _ in operation.query):
        for wrong in set(misspelt(key)) - {known for known, _ in operation.query}:
            response = await getattr(stage.client, operation.method)(f"{address(operation)}?{wrong}=1")
            error = read(response)["error"]
            assert response.status_code == 400, (wrong, error)
            assert f'unknown key "{wrong}"' in error
            assert "Did you mean" in error
    response = await getattr(stage.client, operation.method)(f"{address(operation)}?zzz=1")
    assert 'unknown key "zzz"' in read(response)["error"]


@pytest.mark.parametrize("operation", BODIES, ids=name)
async def test_a_missing_key_of_a_body_is_named(stage: Stage, operation: Operation) -> None:
    """Whatever else the body holds."""
    await stage.publish(TRIP)
    body = least(operation)
    for key in body:
        response = await send(stage, operation, {other: 1 for other in body if other != key})
        assert (response.status_code, f'the body has no "{key}"' in read(response)["error"]) == (400, True)


async def test_a_value_that_is_left_out_is_missed_where_null_is_refused(stage: Stage) -> None:
    """What null would be taken for may be left out; else its key is named, and no word is of null alone."""
    await stage.publish(TRIP)
    said = read(await post(stage, "/api/workflows/trip/start", {"resourceId": "ada"}))["error"]
    assert said.startswith('the body has no "inputData", and holds "resourceId"')
    run_id = await stage.suspended()
    said = read(await post(stage, f"/api/workflows/trip/resume?runId={run_id}", {"data": {"approved": True}}))["error"]
    assert 'Did you mean "resumeData"?' in said
    said = read(await post(stage, f"/api/workflows/trip/resume?runId={run_id}", {"step": "approve"}))["error"]
    assert said.startswith('the body has no "resumeData"')
    said = read(await post(stage, "/api/workflows/trip/resume", {"runId": run_id, "resumeData": 1}))["error"]
    assert said == '"runId" stands in the address, not in the body: ?runId=…'
    assert (await actions.state_of(run_id)).status == "suspended"


async def test_a_run_is_canceled_with_a_reason(stage: Stage) -> None:
    """It is kept with the run, as with the command."""
    run_id = await stage.suspended()
    path = f"/api/workflows/trip/runs/{run_id}/cancel"
    assert (await post(stage, path, {"reason": "wrong city"})).status_code == 200
    events = await actions.store.read(run_id)
    assert events[-1].payload["reason"] == "wrong city"


@given(st.lists(st.text(min_size=1), min_size=1), st.text())
def test_the_nearest_key_is_one_of_the_known(known: list[str], key: str) -> None:
    """Whatever was typed; and a key that differs by its case only is found."""
    assert nearest(key, known) in {"", *known}
    assert nearest(known[0].upper(), ["inputData", "step"]) in {"", "inputData", "step"}
