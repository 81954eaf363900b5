"""The list of workflows."""

from typing import Any

import pytest

from engine import create_workflow
from playground.actions import actions
from playground.catalogue.problems import ImportProblem
from tests.pages.stage import TRIP, Stage, attributes, text_of


async def test_home_leads_to_the_workflows(stage: Stage) -> None:
    """The root is no page of its own."""
    response = await stage.client.get("/")
    assert (response.status_code, response["Location"]) == (302, "/workflows/")


async def test_a_workflow_is_listed_with_description_and_steps(stage: Stage) -> None:
    """One sees at a glance what there is."""
    await stage.publish(TRIP)
    page = await stage.get("/workflows/")
    assert 'data-workflow="trip"' in page
    assert "Plans a trip." in page
    assert "2 steps" in page


async def test_the_list_counts_runs_that_wait(stage: Stage) -> None:
    """What asks for attention is counted, and leads to its runs."""
    await stage.suspended()
    page = await stage.get("/workflows/")
    assert "1 suspended" in page
    assert "/runs/?workflow=trip&amp;status=suspended" in page


async def test_the_search_looks_into_names_and_descriptions(stage: Stage) -> None:
    """Case does not matter; what does not match is left out."""
    await stage.publish(TRIP)
    assert attributes(await stage.get("/workflows/?q=PLANS"), "data-workflow") == ["trip"]
    assert attributes(await stage.get("/workflows/?q=zebra"), "data-workflow") == []


@pytest.mark.parametrize("path", ["/workflows/", "/workflows/trip/", "/runs/", "/inbox/", "/schedules/", "/doctor/"])
async def test_a_module_that_does_not_import_is_on_every_page_while_the_rest_works(stage: Stage, path: str) -> None:
    """The bar names file, line and message, opens to the traceback, and stands once."""
    problem = ImportProblem(
        module="broken.py",
        type="SyntaxError",
        message="invalid syntax <b>",
        file="/home/ada/broken.py",
        line=3,
        source="def f(:",
        traceback="Traceback (most recent call last):",
    )
    await stage.register_worker()
    await stage.publish(TRIP, problems=(problem,))
    page = await stage.get(path)
    assert "/home/ada/broken.py:3" in page
    assert page.count("invalid syntax &lt;b&gt;") == 1
    assert "def f(:" in page
    assert 'data-workflow="trip"' in await stage.get("/workflows/")


async def test_an_empty_playground_says_what_to_do(stage: Stage) -> None:
    """A blank list would help no one."""
    assert "stepyard dev my_flows.py" in await stage.get("/workflows/")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("status=nonsense", "there is no status &#x27;nonsense&#x27;"),
        ("since=garbage", "&#x27;garbage&#x27; is no time"),
    ],
)
async def test_a_filter_that_means_nothing_is_named(stage: Stage, query: str, words: str) -> None:
    """An empty list would look like an answer."""
    response = await stage.client.get(f"/runs/?{query}")
    assert response.status_code == 400
    assert words in text_of(response)
    assert "data-wrong" in text_of(response)


async def test_a_page_that_is_not_there_keeps_the_inbox_count(stage: Stage) -> None:
    """An error says nothing false about the rest."""
    await stage.suspended()
    for path in ("/nowhere/", "/runs/nope/"):
        response = await stage.client.get(path)
        assert response.status_code == 404
        assert 'id="inbox-count" data-inbox>1<' in text_of(response)


async def test_a_nested_workflow_is_folded_under_the_one_that_uses_it(stage: Stage) -> None:
    """It has no row of its own at the top, but what is searched for is not folded away."""
    outer: Any = create_workflow(id="outer", input_schema=Any, output_schema=str)
    await stage.publish(TRIP, outer.then(TRIP).commit())
    page = await stage.get("/workflows/")
    assert attributes(page, "data-workflow") == ["outer", "trip"]
    assert "outer uses trip" in page
    found = await stage.get("/workflows/?q=plans")
    assert attributes(found, "data-workflow") == ["trip"]
    assert "uses trip" not in found


async def test_the_first_visit_shows_a_way_in_until_something_was_run(stage: Stage) -> None:
    """Three lines, and gone with the first run, whose length is told."""
    await stage.publish(TRIP)
    assert "The way in" in await stage.get("/workflows/")
    run_id = await stage.suspended()
    await actions.resume(run_id, None, {"approved": True})
    await stage.play(run_id)
    page = await stage.get("/workflows/")
    assert "The way in" not in page
    assert "median </span>" in page
