"""The contract of a store, held by the one in memory and the one in the database alike."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.errors import Conflict, RunExists, RunFinished, StaleEpoch, UnknownRun
from engine.events import Draft, Event, EventType
from engine.journal.store import MemoryStore, Store
from engine.paths import Path
from playground.store import OrmStore
from tests.patience import PATIENCE

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(params=["memory", pytest.param("database", marks=pytest.mark.django_db(transaction=True))])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Give each store in turn, empty."""
    if request.param == "memory":
        yield MemoryStore()
        return
    database = OrmStore()
    yield database
    database.close()


def draft(type: EventType, path: Path = (), **payload: Any) -> Draft:
    """Return an event of this type; the time does not matter."""
    return Draft(AT, type, path, payload)


def created(workflow_id: str = "flow", **payload: Any) -> Draft:
    """Return the first event of a run."""
    return draft("run-created", workflow_id=workflow_id, digest="d1", **payload)


async def claimed(store: Store, run_id: str = "r", lease: float = 60) -> int:
    """Create a run with input, claim it and return the epoch."""
    await store.create(run_id, [created(input=1)])
    claim = await store.claim(run_id, owner="w", lease=lease)
    assert claim is not None
    return claim.epoch


async def test_a_new_run_has_a_summary(store: Store) -> None:
    """A new run is pending and knows its workflow, digest and resource."""
    await store.create("r", [created(input={"a": 1}, resource_id="order 7")])
    summary = await store.summary("r")
    assert (summary.run_id, summary.workflow_id, summary.digest) == ("r", "flow", "d1")
    assert (summary.status, summary.has_input, summary.resource_id) == ("pending", True, "order 7")
    assert (summary.last_seq, summary.epoch, summary.created_at) == (1, 0, AT)


async def test_a_claim_brings_the_journal(store: Store) -> None:
    """Whoever claims a run need not read it: the claim has the events after those that are known."""
    epoch = await claimed(store)
    await store.append("r", [draft("run-started"), draft("step-started", ("a",), attempt=1)], epoch=epoch, after=1)
    await store.release("r", epoch=epoch)
    for after in (0, 1, 3):
        claim = await store.claim("r", owner="w", lease=60, after=after)
        assert claim is not None
        assert claim.last_seq == 3
        assert list(claim.events) == await store.read("r", after=after)
        await store.release("r", epoch=claim.epoch)


async def test_create_twice_is_refused(store: Store) -> None:
    """A run id is taken once."""
    await store.create("r", [created()])
    with pytest.raises(RunExists, match="'r'"):
        await store.create("r", [created()])
    assert len(await store.read("r")) == 1


async def test_unknown_run(store: Store) -> None:
    """An unknown run has no events and everything else says so."""
    assert await store.read("nowhere") == []
    for call in (
        store.summary("nowhere"),
        store.waits("nowhere"),
        store.claim("nowhere", owner="w", lease=1),
        store.transact("nowhere", after=0, decide=lambda events: []),
    ):
        with pytest.raises(UnknownRun, match="'nowhere'"):
            await call


async def test_append_numbers_events(store: Store) -> None:
    """Events are numbered from 1 without gaps and come back as they were."""
    epoch = await claimed(store)
    last = await store.append(
        "r", [draft("run-started"), draft("step-started", ("a",), attempt=1)], epoch=epoch, after=1
    )
    assert last == 3
    last = await store.append("r", [draft("step-succeeded", ("a",), output=[1])], epoch=epoch, after=3)
    events = await store.read("r")
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert events[2] == Event("r", 3, AT, "step-started", ("a",), {"attempt": 1})
    assert [event.seq for event in await store.read("r", after=1, limit=2)] == [2, 3]
    summary = await store.summary("r")
    assert (summary.status, summary.last_seq, summary.updated_at) == ("running", 4, AT)


