"""Cancel, run again, themes and lists of runs."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine import create_workflow, step
from playground.actions import actions
from playground.models import Run, Worker
from playground.runs import lists
from tests.pages.stage import TRIP, Stage, attributes, text_of


async def test_cancel_ends_a_run(stage: Stage) -> None:
    """A suspended run is canceled at once."""
    run_id = await stage.suspended()
    response = await stage.post(f"/runs/{run_id}/cancel/")
    assert response.status_code == 303
    assert attributes(await stage.get(f"/runs/{run_id}/"), "data-run-status") == ["canceled"]


async def test_cancel_of_a_finished_run_changes_nothing_and_says_so(stage: Stage) -> None:
    """Who clicks late is told."""
    run_id = await stage.suspended()
    await actions.cancel(run_id)
    response = await stage.post(f"/runs/{run_id}/cancel/")
    assert response.status_code == 409
    assert f"run {run_id} has ended (canceled) and stays as it is" in text_of(response)


async def test_nothing_is_changed_by_get(stage: Stage) -> None:
    """A link that is followed ahead of time cancels nothing."""
    run_id = await stage.suspended()
    for action in ("cancel", "again", "resume"):
        assert (await stage.client.get(f"/runs/{run_id}/{action}/")).status_code == 405


async def test_run_again_starts_a_new_run_with_the_same_input(stage: Stage) -> None:
    """The old run stays as it was."""
    run_id = await stage.suspended("Faro")
    response = await stage.post(f"/runs/{run_id}/again/")
    new = response["Location"].split("/")[2]
    assert new != run_id
    assert (await actions.state_of(new)).root.input == {"city": "Faro"}


async def test_the_theme_is_kept_without_scripts(stage: Stage) -> None:
    """The choice is a cookie, and the next page follows it."""
    await stage.post("/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in await stage.get("/workflows/")


async def test_an_unknown_theme_is_the_systems(stage: Stage) -> None:
    """Nothing but the two names gets into the page."""
    await stage.post("/theme/", {"theme": '"><script>'})
    assert "data-theme" not in (await stage.get("/workflows/")).split("<body", 1)[0]


async def test_the_run_list_filters_and_pages(stage: Stage) -> None:
    """Each parameter narrows the list; the next page follows the last row."""
    await stage.publish(TRIP)
    made = [await actions.start("trip", {"city": f"city-{number}"}) for number in range(60)]
    page = await stage.get("/runs/")
    assert attributes(page, "data-run") == made[:9:-1]
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert attributes(await stage.get(older), "data-run") == made[9::-1]
    assert attributes(await stage.get("/runs/?q=city-42"), "data-run") == [made[42]]
    assert attributes(await stage.get("/runs/?status=success"), "data-run") == []


async def test_a_search_that_has_not_looked_at_all_runs_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how far back, and leads to where it goes on, which a page without a find follows by itself."""
    monkeypatch.setattr(lists, "LOOKED", 4)
    await stage.publish(TRIP)
    made = [await actions.start("trip", {"city": f"city-{number}"}) for number in range(10)]
    page = await stage.get("/runs/?q=city-8")
    assert attributes(page, "data-run") == [made[8]]
    assert "1 run, looked for as far back as" in page
    assert "Look further back" in page
    assert "intersect once" not in page
    page = await stage.get("/runs/?q=city-0")
    assert "No such run as far back as" in page
    while not (found := attributes(page, "data-run")):
        assert attributes(page, "hx-trigger")[-1] == "intersect once"
        page = await stage.get(attributes(page, "hx-get")[-1].replace("&amp;", "&"))
    assert found == [made[0]]
    assert "as far back" not in page


async def test_ticked_runs_are_canceled_together(stage: Stage) -> None:
    """One that has ended meanwhile does not stop the others."""
    await stage.publish(TRIP)
    made = [await actions.start("trip", {"city": "x"}) for _ in range(3)]
    await actions.cancel(made[0])
    response = await stage.post("/runs/many/", {"run": made, "do": "cancel", "query": "status=canceled"})
    assert response["Location"] == "/runs/?status=canceled"
    assert {(await actions.state_of(run_id)).status for run_id in made} == {"canceled"}
    assert "2 runs are canceled. 1 run is not: ended before, or deleted." in await stage.get("/runs/")


async def test_the_inbox_shows_the_question_and_its_form(stage: Stage) -> None:
    """What waits can be answered right there; the navigation counts it."""
    run_id = await stage.suspended()
    page = await stage.get("/inbox/")
    assert "Go to Lisbon for 1?" in page
    assert f"/runs/{run_id}/resume/" in page
    assert 'id="inbox-count" data-inbox>1<' in page


async def test_an_empty_inbox_says_so(stage: Stage) -> None:
    """No question is good news."""
    assert "Nothing waits for you" in await stage.get("/inbox/")


async def test_the_doctor_knows_workers_and_versions(stage: Stage) -> None:
    """A playground without a worker says what is wrong."""
    page = await stage.get("/doctor/")
    assert "pydantic" in page
    assert "no worker is connected" in page


