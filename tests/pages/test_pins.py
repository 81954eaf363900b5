"""Pins: what a step gave is returned in every run from the page, until it is unpinned."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from pydantic import BaseModel, SecretStr

from engine import create_workflow, step
from playground.actions import actions
from tests.pages.stage import TRIP, Stage, attributes, row, text_of


class Key(BaseModel):
    """What has a secret."""

    token: SecretStr


@step
async def make_key(data: int) -> Key:
    """Give a secret."""
    return Key(token=SecretStr("hunter2"))


@step
async def double(data: int) -> int:
    """Double it."""
    return data * 2


KEYS = create_workflow(id="keys", input_schema=int, output_schema=Key).then(make_key).commit()
ROUNDS = create_workflow(id="rounds", input_schema=int, output_schema=int).dountil(double, lambda n: n > 4).commit()
ITEMS = create_workflow(id="items", input_schema=list[int], output_schema=list[int]).foreach(double).commit()


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


async def api(stage: Stage, method: str, body: Any = None, step: str = "", workflow: str = "trip") -> tuple[int, Any]:
    """Ask the API."""
    path = f"/api/workflows/{workflow}/pins" + (f"?step={step}" if step else "")
    ask = getattr(stage.client, method)
    response = await (ask(path, json.dumps(body), content_type="application/json") if body is not None else ask(path))
    return response.status_code, json.loads(response.content)


async def test_a_pinned_step_is_not_called_in_runs_from_the_page(stage: Stage) -> None:
    """It is marked on the run, the form, the graph and the list; unpinned, it is called again."""
    run_id = await stage.suspended()
    assert 'action="/runs/' in row(await stage.get(f"/runs/{run_id}/?row=look_up"), "look_up")
    response = await stage.post(f"/runs/{run_id}/pin/?step=look_up")
    assert (response.status_code, response["Location"]) == (303, f"/runs/{run_id}/")
    file = Path("scenarios/trip/pins.json")
    assert json.loads(file.read_text()) == {"results": {"look_up": "Lisbon for 1"}}
    page = await stage.get("/workflows/trip/")
    assert attributes(page, "data-pin") == ["look_up"]
    assert ">pinned</text>" in page
    assert "1 pinned" in await stage.get("/workflows/")
    for where, form in (("/workflows/trip/", {"f/city": "Rome", "run": "1"}), (f"/runs/{run_id}/again/", {})):
        new = (await stage.post(where, form))["Location"].split("/")[2]
        result = await stage.play(new)
        assert (result.steps["look_up"].output, dict(result.rehearsal or {})) == (
            "Lisbon for 1",
            {"results": {"look_up": "Lisbon for 1"}},
        )
        assert ">rehearsed</span>" in row(await stage.get(f"/runs/{new}/"), "look_up")
    in_earnest = await actions.start("trip", {"city": "Rome"})
    assert (await stage.play(in_earnest)).steps["look_up"].output == "Rome for 1"
    assert (await stage.post("/workflows/trip/unpin/?step=look_up")).status_code == 303
    assert not file.exists()
    assert (await stage.post("/workflows/trip/unpin/?step=look_up")).status_code == 404


async def test_what_cannot_be_pinned_is_refused(stage: Stage) -> None:
    """A step that has given nothing, a result with secrets or that does not fit, an unknown step, production."""
    run_id = await stage.suspended()
    late = await stage.post(f"/runs/{run_id}/pin/?step=approve")
    assert (late.status_code, "no result in this run that could be pinned" in text_of(late)) == (409, True)
    assert (await api(stage, "post", {"step": "look_up", "result": 5}))[0] == 400
    assert (await api(stage, "post", {"step": "gone", "result": 5}))[0] == 404
    assert (await api(stage, "delete", step="look_up"))[0] == 404
    await stage.publish(KEYS)
    status, told = await api(stage, "post", {"step": "make_key", "result": {"token": "hunter2"}}, workflow="keys")
    assert (status, "has secrets" in told["error"]) == (400, True)
    await stage.publish(TRIP)
    assert (await api(stage, "post", {"step": "look_up", "result": "Faro"}))[1] == {"pins": {"look_up": "Faro"}}
    with override_settings(PRODUCTION=True):
        assert (await api(stage, "post", {"step": "look_up", "result": "Faro"}))[0] == 409
        assert (await api(stage, "delete", step="look_up"))[0] == 409
        assert (await api(stage, "get"))[1] == {"pins": {}}
        started = await stage.post("/workflows/trip/", {"f/city": "Rome", "run": "1"})
        assert (await actions.state_of(started["Location"].split("/")[2])).rehearsal is None


async def test_a_file_that_is_none_of_pins_is_told(stage: Stage) -> None:
    """The page says what is wrong, and starts nothing that would call the step; steps that are gone are passed over."""
    await stage.publish(TRIP, ITEMS)
    file = Path("scenarios/trip/pins.json")
    file.parent.mkdir(parents=True)
    file.write_text("[1]")
    assert "scenarios/trip/pins.json is no file of pins" in await stage.get("/workflows/trip/")
    response = await stage.post("/workflows/trip/", {"f/city": "Rome", "run": "1"})
    assert (response.status_code, "is no file of pins" in text_of(response)) == (409, True)
    file.write_text('{"results": {"gone": 1, "look_up": "Faro"}}')
    assert (await api(stage, "get"))[1] == {"pins": {"look_up": "Faro"}}


async def test_the_pass_of_the_row_is_pinned(stage: Stage) -> None:
    """Of a loop the row of each pass pins what that pass gave."""
    await stage.publish(ROUNDS)
    run_id = await actions.start("rounds", 1)
    await stage.play(run_id)
    pinned = []
    for key in attributes(await stage.get(f"/runs/{run_id}/"), "data-key"):
        if key.startswith("double*"):
            body = await stage.get(f"/runs/{run_id}/step/?key={key}")
            (address,) = re.findall(r'action="([^"]*/pin/[^"]*)"', body)
            assert (await stage.post(html.unescape(address))).status_code == 303
            pinned.append((await api(stage, "get", workflow="rounds"))[1]["pins"]["double"])
    assert pinned == [2, 4, 8]
    assert (await stage.post(f"/runs/{run_id}/pin/?step=double&at=1")).status_code == 409


async def test_all_items_are_meant(stage: Stage) -> None:
    """A pin of one item is one of the step."""
    await stage.publish(ITEMS)
    run_id = await actions.start("items", [1, 2])
    await stage.play(run_id)
    assert (await stage.post(f"/runs/{run_id}/pin/?step=double[1]")).status_code == 303
    assert (await api(stage, "get", workflow="items"))[1] == {"pins": {"double": 4}}
