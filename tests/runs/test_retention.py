"""What is deleted, what is kept, and whether the database is whole."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from engine.errors import StaleEpoch
from engine.events import Draft
from playground.actions.actions import store
from playground.models import Event, Run, Wait, WorkflowVersion
from playground.runs import lists, pruning, retention
from playground.runs.lists import Filter
from playground.store.database import in_database, in_transaction

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime.now(UTC)


async def ended(run_id: str, *, days: float = 0) -> None:
    """Create a run that was cancelled some days ago."""
    at = NOW - timedelta(days=days)
    created = Draft(at, "run-created", (), {"workflow_id": "flow", "input": 1})
    await store.create(run_id, [created, Draft(at, "run-canceled", (), {"reason": ""})])


async def waiting(run_id: str) -> None:
    """Create a run that waits for a person since long ago."""
    at = NOW - timedelta(days=400)
    created = Draft(at, "run-created", (), {"workflow_id": "flow", "input": 1})
    await store.create(run_id, [created, Draft(at, "step-suspended", ("ask",), {"payload": 1, "call": 1})])


async def ids() -> list[str]:
    """Return the ids of all runs, newest first."""
    return [row.run_id for row in (await lists.page(Filter())).rows]


async def test_deleted_runs_are_gone_with_all_that_is_theirs() -> None:
    """Events and waits go with the run; a worker that still has it is refused; unknown ids do not matter."""
    await waiting("r1")
    await ended("r2")
    claim = await store.claim("r1", owner="w", lease=60)
    assert claim is not None
    assert await retention.delete(["r1", "nowhere"]) == 1
    assert await ids() == ["r2"]
    assert await store.read("r1") == []
    assert await in_transaction(lambda: (Event.objects.count(), Wait.objects.count())) == (2, 0)
    with pytest.raises(StaleEpoch):
        await store.append("r1", [Draft(NOW, "step-log", (), {})], epoch=claim.epoch, after=2)


async def test_pruning_keeps_what_has_not_ended() -> None:
    """Ended runs go by number or by age; a run that waits stays however old it is."""
    await waiting("old")
    for n, days in enumerate((90, 60, 20, 0)):
        await ended(f"r{n}", days=days)
    assert await retention.prune(keep=timedelta(days=30)) == 2
    assert await ids() == ["r3", "r2", "old"]
    assert await retention.prune(keep=1) == 1
    assert await ids() == ["r3", "old"]


async def test_what_is_not_to_be_kept_goes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after look; a database that is away for one of them is asked again at the next."""
    assert await pruning.keep_pruned(None) is None
    looks = iter([OperationalError("away"), 1, 0])
    over = asyncio.Event()

    async def prune_expired(*, keep: int | timedelta) -> int:
        look = next(looks, None)
        if isinstance(look, Exception):
            raise look
        if look is None:
            over.set()
            return 0
        return await retention.prune_expired(keep=keep)

    monkeypatch.setattr(pruning, "prune_expired", prune_expired)
    monkeypatch.setattr(pruning.logger, "disabled", True)
    await ended("r1", days=2)
    await ended("r2")
    looking = asyncio.create_task(pruning.keep_pruned(timedelta(days=1), pause=0))
    await over.wait()
    looking.cancel()
    assert await ids() == ["r2"]


@pytest.mark.parametrize("keep", [2, timedelta(days=1)])
async def test_a_look_that_finds_nothing_is_cheap(keep: int | timedelta) -> None:
    """Who looks every few minutes goes through versions and workers when runs have gone; who asks once, always."""
    await ended("r1")
    await ended("r2")
    unused = WorkflowVersion(workflow_id="flow", digest="d", current=False, published_at=NOW)
    await in_transaction(unused.save)
    assert await retention.prune_expired(keep=keep) == 0
    assert await in_database(WorkflowVersion.objects.count) == 1
    assert await retention.prune(keep=keep) == 0
    assert await in_database(WorkflowVersion.objects.count) == 0


async def test_batches_of_expired_runs_are_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many batches there are, the newest stay."""
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for number in range(7):
        await ended(f"r{number}")
    assert await retention.prune(keep=2) == 5
    assert await ids() == ["r6", "r5"]


async def test_health_finds_torn_journals() -> None:
    """A whole database has no problems; a missing event and a wait of an ended run are found."""
    await ended("r1")
    await waiting("r2")
    whole = await retention.health(thorough=True)
    assert (whole.problems, whole.runs, whole.events, whole.waits) == ((), 2, 4, 1)
    assert whole.size > 0
    await in_transaction(Event.objects.filter(run__run_id="r1", seq=1).delete)
    await in_transaction(Run.objects.filter(run_id="r2").update, status="failed")
    torn = await retention.health(thorough=True)
    assert torn.problems == (
        "run r1 has 1 events up to 2, but its last one is 2",
        "run r2 has ended and still waits for something",
    )


@pytest.mark.sqlite
async def test_the_log_does_not_keep_its_size() -> None:
    """A write-ahead log that has grown is cut back at the next checkpoint, without anybody's doing."""

    def limits() -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_size_limit")
            limit = cursor.fetchone()[0]
            cursor.execute("PRAGMA wal_autocheckpoint")
            return limit, cursor.fetchone()[0]

    assert await in_transaction(limits) == (64 * 1024 * 1024, 1000)


def test_the_command_reads_numbers_and_ages() -> None:
    """`prune --keep` takes a number or an age and says how many runs it deleted."""
    out = StringIO()
    call_command("prune", "--keep", "30d", stdout=out)
    assert out.getvalue() == "0 runs deleted.\n"
    with pytest.raises(CommandError, match="not 'all'"):
        call_command("prune", "--keep", "all")
