"""Lists of runs, counts, the inbox and the queue."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine.events import Draft, EventType
from engine.paths import Path
from playground.runs import lists
from playground.runs.bounded_counts import bounded_counts, count_text
from playground.runs.inbox import inbox_count, read_inbox
from playground.runs.lists import Filter
from playground.runs.queue_position import queue_length, standing_of
from playground.store import OrmStore, queue

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def store() -> AsyncIterator[OrmStore]:
    """Give the store to fill."""
    made = OrmStore()
    yield made
    made.close()


def draft(type: EventType, path: Path = (), **payload: Any) -> Draft:
    """Return an event."""
    return Draft(AT, type, path, payload)


async def create(
    store: OrmStore, run_id: str, *more: Draft, workflow: str = "flow", at: datetime = AT, **payload: Any
) -> None:
    """Create a run with its first events."""
    await store.create(
        run_id, [Draft(at, "run-created", (), {"workflow_id": workflow, "digest": "d", **payload}), *more]
    )


def failed(message: str) -> Draft:
    """Return the event with which a run fails."""
    return draft("run-failed", error={"message": message})


async def ids(chosen: Filter, **more: Any) -> list[str]:
    """Return the ids of the runs that a list shows."""
    return [row.run_id for row in (await lists.page(chosen, **more)).rows]


async def test_the_list_is_filtered(store: OrmStore) -> None:
    """Workflow, status, text in id, input or error, resource and time choose runs, newest first."""
    await create(store, "r1", input={"city": "Zürich"})
    await create(store, "r2", failed("No 50% left"), workflow="other", input=1, at=AT + timedelta(days=1))
    await create(store, "r3", draft("run-started"), input="x", resource_id="order 7", at=AT + timedelta(days=2))
    assert await ids(Filter()) == ["r3", "r2", "r1"]
    assert await ids(Filter(workflow="other")) == ["r2"]
    assert await ids(Filter(status="failed,running")) == ["r3", "r2"]
    assert await ids(Filter(q="zürich")) == ["r1"] or await ids(Filter(q="Zürich")) == ["r1"]
    assert await ids(Filter(q="50% LEFT")) == ["r2"]
    assert await ids(Filter(q="R3")) == ["r3"]
    assert await ids(Filter(q="_")) == []
    assert await ids(Filter(resource_id="order 7")) == ["r3"]
    assert await ids(Filter(since=AT + timedelta(days=1), until=AT + timedelta(days=2))) == ["r2"]


async def test_pages_follow_each_other(store: OrmStore) -> None:
    """Each part leads to the next one, also when runs come in between; nonsense leads nowhere."""
    for n in range(5):
        await create(store, f"r{n}")
    first = await lists.page(limit=2)
    await create(store, "new")
    assert [row.run_id for row in first.rows] == ["r4", "r3"]
    second = await lists.page(after=first.next or "", limit=2)
    assert [row.run_id for row in second.rows] == ["r2", "r1"]
    third = await lists.page(after=second.next or "", limit=2)
    assert ([row.run_id for row in third.rows], third.next) == (["r0"], None)
    assert await ids(Filter(), after="x' OR 1=1") == []
    assert await lists.total() == 6
    assert [row.run_id for row in await lists.slice_of(Filter(), offset=1, limit=2)] == ["r4", "r3"]


async def test_a_search_for_text_goes_on_where_it_stopped(store: OrmStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks into so many of the runs that the rest of the filter chooses, says how far, and finds all in the end."""
    monkeypatch.setattr(lists, "LOOKED", 2)
    for n in range(7):
        await create(store, f"r{n}", input="gold" if n in (0, 1, 5) else "sand", at=AT + timedelta(days=n))
        await create(store, f"o{n}", workflow="other", input="gold")
    chosen = Filter(workflow="flow", q="gold")
    seen = [await lists.page(chosen)]
    while seen[-1].next is not None:
        seen.append(await lists.page(chosen, after=seen[-1].next))
    assert [[row.run_id for row in part.rows] for part in seen] == [["r5"], [], ["r1"], ["r0"]]
    assert [part.looked_to for part in seen] == [AT + timedelta(days=n) for n in (4, 2, 0)] + [None]
    assert [row.run_id for row in (await lists.page(chosen, limit=1)).rows] == ["r5"]
    patient = await lists.patient_page(chosen, after=seen[0].next or "", limit=50)
    assert ([row.run_id for row in patient.rows], patient.next) == (["r1"], seen[2].next)
    assert await lists.bounded_total(chosen) == 1
    assert await lists.total(chosen) == 3


