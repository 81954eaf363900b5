"""The worker processes as pages see them, and what is left when one has gone."""

import os
from datetime import UTC, datetime

import pytest

from engine.events import Draft
from playground.actions.actions import store
from playground.catalogue.catalogue import SILENT
from playground.fleet import workers
from playground.fleet.workers import exit_text, record_exit
from playground.models import Worker
from playground.store import queue
from playground.store.database import in_database, in_transaction
from playground.store.database_clock import Now
from playground.worker.worker_row import OwnRow

pytestmark = pytest.mark.django_db(transaction=True)


async def begin(worker_id: str, *, pid: int | None = None) -> OwnRow:
    """Write the row of a worker that is ready."""
    row = OwnRow(worker_id, "here")
    await in_database(row.create, ["a.py"])
    if pid is not None:
        await in_transaction(Worker.objects.filter(worker_id=worker_id).update, pid=pid)
    await in_transaction(row.ready)
    return row


async def test_a_worker_is_listed_through_its_life() -> None:
    """The row tells what the process does; one that is silent for long is called so, and does not count."""
    row = await begin("w")
    (worker,) = await workers.listing()
    assert (worker.status, worker.site, worker.pid, worker.blocked) == ("ready", ("a.py",), os.getpid(), None)
    assert await workers.ready_count() == 1
    await in_transaction(lambda: Worker.objects.update(heartbeat_at=Now() - 2 * SILENT))
    assert (await workers.listing())[0].status == "silent"
    assert await workers.ready_count() == 0
    await in_transaction(row.ended)
    assert (await workers.listing())[0].status == "ended"
    assert await workers.listing(ended=0) == []


async def test_the_end_of_a_worker_frees_its_runs() -> None:
    """Runs of a worker that died are due at once, and whoever takes them learns how it died."""
    await begin("w")
    await store.create("r", [Draft(datetime.now(UTC), "run-created", (), {"workflow_id": "flow", "input": 1})])
    await store.claim("r", owner="w", lease=600)
    assert (await queue.due(["flow"], busy=(), limit=1)).run_ids == ()
    await record_exit("w", -9, "last words\0")
    assert (await queue.due(["flow"], busy=(), limit=1)).run_ids == ("r",)
    claim = await store.claim("r", owner="w2", lease=60)
    assert claim is not None
    assert (claim.interrupted, claim.lost) == (True, "killed by SIGKILL; it printed last: last words\\0")
    (worker,) = await workers.listing()
    assert (worker.status, worker.exit, worker.tail) == ("ended", claim.lost, "last words\0")


@pytest.mark.sqlite  # where machines share the database, silence tells
async def test_a_new_worker_buries_those_that_nobody_saw_end() -> None:
    """After a power cut the next worker frees the runs of processes that are gone, not those of living ones."""
    await begin("alive", pid=os.getppid())
    await begin("gone", pid=2**22 - 1)
    for run_id, owner in (("r1", "alive"), ("r2", "gone")):
        await store.create(run_id, [Draft(datetime.now(UTC), "run-created", (), {"workflow_id": "flow", "input": 1})])
        await store.claim(run_id, owner=owner, lease=600)
    await begin("new")
    assert {one.worker_id: one.status for one in await workers.listing()} == {
        "alive": "ready",
        "gone": "ended",
        "new": "ready",
    }
    assert (await queue.due(["flow"], busy=(), limit=9)).run_ids == ("r2",)


def test_ends_are_said_in_words() -> None:
    """Exit codes and signals have names."""
    assert [exit_text(code) for code in (0, 3, -9, -11, -250)] == [
        "exit code 0",
        "exit code 3",
        "killed by SIGKILL",
        "killed by SIGSEGV",
        "killed by signal 250",
    ]


@pytest.mark.parametrize(("code", "asked", "lost"), [(-9, False, True), (3, False, True), (-9, True, False)])
async def test_only_a_death_that_nobody_asked_for_counts(code: int, asked: bool, lost: bool) -> None:
    """A worker that is ended from outside, as by a drain that takes too long, gives its runs back."""
    await begin("w")
    await store.create("r", [Draft(datetime.now(UTC), "run-created", (), {"workflow_id": "flow", "input": 1})])
    await store.claim("r", owner="w", lease=600)
    await record_exit("w", code, "", asked=asked)
    claim = await store.claim("r", owner="w2", lease=60)
    assert claim is not None
    assert claim.interrupted == lost


async def test_an_owner_that_only_fell_silent_was_not_lost() -> None:
    """A lease that ran out tells of a death only when somebody saw one."""
    row = await begin("w")
    await store.create("r", [Draft(datetime.now(UTC), "run-created", (), {"workflow_id": "flow", "input": 1})])
    await store.claim("r", owner="w", lease=-1)
    claim = await store.claim("r", owner="w2", lease=-1)
    assert claim is not None
    assert not claim.interrupted
    await in_transaction(row.ended)
    claim = await store.claim("r", owner="w3", lease=60)
    assert claim is not None
    assert claim.interrupted
