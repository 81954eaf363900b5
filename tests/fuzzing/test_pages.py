"""Searches from the page and below `/api`: begun, watched, stopped, run again, saved."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from playground.api.openapi import document
from playground.catalogue import catalogue
from playground.fuzzing import searches
from playground.fuzzing.findings import Finding, Report
from playground.fuzzing.fuzz_process import Order
from tests.pages.conftest import stage
from tests.pages.stage import TRIP, Stage

__all__ = ["stage"]

HERE = "/workflows/trip/fuzz/"
API = "/api/workflows/trip/fuzz"
FINDING = Finding(
    key="0123abcd",
    type="KeyError",
    message="'<x>'",
    place="flows.py:3",
    input={"city": "", "days": -1},
    is_smallest=True,
)
FLOWS = """
import time
from engine import create_workflow, step
from tests.pages.stage import Trip

@step
def look_up(trip: Trip) -> str:
    if trip.city == "slow":
        time.sleep(1000)
    return {"a": trip.city}["a" if trip.days else "b"]

trip = create_workflow(id="trip", input_schema=Trip, output_schema=str).then(look_up).commit()
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project of its own, in a process that has searched for nothing yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(searches, "_searches", {})
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    (tmp_path / "flows.py").write_text(FLOWS)
    return tmp_path


async def found(stage: Stage, report: Report) -> None:
    """Have a search that has ended with a report."""
    await stage.publish(TRIP)
    search = searches._Search(Order(workflow="trip"))
    search.report = report
    searches._searches["trip"] = search


async def post(stage: Stage, path: str, **body: object) -> tuple[int, Any]:
    """Post JSON; return the status and the answer."""
    response = await stage.client.post(path, json.dumps(body), content_type="application/json")
    return response.status_code, json.loads(response.content)


async def test_a_page_without_a_search_offers_one(stage: Stage, project: Path) -> None:
    """The usual bounds stand in the form, and each step can be chosen; looking at it begins nothing."""
    await stage.publish(TRIP)
    page = await stage.get(HERE)
    assert "Nothing was tried yet" in page
    assert 'name="runs" value="200"' in page
    assert '<input type="checkbox" name="step" value="look_up">' in page
    assert f'href="{HERE}"' in await stage.get("/workflows/trip/")
    assert json.loads(await stage.get(API)) == {"fuzzing": None}


async def test_what_was_found_is_shown(stage: Stage, project: Path) -> None:
    """With its place and its smallest input; the form opens filled with it, and the answer is as described."""
    report = Report(workflow="trip", state="done", findings=(FINDING,), inputs=9, seed=7, unreached=("approve",))
    await found(stage, report)
    page = await stage.get(HERE)
    assert "<title>1 found" in page
    assert "&#x27;&lt;x&gt;&#x27;" in page
    assert "Smallest input</h3>" in page
    assert "No input came to" in page
    assert 'href="/workflows/trip/?found=0123abcd"' in page
    assert 'value="-1"' in await stage.get("/workflows/trip/?found=0123abcd")
    answer = json.loads(await stage.get(API))["fuzzing"]
    Draft202012Validator({"$ref": "#/components/schemas/Fuzzing", "components": document()["components"]}).validate(
        answer
    )
    assert answer["findings"][0]["input"] == {"city": "", "days": -1}


