"""`Run this step`: its page and its API, with a process that imports the user's code."""

import json
import threading
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from django.test import override_settings
from jsonschema import Draft202012Validator
from pydantic import BaseModel, SecretStr

from engine import create_workflow, step
from playground.actions import actions
from playground.api.openapi import document
from playground.catalogue import catalogue
from playground.runs import retention
from playground.step_runs import alone
from playground.step_runs.alone import RecordedStep, StepRun
from tests.pages.stage import Stage, attributes, text_of

CODE = """
import os
from engine import Context, create_workflow, step
from tests.pages.test_alone import Order

@step
def halve(data: Order, ctx: Context) -> float:
    print("halving", data.amount)
    ctx.write(f"half of {data.amount}")
    if data.amount == 13:
        os._exit(3)
    return 100 / data.amount

shop = create_workflow(id="shop", input_schema=Order, output_schema=float).then(halve).commit()
"""


class Order(BaseModel):
    """An input with a secret."""

    amount: int
    code: SecretStr = SecretStr("s3cret")


@step
def halve(data: Order) -> float:
    """Do what the code did before."""
    return 50 / data.amount


SHOP = create_workflow(id="shop", input_schema=Order, output_schema=float).then(halve).commit()


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(alone, "_kept", OrderedDict())
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    (tmp_path / "flows.py").write_text(CODE)


async def ended(stage: Stage) -> str:
    """Give a run of SHOP that has ended."""
    await stage.publish(SHOP)
    run_id = await actions.start("shop", {"amount": 2, "code": "hunter2"})
    assert (await stage.play(run_id)).result == 25
    return run_id


async def post(stage: Stage, run_id: str, body: dict[str, Any]) -> tuple[int, Any]:
    """Ask the API."""
    path = f"/api/workflows/shop/run-step?runId={run_id}"
    response = await stage.client.post(path, json.dumps(body), content_type="application/json")
    return response.status_code, json.loads(response.content)


@pytest.mark.slow
async def test_a_step_is_run_alone_from_the_page(stage: Stage) -> None:
    """With the input that it had, its secret too, and with another one; the run stays as it is."""
    run_id = await ended(stage)
    before = (await actions.state_of(run_id)).last_seq
    page = await stage.get(f"/runs/{run_id}/?row=halve")
    where = next(href for href in attributes(page, "href") if "/alone/" in href).replace("&amp;", "&")
    page = await stage.get(where)
    assert "It has not been run alone here since this playground was started." in page
    assert "hunter2" not in page
    response = await stage.post(where, {"f/amount": "2"})
    assert (response.status_code, response["Location"]) == (303, where), text_of(response)
    page = await stage.get(where)
    assert "halving 2" in page
    assert ">half of 2</pre>" in page
    assert 'aria-label="Try 1"' in page
    assert '<del>25.0</del> <span aria-hidden="true">→</span> <ins>50.0</ins>' in page
    assert (await stage.post(where, {"f/amount": "0"})).status_code == 303
    page = await stage.get(where)
    assert page.index('aria-label="Try 2"') < page.index('aria-label="Try 1"') < page.index('aria-label="Recorded"')
    assert "ZeroDivisionError" in page
    assert "hunter2" not in page
    assert (await stage.post(where, {"f/amount": "x"})).status_code == 422
    assert (await actions.state_of(run_id)).last_seq == before


@pytest.mark.slow
async def test_a_step_is_run_alone_over_the_api(stage: Stage) -> None:
    """As the document describes it; a step that ends its process is told of, and ends nothing else."""
    run_id = await ended(stage)
    status, came = await post(stage, run_id, {"step": "halve", "inputData": {"amount": 4}})
    assert (status, came["status"], came["output"], came["recorded"]["output"]) == (200, "success", 25.0, 25.0)
    assert came["changes"] == []
    assert [log["text"] for log in came["logs"]] == ["halving 4"]
    assert came["written"] == {"text": "half of 4", "values": []}
    described = document()
    [path] = [path for path in described["paths"] if path.endswith("/run-step")]
    schema = described["paths"][path]["post"]["responses"]["200"]
    Draft202012Validator(
        {**schema["content"]["application/json"]["schema"], "components": described["components"]}
    ).validate(came)
    _, came = await post(stage, run_id, {"step": "halve", "inputData": {"amount": 13}})
    assert (came["status"], "the process ended while the step ran" in came["problem"]) == ("lost", True)


