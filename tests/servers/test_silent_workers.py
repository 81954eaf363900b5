"""Workers of which nothing is heard: suspected in the middle of their time, gone at its end when two looks agree."""

import asyncio
from datetime import timedelta

import pytest

from playground.fleet.silent_workers import LOOK, _look
from playground.models import Worker
from playground.store import database
from playground.store.database import in_database, in_transaction
from playground.store.database_clock import Now
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.servers


async def heard(seconds: float, *, suspected: float | None = None) -> tuple[list[str], bool]:
    """Look after a worker gave no sign for some seconds; return who is gone, and whether it is suspected then."""
    since = None if suspected is None else Now() - timedelta(seconds=suspected)
    row = {"heartbeat_at": Now() - timedelta(seconds=seconds), "suspected_at": since}
    await in_transaction(Worker.objects.filter(worker_id="w").update, **row)
    gone, _, pause = await in_transaction(_look, 3.0)
    assert 0 < pause <= min(LOOK, max(3.0 - seconds, 0) or LOOK) + 0.02
    left = Worker.objects.filter(worker_id="w", suspected_at__isnull=False)
    return gone, await in_database(left.exists)


async def test_two_looks_agree_before_its_time_is_over(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look comes no later than the time that was set, and one look alone takes nobody for dead."""
    await asyncio.to_thread(server.settle)
    # What the tests before have done to the connections of this process is no absence of this server.
    monkeypatch.setattr(database._Process, "outage_at", None)
    row = {"pid": 1, "host": "h", "status": "ready", "started_at": Now(), "heartbeat_at": Now()}
    await in_transaction(Worker.objects.create, worker_id="w", **row)
    assert await heard(1.2) == ([], False)
    assert await heard(1.2, suspected=1) == ([], False)
    assert await heard(1.8) == ([], True)
    assert await heard(2.8, suspected=1.2) == ([], True)
    assert await heard(60) == ([], True)
    assert await heard(60, suspected=0.5) == ([], True)
    assert await heard(3.1, suspected=1.5) == (["w"], True)
