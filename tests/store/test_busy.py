"""A database that cannot be written for a while: nothing is lost, nothing stands still, nobody waits for ever."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from engine.events import Draft, EventType
from playground.store import DatabaseBusy, OrmStore
from tests.patience import MOMENT, PATIENCE

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 3, 1, tzinfo=UTC)

MakeStore = Callable[[float], OrmStore]


@pytest.fixture
async def make_store() -> AsyncIterator[MakeStore]:
    """Give what makes stores with a patience in seconds."""
    made: list[OrmStore] = []

    def make(patience: float) -> OrmStore:
        made.append(OrmStore(patience=patience))
        return made[-1]

    yield make
    for store in made:
        store.close()


@contextmanager
def locked() -> Iterator[sqlite3.Connection]:
    """Hold the database as another process would."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other
    finally:
        other.close()


def draft(type: EventType, **payload: Any) -> Draft:
    """Return an event of the run."""
    return Draft(AT, type, (), payload)


async def begin(store: OrmStore, run_id: str = "r") -> int:
    """Create and claim a run; return the epoch."""
    await store.create(run_id, [draft("run-created", workflow_id="flow", input=1)])
    claim = await store.claim(run_id, owner="w", lease=60)
    assert claim is not None
    return claim.epoch


async def test_an_append_waits_without_holding_up_the_event_loop(make_store: MakeStore) -> None:
    """While another process holds the database the loop goes on turning, and the append succeeds afterwards."""
    store = make_store(30)
    epoch = await begin(store)
    with locked():
        writing = asyncio.create_task(store.append("r", [draft("run-started")], epoch=epoch, after=1))
        for _ in range(50):
            await asyncio.sleep(0.01)
        assert not writing.done()
    assert await writing == 2
    assert await store.append("r", [draft("step-log")], epoch=epoch, after=2) == 3


async def test_what_comes_meanwhile_is_written_in_order(make_store: MakeStore) -> None:
    """Appends that pile up while the database is held are all written, each once."""
    store = make_store(30)
    epochs = {f"r{n}": await begin(store, f"r{n}") for n in range(20)}

    async def write(run_id: str, epoch: int) -> None:
        after = 1
        for _ in range(5):
            after = await store.append(run_id, [draft("step-log")], epoch=epoch, after=after)

    with locked() as other:
        writing = asyncio.gather(*(write(run_id, epoch) for run_id, epoch in epochs.items()))
        await asyncio.sleep(MOMENT)
        other.execute("ROLLBACK")
        await writing
    for run_id in epochs:
        assert [event.seq for event in await store.read(run_id)] == [1, 2, 3, 4, 5, 6]


async def test_patience_ends_with_a_clear_error(make_store: MakeStore) -> None:
    """After its patience an append fails, says what to do, has written nothing, and later ones succeed."""
    store = make_store(0.5)
    epoch = await begin(store)
    with locked(), pytest.raises(DatabaseBusy, match="end the process that holds it"):
        await store.append("r", [draft("run-started")], epoch=epoch, after=1)
    assert len(await store.read("r")) == 1
    assert await store.append("r", [draft("run-started")], epoch=epoch, after=1) == 2


async def test_reading_goes_on_while_the_database_is_held(make_store: MakeStore) -> None:
    """A writer of another process does not keep pages from being read."""
    store = make_store(30)
    await begin(store)
    with locked():
        async with asyncio.timeout(PATIENCE):
            assert (await store.summary("r")).status == "pending"
            assert len(await store.read("r")) == 1


async def test_a_request_waits_for_the_database(make_store: MakeStore) -> None:
    """What a person asks is recorded once the database is free, and decided once."""
    store = make_store(30)
    await begin(store)
    decided: list[int] = []

    def decide(events: Any) -> list[Draft]:
        decided.append(len(events))
        return [draft("run-canceled", reason="")]

    with locked():
        asking = asyncio.create_task(store.transact("r", after=0, decide=decide))
        await asyncio.sleep(MOMENT)
        assert not asking.done()
    assert [event.type for event in await asking] == ["run-canceled"]
    assert decided == [1]


async def test_a_full_disk_is_waited_for(make_store: MakeStore) -> None:
    """A full disk is like a held database: the append waits, fails clearly when it stays full, and leaves nothing."""
    store = make_store(0.2)
    epoch = await begin(store)
    await store.append("r", [draft("run-started")], epoch=epoch, after=1)
    cursor = store._writer._sink._cursor
    cursor.execute("PRAGMA page_count")
    cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 1}")
    with pytest.raises(DatabaseBusy, match="make room on the disk"):
        await store.append("r", [draft("step-output", chunk="x" * 4_000_000)], epoch=epoch, after=2)
    cursor.execute("PRAGMA max_page_count = 1000000")
    assert await store.append("r", [draft("step-output", chunk="x" * 4_000_000)], epoch=epoch, after=2) == 3


async def test_what_is_no_json_concerns_only_its_own_run(make_store: MakeStore) -> None:
    """A payload that cannot be stored is an error for its run; the appends of the same moment succeed."""
    store = make_store(5)
    good, bad, torn = await begin(store, "good"), await begin(store, "bad"), await begin(store, "torn")
    with locked() as other:
        # A row that should not be there, as after a fault of the disk.
        other.execute(
            "INSERT INTO playground_event (run_id, seq, at, type, path, payload) "
            "SELECT number, 2, created_at, 'step-log', '[]', '{}' FROM playground_run WHERE run_id = 'torn'"
        )
        other.execute("COMMIT")
    outcomes = await asyncio.gather(
        store.append("good", [draft("step-log")], epoch=good, after=1),
        store.append("bad", [draft("step-log", lock=asyncio.Lock())], epoch=bad, after=1),
        store.append("torn", [draft("step-log")], epoch=torn, after=1),
        return_exceptions=True,
    )
    assert outcomes[0] == 2
    assert [type(outcome).__name__ for outcome in outcomes[1:]] == ["TypeError", "IntegrityError"]
    assert await store.append("good", [draft("step-log")], epoch=good, after=2) == 3


async def test_a_caller_that_goes_away_takes_nothing_with_it(make_store: MakeStore) -> None:
    """A task that is cancelled while it waits does not disturb the appends of the same transaction."""
    store = make_store(5)
    first, second = await begin(store, "first"), await begin(store, "second")
    gone = asyncio.create_task(store.append("first", [draft("step-log")], epoch=first, after=1))
    stays = asyncio.create_task(store.append("second", [draft("step-log")], epoch=second, after=1))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 2
    with pytest.raises(asyncio.CancelledError):
        await gone
