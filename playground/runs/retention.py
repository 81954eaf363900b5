"""What is deleted and when, and whether what is left is whole."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from engine.events import FINAL
from playground.catalogue.catalogue import SILENT
from playground.catalogue.source_code import forget_sources
from playground.database_url import place
from playground.live import nudges
from playground.models import Run as RunRow
from playground.models import Worker as WorkerRow
from playground.models import WorkflowVersion
from playground.store.database import in_database, in_transaction
from playground.store.database_clock import Now
from playground.store.rows import locked

AT_ONCE = 200
"""Runs deleted in one transaction, so that others can write in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the database is whole, and how large it is."""

    problems: tuple[str, ...]
    """What is wrong, for people; nothing when all is well."""
    vendor: str
    version: str
    file: str
    size: int
    """Bytes; of a file with its write-ahead log."""
    runs: int
    events: int
    waits: int


async def delete(run_ids: Sequence[str]) -> int:
    """Delete runs with all that belongs to them; a worker that executes one stops quietly. Return how many there were.

    A run that is deleted cannot be undone.
    """
    deleted = 0
    for start in range(0, len(run_ids), AT_ONCE):
        deleted += await in_transaction(_delete, list(run_ids[start : start + AT_ONCE]))
    for run_id in run_ids:
        await nudges.wake(run_id)
    await nudges.nudge_lists()
    return deleted


async def still_there(run_ids: Collection[str]) -> set[str]:
    """Return which of some runs have not been deleted."""
    return await in_database(_still_there, run_ids)


async def prune(*, keep: int | timedelta) -> int:
    """Delete runs that have ended and what nothing refers to any more. Return how many runs.

    Args:
        keep: how many of the newest ended runs to keep, or for how long after their end.
    """
    deleted = await _delete_expired(keep)
    await _forget_unused()
    return deleted


async def prune_expired(*, keep: int | timedelta) -> int:
    """Do as `prune`, for who looks every few minutes: when no run goes, nothing else is looked through."""
    if deleted := await _delete_expired(keep):
        await _forget_unused()
    return deleted


async def _delete_expired(keep: int | timedelta) -> int:
    """Delete runs that have ended and are not to be kept. Return how many."""
    expired = await in_database(_expired, keep)
    deleted = 0
    while expired is not None and (run_ids := await in_database(_some_of, expired)):
        deleted += await delete(run_ids)
    return deleted


async def _forget_unused() -> None:
    await in_transaction(_forget)
    # On its own, since it waits for those who publish, and they may be about to change what was just deleted.
    await in_transaction(forget_sources)
    await in_database(_shrink)


async def health(*, thorough: bool = False) -> Health:
    """Look whether the database is whole; thoroughly means every page of the file and every journal."""
    return await in_database(_health, thorough)


def _still_there(run_ids: Collection[str]) -> set[str]:
    return set(RunRow.objects.filter(run_id__in=run_ids).values_list("run_id", flat=True))


def _delete(run_ids: list[str]) -> int:
    runs = RunRow.objects.filter(run_id__in=run_ids)
    # Their owners wait, and find them gone; else what they append meanwhile would be left over.
    locked(runs)
    _, numbers = runs.delete()
    return numbers.get("playground.Run", 0)


def _expired(keep: int | timedelta) -> QuerySet[RunRow] | None:
    """Return the runs that are not kept; None when there are not even as many as are."""
    ended = RunRow.objects.filter(ended_at__isnull=False)
    if isinstance(keep, timedelta):
        return ended.filter(ended_at__lt=Now() - keep).order_by("ended_at")
    # Found once: each batch would count as many again.
    newest_first = ended.order_by("-number").values_list("number", flat=True)
    last = newest_first[keep : keep + 1].first()
    return None if last is None else ended.filter(number__lte=last).order_by("number")


def _some_of(runs: QuerySet[RunRow]) -> list[str]:
    return list(runs.values_list("run_id", flat=True)[:AT_ONCE])


def _forget() -> None:
    """Delete versions of workflows that no run was made with, and all but the last workers that ended.

    Workers that executed a run which is still there stay, too.
    """
    used = RunRow.objects.values_list("digest", flat=True).distinct()
    WorkflowVersion.objects.filter(current=False).exclude(digest__in=used).delete()
    last = WorkerRow.objects.filter(ended_at__isnull=False).order_by("-id").values_list("id", flat=True)[:100]
    gone = WorkerRow.objects.filter(ended_at__isnull=False).exclude(id__in=list(last))
    # Who executed a run tells with which code that was.
    gone.exclude(worker_id__in=RunRow.objects.values("owner")).delete()
    WorkerRow.objects.filter(ended_at=None, heartbeat_at__lt=Now() - 100 * SILENT).delete()


def _shrink() -> None:
    """Write the log back into the file and empty it; without this it keeps the size that it once had."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _health(thorough: bool) -> Health:
    problems: list[str] = []
    stored = 0
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check" if thorough else "PRAGMA quick_check")
            problems += [str(row[0]) for row in cursor.fetchall() if row[0] != "ok"]
            cursor.execute("SELECT sqlite_version()")
            version = str(cursor.fetchone()[0])
        else:
            cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
            version, stored = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM playground_event")
        events = int(cursor.fetchone()[0])
        cursor.execute("SELECT count(*) FROM playground_wait")
        waits = int(cursor.fetchone()[0])
    if thorough:
        problems += _torn_journals()
    file = place(connection.settings_dict)
    return Health(
        problems=tuple(problems),
        vendor=connection.vendor,
        version=version,
        file=file,
        size=stored or _size(file),
        runs=RunRow.objects.count(),
        events=events,
        waits=waits,
    )


def _torn_journals() -> list[str]:
    """Return what is wrong with journals: numbers that are missing, and waits of runs that have ended."""
    counted = RunRow.objects.annotate(count=Count("events__seq"), highest=Coalesce(Max("events__seq"), Value(0)))
    torn = counted.filter(~Q(count=F("last_seq")) | ~Q(highest=F("last_seq")))
    found = [
        f"run {run.run_id} has {run.count} events up to {run.highest}, but its last one is {run.last_seq}"
        for run in torn[:20]
    ]
    waiting = RunRow.objects.filter(status__in=FINAL, waits__isnull=False).distinct()
    return found + [f"run {run.run_id} has ended and still waits for something" for run in waiting[:20]]


def _size(file: str) -> int:
    paths = [Path(file + suffix) for suffix in ("", "-wal")]
    return sum(path.stat().st_size for path in paths if path.is_file())
