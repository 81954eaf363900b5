"""What others record in the same database reaches pages and workers without their nudges."""

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
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

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


async def test_a_run_that_others_start_is_shown_and_taken(layer: LocalLayer) -> None:
    """Lists are nudged, and a worker is woken for the run that has its input."""
    async with nudges.watching(nudges.LISTS) as watch, asyncio.timeout(PATIENCE):
        await record("r", start=Start(input=1))
        await watch.moved(60)
        assert (await layer.receive(nudges.WAKES))["run_id"] == "r"


async def test_a_page_hears_of_a_cancel_from_outside(layer: LocalLayer) -> None:
    """Whoever watches a run is nudged when another process cancels it."""
    async with nudges.watching(nudges.run_group("r")) as watch, asyncio.timeout(PATIENCE):
        await record("r")
        await watch.moved(60)
        await journal.record_cancel(store, CLOCK, "r", "enough")
        await watch.moved(60)
