"""An exported run is imported and forked in one action, as on another machine that has never seen it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from playground.actions import actions
from playground.forms.schema.mask import MASK
from playground.runs import archive, retention
from tests.pages.conftest import stage
from tests.pages.stage import TRIP, Stage, text_of
from tests.pages.test_new_code import BILL

__all__ = ["stage"]


async def elsewhere(stage: Stage) -> dict[str, Any]:
    """Give a failed run as a file, and forget it here."""
    await stage.publish(BILL, TRIP)
    run_id = await actions.start("bill", 0)
    await stage.play(run_id)
    data = await archive.export(run_id)
    await retention.delete([run_id])
    found: dict[str, Any] = json.loads(json.dumps(data))
    return found


async def post(stage: Stage, query: str, body: Any) -> tuple[int, dict[str, Any]]:
    """Post to the API."""
    response = await stage.client.post(f"/api/runs/import{query}", json.dumps(body), content_type="application/json")
    return response.status_code, json.loads(response.content)


@pytest.mark.parametrize(
    ("query", "step"), [("?retry=true", "charge"), ("?fork=keep", "keep"), ("?fork=charge", "charge")]
)
async def test_the_api_forks_what_it_imports(stage: Stage, query: str, step: str) -> None:
    """From what has failed, or from a step; again, the run that is there already is only forked."""
    data = await elsewhere(stage)
    forks = set()
    for _ in range(2):
        status, answer = await post(stage, query, data)
        assert status == 200, answer
        run = await actions.state_of(answer["runId"])
        assert run.forked_from is not None
        assert (run.forked_from["from_run_id"], run.forked_from["step"]) == (data["run_id"], [step])
        assert (await stage.play(answer["runId"])).status == "failed"
        forks.add(answer["runId"])
    assert len(forks) == 2
    assert (await actions.state_of(data["run_id"])).status == "failed"


async def test_without_a_word_it_is_only_imported(stage: Stage) -> None:
    """Under its own id, and once."""
    data = await elsewhere(stage)
    assert (await post(stage, "", data))[1]["runId"] == data["run_id"]
    assert (await post(stage, "", data))[0] == 409


@pytest.mark.parametrize("body", [{}, {"format": "other", "version": 1, "run_id": "x", "events": []}, [1]])
async def test_what_is_no_run_is_refused(stage: Stage, body: Any) -> None:
    """Nothing is made of it, on the page either."""
    assert 400 <= (await post(stage, "?retry=true", body))[0] < 500
    file = io.BytesIO(json.dumps(body).encode())
    file.name = "run.json"
    response = await stage.client.post("/runs/import/", {"file": file, "do": "fork"})
    assert response.status_code == 422
    assert "run.json: " in text_of(response)


async def test_another_run_of_that_id_is_not_forked(stage: Stage) -> None:
    """Ids are free text: what is here under the same one is somebody else's."""
    data = await elsewhere(stage)
    await actions.start("bill", 0, run_id=data["run_id"])
    await stage.play(data["run_id"])
    status, answer = await post(stage, "?retry=true", data)
    assert status == 409, answer
    assert "exists" in answer["error"] or "has this id" in answer["error"]


async def test_what_was_masked_is_not_given_to_steps(stage: Stage) -> None:
    """It is imported, to be read; going on would have steps act on stars."""
    data = await elsewhere(stage)
    created = data["events"][0]["payload"]
    created["request_context"] = {"token": MASK}
    status, answer = await post(stage, "?retry=true", data)
    assert status == 409, answer
    assert "in place of secrets" in answer["error"]
    assert (await actions.state_of(data["run_id"])).status == "failed"


async def test_the_list_under_a_refused_file_is_still_the_list(stage: Stage) -> None:
    """What it asks for next goes to its own address."""
    response = await stage.client.post("/runs/import/", {"do": "fork"})
    page = text_of(response)
    assert 'data-url="/runs/"' in page
    assert 'hx-get="/runs/import/' not in page


async def test_the_page_imports_and_forks(stage: Stage) -> None:
    """It leads to the new run; without a file it says what is missing."""
    data = await elsewhere(stage)
    assert "Import and fork" in await stage.get("/runs/")
    file = io.BytesIO(json.dumps(data).encode())
    file.name = "run.json"
    response = await stage.client.post("/runs/import/", {"file": file, "do": "fork", "step": ""})
    assert response.status_code == 303
    assert data["run_id"] not in response["Location"]
    assert data["run_id"] in await stage.get(response["Location"])
    response = await stage.client.post("/runs/import/", {"do": "fork"})
    assert "Choose a file first." in text_of(response)


@pytest.mark.django_db(transaction=True)
def test_the_command_refuses_what_cannot_go_on(tmp_path: Path) -> None:
    """A file that is no run, with either word."""
    (tmp_path / "run.json").write_text("{}")
    for words in ((), ("--retry",), ("--fork", "a")):
        with pytest.raises(CommandError, match=r"run\.json: expected what"):
            call_command("import", str(tmp_path / "run.json"), *words)
