"""Transactions that change several runs at once, in whatever order they were asked to, never wait for each other."""

import asyncio
import random
from datetime import UTC, datetime

import pytest
from django.db import connection

from engine.events import Draft
from playground.fleet.blame import expire_claims
from playground.store import OrmStore, in_database, in_transaction
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 3, 1, tzinfo=UTC)
RUNS = 40
ROUNDS = 40


def deadlocks() -> int:
    """Return how many the server has found."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


async def test_batches_and_sweeps_meet_no_deadlock(server: Postgres) -> None:
    """Appends of many runs in random order, while another process ends the leases of all of them again and again."""
    store = OrmStore()
    epochs: dict[str, int] = {}
    for n in range(RUNS):
        await store.create(f"r{n}", [Draft(AT, "run-created", (), {"workflow_id": "flow", "input": 1})])
        claim = await store.claim(f"r{n}", owner="w", lease=60)
        assert claim is not None
        epochs[f"r{n}"] = claim.epoch
    before = await in_database(deadlocks)
    sweeping = asyncio.create_task(sweep())
    chance = random.Random(3)
    for after in range(1, ROUNDS + 1):
        order = chance.sample(sorted(epochs), RUNS)
        log = [Draft(AT, "step-log", (), {})]
        await asyncio.gather(*(store.append(run_id, log, epoch=epochs[run_id], after=after) for run_id in order))
    sweeping.cancel()
    await asyncio.wait([sweeping])
    assert await in_database(deadlocks) == before
    store.close()


async def sweep() -> None:
    """End all leases, for ever."""
    while True:
        await in_transaction(expire_claims, ["w"])
