"""PostgreSQL goes away and comes back: whoever uses it waits, nothing is lost, nothing is written twice."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.errors import RunExists
from engine.events import Draft, EventType
from playground.store import DatabaseBusy, OrmStore, in_database
from playground.store.rows import events_of
from tests.patience import MOMENT
from tests.servers.postgres import Postgres
from tests.servers.proxy import Proxy

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 3, 1, tzinfo=UTC)
CHANCE = random.Random(11)
HOW = [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL]
"""A restart in order, an immediate one, and the death of the whole server."""


@pytest.fixture
async def store() -> AsyncIterator[OrmStore]:
    """Give a store with the patience of a page."""
    made = OrmStore()
    yield made
    made.close()


def draft(type: EventType, **payload: Any) -> Draft:
    """Return an event of the run."""
    return Draft(AT, type, (), payload)


async def begin(store: OrmStore, run_id: str = "r") -> int:
    """Create and claim a run; return the epoch."""
    await store.create(run_id, [draft("run-created", workflow_id="flow", input=1)])
    claim = await store.claim(run_id, owner="w", lease=60)
    assert claim is not None
    return claim.epoch


@pytest.mark.parametrize("how", HOW, ids=lambda how: how.name)
async def test_appends_go_on_after_a_restart(store: OrmStore, server: Postgres, how: signal.Signals) -> None:
    """Many runs that append all the time get over a restart: every event is there once, in order."""
    epochs = {f"r{n}": await begin(store, f"r{n}") for n in range(20)}
    over = asyncio.Event()

    async def write(run_id: str, epoch: int) -> int:
        after = 1
        while not over.is_set():
            after = await store.append(run_id, [draft("step-log", n=after + 1)], epoch=epoch, after=after)
        return await store.append(run_id, [draft("step-log", n=after + 1)], epoch=epoch, after=after)

    async with asyncio.TaskGroup() as tasks:
        writing = {run_id: tasks.create_task(write(run_id, epoch)) for run_id, epoch in epochs.items()}
        await asyncio.sleep(0.3)
        await asyncio.to_thread(server.restart, how)
        over.set()
    for run_id, last in writing.items():
        events = await store.read(run_id)
        assert [event.payload.get("n", 1) for event in events] == list(range(1, last.result() + 1))
        assert [event.seq for event in events] == list(range(1, last.result() + 1))


async def test_requests_and_reads_wait_for_the_server(store: OrmStore, server: Postgres) -> None:
    """What is asked, claimed, renewed or read while the server is away is done when it is back."""
    epoch = await begin(store)
    await asyncio.to_thread(server.stop, signal.SIGQUIT)
    doing = [
        asyncio.create_task(work)
        for work in (
            store.create("other", [draft("run-created", workflow_id="flow")]),
            store.transact("r", after=1, decide=lambda events: [draft("step-resumed")]),
            store.renew("r", epoch=epoch, lease=60),
            store.summary("r"),
            store.read("r"),
        )
    ]
    done, _ = await asyncio.wait(doing, timeout=MOMENT)
    assert done == set()
    await asyncio.to_thread(server.start)
    await asyncio.gather(*doing)
    assert [event.type for event in await store.read("r")] == ["run-created", "step-resumed"]


async def test_patience_ends_with_what_to_do(server: Postgres) -> None:
    """A server that stays away is an error in the end, which says to look after the server."""
    store = OrmStore(patience=0.5)
    epoch = await begin(store)
    await asyncio.to_thread(server.stop, signal.SIGQUIT)
    with pytest.raises(DatabaseBusy, match="see that its server runs"):
        await store.append("r", [draft("step-log")], epoch=epoch, after=1)
    with pytest.raises(DatabaseBusy, match="see that its server runs"):
        await store.claim("r", owner="w", lease=1)
    await asyncio.to_thread(server.start)
    assert await store.append("r", [draft("step-log")], epoch=epoch, after=1) == 2
    store.close()


async def test_an_append_whose_answer_is_lost_is_not_written_again(store: OrmStore, wire: Proxy) -> None:
    """What the server has committed without anyone hearing of it is compared with the journal, and counts."""
    epoch, other = await begin(store), await begin(store, "other")
    last = await store.append("r", [draft("step-log", n=1)], epoch=epoch, after=1)
    wire.lose_answer_to(b"step-output")
    first, second = await asyncio.gather(
        store.append("r", [draft("step-output", n=2), draft("step-log", n=3)], epoch=epoch, after=last),
        store.append("other", [draft("step-output", n=2)], epoch=other, after=1),
    )
    assert wire.lost.is_set()
    assert (first, second) == (4, 2)
    assert [event.payload.get("n") for event in await store.read("r")] == [None, 1, 2, 3]
    assert [event.seq for event in await store.read("other")] == [1, 2]


async def test_connections_may_break_at_any_moment(store: OrmStore, wire: Proxy) -> None:
    """Cut again and again, in the middle of whatever they say: owners and requests record each event once, in order."""
    epochs = {f"r{n}": await begin(store, f"r{n}") for n in range(10)}
    over = asyncio.Event()

    async def own(run_id: str, epoch: int) -> int:
        after = 1
        while not over.is_set():
            events = [draft("step-log", n=after + 1), draft("step-output", n=after + 2)]
            after = await store.append(run_id, events, epoch=epoch, after=after)
        return after

    async def ask() -> int:
        await store.create("asked", [draft("run-created", workflow_id="flow")])
        last = 1
        while not over.is_set():
            note = draft("step-log", n=last + 1)
            (event,) = await store.transact("asked", after=last, decide=lambda events, note=note: [note])
            last = event.seq
        return last

    async with asyncio.TaskGroup() as tasks:
        lasts = {run_id: tasks.create_task(own(run_id, epoch)) for run_id, epoch in epochs.items()}
        lasts["asked"] = tasks.create_task(ask())
        for _ in range(40):
            await asyncio.sleep(CHANCE.uniform(0.02, 0.15))
            wire.cut()
        over.set()
    for run_id, last in lasts.items():
        events = await store.read(run_id)
        assert [event.payload.get("n", 1) for event in events] == list(range(1, last.result() + 1)), run_id
        assert [event.seq for event in events] == list(range(1, last.result() + 1))
        assert last.result() > 1


async def test_an_end_whose_answer_is_lost_has_ended_the_run(store: OrmStore, wire: Proxy) -> None:
    """The last event gives the claim back with it; told again, it is found to be there."""
    epoch = await begin(store)
    await store.append("r", [draft("run-started")], epoch=epoch, after=1)
    wire.lose_answer_to(b"run-succeeded")
    assert await store.append("r", [draft("run-succeeded", result=None)], epoch=epoch, after=2) == 3
    assert wire.lost.is_set()
    assert (await store.summary("r")).status == "success"


async def test_a_commit_whose_answer_is_lost_is_not_made_again(store: OrmStore, wire: Proxy) -> None:
    """A run that was created and claimed is not found to exist already, or to be claimed by somebody else."""
    wire.lose_answer_to(b"COMMIT")
    await store.create("r", [draft("run-created", workflow_id="flow", input=1)])
    assert wire.lost.is_set()
    wire.lose_answer_to(b"COMMIT")
    claim = await store.claim("r", owner="w", lease=60)
    assert wire.lost.is_set()
    assert claim is not None
    assert (claim.epoch, claim.interrupted) == (1, False)
    wire.lose_answer_to(b"COMMIT")
    recorded = await store.transact("r", after=1, decide=lambda events: [draft("step-resumed")])
    assert wire.lost.is_set()
    assert [event.seq for event in recorded] == [2]
    assert len(await in_database(events_of, "r", 0, None)) == 2
    with pytest.raises(RunExists):
        await store.create("r", [draft("run-created", workflow_id="flow")])


async def test_a_transaction_that_was_cut_off_is_made_again(store: OrmStore, wire: Proxy) -> None:
    """When the connection breaks before the COMMIT was sent, nothing was written, and all of it is done once more."""
    await begin(store)
    wire.lose_answer_to(b"UPDATE playground_run SET")
    recorded = await store.transact("r", after=1, decide=lambda events: [draft("step-resumed", n=len(events))])
    assert wire.lost.is_set()
    assert [event.payload for event in recorded] == [{"n": 0}]
    assert [event.seq for event in await store.read("r")] == [1, 2]
