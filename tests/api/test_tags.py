"""``PATCH /api/runs/<id>``, and the filter by tags."""

from typing import Any

from django.http import HttpResponse

from tests.api.test_workflows import read
from tests.pages.stage import Stage


async def patch(stage: Stage, run_id: str, body: Any) -> HttpResponse:
    """Send what a run is to be called."""
    response: HttpResponse = await stage.client.patch(f"/api/runs/{run_id}", body, content_type="application/json")
    return response


async def test_a_run_is_given_a_name_and_tags(stage: Stage) -> None:
    """What the body does not name stays; lists, the run itself and its events tell of them."""
    run_id = await stage.suspended()
    line = read(await patch(stage, run_id, {"name": "Lisbon first", "tags": ["nightly", "shop"]}))
    assert (line["name"], line["tags"], line["status"]) == ("Lisbon first", ["nightly", "shop"], "suspended")
    assert read(await patch(stage, run_id, {"tags": ["nightly"]}))["name"] == "Lisbon first"
    assert read(await patch(stage, run_id, {"name": None}))["name"] is None
    run = read(await stage.client.get(f"/api/workflows/trip/runs/{run_id}"))
    assert run["tags"] == ["nightly"]
    assert "name" not in run
    events = read(await stage.client.get(f"/api/runs/{run_id}/events"))["events"]
    assert events[-1]["type"] == "run-tagged"


async def test_a_list_holds_the_runs_with_all_of_some_tags(stage: Stage) -> None:
    """Capitals do not matter, and a part of a tag is not the tag."""
    one, other = await stage.suspended(), await stage.suspended()
    await patch(stage, one, {"tags": ["Nightly", 'shop "x"', "é"]})
    await patch(stage, other, {"tags": ["nightly"], "name": "The other"})

    async def found(query: str) -> list[str]:
        return [run["runId"] for run in read(await stage.client.get(f"/api/runs?{query}"))["runs"]]

    assert await found("tag=nightly") == [other, one]
    assert await found('tag=nightly,shop "x"') == [one]
    assert await found('tag=nightly&tag=shop "x"') == [one]
    assert await found("tag=shop%20%22x%22&tag=nightly,é&status=suspended&status=failed") == [one]
    assert await found("tag=é") == [one]
    assert await found("tag=night") == []
    assert await found("q=the+other") == [other]
    listed = read(await stage.client.get("/api/workflows/trip/runs?tag=é&tag=nightly"))
    assert [run["runId"] for run in listed["runs"]] == [one]


async def test_what_can_be_no_tag_is_refused(stage: Stage) -> None:
    """With the sentence of the engine; an unknown run is none, and only programs of ours may ask."""
    run_id = await stage.suspended()
    for body, words in (
        ({"tags": ["a,b"]}, "without a comma"),
        ({"tags": "nightly"}, "a list of texts"),
        ({"name": 5}, "the name of a run is text"),
        ({"title": "x"}, 'unknown key "title"'),
    ):
        response = await patch(stage, run_id, body)
        assert response.status_code == 400
        assert words in read(response)["error"]
    assert (await patch(stage, "nobody", {"name": "x"})).status_code == 404
    assert (await stage.client.delete(f"/api/runs/{run_id}")).status_code == 405