async def test_what_cannot_be_run_alone_is_refused(stage: Stage) -> None:
    """An unknown step, an input that does not fit, nothing said, too many at once, production."""
    run_id = await ended(stage)
    assert (await post(stage, run_id, {"step": "gone"}))[0] == 404
    assert (await post(stage, run_id, {"step": "halve", "inputData": {"amount": "x"}}))[0] == 400
    assert (await post(stage, run_id, {}))[0] == 400
    for at, status in ((0, 409), (1, 409), (10**30, 409), (-1, 409), (1.5, 400), ("3", 400), (True, 400)):
        answer = await post(stage, run_id, {"step": "halve", "at": at})
        assert answer[0] == status, answer
        assert status == 400 or f"did not begin with event {at}. It began with: 3" in answer[1]["error"]
    # In an address what is no number is none.
    assert (await stage.client.get(f"/runs/{run_id}/alone/?step=halve&at=0")).status_code == 409
    assert (await stage.client.get(f"/runs/{run_id}/alone/?step=halve&at=x")).status_code == 200
    assert (await stage.client.get(f"/runs/{run_id}/fork/?step=halve&at=0")).status_code == 409
    alone._running.update("abcd")
    try:
        assert (await post(stage, run_id, {"step": "halve"}))[0] == 409
    finally:
        alone._running.clear()
    with override_settings(PRODUCTION=True):
        assert (await post(stage, run_id, {"step": "halve"}))[0] == 409
        response = await stage.client.get(f"/runs/{run_id}/alone/?step=halve")
        assert (response.status_code, "This is production" in text_of(response)) == (409, True)
        assert "data-alone" not in await opened(stage, run_id)


DOUBLE = step(lambda data: data * 2, id="double", input_schema=int, output_schema=int)
INNER = create_workflow(id="inner", input_schema=int, output_schema=int).then(DOUBLE).commit()
MIXED = (
    create_workflow(id="shop", input_schema=int, output_schema=None)
    .sleep(0, id="nap")
    .then(INNER)
    .map(lambda data: [data, data], id="pair")
    .foreach(DOUBLE)
    .wait_for_event("paid")
    .commit()
)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nap", "'nap' is a timer and has no function"),
        ("inner", "'inner' is a nested workflow: run one of its steps alone, such as inner.double"),
        ("event-1", "'event-1' is a wait for an event and has no function"),
        ("double", "runs once for each item: name one of double[0], double[1]"),
        ("pair", ""),
        ("double[1]", ""),
        ("inner.double", ""),
    ],
)
async def test_it_is_said_what_cannot_be_run_and_why(stage: Stage, path: str, words: str) -> None:
    """Before any process is started; steps and maps can, wherever they stand."""
    await stage.publish(MIXED)
    run_id = await actions.start("shop", 2)
    await actions.send_event(run_id, "paid", None)
    await stage.play(run_id)
    if not words:
        assert (await alone.recorded(run_id, path)).path == path
        return
    status, answer = await post(stage, run_id, {"step": path})
    assert (status, words in answer["error"]) == (409, True), answer


async def test_what_is_kept_has_a_bound(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest tries go when all are too large together, the last one stays; those of deleted runs go at once."""
    monkeypatch.setattr(alone, "MOST_BYTES", 100)
    steps = [await alone.recorded(await ended(stage), "halve") for _ in range(3)]

    async def keep(of: RecordedStep, size: int) -> list[list[int]]:
        came = StepRun(number=0, at=datetime.now(UTC), given=1, status="success", size=size)
        await alone.keep(of, came)
        return [[one.size for one in alone.kept(step)] for step in steps]

    assert await keep(steps[0], 60) == [[60], [], []]
    assert await keep(steps[1], 30) == [[60], [30], []]
    assert await keep(steps[1], 40) == [[], [40, 30], []]
    assert await keep(steps[1], 50) == [[], [50, 40], []]
    assert await keep(steps[2], 5) == [[], [50, 40], [5]]
    await retention.delete([steps[1].run_id])
    assert await keep(steps[2], 200) == [[], [], [200]]


async def opened(stage: Stage, run_id: str) -> str:
    """Give the inside of the row of a run."""
    return await stage.get(f"/runs/{run_id}/step/?key=halve")


async def test_where_workers_are_elsewhere_no_step_is_run_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a process never imports the user's code: it refuses, says where to go, and has no button for it."""
    run_id = await ended(stage)
    assert "data-alone" in await opened(stage, run_id)
    monkeypatch.setattr(catalogue._Workers, "are_here", False)
    status, answer = await post(stage, run_id, {"step": "halve"})
    assert (status, "the workers of this playground are elsewhere" in answer["error"]) == (409, True)
    assert "data-alone" not in await opened(stage, run_id)


async def test_a_journal_is_written_beside_the_event_loop(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be long, and others are served by the same thread."""
    of = await alone.recorded(await ended(stage), "halve")
    seen: list[int] = []

    class Watched:
        def to_dict(self) -> dict[str, Any]:
            seen.append(threading.get_ident())
            return {}

    async def listen(*_: Any, hear: Any, **__: Any) -> int:
        return hear({"wrong": "gone"}) or 0

    monkeypatch.setattr(alone, "listen_to", lambda *_, heard, **__: listen(hear=heard))
    came = await alone.run_alone(replace(of, events=cast(Any, [Watched()])))
    assert (came.problem, len(seen), threading.get_ident() in seen) == ("gone", 1, False)