@pytest.mark.parametrize(
    "value",
    [
        10**40,
        9007199254740993,
        1.1,
        1e300,
        -0.0,
        True,
        None,
        "",
        "a\0b",
        "\ud800",
        "😀 ünï",
        {"": {"k\0": []}},
        [[[{}]]],
        "x" * 100_000,
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_values_come_back(store: Store, value: Any) -> None:
    """Any JSON value survives as input, payload and question."""
    await store.create("r", [created(input=value)])
    claim = await store.claim("r", owner="w", lease=60)
    assert claim is not None
    drafts = [draft("step-suspended", ("ask", 0), payload=value, label=None, call=1)]
    await store.append("r", drafts, epoch=claim.epoch, after=1)
    first, second = await store.read("r")
    (wait,) = await store.waits("r")
    for found in (first.payload["input"], second.payload["payload"], wait.payload):
        assert found == value
        assert type(found) is type(value)
    assert wait.path == ("ask", 0)


async def test_what_is_recorded_stays_as_it_was(store: Store) -> None:
    """A value that is changed after it was recorded, or was read, changes nothing in the journal."""
    epoch, value = await claimed(store), {"items": [1]}
    await store.append("r", [draft("step-succeeded", ("s",), output=value)], epoch=epoch, after=1)
    value["items"].append(2)
    (first,) = await store.read("r", after=1)
    first.payload["output"]["items"].append(3)
    (second,) = await store.read("r", after=1)
    assert second.payload == {"output": {"items": [1]}}


@pytest.mark.parametrize("text", ["a\0b", "\ud800 half", "line\nline"])
async def test_an_error_message_may_be_any_text(store: Store, text: str) -> None:
    """A failed run keeps its error and shows it in the summary."""
    epoch = await claimed(store)
    await store.append("r", [draft("run-failed", error={"message": text})], epoch=epoch, after=1)
    summary = await store.summary("r")
    assert summary.status == "failed"
    assert summary.error
    assert (await store.read("r"))[-1].payload["error"]["message"] == text


async def test_a_newer_claim_fences_the_older(store: Store) -> None:
    """Of two claims only the newer one may write, renew or release."""
    old = await claimed(store, lease=-1)
    new = await store.claim("r", owner="w2", lease=60)
    assert new is not None
    assert (new.epoch, new.interrupted, new.last_seq) == (old + 1, True, 1)
    with pytest.raises(StaleEpoch):
        await store.append("r", [draft("run-started")], epoch=old, after=1)
    with pytest.raises(StaleEpoch):
        await store.renew("r", epoch=old, lease=60)
    await store.release("r", epoch=old)
    assert await store.claim("r", owner="w3", lease=60) is None
    assert await store.append("r", [draft("run-started")], epoch=new.epoch, after=1) == 2


async def test_a_lease_holds_until_it_ends(store: Store) -> None:
    """A run is claimed again when it was released, its lease is over, or by force."""
    epoch = await claimed(store)
    assert await store.claim("r", owner="w2", lease=60) is None
    forced = await store.claim("r", owner="w2", lease=60, force=True)
    assert forced is not None
    assert forced.interrupted
    assert forced.epoch == epoch + 1
    await store.release("r", epoch=forced.epoch)
    again = await store.claim("r", owner="w3", lease=-1)
    assert again is not None
    assert not again.interrupted
    assert await store.renew("r", epoch=again.epoch, lease=60) == 1
    assert await store.claim("r", owner="w4", lease=60) is None


async def test_an_owner_that_lags_behind_hears_of_it(store: Store) -> None:
    """An append after an old seq is a conflict, and writes nothing."""
    epoch = await claimed(store)
    await store.transact("r", after=1, decide=lambda events: [draft("event-received", name="n", payload=1)])
    with pytest.raises(Conflict):
        await store.append("r", [draft("run-started")], epoch=epoch, after=1)
    assert await store.append("r", [draft("run-started")], epoch=epoch, after=2) == 3


async def test_an_ended_run_takes_no_more_events_of_its_owner(store: Store) -> None:
    """After its end a run cannot be claimed, renewed or appended to."""
    epoch = await claimed(store)
    await store.append("r", [draft("run-succeeded", result={"value": 1})], epoch=epoch, after=1)
    with pytest.raises(StaleEpoch):
        await store.append("r", [draft("step-log")], epoch=epoch, after=2)
    with pytest.raises(StaleEpoch):
        await store.renew("r", epoch=epoch, lease=60)
    assert await store.claim("r", owner="w", lease=60) is None
    summary = await store.summary("r")
    assert (summary.status, summary.ended_at) == ("success", AT)


async def test_an_ended_run_stays_claimed_until_its_hooks_were_called(store: Store) -> None:
    """Its owner keeps and renews the claim; when it is lost, or given back, another one has to finish."""
    epoch = await claimed(store)
    await store.append("r", [draft("run-succeeded", result={"value": 1}, hooks=["on_finish"])], epoch=epoch, after=1)
    with pytest.raises(StaleEpoch):
        await store.append("r", [draft("step-log")], epoch=epoch, after=2)
    assert await store.claim("r", owner="w2", lease=60) is None
    assert await store.renew("r", epoch=epoch, lease=-1) == 2
    second = await store.claim("r", owner="w2", lease=60)
    assert second is not None
    assert (second.interrupted, second.last_seq) == (True, 2)
    await store.finish("r", epoch=epoch)  # by who was thought dead
    await store.release("r", epoch=second.epoch)
    third = await store.claim("r", owner="w3", lease=60)
    assert third is not None
    assert not third.interrupted
    await store.finish("r", epoch=third.epoch)
    await store.release("r", epoch=third.epoch)
    assert await store.claim("r", owner="w4", lease=60, force=True) is None
    assert (await store.summary("r")).status == "success"


async def test_a_cancel_from_outside_fences_the_owner(store: Store) -> None:
    """Who executes the run is its owner no more; whoever has the code can look whether there are hooks."""
    epoch = await claimed(store)
    await store.transact("r", after=1, decide=lambda events: [draft("run-canceled", reason="")])
    with pytest.raises(StaleEpoch):
        await store.renew("r", epoch=epoch, lease=60)
    await store.release("r", epoch=epoch)
    claim = await store.claim("r", owner="w2", lease=60)
    assert claim is not None
    assert not claim.interrupted
    await store.finish("r", epoch=claim.epoch)
    assert await store.claim("r", owner="w3", lease=60) is None


async def test_a_cancel_that_leaves_no_hooks_leaves_nothing_to_claim(store: Store) -> None:
    """Who cancels may know that the workflow has none."""
    await claimed(store)
    await store.transact("r", after=1, decide=lambda events: [draft("run-canceled", reason="", hooks=[])])
    assert await store.claim("r", owner="w2", lease=60) is None


async def test_a_run_that_came_with_its_end_leaves_nothing_to_do(store: Store) -> None:
    """A run from an archive had its hooks called where it ran."""
    await store.create("r", [created(input=1), draft("run-succeeded", result={"value": 1}, hooks=["on_finish"])])
    assert await store.claim("r", owner="w", lease=60) is None


async def test_a_release_tells_whether_the_run_can_go_on(store: Store) -> None:
    """Whoever gives a claim back need not look whether somebody has answered meanwhile, or has taken it over."""
    epoch = await claimed(store)
    suspended = [draft("step-suspended", ("a",), payload=None, call=1), draft("run-suspended", suspended=[["a"]])]
    await store.append(
        "r", [draft("run-started"), draft("step-started", ("a",), attempt=1), *suspended], epoch=epoch, after=1
    )
    assert await store.release("r", epoch=epoch) is False
    claim = await store.claim("r", owner="w", lease=60)
    assert claim is not None
    await store.transact("r", after=0, decide=lambda events: [draft("step-resumed", ("a",), data=1)])
    assert await store.release("r", epoch=claim.epoch) is True
    newer = await store.claim("r", owner="w2", lease=60)
    assert newer is not None
    assert await store.release("r", epoch=claim.epoch) is True
    await store.append("r", [draft("run-succeeded", result={"value": 1})], epoch=newer.epoch, after=newer.last_seq)
    assert await store.release("r", epoch=newer.epoch) is False


async def test_transact_sees_what_came_since(store: Store) -> None:
    """The deciding function is given the events after the known ones, and its events are recorded with no claim."""
    await store.create("r", [created()])
    seen: list[Event] = []

    def decide(events: Sequence[Event]) -> Sequence[Draft]:
        seen.extend(events)
        return [draft("run-started", input=5)]

    recorded = await store.transact("r", after=0, decide=decide)
    assert [event.type for event in seen] == ["run-created"]
    assert recorded == (await store.read("r"))[1:]
    assert (await store.summary("r")).has_input
    assert await store.transact("r", after=2, decide=lambda events: list(events) and []) == []


async def test_a_refusal_in_transact_records_nothing(store: Store) -> None:
    """What the deciding function raises passes through."""
    await store.create("r", [created()])

    def refuse(events: Sequence[Event]) -> Sequence[Draft]:
        raise RunFinished

    with pytest.raises(RunFinished):
        await store.transact("r", after=0, decide=refuse)
    assert len(await store.read("r")) == 1


async def test_waits_open_and_close(store: Store) -> None:
    """What a run waits for is listed until it is answered, over, or the run ends."""
    epoch = await claimed(store)
    due = (AT + timedelta(hours=1)).isoformat()
    drafts = [
        draft("step-suspended", ("ask",), payload={"q": 1}, label="boss", call=1),
        draft("sleep-started", ("nap",), until=due, input={"value": 1}),
        draft("event-awaited", ("paid",), name="payment", timeout_at=due, input={"value": 1}),
    ]
    await store.append("r", drafts, epoch=epoch, after=1)
    ask, nap, paid = await store.waits("r")
    assert (ask.kind, ask.path, ask.payload, ask.label, ask.since) == ("person", ("ask",), {"q": 1}, "boss", AT)
    assert (nap.kind, nap.due_at) == ("sleep", AT + timedelta(hours=1))
    assert (paid.kind, paid.event_name, paid.due_at) == ("event", "payment", AT + timedelta(hours=1))
    await store.transact("r", after=4, decide=lambda events: [draft("step-resumed", ("ask",), data=1)])
    assert [wait.path for wait in await store.waits("r")] == [("nap",), ("paid",)]
    await store.append("r", [draft("step-suspended", ("ask",), payload=2, call=2)], epoch=epoch, after=5)
    assert (await store.waits("r"))[-1].payload == 2
    await store.transact("r", after=6, decide=lambda events: [draft("run-canceled", reason="")])
    assert await store.waits("r") == []


async def test_a_wait_that_opens_and_closes_at_once_is_gone(store: Store) -> None:
    """Events of one append are taken in order."""
    epoch = await claimed(store)
    nap = draft("sleep-started", ("nap",), until=AT.isoformat(), input={"value": 1})
    await store.append("r", [nap, draft("sleep-ended", ("nap",)), nap], epoch=epoch, after=1)
    assert len(await store.waits("r")) == 1
    await store.append("r", [draft("sleep-ended", ("nap",)), nap, draft("sleep-ended", ("nap",))], epoch=epoch, after=4)
    assert await store.waits("r") == []


async def test_runs_are_listed_newest_first(store: Store) -> None:
    """Lists are filtered by workflow and status and go on after the last run of the page before."""
    for n in range(5):
        await store.create(f"r{n}", [created("even" if n % 2 == 0 else "odd")])
    await store.transact("r2", after=0, decide=lambda events: [draft("run-canceled", reason="")])

    async def ids(**filters: Any) -> list[str]:
        return [summary.run_id for summary in await store.summaries(**filters)]

    assert await ids() == ["r4", "r3", "r2", "r1", "r0"]
    assert await ids(limit=2, after="r3") == ["r2", "r1"]
    assert await ids(workflow_id="even") == ["r4", "r2", "r0"]
    assert await ids(status="canceled") == ["r2"]


async def test_changed_returns_when_events_come(store: Store) -> None:
    """A watcher sleeps until the journal has moved past what it knows."""
    epoch = await claimed(store)
    await asyncio.wait_for(store.changed("r", after=0), PATIENCE)
    waiting = asyncio.create_task(store.changed("r", after=1))
    await store.append("r", [draft("run-started")], epoch=epoch, after=1)
    await asyncio.wait_for(waiting, PATIENCE)


async def test_many_runs_append_at_once(store: Store) -> None:
    """Appends of many runs in the same moment neither mix nor hurt each other, also when some are refused."""
    epochs = {f"r{n}": await claimed(store, f"r{n}") for n in range(20)}

    async def write(run_id: str, epoch: int) -> str:
        after = 1
        try:
            for n in range(10):
                late = n == 5 and run_id in ("r3", "r4")
                step = [draft("step-started", (run_id,), attempt=n), draft("step-succeeded", (run_id,), output=n)]
                after = await store.append(
                    run_id, step, epoch=epoch - (late and run_id == "r3"), after=after - (late and run_id == "r4")
                )
        except (StaleEpoch, Conflict) as error:
            return type(error).__name__
        return "done"

    outcomes = await asyncio.gather(*(write(run_id, epoch) for run_id, epoch in epochs.items()))
    assert outcomes == ["done"] * 3 + ["StaleEpoch", "Conflict"] + ["done"] * 15
    for run_id in epochs:
        events = await store.read(run_id)
        assert [event.seq for event in events] == list(range(1, 12 if run_id in ("r3", "r4") else 22))
        assert {event.path for event in events[1:]} == {(run_id,)}