async def test_a_blocked_worker_is_none_that_is_ready(stage: Stage) -> None:
    """No green tick stands beside it, and every page says that something is wrong."""
    await stage.register_worker()
    found = re.search(r'<li class="card vital" data-status="(\w+)">.*?worker', await stage.get("/doctor/"), re.DOTALL)
    assert found is not None
    assert found[1] == "success"
    await Worker.objects.aupdate(blocked='{"seconds": 12.0, "step": "look_up"}')
    page = await stage.get("/doctor/")
    found = re.search(r'<li class="card vital" data-status="(\w+)">(.*?)</li>', page, re.DOTALL)
    assert found is not None
    assert found[1] == "failed"
    assert "<strong>0</strong><span>workers ready, 1 blocked</span>" in found[2]
    assert 'title="a worker is blocked"' in await stage.get("/workflows/")


async def test_the_doctor_knows_the_age_of_the_queue_and_all_hosts(stage: Stage) -> None:
    """Workers of other machines are counted with theirs, and the run that has waited longest tells the queue's age."""
    await stage.publish(TRIP)
    await stage.register_worker()
    await Worker.objects.aupdate(host="elsewhere", worker_id="another")
    await stage.register_worker()
    await actions.start("trip", {"city": "Porto"})
    await Run.objects.aupdate(queued_at=datetime.now(UTC) - timedelta(seconds=90.5))
    page = await stage.get("/doctor/")
    assert "<strong>2</strong><span>workers ready on 2 hosts</span>" in page
    assert re.search(r"<strong>1</strong><span>run in the queue, the oldest for 1 min 3\d s</span>", page), page


async def test_the_doctor_shows_how_memory_grows(stage: Stage) -> None:
    """What a worker holds now, and how much more that is than when its code had been imported."""
    await stage.register_worker()
    await Worker.objects.aupdate(memory_first=50 << 20, memory=350 << 20)
    page = text_of(await stage.client.get("/doctor/"))
    assert "350.0 MB" in page.replace("\xa0", " ")
    assert "+300.0 MB since its start" in page.replace("\xa0", " ")


async def test_the_doctor_names_what_no_form_can_show(stage: Stage) -> None:
    """A place of a schema that takes no value is named, with a link to its workflow."""
    schema = {"type": "object", "properties": {"to": False}, "required": ["to"]}

    @step(input_schema=schema)
    def look(data: Any) -> str:
        return ""

    await stage.publish(create_workflow(id="odd", input_schema=schema, output_schema=str).then(look).commit())
    page = await stage.get("/doctor/")
    assert "input_schema at to: No value fits here." in page
    assert 'href="/workflows/odd/"' in page


async def test_the_patterns_show_every_status(stage: Stage) -> None:
    """The page for screenshots draws whole runs without any."""
    page = await stage.get("/patterns/")
    assert {"pending", "running", "waiting", "suspended", "success", "failed", "canceled", "bailed", "skipped"} <= set(
        attributes(page, "data-status")
    )


async def test_a_wrong_address_is_a_page(stage: Stage) -> None:
    """404 looks like the rest."""
    response = await stage.client.get("/nowhere/")
    assert response.status_code == 404
    assert "Nothing is at /nowhere/" in text_of(response)


async def test_a_deleted_run_is_gone(stage: Stage) -> None:
    """With its journal; the list says it."""
    run_id = await stage.suspended()
    await actions.cancel(run_id)
    assert 'popovertarget="delete-run"' in await stage.get(f"/runs/{run_id}/"), "it is asked before"
    response = await stage.post(f"/runs/{run_id}/delete/")
    assert "The run is deleted." in await stage.get(response["Location"])
    assert (await stage.client.get(f"/runs/{run_id}/")).status_code == 404


async def test_ticked_runs_are_deleted_together(stage: Stage) -> None:
    """What is not ticked stays."""
    await stage.publish(TRIP)
    made = [await actions.start("trip", {"city": "x"}) for _ in range(3)]
    await stage.post("/runs/many/", {"run": made[:2], "do": "delete"})
    assert attributes(await stage.get("/runs/"), "data-run") == made[2:]


async def test_with_no_run_ticked_nothing_is_done(stage: Stage) -> None:
    """The list says so, keeps its filter, and says it once."""
    await stage.publish(TRIP)
    await actions.start("trip", {"city": "Rome"})
    for do in ("cancel", "delete"):
        response = await stage.post("/runs/many/", {"do": do, "query": "q=trip"})
        assert response["Location"] == "/runs/?q=trip"
    assert "No run was ticked" in await stage.get("/runs/?q=trip")
    assert "No run was ticked" not in await stage.get("/runs/?q=trip")


async def test_ticked_runs_stay_as_they_are_when_it_is_not_said_what_to_do(stage: Stage) -> None:
    """A form that is sent by no button of its own, or by an unknown one, cancels and deletes nothing."""
    await stage.publish(TRIP)
    made = await actions.start("trip", {"city": "Rome"})
    for what in ({}, {"do": ""}, {"do": "burn"}):
        await stage.post("/runs/many/", {"run": made, **what})
        assert (await actions.state_of(made)).status == "pending"
        assert "so nothing was done" in await stage.get("/runs/")
