"""Whose turn it is hears so from whoever gives a place back, not from the sweep a second later."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from engine.events import Draft
from playground.models import WorkflowVersion
from playground.queues import port
from playground.queues.port import Due
from playground.store import OrmStore, in_transaction
from playground.store.queue import hand_on
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 3, 1, tzinfo=UTC)


class Noted:
    """A queue that notes what it is told."""

    gap = 60.0

    def __init__(self) -> None:
        """Begin with nothing."""
        self.told: list[tuple[str, str]] = []

    def enqueue(self, runs: Sequence[Due]) -> None:
        """Note runs, each with its queue."""
        self.told += [(due.run_id, due.queue) for due in runs]

    def clear(self) -> None:
        """Keep what is there."""


@pytest.fixture
async def queue(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Noted:
    """Give a queue that is in use, and a workflow of which one run is executed at a time."""
    made = Noted()
    monkeypatch.setattr(port._chosen, "wakes", made)
    version = WorkflowVersion(
        workflow_id="flow", digest="d", graph="{}", module="m", site="[]", published_at=AT, concurrency=1
    )
    await in_transaction(version.save)
    return made


@pytest.mark.parametrize("handed", [True, False], ids=["to another queue", "back"])
async def test_a_run_that_is_handed_on_wakes_the_next_one(queue: Noted, handed: bool) -> None:
    """Its place is free as soon as it is released; the one that has waited for longer is told at once."""
    store = OrmStore()
    for run_id in ("first", "second"):
        await store.create(run_id, [Draft(AT, "run-created", (), {"workflow_id": "flow", "digest": "d", "input": 1})])
    claim = await store.claim("first", owner="w", lease=60)
    assert claim is not None
    assert await store.claim("second", owner="w", lease=60) is None
    await store.append("first", [Draft(AT, "run-started", (), {})], epoch=claim.epoch, after=claim.last_seq)
    if handed:
        await in_transaction(hand_on, "first", claim.epoch, "gpu", 1)
    queue.told.clear()
    await store.release("first", epoch=claim.epoch)
    assert ("second", "default") in queue.told
    assert ("first", "gpu" if handed else "default") in queue.told
    store.close()
