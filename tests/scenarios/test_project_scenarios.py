"""Scenarios on the page and below `/api`: listed, played, saved, taken as expected."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.scenarios.expectation import Verdict
from playground.actions import actions
from playground.api.openapi import document
from playground.scenarios import last_verdicts, project_scenarios
from playground.scenarios.scenario_process import Came
from tests.pages.conftest import stage
from tests.pages.stage import TRIP, Stage

__all__ = ["stage"]

FLOWS = "from tests.pages.stage import TRIP\n"
HERE = "/workflows/trip/scenarios/"
API = "/api/workflows/trip/scenarios"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project whose module holds the workflow that the stage publishes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flows.py").write_text(FLOWS)
    return tmp_path


async def post(stage: Stage, path: str, **body: object) -> tuple[int, dict[str, object]]:
    """Post JSON; return the status and the answer."""
    response = await stage.client.post(path, json.dumps(body), content_type="application/json")
    return response.status_code, json.loads(response.content)


async def ended(stage: Stage) -> str:
    """Give a run that has succeeded."""
    run_id = await stage.suspended()
    await actions.resume(run_id, "approve", {"approved": True, "note": "soon"})
    assert (await stage.play(run_id)).status == "success"
    return run_id


async def test_a_run_is_saved_over_the_api(stage: Stage, project: Path) -> None:
    """The file is written once, and the list has it; the answers are as described."""
    run_id = await ended(stage)
    status, answer = await post(stage, f"{API}?fromRun={run_id}", name="lisbon", results=["look_up"])
    assert (status, answer["file"]) == (200, "scenarios/trip/lisbon.json")
    written = json.loads((project / "scenarios" / "trip" / "lisbon.json").read_text())
    assert written == answer["scenario"]
    assert written["rehearsal"] == {"results": {"look_up": "Lisbon for 1"}}
    status, answer = await post(stage, f"{API}?fromRun={run_id}", name="lisbon")
    assert (status, answer["error"]) == (
        409,
        "there is a scenario scenarios/trip/lisbon.json already: choose another name, or delete the file",
    )
    (listed,) = json.loads(await stage.get(API))["scenarios"]
    assert (listed["name"], listed["status"], listed["verdict"]) == ("lisbon", "pending", None)
    described = document()
    schema = {"$ref": "#/components/schemas/Scenario", "components": described["components"]}
    Draft202012Validator(schema).validate(listed)


@pytest.mark.parametrize("name", ["../up", "a/b", "", "pins"])
async def test_no_name_leads_out_of_the_folder(stage: Stage, project: Path, name: str) -> None:
    """Over the API and from the page alike, nothing is written."""
    run_id = await ended(stage)
    assert (await post(stage, f"{API}?fromRun={run_id}", name=name))[0] == 400
    response = await stage.post(f"/runs/{run_id}/scenario/", {"name": name, "do": "save"})
    assert response.status_code == 422
    assert not (project / "scenarios").exists()


async def test_what_is_asked_wrongly_is_told(stage: Stage, project: Path) -> None:
    """A run of another workflow, none at all, a name without a file."""
    await stage.register_worker()
    await stage.publish(TRIP)
    assert (await post(stage, API, name="x"))[0] == 400
    assert (await post(stage, f"{API}?fromRun=none", name="x"))[0] == 404
    assert (await post(stage, f"{API}/run", names=["none"]))[0] == 400
    assert (await post(stage, "/api/workflows/none/scenarios/run"))[0] == 404
    assert (await stage.client.get("/workflows/none/scenarios/")).status_code == 404


async def test_a_page_saves_a_run(stage: Stage, project: Path) -> None:
    """It shows the file and the run as a function, keeps what is ticked, and leads to the list."""
    run_id = await ended(stage)
    assert f'href="/runs/{run_id}/scenario/"' in await stage.get(f"/runs/{run_id}/")
    page = await stage.get(f"/runs/{run_id}/scenario/")
    assert "Copy as pytest" in page
    assert "def test_trip_" in page
    shown = await stage.post(f"/runs/{run_id}/scenario/", {"name": "a", "result": "look_up", "do": "show"})
    assert "&quot;rehearsal&quot;: {" in shown.content.decode()
    assert not (project / "scenarios").exists()
    saved = await stage.post(f"/runs/{run_id}/scenario/", {"name": "a", "do": "save"})
    assert (saved.status_code, saved["Location"]) == (303, f"{HERE}?notice=scenario#a")
    assert 'data-scenario="a"' in await stage.get(HERE)


async def test_a_run_that_cannot_be_saved_says_why(stage: Stage, project: Path) -> None:
    """The page offers no form for it."""
    run_id = await stage.suspended()
    await actions.cancel(run_id)
    page = await stage.get(f"/runs/{run_id}/scenario/")
    assert "is canceled: only one that has succeeded, failed or waits" in page
    assert 'name="do"' not in page


async def test_a_workflow_without_scenarios_says_how_to_make_one(stage: Stage, project: Path) -> None:
    """An empty list is a way in."""
    await stage.publish(TRIP)
    assert "No scenarios yet" in await stage.get(HERE)


async def test_production_refuses(stage: Stage, project: Path, settings: Any) -> None:
    """Nothing is written, and no code is run, from the page or over the API."""
    run_id = await ended(stage)
    settings.PRODUCTION = True
    for path, body in ((f"{API}?fromRun={run_id}", {"name": "x"}), (f"{API}/run", {})):
        status, answer = await post(stage, path, **body)
        assert (status, "This is production" in str(answer["error"])) == (409, True)
    assert (await stage.post(f"/runs/{run_id}/scenario/", {"name": "x", "do": "save"})).status_code == 409
    assert (await stage.post(f"{HERE}run/")).status_code == 409
    assert not (project / "scenarios").exists()


@pytest.mark.slow
async def test_scenarios_are_played(stage: Stage, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them or one; a difference is shown, and can be taken as expected."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    run_id = await ended(stage)
    await post(stage, f"{API}?fromRun={run_id}", name="right")
    file = project / "scenarios" / "trip" / "wrong.json"
    right = json.loads((project / "scenarios" / "trip" / "right.json").read_text())
    file.write_text(json.dumps(right | {"expect": {"status": "success", "result": "Lisbon: no"}}))
    status, answer = await post(stage, f"{API}/run")
    verdicts = {one["name"]: one["passed"] for one in answer["verdicts"]}  # type: ignore[attr-defined]
    assert (status, answer["passed"], verdicts) == (200, False, {"right": True, "wrong": False})
    page = await stage.get(HERE)
    assert "<title>1 failed" in page
    assert '<span data-diff="-">-  &quot;result&quot;: &quot;Lisbon: no&quot;,</span>' in page
    assert '<li data-op="replace"><span class="change-op">replace</span> <code>/result</code>' in page
    assert "before the last change" not in page
    await stage.register_worker("w9")
    assert "before the last change" in await stage.get(HERE)
    problems = json.loads(await stage.get("/api/problems"))
    assert [one["name"] for one in problems["scenarios"]] == ["wrong"]
    described = document()
    schema = described["paths"]["/api/problems"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(schema | {"components": described["components"]}).validate(problems)
    taken = await stage.post(f"{HERE}run/", {"name": "wrong", "do": "take"})
    assert (taken.status_code, taken["Location"]) == (303, HERE)
    assert json.loads(file.read_text())["expect"]["result"] == right["expect"]["result"]
    assert "failed" not in json.dumps(json.loads(await stage.get(API)))


async def test_verdicts_outlive_the_process(stage: Stage, project: Path) -> None:
    """What a scenario came to stands in the database: another process, or one after a restart, shows it."""
    run_id = await ended(stage)
    await post(stage, f"{API}?fromRun={run_id}", name="right")
    file = project / "scenarios" / "trip" / "right.json"
    verdict = Verdict(
        workflow="trip", name="right", file="x", passed=False, difference="-1\n+2", got={"status": "failed"}
    )
    await last_verdicts.keep(file, Came(verdict=verdict), "w1")
    await last_verdicts.keep(file, Came(verdict=replace(verdict, problem="\0")), "w1")
    (listed,) = json.loads(await stage.get(API))["scenarios"]
    assert (listed["status"], listed["verdict"]["difference"]) == ("failed", "-1\n+2")
    assert (await last_verdicts.last_of([file, file.with_name("other.json")])).keys() == {file}


async def test_the_switch_is_kept_and_one_worker_plays(
    stage: Stage, project: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """After each reload the first worker that is ready plays, once, and none where the switch is off."""
    played: list[str] = []

    async def run(workflow_id: str) -> None:
        played.append(workflow_id)

    monkeypatch.setattr(project_scenarios, "run", run)
    await stage.publish(TRIP)
    await stage.register_worker("w1")
    await project_scenarios.run_after_reload("w1", ["trip"])
    assert played == []
    assert (await stage.post(f"{HERE}watch/", {"on": "on"})).status_code == 303
    assert "checked" in await stage.get(HERE) or not (project / "scenarios").exists()
    assert await last_verdicts.is_switched_on("trip")
    await project_scenarios.run_after_reload("w1", ["trip", "other"])
    await project_scenarios.run_after_reload("w1", ["trip"])
    assert played == ["trip"]
    await stage.register_worker("w2")
    await project_scenarios.run_after_reload("w2", ["trip"])
    assert played == ["trip", "trip"]
    settings.PRODUCTION = True
    await stage.register_worker("w3")
    await project_scenarios.run_after_reload("w3", ["trip"])
    settings.PRODUCTION = False
    assert (await stage.post(f"{HERE}watch/")).status_code == 303
    await project_scenarios.run_after_reload("w3", ["trip"])
    assert played == ["trip", "trip"]
    assert (await stage.post("/workflows/none/scenarios/watch/", {"on": "on"})).status_code == 404
