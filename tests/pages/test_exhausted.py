"""The page of a run that pauses because a step has used up its attempts."""

import json
from typing import Any

from engine import Retry, create_workflow, step
from playground.actions import actions
from tests.pages.stage import Stage, attributes, text_of

WORKS: list[bool] = []


@step(retry=Retry(exhausted="pause"))
async def charge(data: int) -> int:
    """Fail until it is mended."""
    if not WORKS:
        raise ConnectionError("the bank is <away>")
    return data


BILL = create_workflow(id="bill", input_schema=int, output_schema=int).then(charge).commit()


async def exhausted(stage: Stage, **ways: Any) -> str:
    """Give a run of BILL that has paused."""
    WORKS.clear()
    await stage.publish(BILL, **ways)
    run_id = await actions.start("bill", 5)
    assert (await stage.play(run_id)).status == "paused"
    return run_id


async def test_the_page_says_why_and_goes_on(stage: Stage) -> None:
    """Row, form and text have the error; Continue tries it again, with the input of the form."""
    run_id = await exhausted(stage)
    page = await stage.get(f"/runs/{run_id}/")
    assert "charge has used up its attempt, and is tried again when you say so" in page
    assert "ConnectionError: the bank is &lt;away&gt;" in page
    assert 'data-step="charge"\n  data-kind="step" data-status="paused"' in page
    text = (await stage.client.get(f"/runs/{run_id}/", headers={"accept": "text/plain"})).content.decode()
    assert "= charge" in text
    WORKS.append(True)
    response = await stage.post(f"/runs/{run_id}/proceed/?step=charge", {"f": "7", "go": "continue"})
    assert response.status_code == 303, text_of(response)
    assert (await stage.play(run_id)).result == 7


async def test_the_api_and_the_list_say_it(stage: Stage) -> None:
    """The step is ``paused`` there too, with its error; cancelling ends it."""
    run_id = await exhausted(stage)
    found = json.loads(await stage.get(f"/api/workflows/bill/runs/{run_id}"))
    assert (found["status"], found["paused"], found["steps"]["charge"]["status"]) == ("paused", [["charge"]], "paused")
    assert found["steps"]["charge"]["error"]["message"] == "the bank is <away>"
    await actions.cancel(run_id)
    assert (await actions.state_of(run_id)).status == "canceled"


async def test_the_page_shows_what_was_mended(stage: Stage) -> None:
    """As for a step that has failed: the difference of its code since it ran."""
    await stage.register_worker("w1")
    run_id = await exhausted(stage, sources={"charge": "one"})
    await stage.reload(BILL, sources={"charge": "two"}, worker_id="w2")
    page = await stage.get(f"/runs/{run_id}/")
    assert attributes(page, "data-changed") == ["charge"]
