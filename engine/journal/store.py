"""The store: where journals are kept. The protocol that others implement, and the one in memory."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from engine.clock import Clock, SystemClock
from engine.errors import Conflict, RunExists, StaleEpoch, UnknownRun
from engine.events import Draft, Event, EventType, RunStatus
from engine.journal.summary import (
    CLOSES_ALL,
    CLOSES_WAIT,
    CLOSES_WAITS,
    QUIET,
    RunSummary,
    Wait,
    leaves_hooks,
    opened_wait,
    summarize,
)
from engine.paths import Path
from engine.validation.port_checks import check_port
from engine.values.jsontext import from_text, to_text

Decide = Callable[[Sequence[Event]], Sequence[Draft]]
"""Given the events since the last read one, return what to record; raise to record nothing."""


class Claim(NamedTuple):
    """The right to write a run's journal until a newer claim is made. A tuple, since each segment of a run has one."""

    run_id: str
    epoch: int
    interrupted: bool
    """True when the former owner did not release the run: it died, or was fenced."""
    last_seq: int
    lost: str | None = None
    """How the former owner was lost, when known: ``killed by SIGKILL``, ``exit code 1``."""
    events: Sequence[Event] = ()
    """The journal up to ``last_seq``, from where the claimant knew it."""


class Store(Protocol):
    """Keeps the journals of runs: append-only lists of events, numbered from 1 without gaps.

    Every method may be called by several processes at once. A write is durable when its call returns.
    """

    async def create(self, run_id: str, drafts: Sequence[Draft]) -> None:
        """Begin a run with its first events, ``run-created`` first.

        Raises:
            RunExists: a run with this id is there already.
        """
        ...

    async def append(self, run_id: str, drafts: Sequence[Draft], *, epoch: int, after: int) -> int:
        """Record events as the owner of the run, as seq ``after + 1`` and up; return the last seq.

        Args:
            run_id: the run.
            drafts: at least one event.
            epoch: the claim under which the caller writes.
            after: the last seq that the caller has read.

        Raises:
            StaleEpoch: a newer claim exists, or the run has ended or is gone: stop quietly.
            Conflict: the journal holds events after ``after``: read them and try again.
        """
        ...

    async def transact(self, run_id: str, *, after: int, decide: Decide) -> list[Event]:
        """Read the events after ``after``, decide and record, all in one transaction; no claim is needed.

        A transaction that a database has undone is done again, and ``decide`` is called again with what is then there.

        Returns:
            The events that were recorded (none when ``decide`` gives none).

        Raises:
            UnknownRun: there is no such run. What ``decide`` raises passes through and nothing is recorded.
        """
        ...

    async def read(self, run_id: str, *, after: int = 0, limit: int | None = None) -> list[Event]:
        """Return the events after seq ``after``, at most ``limit``; of an unknown run, none."""
        ...

    async def summary(self, run_id: str) -> RunSummary:
        """Return the run's summary.

        Raises:
            UnknownRun: there is no such run.
        """
        ...

    async def summaries(
        self,
        *,
        workflow_id: str | None = None,
        status: RunStatus | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> list[RunSummary]:
        """Return runs, newest first; ``after`` is the id of the last run of the page before."""
        ...

    async def waits(self, run_id: str) -> list[Wait]:
        """Return what the run waits for, oldest first."""
        ...

    async def claim(
        self, run_id: str, *, owner: str, lease: float, force: bool = False, after: int = 0
    ) -> Claim | None:
        """Claim the run for ``lease`` seconds; None when another owner's lease holds or nothing is left to do.

        The claim brings the journal, so that the claimant need not ask for it.

        Of a run that has ended, hooks may be left; `finish` then says that they were called.

        Args:
            run_id: the run.
            owner: names the claimant, for people.
            lease: seconds until others may claim the run.
            force: take the run over although another lease holds.
            after: the last seq that the claimant has read; the claim brings the events after it.

        Raises:
            UnknownRun: there is no such run.
        """
        ...

    async def renew(self, run_id: str, *, epoch: int, lease: float) -> int:
        """Make the lease last ``lease`` seconds from now; return the run's last seq.

        Raises:
            StaleEpoch: a newer claim exists, or the run has ended and no hooks are left, or it is gone.
        """
        ...

    async def finish(self, run_id: str, *, epoch: int) -> None:
        """Give back the claim of a run that has ended, with nothing left to do; nothing happens when it is not held."""
        ...

    async def release(self, run_id: str, *, epoch: int) -> bool:
        """Give the claim back; nothing happens when it is no longer held.

        Returns:
            Whether the run should be claimed again: somebody has answered meanwhile, or has taken the claim over.
        """
        ...

    async def changed(self, run_id: str, *, after: int) -> None:
        """Return when the journal may hold events after ``after``; early returns are allowed."""
        ...


Row = tuple[datetime, EventType, Path, bytes]
"""An event as it is kept: its place says its number, and its payload is JSON text.

So nothing that is done to a value later changes the journal, and Python's garbage collector, which would otherwise walk
through all journals again and again, has nothing to look at.
"""


@dataclass(slots=True)
class _Kept:
    run_id: str
    rows: list[Row] = field(default_factory=list)
    """The journal."""
    summary: RunSummary | None = None
    """As it was when somebody looked last; `_current` brings it up to date."""
    seen: int = 0
    """How many events are in the summary and in what the run waits for."""
    epoch: int = 0
    waits: dict[Path, Wait] = field(default_factory=dict)
    leased_until: datetime | None = None
    ended: bool = False
    """Whether the run has ended, which decides about who may write."""
    hooks: bool = False
    """Whether the run has ended and hooks may be left."""
    moved: asyncio.Event | None = None


class MemoryStore:
    """Keeps journals in this process's memory; gone with the process. The default store."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Take the clock by which leases run out.

        Raises:
            DefinitionError: it is no clock.
        """
        check_port("MemoryStore", "clock", clock, Clock)
        self._clock = SystemClock() if clock is None else clock
        self._runs: dict[str, _Kept] = {}

    async def create(self, run_id: str, drafts: Sequence[Draft]) -> None:
        """Begin a run; see `Store.create`."""
        if run_id in self._runs:
            raise RunExists.of(run_id)
        kept = self._runs[run_id] = _Kept(run_id)
        self._record(kept, drafts)
        # A run that was brought from elsewhere has ended there, and its hooks were called there.
        kept.hooks = False

    async def append(self, run_id: str, drafts: Sequence[Draft], *, epoch: int, after: int) -> int:
        """Record events as the owner; see `Store.append`."""
        kept = self._runs.get(run_id)
        if kept is None or kept.epoch != epoch or kept.ended:
            raise StaleEpoch
        if len(kept.rows) != after:
            raise Conflict
        self._record(kept, drafts)
        return len(kept.rows)

    async def transact(self, run_id: str, *, after: int, decide: Decide) -> list[Event]:
        """Read, decide and record at once; see `Store.transact`."""
        kept = self._kept(run_id)
        drafts = decide(_numbered(kept, after))
        last = len(kept.rows)
        self._record(kept, drafts)
        if any(draft.type in CLOSES_WAITS for draft in drafts):
            # Whoever executes the run can write no more, and is no longer its owner.
            kept.epoch += 1
            kept.leased_until = None
        return _numbered(kept, last)

    async def read(self, run_id: str, *, after: int = 0, limit: int | None = None) -> list[Event]:
        """Return the events after a seq; see `Store.read`."""
        kept = self._runs.get(run_id)
        return [] if kept is None else _numbered(kept, after, limit)

    async def summary(self, run_id: str) -> RunSummary:
        """Return the run's summary; see `Store.summary`."""
        return _current(self._kept(run_id))

    async def summaries(
        self,
        *,
        workflow_id: str | None = None,
        status: RunStatus | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> list[RunSummary]:
        """Return runs, newest first; see `Store.summaries`."""
        newest = [_current(kept) for kept in reversed(self._runs.values())]
        if after is not None:
            ids = [summary.run_id for summary in newest]
            newest = newest[ids.index(after) + 1 :] if after in ids else []
        chosen = [
            summary
            for summary in newest
            if workflow_id in (None, summary.workflow_id) and status in (None, summary.status)
        ]
        return chosen[:limit]

    async def waits(self, run_id: str) -> list[Wait]:
        """Return what the run waits for; see `Store.waits`."""
        kept = self._kept(run_id)
        _current(kept)
        return list(kept.waits.values())

    async def claim(
        self, run_id: str, *, owner: str, lease: float, force: bool = False, after: int = 0
    ) -> Claim | None:
        """Claim the run; see `Store.claim`."""
        kept = self._kept(run_id)
        now = self._clock.now()
        until = kept.leased_until
        is_over = kept.ended and not kept.hooks
        if is_over or (until is not None and until > now and not force):
            return None
        kept.epoch += 1
        kept.leased_until = now + timedelta(seconds=lease)
        last, events = len(kept.rows), _numbered(kept, after)
        return Claim(run_id=run_id, epoch=kept.epoch, interrupted=until is not None, last_seq=last, events=events)

    async def renew(self, run_id: str, *, epoch: int, lease: float) -> int:
        """Renew the lease; see `Store.renew`."""
        kept = self._runs.get(run_id)
        if kept is None or kept.epoch != epoch or (kept.ended and not kept.hooks):
            raise StaleEpoch
        kept.leased_until = self._clock.now() + timedelta(seconds=lease)
        return len(kept.rows)

    async def finish(self, run_id: str, *, epoch: int) -> None:
        """Give back the claim of a run that is done with; see `Store.finish`."""
        kept = self._runs.get(run_id)
        if kept is not None and kept.epoch == epoch:
            kept.leased_until, kept.hooks = None, False

    async def release(self, run_id: str, *, epoch: int) -> bool:
        """Give the claim back; see `Store.release`."""
        kept = self._runs.get(run_id)
        if kept is None or kept.epoch != epoch:
            return True
        kept.leased_until = None
        return not kept.ended and _current(kept).runnable

    async def changed(self, run_id: str, *, after: int) -> None:
        """Return when the journal has moved; see `Store.changed`."""
        kept = self._kept(run_id)
        while len(kept.rows) <= after:
            if kept.moved is None:
                kept.moved = asyncio.Event()
            await kept.moved.wait()

    def _kept(self, run_id: str) -> _Kept:
        try:
            return self._runs[run_id]
        except KeyError:
            raise UnknownRun(f"no run has the id {run_id!r}") from None

    def _record(self, kept: _Kept, drafts: Sequence[Draft]) -> None:
        kept.rows.extend(_rows(drafts))
        for draft in drafts:
            if draft.type in CLOSES_ALL:
                kept.ended = True
                kept.hooks = kept.hooks or leaves_hooks(draft)
        if kept.moved is not None:
            kept.moved.set()
            kept.moved = None


def _current(kept: _Kept) -> RunSummary:
    """Return the summary as it is now."""
    last, known = len(kept.rows), kept.summary
    if known is not None and known.last_seq == last and known.epoch == kept.epoch:
        return known
    loud = [_event(kept, seq) for seq in range(kept.seen + 1, last + 1) if kept.rows[seq - 1][1] not in QUIET]
    summary = summarize(known, loud)
    _keep_waits(kept, loud)
    kept.seen = last
    kept.summary = replace(summary, epoch=kept.epoch, last_seq=last, updated_at=kept.rows[-1][0])
    return kept.summary


def _event(kept: _Kept, seq: int) -> Event:
    at, type, path, payload = kept.rows[seq - 1]
    return Event(kept.run_id, seq, at, type, path, from_text(payload))


def _numbered(kept: _Kept, after: int, limit: int | None = None) -> list[Event]:
    """Return the events after a seq."""
    last = len(kept.rows) if limit is None else min(len(kept.rows), after + limit)
    return [_event(kept, seq) for seq in range(after + 1, last + 1)]


def _rows(drafts: Sequence[Draft]) -> list[Row]:
    return [(at, type, path, to_text(payload)) for at, type, path, payload in drafts]


def _keep_waits(kept: _Kept, events: Sequence[Event]) -> None:
    for event in events:
        wait = opened_wait(event)
        if wait is not None:
            kept.waits[event.path] = wait
        elif event.type in CLOSES_WAITS:
            kept.waits.clear()
        elif event.type in CLOSES_WAIT:
            kept.waits.pop(event.path, None)