async def test_a_finding_is_saved_as_a_scenario(stage: Stage, project: Path) -> None:
    """It expects success, and so is red until the code is mended; once it is there, it is not written again."""
    await found(stage, Report(workflow="trip", findings=(FINDING,), rehearsal={"results": {"look_up": "x"}}))
    saved = await stage.post(f"{HERE}0123abcd/save/")
    assert (saved.status_code, saved["Location"]) == (303, "/workflows/trip/scenarios/#fuzz-0123abcd")
    written = json.loads((project / "scenarios" / "trip" / "fuzz-0123abcd.json").read_text())
    assert written["input"] == {"city": "", "days": -1}
    assert written["expect"] == {"status": "success"}
    assert written["rehearsal"] == {"results": {"look_up": "x"}}
    assert (await stage.post(f"{HERE}0123abcd/save/")).status_code == 409
    assert (await stage.post(f"{HERE}gone/save/")).status_code == 409
    assert (await stage.client.get("/workflows/trip/?found=gone")).status_code == 409


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [({"runs": "0"}, "Expected a number from 1 to 100000"), ({"seconds": "soon"}, "seconds is &#x27;soon&#x27;")],
)
async def test_wrong_bounds_are_told(stage: Stage, project: Path, typed: dict[str, str], sentence: str) -> None:
    """What was typed stays in the form, and nothing begins."""
    await stage.publish(TRIP)
    response = await stage.post(HERE, typed)
    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert all(f'value="{value}"' in text for value in typed.values())
    body = {name: float(value) if value.isdigit() else value for name, value in typed.items()}
    assert (await post(stage, API, **body))[0] == 400
    assert searches._searches == {}


async def test_production_refuses(stage: Stage, project: Path, settings: Any) -> None:
    """No code is run and nothing is written, from the page or over the API."""
    await found(stage, Report(workflow="trip", findings=(FINDING,)))
    settings.PRODUCTION = True
    for response in (await stage.post(HERE), await stage.post(f"{HERE}0123abcd/save/")):
        assert (response.status_code, "This is production" in response.content.decode()) == (409, True)
    status, answer = await post(stage, API)
    assert (status, "This is production" in answer["error"]) == (409, True)
    assert not (project / "scenarios").exists()


async def test_where_workers_are_elsewhere_nothing_is_tried(
    stage: Stage, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a process never imports the user's code: the page says so, has no form for it, and the API refuses."""
    await stage.publish(TRIP)
    monkeypatch.setattr(catalogue._Workers, "are_here", False)
    page = await stage.get(HERE)
    assert "The workers of this playground are elsewhere" in page
    assert 'id="fuzz-runs"' not in page
    for path in (HERE, API):
        response = await stage.client.post(path, "{}", content_type="application/json")
        assert (response.status_code, "elsewhere" in response.content.decode()) == (409, True)


async def test_an_unknown_workflow_has_no_page(stage: Stage, project: Path) -> None:
    """Neither to look at nor to search."""
    assert (await stage.client.get("/workflows/none/fuzz/")).status_code == 503  # no worker has imported anything yet
    for path in ("/api/workflows/none/fuzz", "/api/workflows/none/fuzz/stop"):
        assert (await post(stage, path))[0] == 404


@pytest.mark.slow
async def test_a_search_ends_by_itself(stage: Stage, project: Path) -> None:
    """Whoever waits for it gets what it has found; no run is recorded."""
    await stage.publish(TRIP)
    status, answer = await post(stage, API, runs=150, seconds=90, seed=3, wait=True)
    assert (status, answer["fuzzing"]["status"]) == (200, "done")
    (finding,) = answer["fuzzing"]["findings"]
    assert (finding["type"], finding["input"], finding["smallest"]) == ("KeyError", {"city": "", "days": 0}, True)
    assert json.loads(await stage.get("/api/runs"))["runs"] == []


@pytest.mark.slow
async def test_a_search_is_stopped(stage: Stage, project: Path) -> None:
    """From the page; a second one does not begin beside it, and what was found until then stays."""
    await stage.publish(TRIP)
    assert (await stage.post(HERE, {"seconds": "600", "runs": "100000"})).status_code == 303
    assert "Trying inputs" in await stage.get(HERE)
    assert (await post(stage, API))[0] == 409
    stopped = await stage.post(f"{HERE}stop/")
    assert (stopped.status_code, stopped["Location"]) == (303, HERE)
    assert json.loads(await stage.get(API))["fuzzing"]["status"] == "stopped"
    assert "Trying inputs" not in await stage.get(HERE)
