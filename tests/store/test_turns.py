"""How many runs of a workflow are executed at once, and which is next: held by the claim, whoever claims."""

import random
import threading
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from engine.events import Draft
from playground.models import Run, WorkflowVersion
from playground.runs.queue_position import standing_of
from playground.store import OrmStore, claims
from playground.store.database import in_database, in_transaction, transact
from playground.store.database_clock import Now
from playground.store.queue import due
from playground.store.turns.taking import Turn, lane_of

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def store() -> AsyncIterator[OrmStore]:
    """Give a store."""
    made = OrmStore()
    yield made
    made.close()


async def publish(concurrency: int | None = None, key: str | None = None, workflow_id: str = "flow") -> None:
    """Publish a workflow with limits."""
    await in_database(
        partial(
            WorkflowVersion.objects.create,
            workflow_id=workflow_id,
            digest="d",
            graph="{}",
            module="m",
            site="[]",
            published_at=AT,
            concurrency=concurrency,
            concurrency_key=key,
        )
    )


async def begin(store: OrmStore, *run_ids: str, value: Any = 1, workflow_id: str = "flow") -> None:
    """Make runs that begin one after the other."""
    for run_id in run_ids:
        since = AT + timedelta(seconds=await in_database(Run.objects.count))
        await store.create(run_id, [Draft(since, "run-created", (), {"workflow_id": workflow_id, "input": value})])


async def claimed(store: OrmStore, *run_ids: str) -> list[str]:
    """Claim runs in this order; return those that could be."""
    return [run_id for run_id in run_ids if await store.claim(run_id, owner="w", lease=60)]


async def end(store: OrmStore, run_id: str) -> None:
    """End a run, as its owner."""
    summary = await store.summary(run_id)
    succeeded = Draft(AT, "run-succeeded", (), {"result": None})
    await store.append(run_id, [succeeded], epoch=summary.epoch, after=summary.last_seq)
    await store.release(run_id, epoch=summary.epoch)


async def suspend(store: OrmStore, run_id: str) -> None:
    """Have a run come to rest, as its owner."""
    summary = await store.summary(run_id)
    await store.append(run_id, [Draft(AT, "run-suspended", (), {})], epoch=summary.epoch, after=summary.last_seq)
    await store.release(run_id, epoch=summary.epoch)


async def looked_for() -> tuple[str, ...]:
    """Return the runs that a worker finds."""
    return (await due(["flow", "other"], busy=(), limit=100)).run_ids


async def test_they_go_in_the_order_in_which_they_came(store: OrmStore) -> None:
    """Whoever is tried first: of those that wait, the first ones may go, as many as there are places."""
    await publish(2)
    await begin(store, "a", "b", "c", "d")
    assert await claimed(store, "d", "c", "b", "a", "c") == ["b", "a"]
    assert await looked_for() == ()
    await end(store, "b")
    assert await claimed(store, "d") == []
    assert (await looked_for())[0] == "c"
    assert await claimed(store, "c", "d") == ["c"]


async def test_one_that_rests_holds_no_place(store: OrmStore) -> None:
    """A suspended run lets the next one go; when it is answered, it waits like any other."""
    await publish(1)
    await begin(store, "a", "b", "c")
    assert await claimed(store, "a", "b") == ["a"]
    await suspend(store, "a")
    assert await claimed(store, "c", "b") == ["b"]
    await store.transact("a", after=0, decide=lambda events: [Draft(AT, "step-resumed", ("s",), {"data": 1})])
    assert await claimed(store, "a") == []
    await end(store, "b")
    assert await claimed(store, "c") == []


async def test_who_takes_over_has_its_place_already(store: OrmStore) -> None:
    """A run whose owner has died is claimed anew, although all places are held, its own among them."""
    await publish(1)
    await begin(store, "a", "b")
    assert await claimed(store, "a") == ["a"]
    await in_transaction(Run.objects.filter(run_id="a").update, leased_until=AT)
    assert await looked_for() == ("a",)
    assert await claimed(store, "b", "a") == ["a"]


async def test_one_customer_after_the_other(store: OrmStore) -> None:
    """Runs with the same key follow one another, others go beside them, those without a key wait for nobody."""
    await publish(key="customer.id")
    for run_id, customer in (("a1", 1), ("a2", 1), ("b1", 2), ("b2", 2)):
        await begin(store, run_id, value={"customer": {"id": customer}})
    await begin(store, "n1", "n2", value={"customer": None})
    assert await claimed(store, "a2", "b2", "b1", "a1", "n2", "n1") == ["b1", "a1", "n2", "n1"]
    assert await looked_for() == ()
    await end(store, "a1")
    assert await looked_for() == ("a2",)
    assert await claimed(store, "b2", "a2") == ["a2"]


