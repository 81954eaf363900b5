"""A run's page."""

import json
import re
from datetime import UTC, datetime

from engine import create_workflow, step
from engine.events import Draft
from playground.actions import actions
from playground.catalogue.problems import ImportProblem
from tests.pages.stage import Stage, attributes, row, text_of


@step
async def explode(data: str) -> str:
    """Fail."""
    raise ValueError(f"<script>alert('{data}')</script>")


BOOM = create_workflow(id="boom", input_schema=str, output_schema=str).then(explode).commit()


async def test_the_root_tells_id_and_status(stage: Stage) -> None:
    """Tests of users rely on these hooks."""
    run_id = await stage.suspended()
    page = await stage.get(f"/runs/{run_id}/")
    assert attributes(page, "data-run-id") == [run_id]
    assert attributes(page, "data-run-status") == ["suspended"]


async def test_each_step_is_a_row_with_its_status(stage: Stage) -> None:
    """The journal follows the code."""
    run_id = await stage.suspended()
    page = await stage.get(f"/runs/{run_id}/")
    assert attributes(page, "data-step") == ["look_up", "approve"]
    assert 'data-status="success"' in row(page, "look_up")
    assert 'data-status="suspended"' in row(page, "approve")


async def test_the_page_says_why_nothing_moves(stage: Stage) -> None:
    """A waiting run names whom it waits for."""
    run_id = await stage.suspended()
    assert "approve waits for an answer" in await stage.get(f"/runs/{run_id}/")


async def test_a_sleeping_run_says_when_it_goes_on(stage: Stage) -> None:
    """On top and in the row."""
    await stage.publish(create_workflow(id="nap", input_schema=str, output_schema=str).sleep(3600, id="rest").commit())
    run_id = await actions.start("nap", "x")
    await stage.play_until(run_id, "waiting")
    page = " ".join(re.sub(r"<[^>]*>", "", await stage.get(f"/runs/{run_id}/")).split())
    assert "rest sleeps, and goes on in" in page
    assert "waiting goes on in" in page


async def test_the_form_of_a_suspended_step_is_in_its_row(stage: Stage) -> None:
    """The question and the fields stand where the run waits."""
    run_id = await stage.suspended()
    found = row(await stage.get(f"/runs/{run_id}/"), "approve")
    assert "Go to Lisbon for 1?" in found
    assert "Approved" in found
    assert "Resume" in found


async def test_a_failed_run_shows_its_error_on_top_with_the_users_lines(stage: Stage) -> None:
    """It leads to its step, and begins where the user's code failed; nothing of it is mark-up."""
    await stage.publish(BOOM)
    run_id = await actions.start("boom", "x")
    await stage.play(run_id)
    page = await stage.get(f"/runs/{run_id}/")
    found = page.partition('id="run-values"')[2].partition('class="run-grid"')[0]
    assert "ValueError" in found
    assert "raise ValueError" in found
    assert "test_run.py" in found
    assert 'data-row="explode"' in found
    assert page.count("raise ValueError") == 2, "once to be read, once to be copied"
    assert "<script>alert" not in page


async def test_result_and_input_stand_above_the_journal(stage: Stage) -> None:
    """Nobody scrolls past the steps to see what came out, and of what."""
    run_id = await stage.suspended()
    page = await stage.get(f"/runs/{run_id}/")
    assert page.index('data-value="input"') < page.index('id="rows"')
    assert "{&quot;city&quot;: &quot;Lisbon&quot;" in page.partition('data-value="input"')[2].partition("</summary>")[0]


async def test_a_step_opens_without_scripts(stage: Stage) -> None:
    """The link of a row gives the page with that row open."""
    run_id = await stage.suspended()
    page = await stage.get(f"/runs/{run_id}/?row=look_up")
    assert "Lisbon for 1" in row(page, "look_up")


async def test_the_inside_of_a_step_can_be_asked_for_alone(stage: Stage) -> None:
    """The page's script fetches what is opened."""
    run_id = await stage.suspended()
    part = await stage.get(f"/runs/{run_id}/step/?key=look_up")
    assert "<html" not in part
    assert "Lisbon" in part


async def test_a_terminal_gets_the_journal_as_text(stage: Stage) -> None:
    """``Accept: text/plain`` needs no browser."""
    run_id = await stage.suspended()
    text = await stage.get(f"/runs/{run_id}/", Accept="text/plain")
    assert text.startswith(f"trip  {run_id}  suspended")
    assert "? approve" in text


async def test_the_download_holds_workflow_and_events(stage: Stage) -> None:
    """What is shown can be taken away."""
    run_id = await stage.suspended()
    data = json.loads(await stage.get(f"/runs/{run_id}/json/"))
    assert (data["run_id"], data["workflow"]["id"]) == (run_id, "trip")
    assert [event["seq"] for event in data["events"]] == list(range(1, len(data["events"]) + 1))


async def test_an_unknown_run_is_a_page_that_says_so(stage: Stage) -> None:
    """A wrong address is 404."""
    response = await stage.client.get("/runs/nope/")
    assert response.status_code == 404
    assert "nope" in text_of(response)


async def test_the_first_load_is_light(stage: Stage) -> None:
    """The page and its own files stay far under 150 kB, with nothing inline."""
    run_id = await stage.suspended()
    page = await stage.get(f"/runs/{run_id}/")
    assert " style=" not in page
    assert "<style" not in page
    assert all("src=" in part.split(">")[0] for part in page.split("<script")[1:])


async def test_a_run_whose_module_does_not_import_says_so(stage: Stage) -> None:
    """It waits for the mended file, not for a worker."""
    await stage.register_worker()
    await stage.publish(BOOM)
    run_id = await actions.start("boom", "x")
    problem = ImportProblem(module="flows.py", type="SyntaxError", message="invalid syntax")
    await stage.publish(problems=(problem,))
    assert "flows.py does not import (SyntaxError: invalid syntax)" in await stage.get(f"/runs/{run_id}/")


async def test_an_attempt_whose_worker_died_is_interrupted(stage: Stage) -> None:
    """Nobody canceled it: the row says how the worker was lost, and leads to what it printed."""
    await stage.publish(BOOM)
    run_id = await actions.start("boom", "x")
    claim = await actions.store.claim(run_id, owner="w", lease=60)
    assert claim is not None
    begun = {"attempt": 1, "input": {"value": "x"}}
    lost = {"reason": "killed by SIGKILL", "interrupted": [["explode"]], "lost": 1}
    drafts = [
        Draft(datetime.now(UTC), "step-started", ("explode",), begun),
        Draft(datetime.now(UTC), "run-recovered", (), lost),
        Draft(datetime.now(UTC), "step-started", ("explode",), begun | {"attempt": 2}),
    ]
    await actions.store.append(run_id, drafts, epoch=claim.epoch, after=claim.last_seq)
    assert "attempt 1 was interrupted: worker lost: killed by SIGKILL" in await stage.get(f"/runs/{run_id}/")
    page = await stage.get(f"/runs/{run_id}/step/?key=explode")
    attempt = page.partition("Attempt 1")[2].partition("</li>")[0]
    assert '<span class="row-word">interrupted</span>' in attempt
    assert "worker lost: killed by SIGKILL" in attempt
    assert 'href="/doctor/"' in attempt
