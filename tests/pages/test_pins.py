"""Pins: what a step gave is returned in every run from the page, until it is unpinned."""

import html
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from pydantic import BaseModel, SecretStr

from engine import create_workflow, step
from engine.rehearsal import Rehearsal
from playground.actions import actions
from playground.catalogue import catalogue
from playground.scenarios import pins
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


@step
async def half(data: int) -> Any:
    """Return anything."""
    return data


HALF = "half \ud800 a pair"
WRONG = {"step": "a..b", "result": 1}
KEYS = create_workflow(id="keys", input_schema=int, output_schema=Key).then(make_key).commit()
LOOP = create_workflow(id="loop", input_schema=int, output_schema=int).dountil(double, lambda n: n > 5).commit()
FREE = create_workflow(id="free", input_schema=int, output_schema=Any).then(half).commit()
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
    page = await stage.get(f"/runs/{run_id}/?row=look_up")
    assert "Runs from the page return this for look_up now." in page
    assert [">pinned</span>" in row(page, step) for step in ("look_up", "approve")] == [True, False]
    assert ">Unpin<" in row(page, "look_up")
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
    await stage.post(f"/runs/{run_id}/pin/?step=look_up")
    back = await stage.post(f"/workflows/trip/unpin/?step=look_up&run={run_id}")
    assert (back.status_code, back["Location"]) == (303, f"/runs/{run_id}/")
    assert "look_up is called again." in await stage.get(f"/runs/{run_id}/")


async def test_a_result_that_is_no_number_is_no_secret(stage: Stage) -> None:
    """NaN is not equal to itself, and hides nothing for that."""
    await stage.publish(FREE)
    for result in (float("nan"), [float("nan")], {"a": float("nan")}):
        entry = await catalogue.workflow("free")
        await pins.pin(entry, ("half",), result)
        assert repr(pins.pins_of(entry)) == repr({"half": result})


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


async def test_all_items_are_meant(stage: Stage) -> None:
    """A pin of one item is one of the step."""
    await stage.publish(ITEMS)
    run_id = await actions.start("items", [1, 2])
    await stage.play(run_id)
    assert (await stage.post(f"/runs/{run_id}/pin/?step=double[1]")).status_code == 303
    assert (await api(stage, "get", workflow="items"))[1] == {"pins": {"double": 4}}


async def test_the_pass_of_the_row_is_pinned(stage: Stage) -> None:
    """What an earlier pass of a loop gave, where its row was opened; a pass that there was not is told."""
    await stage.publish(LOOP)
    run_id = await actions.start("loop", 1)
    assert (await stage.play(run_id)).result == 8
    page = await stage.get(f"/runs/{run_id}/")
    keys = sorted({key for key in attributes(page, "data-key") if "double" in key})
    given = []
    for key in keys:
        body = await stage.get(f"/runs/{run_id}/step/?key={key}")
        (action,) = [one for one in attributes(body, "action") if "/pin/" in one]
        assert (await stage.post(html.unescape(action))).status_code == 303
        given.append((await api(stage, "get", workflow="loop"))[1]["pins"]["double"])
    assert given == [2, 4, 8]
    assert (await stage.post(f"/runs/{run_id}/pin/?step=double&at=1")).status_code == 409


async def test_production_offers_neither_a_pin_nor_a_step_alone(stage: Stage) -> None:
    """A button that would always be refused is not there."""
    run_id = await stage.suspended()
    buttons = (f"/runs/{run_id}/pin/", f"/runs/{run_id}/alone/")
    page = row(await stage.get(f"/runs/{run_id}/?row=look_up"), "look_up")
    assert [one in page for one in buttons] == [True, True]
    with override_settings(PRODUCTION=True):
        page = row(await stage.get(f"/runs/{run_id}/?row=look_up"), "look_up")
    assert [one in page for one in buttons] == [False, False]


async def test_null_is_pinned_and_a_body_that_lacks_something_is_told(stage: Stage) -> None:
    """Null is a result as any JSON is; no result, no step, and a path that is none are bad requests."""
    await stage.publish(FREE)
    assert await api(stage, "post", {"step": "half", "result": None}, workflow="free") == (
        200,
        {"pins": {"half": None}},
    )
    for body, why in (({"step": "half"}, 'no "result"'), ({"result": 1}, 'no "step"'), (WRONG, "is no path")):
        status, told = await api(stage, "post", body, workflow="free")
        assert (status, why in told["error"]) == (400, True), (body, told)


async def test_half_a_surrogate_pair_is_pinned(stage: Stage) -> None:
    """The file has it as an escape, and is read back as it was."""
    await stage.publish(FREE)
    entry = await catalogue.workflow("free")
    await pins.pin(entry, ("half",), HALF)
    assert "\\ud800" in Path("scenarios/free/pins.json").read_text(encoding="utf-8")
    assert pins.pins_of(entry) == {"half": HALF}


async def test_a_file_that_cannot_be_written_is_told(stage: Stage) -> None:
    """The message names it, on the run's page and to programs."""
    run_id = await stage.suspended()
    Path("scenarios").write_text("no folder")
    response = await stage.post(f"/runs/{run_id}/pin/?step=look_up")
    assert (response.status_code, "scenarios/trip/pins.json cannot be written" in text_of(response)) == (409, True)
    assert (await api(stage, "post", {"step": "look_up", "result": "Faro"}))[0] == 409


async def test_a_pin_that_does_not_fit_any_more_is_told(stage: Stage) -> None:
    """The form and *Run again* name it and what to do; a rehearsal of the step's own goes before it."""
    run_id = await stage.suspended()
    file = Path("scenarios/trip/pins.json")
    file.parent.mkdir(parents=True)
    file.write_text('{"results": {"look_up": 5}}')
    for where, form in (("/workflows/trip/", {"f/city": "Rome", "run": "1"}), (f"/runs/{run_id}/again/", {})):
        response = await stage.post(where, form)
        told = html.unescape(text_of(response))
        assert (response.status_code, "step 'look_up' is pinned to a result that does not fit it" in told) == (
            409,
            True,
        )
        assert "Unpin it on the page of workflow 'trip'" in told
    entry = await catalogue.workflow("trip")
    own = Rehearsal(results={"look_up": "Faro"})
    assert await pins.rehearsed(entry, own) == own
