"""Two runs beside each other: the page, its choice, and `/api/compare`."""

import json
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import BaseModel, SecretStr

from engine import create_workflow, step
from playground.actions import actions
from playground.api.openapi import document
from tests.pages.stage import Stage, attributes, text_of


@step
async def count_up(count: int) -> list[int]:
    """Return as many numbers as wanted."""
    return list(range(count))


LONG = create_workflow(id="long", input_schema=int, output_schema=list[int]).then(count_up).commit()


async def two(stage: Stage) -> tuple[str, str]:
    """Give two runs of one workflow that differ in their city and in their answer."""
    runs = []
    for city, approved in (("Lisbon", True), ("Porto", False)):
        run_id = await stage.suspended(city)
        await actions.resume(run_id, "approve", {"approved": approved})
        await stage.play(run_id)
        runs.append(run_id)
    return runs[0], runs[1]


async def compared(stage: Stage, a: str, b: str) -> dict[str, Any]:
    """Return what the API says, held against its description."""
    found: dict[str, Any] = json.loads(await stage.get(f"/api/compare?a={a}&b={b}"))
    operations = document()["paths"]["/api/compare"]["get"]["responses"]["200"]["content"]["application/json"]
    Draft202012Validator(operations["schema"] | {"components": document()["components"]}).validate(found)
    return found


async def test_two_runs_are_compared(stage: Stage) -> None:
    """The first difference is named, values are operations, and times are beside each other."""
    a, b = await two(stage)
    found = await compared(stage, a, b)
    assert (found["a"]["runId"], found["b"]["runId"], found["first"]) == (a, b, "look_up")
    assert found["input"] == [{"op": "replace", "path": "/city", "value": "Porto", "was": "Lisbon"}]
    assert [one["path"] for one in found["steps"]] == ["look_up", "approve"]
    assert found["steps"][0]["status"] == ["success", "success"]
    assert all(isinstance(seconds, float) for seconds in found["steps"][0]["seconds"])
    page = await stage.get(f"/compare/?a={a}&b={b}")
    assert attributes(page, "data-compared") == ["look_up", "approve"]
    assert "<del>&quot;Lisbon" in page or "<del>Lisbon" in page


async def test_a_run_does_not_differ_from_itself(stage: Stage) -> None:
    """Nothing is listed unless everything is asked for."""
    a, _ = await two(stage)
    found = await compared(stage, a, a)
    assert (found["first"], found["input"], found["result"]) == (None, [], [])
    page = await stage.get(f"/compare/?a={a}&b={a}")
    assert "Nothing differs but the time." in page
    assert attributes(page, "data-compared") == []
    assert attributes(await stage.get(f"/compare/?a={a}&b={a}&show=all"), "data-compared") == ["look_up", "approve"]


async def test_of_many_differences_the_page_shows_some(stage: Stage) -> None:
    """And says how many there are; the API has all."""
    numbers: Any = step(lambda data: [n + data for n in range(150)], id="numbers", input_schema=int)
    await stage.publish(create_workflow(id="long", input_schema=int, output_schema=None).then(numbers).commit())
    runs = [await actions.start("long", shift) for shift in (0, 1)]
    for run_id in runs:
        await stage.play(run_id)
    assert len((await compared(stage, *runs))["result"]) == 150
    page = await stage.get(f"/compare/?a={runs[0]}&b={runs[1]}")
    assert page.count("The first 100 of 150 differences") == 2
    assert page.count('<li data-op="replace">') == 202


async def test_what_a_run_is_held_against_is_offered(stage: Stage) -> None:
    """Its parent, the last success, the last run, or any other by its id; the run's page leads there."""
    a, b = await two(stage)
    assert f'href="/compare/?b={b}"' in await stage.get(f"/runs/{b}/")
    page = await stage.get(f"/compare/?b={b}")
    assert f'href="?a={a}&amp;b={b}"' in page
    fork = await actions.fork(b, "approve")
    assert "the run that it was forked from" in await stage.get(f"/compare/?b={fork}")
    assert "Which two runs?" in await stage.get("/compare/")


async def test_two_ticked_runs_are_compared(stage: Stage) -> None:
    """The older one is run a, as the list is newest first; another number of ticks is told."""
    a, b = await two(stage)
    assert 'value="compare"' in await stage.get("/runs/")
    response = await stage.post("/runs/many/", {"run": [b, a], "do": "compare"})
    assert (response.status_code, response["Location"]) == (303, f"/compare/?a={a}&b={b}")
    response = await stage.post("/runs/many/", {"run": [b], "do": "compare"})
    assert response["Location"] == "/runs/"
    assert "Tick two runs to compare them." in await stage.get("/runs/")


class Login(BaseModel):
    """A secret, and something that is none."""

    name: str
    password: SecretStr


@step
def check(login: Login) -> Login:
    """Hand it on."""
    return login


async def test_secrets_are_not_compared(stage: Stage) -> None:
    """Neither page nor API shows a secret, also where it is all that differs."""
    flow = create_workflow(id="login", input_schema=Login, output_schema=Login).then(check).commit()
    await stage.publish(flow)
    runs = []
    for password in ("open-sesame", "hush-hush"):
        runs.append(await actions.start("login", {"name": "Ada", "password": password}))
        assert (await stage.play(runs[-1])).status == "success"
    answer = json.dumps(await compared(stage, *runs)) + await stage.get(f"/compare/?a={runs[0]}&b={runs[1]}&show=all")
    assert "sesame" not in answer
    assert "hush" not in answer


async def test_what_is_asked_wrongly_is_told(stage: Stage) -> None:
    """A run that is not there, and a second one that is not named."""
    a, _ = await two(stage)
    for address, status in ((f"/api/compare?a={a}", 400), (f"/api/compare?a={a}&b=none", 404)):
        assert (await stage.client.get(address)).status_code == status
    response = await stage.client.get(f"/compare/?a={a}&b=none")
    assert response.status_code == 404
    assert "none" in text_of(response)


async def test_many_changes_of_one_value_are_folded(stage: Stage) -> None:
    """The first dozen stands there, the rest opens, and nothing is left out."""
    await stage.publish(LONG)
    runs = [await actions.start("long", count) for count in (0, 40)]
    for run_id in runs:
        await stage.play(run_id)
    page = await stage.get(f"/compare/?a={runs[0]}&b={runs[1]}")
    result = page[page.index('id="result-title"') :].partition("</section>")[0]
    shown, _, folded = result.partition("<details")
    assert (shown.count("data-op="), folded.count("data-op=")) == (12, 28)
    assert ">28 more<" in folded
