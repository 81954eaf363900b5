"""The engine's store on Django's models."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, connection

from engine.errors import RunExists, StaleEpoch, UnknownRun
from engine.events import Draft, Event, RunStatus
from engine.journal.store import Claim, Decide
from engine.journal.summary import CLOSES_ALL, RunSummary, Wait
from playground.models import Run as RunRow
from playground.models import Wait as WaitRow
from playground.store import claims
from playground.store.database import in_database, in_patient_transaction
from playground.store.group_commit import Writer
from playground.store.journal_sql import JournalWriter
from playground.store.queue import become_due
from playground.store.rows import QUIET, changes, events_of, number_events, runnable, summary_of, wait_of
from playground.store.turns.taking import lane_of

POLL = 1.0
"""Seconds after which a watcher looks for itself, in case a nudge was lost."""


T = TypeVar("T")

Moved = Callable[[str, bool], None]


class OrmStore:
    """Keeps journals in the project's database. One object serves one event loop.

    What other processes record is heard by those of a playground within a fraction of a second. A plain program looks:
    who waits for a run, once a second; who executes one that is cancelled or answered elsewhere, when it renews its
    claim.
    """

    def __init__(self, *, moved: Moved | None = None, patience: float | None = None) -> None:
        """Take what is told of each run whose journal this process has moved.

        Args:
            moved: called on the event loop with the run's id, and whether lists of runs show the change.
            patience: seconds for which a locked database is waited for, if not those of the process.
        """
        self._writer = Writer(patience)
        self._patience = patience
        self._moved = moved
        self._numbers: dict[str, int] = {}
        """The runs that were claimed here -> their numbers."""
        self._ended: set[str] = set()
        """The runs that were claimed here and are done with, until they are released."""
        self._watchers: dict[str, set[asyncio.Future[None]]] = {}

    def close(self) -> None:
        """Close the writing connection."""
        self._writer.close()

    def poke(self, run_id: str) -> None:
        """Wake everyone in this process who waits for the run's journal to move."""
        for watcher in self._watchers.pop(run_id, ()):
            # Pages may wait in other event loops than the one that records.
            watcher.get_loop().call_soon_threadsafe(_wake, watcher)

    async def create(self, run_id: str, drafts: Sequence[Draft]) -> None:
        """Begin a run; see `engine.Store.create`."""
        try:
            await self._write(lambda: create_run(run_id, drafts))
        except IntegrityError:
            raise RunExists.of(run_id) from None
        self._has_moved(run_id, drafts)

    async def append(self, run_id: str, drafts: Sequence[Draft], *, epoch: int, after: int) -> int:
        """Record events as the owner; see `engine.Store.append`."""
        number = self._numbers.get(run_id)
        if number is None:
            number = await in_database(_number, run_id)
            if number is None:
                raise StaleEpoch
        if await self._writer.append(number, epoch=epoch, after=after, drafts=drafts):
            self._ended.add(run_id)
        self._has_moved(run_id, drafts)
        return after + len(drafts)

    async def transact(self, run_id: str, *, after: int, decide: Decide) -> list[Event]:
        """Read, decide and record at once; see `engine.Store.transact`."""
        events = await self._write(lambda: _transact(run_id, after, decide))
        if events:
            self._has_moved(run_id, events)
        return events

    async def read(self, run_id: str, *, after: int = 0, limit: int | None = None) -> list[Event]:
        """Return the events after a seq; see `engine.Store.read`."""
        return await in_database(events_of, run_id, after, limit)

    async def summary(self, run_id: str) -> RunSummary:
        """Return the run's summary; see `engine.Store.summary`."""
        return summary_of(await in_database(_run, run_id))

    async def summaries(
        self,
        *,
        workflow_id: str | None = None,
        status: RunStatus | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> list[RunSummary]:
        """Return runs, newest first; see `engine.Store.summaries`."""
        return await in_database(_summaries, workflow_id, status, limit, after)

    async def waits(self, run_id: str) -> list[Wait]:
        """Return what the run waits for; see `engine.Store.waits`."""
        return await in_database(_waits, run_id)

    async def claim(
        self, run_id: str, *, owner: str, lease: float, force: bool = False, after: int = 0
    ) -> Claim | None:
        """Claim the run; see `engine.Store.claim`."""
        claimed = await self._write(lambda: claims.claim(run_id, owner, lease, force, after))
        if claimed is None:
            return None
        number, claim = claimed
        self._numbers[run_id] = number
        return claim

    async def renew(self, run_id: str, *, epoch: int, lease: float) -> int:
        """Renew the lease; see `engine.Store.renew`."""
        return await self._write(lambda: claims.renew(run_id, epoch, lease))

    async def finish(self, run_id: str, *, epoch: int) -> None:
        """Give back the claim of a run that is done with; see `engine.Store.finish`."""
        if run_id not in self._ended and await self._write(lambda: claims.finish(run_id, epoch)):
            self._ended.add(run_id)

    async def release(self, run_id: str, *, epoch: int) -> bool:
        """Give the claim back; see `engine.Store.release`."""
        self._numbers.pop(run_id, None)
        if run_id in self._ended:
            # The claim was given back with its last event, or with its last hook.
            self._ended.discard(run_id)
            return False
        return await self._write(lambda: _release(run_id, epoch))

    async def free(self, run_id: str) -> bool:
        """Take the run from its owner and queue it, for a restart; return False when it has ended."""
        return await self._write(lambda: _free(run_id))

    async def changed(self, run_id: str, *, after: int) -> None:
        """Return when the journal may have moved; see `engine.Store.changed`."""
        while True:
            watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            # Waiting is set up before the look, so that what comes in between is not missed.
            self._watchers.setdefault(run_id, set()).add(watcher)
            try:
                if (await in_database(_run, run_id)).last_seq > after:
                    return
                await asyncio.wait([watcher], timeout=POLL)
            finally:
                self._forget(run_id, watcher)

    def _forget(self, run_id: str, watcher: "asyncio.Future[None]") -> None:
        watchers = self._watchers.get(run_id, set())
        watchers.discard(watcher)
        if not watchers:
            self._watchers.pop(run_id, None)

    async def _write(self, work: Callable[[], T]) -> T:
        return await in_patient_transaction(self._patience, work)

    def _has_moved(self, run_id: str, events: Sequence[Draft | Event]) -> None:
        self.poke(run_id)
        if self._moved is not None:
            self._moved(run_id, any(event.type not in QUIET for event in events))


def _wake(watcher: "asyncio.Future[None]") -> None:
    if not watcher.done():
        watcher.set_result(None)


def _run(run_id: str) -> RunRow:
    try:
        return RunRow.objects.get(run_id=run_id)
    except RunRow.DoesNotExist:
        raise UnknownRun(f"no run has the id {run_id!r}") from None


def _number(run_id: str) -> int | None:
    return RunRow.objects.filter(run_id=run_id).values_list("number", flat=True).first()


def _waits(run_id: str) -> list[Wait]:
    run = _run(run_id)
    return [wait_of(row) for row in WaitRow.objects.filter(run=run).order_by("id")]


def _summaries(workflow_id: str | None, status: RunStatus | None, limit: int, after: str | None) -> list[RunSummary]:
    runs = RunRow.objects.order_by("-number")
    if workflow_id is not None:
        runs = runs.filter(workflow_id=workflow_id)
    if status is not None:
        runs = runs.filter(status=status)
    if after is not None and (number := _number(after)) is not None:
        runs = runs.filter(number__lt=number)
    return [summary_of(run) for run in runs[:limit]]


def create_run(run_id: str, drafts: Sequence[Draft]) -> None:
    """Begin a run; for use in a transaction, in which nobody may have taken the id."""
    at = drafts[0].at
    run = RunRow.objects.create(run_id=run_id, created_at=at, updated_at=at)
    _record(run, drafts)
    if any(draft.type in CLOSES_ALL for draft in drafts):
        # A run that was brought from elsewhere has ended there, and its hooks were called there.
        RunRow.objects.filter(number=run.number).update(queued_at=None)


def _transact(run_id: str, after: int, decide: Decide) -> list[Event]:
    try:
        run = RunRow.objects.select_for_update().get(run_id=run_id)
    except RunRow.DoesNotExist:
        raise UnknownRun(f"no run has the id {run_id!r}") from None
    drafts = decide(events_of(run_id, after, None))
    if drafts:
        _record(run, drafts)
    return number_events(run_id, run.last_seq, drafts)


def _release(run_id: str, epoch: int) -> bool:
    could_go_on, is_queued = claims.release(run_id, epoch)
    if is_queued:
        become_due([run_id])
    return could_go_on


def _free(run_id: str) -> bool:
    freed = claims.free(run_id)
    become_due([run_id])
    return freed


def _record(run: RunRow, drafts: Sequence[Draft]) -> None:
    """Write events that come from outside the run's owner, and queue the run when there is something to do now."""
    found = changes(drafts)
    more: dict[str, Any] = {}
    if found is not None and found.closes_all:
        # Whoever executes the run can write no more, and is no longer its owner.
        more = {"epoch": run.epoch + 1, "leased_until": None}
    if found is not None and found.columns.get("has_input"):
        more["lane"] = _lane(found.columns.get("workflow_id", run.workflow_id), drafts)
    if found is not None and runnable(found.columns, run) and run.queued_at is None:
        more["queued_at"] = drafts[-1].at
    with connection.cursor() as cursor:
        JournalWriter(connection, cursor).record(run.number, run.last_seq, drafts, more)
    become_due([run.run_id])


def _lane(workflow_id: str, drafts: Sequence[Draft]) -> str | None:
    # A fork has the input of its run, and maybe another one for the step from which it goes on.
    starts = [draft for draft in drafts if draft.type in ("run-created", "run-started") and "input" in draft.payload]
    return lane_of(workflow_id, starts[-1].payload["input"]) if starts else None
