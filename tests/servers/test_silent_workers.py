"""Workers of which nothing is heard: suspected in the middle of their time, gone at its end when two looks agree."""

import asyncio
from datetime import timedelta

import pytest

from playground.fleet import silent_workers
from playground.models import Worker
from playground.store import database
from playground.store.database import in_database, in_transaction
from playground.store.database_clock import Now
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.servers


SECONDS = 300.0
"""After how many a worker counts as gone; so many that none of these checks is too slow for its times."""
BETWEEN = 600.0
"""Seconds between two looks, when no worker's time is over before."""


async def heard(seconds: float, *, suspected: float | None = None) -> tuple[list[str], bool]:
    """Look after a worker gave no sign for some seconds; return who is gone, and whether it is suspected then."""
    since = None if suspected is None else Now() - timedelta(seconds=suspected)
    row = {"heartbeat_at": Now() - timedelta(seconds=seconds), "suspected_at": since}
    await in_transaction(Worker.objects.filter(worker_id="w").update, **row)
    gone, _, pause = await in_transaction(silent_workers._look, SECONDS)
    is_soon_over = SECONDS / 2 < seconds < SECONDS
    assert 0 < pause <= (SECONDS - seconds if is_soon_over else BETWEEN)
    left = Worker.objects.filter(worker_id="w", suspected_at__isnull=False)
    return gone, await in_database(left.exists)


async def test_two_looks_agree_before_its_time_is_over(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look comes no later than the time that was set, and one look alone takes nobody for dead."""
    await asyncio.to_thread(server.settle)
    # What the tests before have done to the connections of this process is no absence of this server.
    monkeypatch.setattr(database._Process, "outage_at", None)
    monkeypatch.setattr(silent_workers, "LOOK", BETWEEN)
    monkeypatch.setattr(silent_workers, "AGREE", timedelta(seconds=60))
    row = {"pid": 1, "host": "h", "status": "ready", "started_at": Now(), "heartbeat_at": Now()}
    await in_transaction(Worker.objects.create, worker_id="w", **row)
    assert await heard(60) == ([], False)
    assert await heard(60, suspected=90) == ([], False)
    assert await heard(180) == ([], True)
    assert await heard(240, suspected=90) == ([], True)
    assert await heard(6000) == ([], True)
    assert await heard(6000, suspected=0) == ([], True)
    assert await heard(310, suspected=90) == (["w"], True)
