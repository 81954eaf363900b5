"""Starting a run from a workflow's page."""

import pytest

from playground.actions import actions
from playground.catalogue import catalogue
from tests.pages.stage import TRIP, Stage, text_of


async def test_the_page_shows_form_graph_source_and_snippets(stage: Stage) -> None:
    """Everything to start a run is on one page."""
    await stage.publish(TRIP)
    page = await stage.get("/workflows/trip/")
    assert 'data-node="approve"' in page
    assert "Fields" in page
    assert "JSON" in page
    assert "/home/ada/flows.py:7" in page
    assert "curl -X POST" in page
    assert "from flows import trip" in page
    assert "await trip.create_run()" in page


async def test_run_leads_to_the_run(stage: Stage) -> None:
    """A post is answered with a redirect, so that a reload starts nothing."""
    await stage.publish(TRIP)
    response = await stage.post("/workflows/trip/", {"f:tab": "json", "f": '{"city": "Lisbon"}'})
    assert response.status_code == 303
    run_id = response["Location"].split("/")[2]
    assert (await actions.state_of(run_id)).root.input == {"city": "Lisbon"}


async def test_errors_stand_at_the_form_and_nothing_typed_is_lost(stage: Stage) -> None:
    """A refused input comes back as it was typed, and no run is made."""
    await stage.publish(TRIP)
    response = await stage.post("/workflows/trip/", {"f:tab": "json", "f": '{"days": 1.50}'})
    page = text_of(response)
    assert response.status_code == 422
    assert "city" in page
    assert "1.50" in page
    assert "f-problems" in page
    assert "No run yet" in page


async def test_a_structural_button_only_changes_the_form(stage: Stage) -> None:
    """Without scripts the whole page comes back; the page's script asks for the form alone."""
    await stage.publish(TRIP)
    data = {"f:tab": "fields", "f:do": "tab:json"}
    whole = await stage.post("/workflows/trip/", data)
    part = await stage.client.post("/workflows/trip/", data, headers={"HX-Request": "true"})
    assert whole.status_code == part.status_code == 200
    assert "<html" in text_of(whole)
    assert "<html" not in text_of(part)
    assert 'aria-selected="true"' in text_of(part)


async def test_from_fills_the_form_with_a_former_input(stage: Stage) -> None:
    """``?from=`` is how a run is edited and run again."""
    run_id = await stage.suspended("Porto")
    page = await stage.get(f"/workflows/trip/?from={run_id}")
    assert "Porto" in page.split("Recent inputs", 1)[0]


async def test_an_unknown_workflow_is_a_page_that_says_so(stage: Stage) -> None:
    """A wrong address is 404, with what there is."""
    await stage.register_worker()
    await stage.publish(TRIP)
    response = await stage.client.get("/workflows/nope/")
    assert (response.status_code, "Refresh" in response) == (404, False)
    assert "There are: trip" in text_of(response)


async def test_a_page_that_is_opened_before_the_code_is_imported_comes_by_itself(stage: Stage) -> None:
    """It says what it waits for, and the browser asks again; what is sent is refused as ever."""
    response = await stage.client.get("/workflows/trip/")
    assert (response.status_code, response["Refresh"], response["Retry-After"]) == (503, "1", "1")
    assert "The code is being imported" in text_of(response)
    assert (await stage.post("/workflows/trip/", {})).status_code == 404
    await stage.register_worker()
    await stage.publish(TRIP)
    response = await stage.client.get("/workflows/trip/")
    assert (response.status_code, "Refresh" in response) == (200, False)


async def test_where_no_worker_is_about_to_come_a_page_does_not_wait(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of workers that are started apart, one that imports now may bring the workflow, and none at all will not."""
    monkeypatch.setattr(catalogue._Workers, "are_here", True)  # so that it is that again afterwards
    catalogue.workers_are_elsewhere()
    response = await stage.client.get("/workflows/nope/")
    assert (response.status_code, "Refresh" in response) == (404, False)
    assert "No worker is there: start one with `stepyard worker MODULES`" in text_of(response)
    await stage.register_worker(status="importing")
    response = await stage.client.get("/workflows/nope/")
    assert (response.status_code, response["Refresh"]) == (503, "1")
