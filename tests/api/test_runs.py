"""``/api/runs`` and ``/api/inbox``."""

import json

import pytest

from playground.actions import actions
from tests.pages.stage import TRIP, Stage


async def test_runs_of_all_workflows_are_listed_with_filters(stage: Stage) -> None:
    """``next`` leads on, and is null at the end."""
    await stage.publish(TRIP)
    made = [await actions.start("trip", {"city": f"city-{number}"}) for number in range(3)]
    first = json.loads(await stage.get("/api/runs?limit=2"))
    assert [run["runId"] for run in first["runs"]] == [made[2], made[1]]
    rest = json.loads(await stage.get(f"/api/runs?limit=2&after={first['next']}"))
    assert ([run["runId"] for run in rest["runs"]], rest["next"]) == ([made[0]], None)
    assert [run["runId"] for run in json.loads(await stage.get("/api/runs?q=city-1"))["runs"]] == [made[1]]


async def test_events_come_after_a_seq(stage: Stage) -> None:
    """Who has read up to a seq gets what follows."""
    run_id = await stage.suspended()
    every = json.loads(await stage.get(f"/api/runs/{run_id}/events"))
    assert [event["seq"] for event in every["events"]] == list(range(1, every["last"] + 1))
    rest = json.loads(await stage.get(f"/api/runs/{run_id}/events?after={every['last'] - 1}"))
    assert [event["type"] for event in rest["events"]] == ["run-suspended"]


async def test_events_stream_until_the_run_ends(stage: Stage) -> None:
    """Each carries its seq as id, so that a browser resumes by itself."""
    run_id = await stage.suspended()
    await actions.cancel(run_id)
    last = (await actions.store.summary(run_id)).last_seq
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(last - 2)}
    response = await stage.client.get(f"/api/runs/{run_id}/events", headers=headers)
    text = "".join([part.decode() async for part in response.streaming_content])
    assert response["Content-Type"] == "text/event-stream"
    assert [line for line in text.splitlines() if line.startswith("id: ")] == [f"id: {last - 1}", f"id: {last}"]


async def test_a_browser_that_has_seen_the_end_is_told_not_to_come_again(stage: Stage) -> None:
    """Of a run that has ended nothing more comes; of one that has not, a stream is opened."""
    run_id = await stage.suspended()
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str((await actions.store.summary(run_id)).last_seq)}
    response = await stage.client.get(f"/api/runs/{run_id}/events", headers=headers)
    assert (response.status_code, await anext(aiter(response))) == (200, b": alive\n\n")
    await actions.cancel(run_id)
    headers["Last-Event-ID"] = str((await actions.store.summary(run_id)).last_seq)
    response = await stage.client.get(f"/api/runs/{run_id}/events", headers=headers)
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("last_id", ["9" * 5000, "9" * 30, "-1", "x", "²", "1.5"])
async def test_an_id_that_no_event_has_is_passed_over(stage: Stage, last_id: str) -> None:
    """A browser sends what some other page gave it; the stream begins where the address says."""
    run_id = await stage.suspended()
    await actions.cancel(run_id)
    headers = {"Accept": "text/event-stream", "Last-Event-ID": last_id}
    response = await stage.client.get(f"/api/runs/{run_id}/events?after=2", headers=headers)
    text = "".join([part.decode() async for part in response])
    assert next(line for line in text.splitlines() if line.startswith("id: ")) == "id: 3"


async def test_events_of_an_unknown_run_are_404(stage: Stage) -> None:
    """A wrong id is no empty list."""
    assert (await stage.client.get("/api/runs/nope/events")).status_code == 404


async def test_the_inbox_lists_questions_with_their_schemas(stage: Stage) -> None:
    """A program can answer as a person does."""
    run_id = await stage.suspended()
    found = json.loads(await stage.get("/api/inbox"))
    assert (found["total"], found["next"]) == (1, None)
    (item,) = found["items"]
    assert (item["runId"], item["step"], item["payload"]["question"]) == (run_id, "approve", "Go to Lisbon for 1?")
    assert item["resumeSchema"]["required"] == ["approved"]


async def test_a_time_that_cannot_be_read_is_400(stage: Stage) -> None:
    """It says what a time looks like."""
    response = await stage.client.get("/api/runs?since=yesterday")
    assert response.status_code == 400
    assert "2026-03-01T09:00:00Z" in response.content.decode()


@pytest.mark.parametrize("path", ["/api/runs", "/api/workflows/trip/runs"])
async def test_a_status_that_is_none_is_400(path: str, stage: Stage) -> None:
    """The answer names what was asked for and what there is; several that there are may be asked for at once."""
    await stage.publish(TRIP)
    response = await stage.client.get(f"{path}?status=running,nope")
    assert response.status_code == 400
    error = response.json()["error"]
    assert "'nope'" in error
    assert "pending, running, waiting, suspended" in error
    assert json.loads(await stage.get(f"{path}?status=running,failed"))["runs"] == []


@pytest.mark.parametrize("path", ["/api/runs", "/api/inbox"])
async def test_a_place_that_no_list_has_is_400(path: str, stage: Stage) -> None:
    """An empty list would say that there is no more."""
    response = await stage.client.get(f"{path}?after=there")
    assert response.status_code == 400
    assert "'there'" in response.json()["error"]
