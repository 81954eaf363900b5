"""Transactions that change several runs at once, in whatever order they were asked to, never wait for each other."""

import asyncio
import random
from datetime import UTC, datetime

import pytest

from engine.events import Draft
from playground.fleet.crash_suspects import expire_claims
from playground.store import OrmStore, in_transaction
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 3, 1, tzinfo=UTC)
RUNS = 100
SWEEPERS = 2
ROUNDS = 300


def deadlocks(server: Postgres) -> int:
    """Return how many the server has found."""
    return (server.folder / "log").read_text().count("deadlock detected")


async def test_batches_and_sweeps_meet_no_deadlock(server: Postgres) -> None:
    """Appends of many runs in random order, while others end the leases of all of them again and again."""
    store = OrmStore()
    epochs: dict[str, int] = {}
    for n in range(RUNS):
        await store.create(f"r{n}", [Draft(AT, "run-created", (), {"workflow_id": "flow", "input": 1})])
        claim = await store.claim(f"r{n}", owner="w", lease=60)
        assert claim is not None
        epochs[f"r{n}"] = claim.epoch
    before = deadlocks(server)
    over = asyncio.Event()
    sweeping = asyncio.gather(*(sweep(over) for _ in range(SWEEPERS)))
    chance = random.Random(3)
    for after in range(1, ROUNDS + 1):
        order = chance.sample(sorted(epochs), RUNS)
        log = [Draft(AT, "step-log", (), {})]
        await asyncio.gather(*(store.append(run_id, log, epoch=epochs[run_id], after=after) for run_id in order))
    over.set()
    await sweeping
    assert deadlocks(server) == before
    store.close()


async def sweep(over: asyncio.Event) -> None:
    """End all leases, again and again."""
    while not over.is_set():
        await in_transaction(expire_claims, ["w"])
