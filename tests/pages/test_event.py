"""Sending the event that a step waits for, from its row."""

import re

from pydantic import BaseModel

from engine import create_workflow
from playground.actions import actions
from tests.pages.stage import Stage, row, text_of


class Parcel(BaseModel):
    """What the event carries."""

    weight: int


WAITING = (
    create_workflow(id="waiting", input_schema=str, output_schema=Parcel)
    .wait_for_event("arrived", schema=Parcel, id="parcel", timeout=3600)
    .commit()
)


async def waiting(stage: Stage) -> str:
    """Give a run that waits for its event."""
    await stage.publish(WAITING)
    run_id = await actions.start("waiting", "x")
    await stage.play_until(run_id, "waiting")
    return run_id


async def action_of(stage: Stage, run_id: str) -> str:
    """Return where the form of the opened row posts to."""
    found = re.search(r'action="([^"]*/event/[^"]*)"', await stage.get(f"/runs/{run_id}/?row=parcel"))
    assert found is not None
    return found[1].replace("&amp;", "&")


async def test_the_row_says_what_it_waits_for(stage: Stage) -> None:
    """The event's name is in the row, and its form inside."""
    run_id = await waiting(stage)
    found = row(await stage.get(f"/runs/{run_id}/?row=parcel"), "parcel")
    assert "waits for the event arrived" in found
    assert "Send event" in found
    assert "Weight" in found


async def test_it_is_said_when_the_wait_is_given_up(stage: Stage) -> None:
    """The time is that of giving up, and not of the event; on top and in the row, there once."""
    run_id = await waiting(stage)
    page = plain(await stage.get(f"/runs/{run_id}/"))
    assert "parcel waits for the event arrived, and gives up in" in page
    assert page.count("waits for the event arrived, gives up in") == 1
    assert page.count("waits for the event arrived") == 2


def plain(page: str) -> str:
    """Return a page's text without its tags."""
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


async def test_a_sent_event_is_received_by_the_step(stage: Stage) -> None:
    """The payload is the step's output."""
    run_id = await waiting(stage)
    response = await stage.post(await action_of(stage, run_id), {"f:tab": "json", "f": '{"weight": 3}'})
    assert response.status_code == 303
    assert (await stage.play(run_id)).result == {"weight": 3}


async def test_a_payload_that_does_not_fit_comes_back(stage: Stage) -> None:
    """The run still waits."""
    run_id = await waiting(stage)
    response = await stage.post(await action_of(stage, run_id), {"f:tab": "json", "f": '{"weight": "much"}'})
    assert response.status_code == 422
    assert "much" in row(text_of(response), "parcel")
