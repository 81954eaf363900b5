"""Whatever changes something: nobody does so from another site, and no viewer; production refuses what pretends."""

import json
from typing import Any

import pytest
from django.test import override_settings

from playground.asgi import application
from playground.guard.callers import Entrance
from playground.guard.token import Token
from playground.runs import lists
from tests.guard.guarded import Inside, ask, make
from tests.guard.test_callers import ADA, OPERATOR, PROXY, TRUSTED
from tests.guard.test_routes import CROSS_SITE, FOREIGN, PAGES
from tests.pages.conftest import stage
from tests.pages.stage import TRIP, Stage

__all__ = ["stage"]

CHANGES = ("POST", "DELETE", "PATCH", "PUT")

LAB = """
POST /workflows/1/rehearse/
POST /workflows/1/unpin/
POST /workflows/1/fuzz/
POST /workflows/1/fuzz/1/save/
POST /workflows/1/fuzz/stop/
POST /workflows/1/scenarios/run/
POST /workflows/1/scenarios/watch/
POST /runs/1/alone/
POST /runs/1/call/
POST /runs/1/fork/
POST /runs/1/pin/
POST /runs/1/proceed/
POST /runs/1/restart-worker/
POST /runs/1/retry/
POST /runs/1/scenario/
POST /runs/1/wake/
POST /runs/import/
POST /doctor/1/replace/
PATCH /api/runs/1
POST /api/runs/import
POST /api/workflows/1/fuzz
POST /api/workflows/1/fuzz/stop
POST /api/workflows/1/pins
DELETE /api/workflows/1/pins
POST /api/workflows/1/proceed
POST /api/workflows/1/resume-copy
POST /api/workflows/1/retry
POST /api/workflows/1/run-step
POST /api/workflows/1/scenarios
POST /api/workflows/1/scenarios/run
POST /api/workflows/1/time-travel
POST /api/workflows/1/time-travel-async
POST /api/workflows/1/time-travel-stream
POST /api/workflows/1/wake
"""
"""By which a developer tries, breaks and mends; breakpoints and rehearsals come with the routes that start runs."""

OTHERS = """
POST /workflows/1/
POST /workflows/1/saved/
POST /workflows/1/saved/1/delete/
POST /runs/1/again/
POST /runs/1/cancel/
POST /runs/1/delete/
POST /runs/1/event/
POST /runs/1/resume/
POST /runs/many/
POST /schedules/1/1/arm/
POST /schedules/1/1/disarm/
POST /schedules/1/1/run/
POST /api/schedules/1/1/arm
POST /api/schedules/1/1/disarm
POST /api/schedules/1/1/run
POST /api/workflows/1/create-run
POST /api/workflows/1/observe
POST /api/workflows/1/restart
POST /api/workflows/1/restart-async
POST /api/workflows/1/resume
POST /api/workflows/1/resume-async
POST /api/workflows/1/resume-no-wait
POST /api/workflows/1/resume-stream
POST /api/workflows/1/start
POST /api/workflows/1/start-async
POST /api/workflows/1/stream
DELETE /api/workflows/1/runs/1
POST /api/workflows/1/runs/1/cancel
POST /api/workflows/1/runs/1/send-event
"""

HARMLESS = {"POST /theme/"}
"""What changes only how the caller's own pages look."""

PRETENDS = {
    "start": {"inputData": {"city": "Faro"}, "rehearsal": {"results": {"look_up": "x"}}},
    "start-async": {"inputData": {"city": "Faro"}, "rehearsal": {"delays": {"look_up": 1}}},
    "stream": {"inputData": {"city": "Faro"}, "rehearsal": {"failures": {"look_up": {"times": 1}}}},
    "time-travel": {"step": "look_up", "rehearsal": {"deaths": {"look_up": 1}}},
    "time-travel-async": {"step": "look_up", "rehearsal": {"delays": {"look_up": 1}}},
    "run-step": {"step": "look_up"},
    "pins": {"step": "look_up", "result": "x"},
    "fuzz": {"runs": 1},
}
"""What pretends, or calls steps outside of a run: routes of the API, each with what would do it elsewhere."""


def listed(text: str) -> list[tuple[str, str]]:
    """Return the lines of a table as method and path."""
    return [(method, path) for method, _, path in (line.partition(" ") for line in text.splitlines() if line)]


EVERY = [*listed(LAB), *listed(OTHERS)]


async def test_every_route_that_changes_something_is_in_these_tables(stage: Stage) -> None:
    """Whoever adds one says here what it is, and so has it tried below."""
    found = set()
    for path in PAGES:
        for method in CHANGES:
            response = await getattr(stage.client, method.lower())(path)
            if response.status_code != 405:
                found.add((method, path))
    assert found == {*EVERY, *((method, path) for method, path in map(str.split, HARMLESS))}


async def test_nothing_is_changed_from_another_site_or_by_a_viewer() -> None:
    """Whatever other site asks, and whoever only looks on, gets nowhere; an operator does."""
    for method, path in EVERY:
        for headers in ((FOREIGN,), (CROSS_SITE,), ((b"origin", b"null"),)):
            inside = Inside()
            for guard in (make(inside), application):
                answer = await ask(*headers, method=method, path=path, guard=guard)
                assert answer.status in (403, 405), (method, path, headers)
            assert not inside.scopes
        inside = Inside()
        guard = make(inside, entrance=Entrance(token=Token(secret=""), proxies=TRUSTED))
        answer = await ask(ADA, method=method, path=path, guard=guard, peer=PROXY)
        assert (answer.status, inside.scopes) == (403, []), (method, path)
        assert b"ada is a viewer here" in answer.body, (method, path)
        answer = await ask(ADA, OPERATOR, method=method, path=path, guard=guard, peer=PROXY)
        assert (answer.status, len(inside.scopes)) == (200, 1), (method, path)


@pytest.mark.parametrize("route", PRETENDS)
async def test_production_refuses_what_pretends(stage: Stage, route: str, tmp_path: Any, monkeypatch: Any) -> None:
    """No run is made, no step is called, no file is written; the answer says why."""
    monkeypatch.chdir(tmp_path)
    await stage.publish(TRIP)
    run_id = await stage.suspended()
    with override_settings(PRODUCTION=True):
        path = f"/api/workflows/trip/{route}" + (f"?runId={run_id}" if "run-step" in route or "travel" in route else "")
        response = await stage.client.post(path, json.dumps(PRETENDS[route]), content_type="application/json")
    assert response.status_code == 409, response.content
    assert "production" in json.loads(response.content)["error"]
    assert [run.run_id for run in (await lists.recent(["trip"], limit=5))["trip"]] == [run_id]
    assert list(tmp_path.iterdir()) == []
