"""What other machines record is heard through PostgreSQL, also after the connection broke."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from channels.layers import channel_layers

from engine.clock import SystemClock
from engine.journal import requests as journal
from engine.journal.requests import Start
from playground.actions.actions import store
from playground.layers import LocalLayer
from playground.live import nudges
from playground.live.other_processes import overhear, so_far
from playground.store import database
from playground.store.notices import Notice, from_text, tell_moved
from tests.patience import PATIENCE
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]

CLOCK = SystemClock()


@pytest.fixture
async def layer() -> AsyncIterator[LocalLayer]:
    """Give a channel layer while the database is listened to."""
    made = LocalLayer()
    channel_layers.set("default", made)
    listening = asyncio.create_task(overhear(await so_far()))
    yield made
    listening.cancel()
    await asyncio.wait([listening])
    # The next one who asks gets one of its own, made from the settings.
    channel_layers.backends.pop("default")


async def record(run_id: str, *, start: Start | None = None) -> None:
    """Make a run as another process does: nobody here is told."""
    await journal.create_run(store, CLOCK, run_id=run_id, workflow_id="flow", digest="d", start=start)


async def test_a_restart_makes_nobody_deaf(server: Postgres, layer: LocalLayer) -> None:
    """What was recorded while nobody could listen is looked for, and what comes later is heard again."""
    async with nudges.watching(nudges.LISTS) as watch, asyncio.timeout(PATIENCE):
        await asyncio.to_thread(server.restart)
        await record("first", start=Start(input=1))
        while (await layer.receive(nudges.WAKES))["run_id"] != "first":
            pass
        await watch.moved(60)
        await record("second", start=Start(input=1))
        while (await layer.receive(nudges.WAKES))["run_id"] != "second":
            pass


async def test_an_absence_that_exhausts_all_patience_ends_nothing(
    server: Postgres, layer: LocalLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever hands on what is heard gives up a look, and not the listening."""
    monkeypatch.setattr(database._Process, "patience", 0.2)
    await asyncio.to_thread(server.stop)
    await tell_moved(["r"])
    await asyncio.sleep(1)
    await asyncio.to_thread(server.start)
    async with asyncio.timeout(PATIENCE):
        await record("r", start=Start(input=1))
        while (await layer.receive(nudges.WAKES))["run_id"] != "r":
            pass


async def test_pages_hear_of_the_steps_that_other_machines_record(server: Postgres, layer: LocalLayer) -> None:
    """A worker tells of many runs at once, in messages that are short enough."""
    run_ids = [f"{n}-{'x' * 150}" for n in range(200)]
    async with nudges.watching(nudges.run_group(run_ids[-1])) as watch, asyncio.timeout(PATIENCE):
        await tell_moved(run_ids)
        await watch.moved(60)


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"moved": 1}', '{"moved": [], "asked": []}'])
def test_what_is_no_message_says_nothing(server: Postgres, text: str) -> None:
    """Others may use the same channel of the same database."""
    assert from_text(text) == Notice()