async def test_a_customer_who_has_to_wait_holds_up_no_other(store: OrmStore) -> None:
    """With a limit and a key, a run whose key is taken is passed by those behind it."""
    await publish(2, "id")
    for run_id, customer in (("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2), ("c1", 3)):
        await begin(store, run_id, value={"id": customer})
    assert await claimed(store, "a1", "a2", "c1", "b1", "c1") == ["a1", "b1"]
    await end(store, "a1")
    assert await claimed(store, "c1", "a3", "a2") == ["a2"]


async def test_what_no_worker_can_go_on_with_holds_up_nobody_for_long(store: OrmStore) -> None:
    """A run that was called and not claimed is passed over, and may go itself whenever somebody can."""
    await publish(1)
    await begin(store, "stuck", "a", "b")
    assert await claimed(store, "a") == []
    called = Run.objects.filter(called_at__isnull=False)
    assert await in_database(lambda: [run.run_id for run in called]) == ["stuck"]
    await in_transaction(called.update, called_at=Now() - timedelta(seconds=4))
    assert await claimed(store, "b", "a") == ["a"]
    await end(store, "a")
    assert await claimed(store, "stuck", "b") == ["stuck"]


async def test_other_workflows_are_not_concerned(store: OrmStore) -> None:
    """What has no limit is claimed as ever, and takes no place."""
    await publish(1)
    await begin(store, "x", "y", workflow_id="other")
    await begin(store, "a", "b")
    assert await claimed(store, "y", "b", "a", "x") == ["y", "a", "x"]


async def test_why_one_waits(store: OrmStore) -> None:
    """It is told whether all places are held, the key is taken, or others are before."""
    await publish(2, "id")
    for run_id, customer in (("a1", 1), ("a2", 1), ("b1", 2), ("c1", 3)):
        await begin(store, run_id, value={"id": customer})

    async def turn(run_id: str) -> Turn | None:
        standing = await standing_of(run_id)
        assert standing is not None
        return standing.turn

    assert await turn("a1") is None
    assert await claimed(store, "a1") == ["a1"]
    waiting = await turn("a2")
    assert waiting is not None
    assert waiting.key == "id"
    assert len((await turn("c1") or Turn()).before) == 1
    assert await claimed(store, "b1") == ["b1"]
    assert await turn("c1") == Turn(running=2, most=2)


@pytest.mark.parametrize(
    ("value", "lane"),
    [
        ({"list": [{"id": 7}]}, "7"),
        ({"list": [{"id": "7"}]}, '"7"'),
        ({"list": [{"id": None}]}, None),
        ({"list": []}, None),
        ({"list": {"0": {"id": False}}}, "false"),
        ("text", None),
    ],
)
async def test_what_tells_inputs_apart(value: Any, lane: str | None) -> None:
    """The part at the path, of whatever type; nothing and null tell nothing."""
    await publish(key="list.0.id")
    assert await in_database(lane_of, "flow", value) == lane


async def test_long_keys_are_told_apart(store: OrmStore) -> None:
    """Whatever an input holds there: the row stays small."""
    await publish(key="id")
    first, second = [await in_database(lane_of, "flow", {"id": "x" * 10_000 + end}) for end in "ab"]
    assert first is not None
    assert first != second
    assert len(first) == 64


@pytest.mark.parametrize("most", [1, 3])
async def test_however_many_claim_at_once_no_place_is_taken_twice(store: OrmStore, most: int) -> None:
    """Threads with connections of their own, as workers on several hosts have, try all runs in any order."""
    await publish(most, "id")
    for number in range(24):
        await begin(store, f"r{number}", value={"id": number % 4})
    contest = Contest(most)
    with ThreadPoolExecutor(6) as threads:
        for seed in range(6):
            threads.submit(contest.compete, random.Random(seed))
    assert contest.wrong == []
    assert sorted(contest.done) == sorted(f"r{number}" for number in range(24))
    for customer in range(4):
        own = [run_id for run_id in contest.done if int(run_id[1:]) % 4 == customer]
        assert own == sorted(own, key=lambda run_id: int(run_id[1:]))


class Contest:
    """Workers that claim, hold and end the same runs."""

    def __init__(self, most: int) -> None:
        """Take how many may be held at once."""
        self._most = most
        self._lock = threading.Lock()
        self._held: Counter[int] = Counter()
        self.done: list[str] = []
        self.wrong: list[Counter[int]] = []

    def compete(self, choice: random.Random) -> None:
        """Claim runs until all have ended."""
        try:
            while waiting := list(Run.objects.filter(ended_at=None, leased_until=None)):
                run = choice.choice(waiting)
                if transact(lambda run_id=run.run_id: claims.claim(run_id, "w", 60.0, False, 0)) is not None:  # type: ignore[misc]
                    self._hold(run)
        finally:
            connection.close()

    def _hold(self, run: Run) -> None:
        customer = int(run.run_id[1:]) % 4
        with self._lock:
            self._held[customer] += 1
            self.done.append(run.run_id)
            if self._held.total() > self._most or self._held[customer] > 1:
                self.wrong.append(self._held.copy())
        Run.objects.filter(number=run.number).count()
        with self._lock:
            self._held[customer] -= 1
        transact(partial(Run.objects.filter(number=run.number).update, ended_at=Now(), leased_until=None))


async def test_a_fork_follows_the_runs_of_its_own_input(store: OrmStore) -> None:
    """Not those of what the step is given from which it goes on."""
    await publish(key="customer")
    created = Draft(AT, "run-created", (), {"workflow_id": "flow", "input": {"customer": "Ada"}})
    forked = Draft(AT, "run-forked", (), {"from_run_id": "r", "step": ["charge"], "input": {"customer": "Bob"}})
    await store.create("f", [created, forked])
    assert await in_database(lambda: Run.objects.get(run_id="f").lane) == '"Ada"'