async def test_a_run_is_found_by_its_id_however_far_back(store: OrmStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole id is looked up; a part of it, or a filter that leaves the run out, finds nothing there."""
    monkeypatch.setattr(lists, "LOOKED", 2)
    for n in range(5):
        await create(store, f"run-{n}")
    assert await ids(Filter(q="run-0")) == ["run-0"]
    assert await ids(Filter(q="n-0")) == []
    assert await ids(Filter(q="run-0", workflow="other")) == []


async def test_pages_count_up_to_a_bound(store: OrmStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than the bound stands for any number above it; with few runs the counts are exact."""
    for n in range(5):
        await create(store, f"r{n}", *([failed("x")] if n else []))
    await create(store, "other", workflow="other")
    assert await bounded_counts() == await lists.counts()
    assert await lists.bounded_total() == 6
    assert [count_text(number) for number in (0, 1000, 1001)] == ["0", "1,000", "1,000+"]
    monkeypatch.setattr(lists, "COUNTED", 3)
    assert await lists.bounded_total() == 4


async def test_without_runs_there_are_no_counts() -> None:
    """A new database has no workflow to step to."""
    assert await bounded_counts() == {}


async def test_counts_and_recent_runs(store: OrmStore) -> None:
    """Each workflow knows how many runs have which status, and its latest ones."""
    await create(store, "r1", failed("x"))
    await create(store, "r2", failed("x"))
    await create(store, "r3", workflow="other")
    assert await lists.counts() == {"flow": {"failed": 2}, "other": {"pending": 1}}
    recent = await lists.recent(["flow", "none"], limit=1)
    assert ([row.run_id for row in recent["flow"]], recent["none"]) == (["r2"], [])


async def test_recent_inputs_differ(store: OrmStore) -> None:
    """The inputs that are offered again are the latest different ones, those of later starts included."""
    await create(store, "r1", input={"a": 1})
    await create(store, "r2", input={"a": 1.0})
    await create(store, "r3", input={"a": 1})
    await create(store, "r4", draft("run-started", input=None))
    await create(store, "r5")
    found = await lists.recent_inputs("flow")
    assert [(one.run_id, one.value) for one in found] == [("r4", None), ("r3", {"a": 1}), ("r2", {"a": 1.0})]


async def test_the_inbox_holds_open_questions(store: OrmStore) -> None:
    """Steps that wait for a person are listed newest first until they are answered or their run ends."""
    for n in range(3):
        asks = draft("step-suspended", ("ask", n), payload={"n": n}, label="boss", call=1)
        await create(store, f"r{n}", asks, draft("run-suspended", suspended=[["ask", n]]))
    first = await read_inbox(limit=2)
    assert [(item.run_id, item.path, item.payload, item.label) for item in first.items] == [
        ("r2", ("ask", 2), {"n": 2}, "boss"),
        ("r1", ("ask", 1), {"n": 1}, "boss"),
    ]
    assert (first.total, first.items[0].resume_schema) == (3, {})
    rest = await read_inbox(after=first.next or "")
    assert ([item.run_id for item in rest.items], rest.next) == (["r0"], None)
    await store.transact("r0", after=0, decide=lambda events: [draft("step-resumed", ("ask", 0), data=1)])
    await store.transact("r1", after=0, decide=lambda events: [draft("run-canceled", reason="")])
    assert await inbox_count() == 1


async def due(*workflow_ids: str, busy: tuple[str, ...] = (), limit: int = 10) -> list[str]:
    """Return what a worker with these workflows should take."""
    return list((await queue.due(workflow_ids or ("flow",), busy=busy, limit=limit)).run_ids)


async def test_the_queue_holds_what_can_go_on(store: OrmStore) -> None:
    """Started, answered and interrupted runs are due, longest waiting first; created, owned and ended ones are not."""
    asks = draft("step-suspended", ("ask",), payload=1, call=1)
    await create(store, "created")
    await create(store, "started", input=1)
    await create(store, "asks", asks, draft("run-suspended", suspended=[["ask"]]), input=1)
    await create(store, "ended", failed("x"), input=1)
    await create(store, "other", workflow="other", input=1)
    assert await due() == ["started"]
    answer = Draft(AT + timedelta(days=1), "step-resumed", ("ask",), {"data": 1})
    await store.transact("asks", after=0, decide=lambda events: [answer])
    assert await due() == ["started", "asks"]
    assert await due(limit=1) == ["started"]
    assert await due(busy=("started",)) == ["asks"]
    assert await due("other") == ["other"]
    claim = await store.claim("started", owner="w", lease=60)
    assert claim is not None
    assert await due() == ["asks"]
    await store.append("started", [draft("run-started")], epoch=claim.epoch, after=1)
    await store.release("started", epoch=claim.epoch)
    assert set(await due()) == {"asks", "started"}
    assert await store.claim("started", owner="w", lease=-1) is not None
    assert set(await due()) == {"asks", "started"}


async def test_a_timer_is_due_when_it_ends(store: OrmStore) -> None:
    """A sleeping run is not due before its time, and the worker knows how long that is."""
    now = datetime.now(UTC)
    for run_id, seconds in (("past", -1), ("soon", 30), ("late", 3600)):
        until = (now + timedelta(seconds=seconds)).isoformat()
        sleeps = draft("sleep-started", ("nap",), until=until, input={"value": 1})
        await create(store, run_id, sleeps, draft("run-waiting", until=until, events=[]), input=1)
    found = await queue.due(["flow"], busy=(), limit=10)
    assert found.run_ids == ("past",)
    assert found.next is not None
    assert 25 < found.next <= 30


async def test_an_ended_run_is_due_while_hooks_are_left(store: OrmStore) -> None:
    """Nobody sees it in the queue, but a worker looks at it until it was finished."""
    await create(store, "r", input=1)
    await store.transact("r", after=1, decide=lambda events: [draft("run-canceled", reason="")])
    assert (await queue.due(["flow"], busy=(), limit=10)).run_ids == ("r",)
    assert await queue_length() == 0
    standing = await standing_of("r")
    assert standing is not None
    assert (standing.owner, standing.queued_at) == (None, None)
    claim = await store.claim("r", owner="w", lease=60)
    assert claim is not None
    assert (await queue.due(["flow"], busy=(), limit=10)).run_ids == ()
    await store.finish("r", epoch=claim.epoch)
    assert (await queue.due(["flow"], busy=(), limit=10)).run_ids == ()


@pytest.mark.sqlite
def test_a_look_at_the_queue_does_not_read_all_runs() -> None:
    """Each reason to look has an index of its own; runs that have ended are never touched."""
    with CaptureQueriesContext(connection) as captured:
        queue._due(["flow"], [], 10)
    for query in captured.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
        # Of the versions, an index holds the few that have limits.
        scans = [step for step in plan if step.startswith("SCAN")]
        assert [step for step in scans if "version_limited" not in step] == []
        assert [step for step in plan if "run_of_workflow" in step and "number=?" not in step] == []


async def test_a_run_knows_its_place_in_the_queue(store: OrmStore) -> None:
    """Standing tells the owner, or since when a run waits and how many wait for longer."""
    await create(store, "r1", input=1)
    await create(store, "r2", input=1, at=AT + timedelta(seconds=1))
    second = await standing_of("r2")
    assert second is not None
    assert (second.owner, second.ahead, second.queued_at) == (None, 1, AT + timedelta(seconds=1))
    assert await queue_length() == 2
    await store.claim("r1", owner="w1", lease=60)
    first = await standing_of("r1")
    assert first is not None
    assert (first.owner, first.queued_at) == ("w1", None)
    assert await queue_length() == 1
    assert await standing_of("nowhere") is None
