"""The sockets that keep pages current."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from playground.actions import actions
from playground.catalogue.problems import ImportProblem
from playground.live import nudges
from playground.urls import websocket_urlpatterns
from tests.pages.stage import TRIP, Stage


@asynccontextmanager
async def socket(path: str) -> AsyncIterator[WebsocketCommunicator]:
    """Give a connected socket and close it afterwards."""
    made = WebsocketCommunicator(URLRouter(websocket_urlpatterns), path)
    connected, _ = await made.connect()
    assert connected
    yield made
    await made.disconnect()


async def taken(connection: WebsocketCommunicator) -> dict[str, Any]:
    """Take a message and acknowledge it, as the page does."""
    message: dict[str, Any] = await connection.receive_json_from()
    await connection.send_json_to({"ack": message.get("seq", 0)})
    return message


async def last_seq(run_id: str) -> int:
    """Return the last event of a run."""
    return (await actions.store.summary(run_id)).last_seq


async def test_what_happened_after_the_page_was_made_is_sent_at_once(stage: Stage) -> None:
    """A page that was loaded at the start catches up in one message."""
    run_id = await stage.suspended()
    async with socket(f"/ws/runs/{run_id}/?after=1") as connection:
        message = await taken(connection)
    assert message["seq"] == await last_seq(run_id)
    assert message["status"] == "suspended"
    assert message["marks"] == {"look_up": "success", "approve": "suspended"}
    assert message["opened"] == ["approve"]
    assert 'data-step="look_up"' in message["html"]


async def test_a_row_that_opens_by_itself_is_sent_with_what_is_inside(stage: Stage) -> None:
    """The question and its form come with the row, and ask nothing more of the server."""
    run_id = await stage.suspended()
    async with socket(f"/ws/runs/{run_id}/?after=1") as connection:
        message = await taken(connection)
    assert message["bodies"] == ["approve"]
    assert "Go to Lisbon for 1?" in message["html"]
    assert "id='body-approve'" not in message["html"]  # the page has no such place before the row comes
    assert f'action="/runs/{run_id}/resume/?step=approve' in message["html"]


@pytest.mark.parametrize(("held", "sent"), [(["look_up", 7], ["look_up", "approve"]), ([], ["approve"])])
async def test_of_rows_that_are_open_the_inside_is_sent_and_of_no_others(
    stage: Stage, held: list[Any], sent: list[str]
) -> None:
    """The page says which rows it holds open, and the wire carries no more than it shows."""
    await stage.publish(TRIP)
    run_id = await actions.start("trip", {"city": "x"})
    async with socket(f"/ws/runs/{run_id}/?after=1") as connection:
        first = await connection.receive_json_from()
        await stage.play(run_id)
        await nudges.nudge(run_id)
        await connection.send_json_to({"open": held})
        await connection.send_json_to({"ack": first["seq"]})
        message = await taken(connection)
    assert message["bodies"] == sent
    assert ("<h3>Output</h3>" in message["html"]) == ("look_up" in sent)


async def test_to_say_what_is_open_acknowledges_nothing(stage: Stage) -> None:
    """A page that opens a row while it takes a message is not sent the next one too early."""
    run_id = await stage.suspended()
    async with socket(f"/ws/runs/{run_id}/?after=1") as connection:
        await connection.receive_json_from()
        await connection.send_json_to({"open": ["look_up"]})
        await actions.cancel(run_id)
        assert await connection.receive_nothing()
        await connection.send_json_to({"ack": 1, "open": []})
        assert (await taken(connection))["status"] == "canceled"


async def test_a_page_that_is_current_gets_no_rows(stage: Stage) -> None:
    """What the page shows already is not sent again."""
    run_id = await stage.suspended()
    async with socket(f"/ws/runs/{run_id}/?after={await last_seq(run_id)}") as connection:
        message = await taken(connection)
    assert message["changed"] == []
    assert "data-step" not in message["html"]


async def test_a_nudge_brings_what_is_new(stage: Stage) -> None:
    """The socket reads the journal when it is nudged, not before."""
    run_id = await stage.suspended()
    async with socket(f"/ws/runs/{run_id}/?after={await last_seq(run_id)}") as connection:
        await taken(connection)
        await actions.cancel(run_id)
        message = await taken(connection)
    assert message["status"] == "canceled"
    assert message["changed"] == ["approve"]
    assert "Run again" in message["html"]


async def test_nothing_more_is_sent_before_the_last_message_is_acknowledged(stage: Stage) -> None:
    """A slow page gets one larger message instead of many."""
    await stage.publish(TRIP)
    run_id = await actions.start("trip", {"city": "x"})
    async with socket(f"/ws/runs/{run_id}/?after=1") as connection:
        first = await connection.receive_json_from()
        await stage.play(run_id)
        await nudges.nudge(run_id)
        assert await connection.receive_nothing()
        await connection.send_json_to({"ack": first["seq"]})
        second = await taken(connection)
    assert second["status"] == "suspended"
    assert second["seq"] == await last_seq(run_id)


async def test_a_run_that_is_gone_closes_the_socket_for_good(stage: Stage) -> None:
    """The page learns that it shows nothing any more."""
    made = WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/ws/runs/nope/?after=3")
    await made.connect()
    assert (await made.receive_output())["code"] == 4404


async def test_nonsense_from_a_browser_changes_nothing(stage: Stage) -> None:
    """What is no acknowledgement is one all the same; nothing is read of it."""
    run_id = await stage.suspended()
    async with socket(f"/ws/runs/{run_id}/?after=zebra&items=[&start=-1") as connection:
        await connection.receive_json_from()
        await connection.send_to(text_data="{{{{")
        await actions.cancel(run_id)
        assert (await taken(connection))["status"] == "canceled"


async def test_lists_are_told_that_something_moved(stage: Stage) -> None:
    """The pulse carries the inbox' count and no content."""
    run_id = await stage.suspended()
    async with socket("/ws/pulse/") as connection:
        first = await taken(connection)
        assert 'id="broken"' in first.pop("html")
        assert first == {"inbox": 1, "pulse": False, "trouble": "no worker is connected"}
        await actions.cancel(run_id)
        assert await taken(connection) == {"inbox": 0, "pulse": True, "trouble": "no worker is connected"}


@pytest.mark.parametrize("page", ["pulse", "runs"])
async def test_every_page_is_told_what_does_not_import_and_when_it_is_mended(stage: Stage, page: str) -> None:
    """The bar comes with file, line and message, and goes again; it is sent only when it differs."""
    run_id = await stage.suspended()
    problem = ImportProblem(module="flows.py", type="SyntaxError", message="never closed", file="flows.py", line=3)
    async with socket("/ws/pulse/" if page == "pulse" else f"/ws/runs/{run_id}/?after=999") as connection:
        await taken(connection)
        await stage.register_worker()
        for problems in ((problem,), ()):
            await stage.publish(TRIP, problems=problems)
            await nudges.nudge_catalogue()
            html = (await taken(connection))["html"]
            assert ("flows.py:3" in html, "never closed" in html) == (bool(problems), bool(problems))
            assert 'hx-target="#broken"' in html
        await nudges.nudge_catalogue()
        await actions.cancel(run_id)
        assert "broken" not in (await taken(connection)).get("html", "")
