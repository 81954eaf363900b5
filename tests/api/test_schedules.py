"""``/api/schedules``."""

import json

from jsonschema import Draft202012Validator

from engine import Every, Schedule
from playground.api.openapi import document
from tests.pages.stage import Stage
from tests.schedules.timed import timed


async def asked(stage: Stage, what: str) -> tuple[int, dict[str, object]]:
    """Post to a schedule; return the status and the answer."""
    response = await stage.client.post(f"/api/schedules/{what}", {}, content_type="application/json")
    return response.status_code, json.loads(response.content)


async def test_schedules_are_listed_armed_and_started(stage: Stage) -> None:
    """The list is as its description says."""
    await stage.publish(timed(Schedule("0 9 * * *", timezone="Europe/Berlin", id="nine"), Every(minutes=5)))
    assert await asked(stage, "timed/nine/arm") == (200, {"message": "Schedule armed"})
    nine, every = json.loads(await stage.get("/api/schedules"))["schedules"]
    assert (nine["cron"], nine["timezone"], nine["armed"], len(nine["nextAt"])) == (
        "0 9 * * *",
        "Europe/Berlin",
        True,
        3,
    )
    assert (every["every"], every["armed"], every["lastRunId"], every["missedCount"]) == (300, False, None, 0)
    described = document()
    schema = {"$ref": "#/components/schemas/Schedule", "components": described["components"]}
    for one in (nine, every):
        Draft202012Validator(schema).validate(one)
    status, answer = await asked(stage, "timed/schedule-1/run")
    assert status == 200
    runs = json.loads(await stage.get("/api/runs"))["runs"]
    assert [(run["runId"], run["schedule"]) for run in runs] == [(answer["runId"], "schedule-1")]
    run = json.loads(await stage.get(f"/api/workflows/timed/runs/{answer['runId']}"))
    assert run["schedule"] == "schedule-1"
    assert "scheduledFor" in run
    assert (await asked(stage, "timed/nine/disarm"))[0] == 200
    assert not any(one["armed"] for one in json.loads(await stage.get("/api/schedules?workflow=timed"))["schedules"])


async def test_what_is_unknown_is_not_found(stage: Stage) -> None:
    """The words say what there is instead."""
    await stage.publish(timed(Every(hours=1)))
    status, answer = await asked(stage, "timed/other/arm")
    assert (status, answer["error"]) == (404, "workflow 'timed' has no schedule 'other'. There are: schedule-1")
    assert json.loads(await stage.get("/api/schedules?workflow=other")) == {"schedules": []}
