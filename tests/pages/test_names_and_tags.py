"""What runs are called, what started them, and what lists show of them in short."""

import re
from typing import Any

from pydantic import BaseModel, SecretStr

from engine import create_workflow, step
from engine.tags import Tagging
from playground.actions import actions
from playground.guard.callers import way
from tests.pages.stage import TRIP, Stage, attributes, text_of


class Login(BaseModel):
    """An input with a secret."""

    user: str
    password: SecretStr


def field_value(page: str, name: str) -> str:
    """Return what a hidden field holds."""
    (found,) = re.findall(f'name="{name}" value="([^"]*)"', page)
    return str(found)


@step
async def log_in(data: Login) -> dict[str, Any]:
    """Give it on."""
    return {"user": data.user, "room": 7}


async def test_a_page_gives_a_run_a_name_and_tags(stage: Stage) -> None:
    """The page and the list show them; the list is narrowed by a tag, which stands in a chip."""
    run_id, other = await stage.suspended(), await stage.suspended()
    said = {"name": "Lisbon <first>", "tags": "nightly, shop,"}
    response = await stage.client.post(f"/runs/{run_id}/call/", said)
    assert (response.status_code, response["Location"]) == (303, f"/runs/{run_id}/")
    page = await stage.get(f"/runs/{run_id}/")
    assert "<h1>Lisbon &lt;first&gt; " in page
    assert 'value="nightly, shop"' in page
    assert "Lisbon &lt;first&gt;" in await stage.get("/runs/")
    assert attributes(await stage.get("/runs/?tag=shop&tag=nightly"), "data-run") == [run_id]
    narrowed = await stage.get("/runs/?tag=shop&status=suspended&status=failed")
    assert [words in narrowed for words in ("tag shop", "status suspended", "status failed")] == [True] * 3
    assert attributes(await stage.get("/runs/?q=lisbon+<first"), "data-run") == [run_id]
    text = (await stage.client.get(f"/runs/{run_id}/", headers={"accept": "text/plain"})).content.decode()
    assert "name Lisbon <first>\ntags nightly, shop\n" in text
    before = {f"{key}-before": text for key, text in said.items()}
    await stage.client.post(f"/runs/{run_id}/call/", {"name": "", "tags": ""} | before)
    assert attributes(await stage.get("/runs/?tag=shop"), "data-run") == []
    assert other in await stage.get("/runs/")


async def test_a_form_takes_away_nothing_that_it_did_not_show(stage: Stage) -> None:
    """What another has said since the page was opened stays, and what a person has not changed is not said again."""
    run_id = await stage.suspended()
    await actions.tag(run_id, Tagging(name="First", add=["a", "b"]))
    page = await stage.get(f"/runs/{run_id}/")
    form = {f"{key}-before": field_value(page, f"{key}-before") for key in ("name", "tags")}
    assert form == {"name-before": "First", "tags-before": "a, b"}
    await actions.tag(run_id, Tagging(name="Second", add=["theirs"], remove=["a"]))
    await stage.client.post(f"/runs/{run_id}/call/", form | {"name": "First", "tags": "a, mine"})
    summary = await actions.store.summary(run_id)
    assert (summary.name, summary.tags) == ("Second", ("theirs", "mine"))


async def test_a_name_that_cannot_be_one_is_refused(stage: Stage) -> None:
    """With the sentence that says what to do."""
    run_id = await stage.suspended()
    response = await stage.client.post(f"/runs/{run_id}/call/", {"name": "x" * 201, "tags": ""})
    assert response.status_code == 400
    assert "at most 200 characters" in text_of(response)


async def test_a_list_says_what_has_started_a_run(stage: Stage) -> None:
    """A form, a program over HTTP, a fork of another run, or code."""
    await stage.publish(TRIP)
    code = await actions.start("trip", {"city": "Faro"})
    way.set("page")
    by_form = await stage.post("/workflows/trip/", {"f/city": "Rome", "run": "1"})
    assert by_form.status_code == 303
    way.set("api")
    answer = await stage.client.post(
        "/api/workflows/trip/start", {"inputData": {"city": "Rome"}}, content_type="application/json"
    )
    run_id = answer.json()["runId"]
    await stage.play(run_id)
    fork = await actions.fork(run_id, "look_up")
    lines = (await stage.client.get("/api/runs")).json()["runs"]
    found = {line["runId"]: (line["trigger"], line["forkedFrom"]) for line in lines}
    assert found[run_id] == ("api", None)
    assert found[by_form["Location"].split("/")[2]] == ("form", None)
    assert found[code] == ("code", None)
    assert found[fork] == ("fork", run_id)
    assert f'href="/runs/{run_id}/"' in (await stage.get("/runs/")).partition("fork of")[2][:80]


async def test_a_list_shows_input_and_result_in_short(stage: Stage) -> None:
    """Without the secrets in them; of a run that has failed or waits, the input alone."""
    workflow = create_workflow(id="login", input_schema=Login, output_schema=dict[str, Any]).then(log_in).commit()
    await stage.publish(workflow)
    run_id = await actions.start("login", {"user": "ada", "password": "hunter2"})
    await stage.play(run_id)
    for path in ("/runs/", "/workflows/login/"):
        page = await stage.get(path)
        assert "Input: {&quot;user&quot;: &quot;ada&quot;" in page
        assert "Result: {&quot;user&quot;: &quot;ada&quot;, &quot;room&quot;: 7}" in page
        assert "hunter2" not in page


async def test_what_cannot_be_a_tag_is_refused_with_what_was_given(stage: Stage) -> None:
    """Beside the run, so that nothing has to be typed anew from memory."""
    run_id = await stage.suspended()
    response = await stage.client.post(f"/runs/{run_id}/call/", {"name": "Lisbon", "tags": f"shop, {'x' * 2000}"})
    assert response.status_code == 400
    page = text_of(response)
    assert "Name: Lisbon" in page
    assert f"Tags: shop, {'x' * 2000}" in page
    assert f'data-run-id="{run_id}"' in response.content.decode()
