"""The sources of steps: kept by their digests as workers publish them, and found again for what a run executed.

A journal does not say who executed a step. Who did is known by the time: of the workers that lived then, it was the
one that has the run now, or any, where all of them held the same code.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.paths import format_path, ids_of
from playground.catalogue.published import WorkflowEntry
from playground.models import Event as EventRow
from playground.models import Run as RunRow
from playground.models import StepSource, WorkflowCode, WorkflowVersion
from playground.models import Worker as WorkerRow
from playground.store.database import in_database
from playground.store.rows import from_text, plain, to_text

LONGEST = 20_000
"""Characters that are kept of a source; its digest is of all of it."""
ANCESTORS = 20
"""So many runs are followed back, from a fork to what it was forked from."""
LOCK = 0x57E9_A4D3
"""The advisory lock of whoever publishes sources or forgets them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A worker's time, and the code that it held."""

    worker_id: str
    since: datetime
    until: datetime | None
    """None while it lives."""
    code: str

    def lived(self, at: datetime) -> bool:
        """Tell whether it lived at a time."""
        return self.since <= at and (self.until is None or at <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """With which code the steps of a run were executed."""

    owners: Sequence[tuple[datetime, str]] = ()
    """The run and those that it was forked from: when each was made, and which worker had it last."""
    stays: Sequence[Stay] = ()
    codes: Mapping[str, Mapping[str, str]]
    """The digests of the sources by the written paths of the steps, for each code."""

    def source(self, step: StepState) -> str | None:
        """Return the digest of a step's source as it was executed last; None when that is not known."""
        at = step.ended_at or step.started_at
        owner = None if at is None else next((owner for made, owner in self.owners if made <= at), None)
        if at is None or not owner:
            return None
        lived = [stay for stay in self.stays if stay.lived(at)]
        held = {stay.code for stay in lived if stay.worker_id == owner} or {stay.code for stay in lived}
        code = held.pop() if len(held) == 1 else ""
        return self.codes.get(code, {}).get(format_path(ids_of(step.path)))


async def executed(run: RunState) -> Executed:
    """Return with which code the steps of a run were executed."""
    return await in_database(_executed, run)


async def current(workflow_id: str) -> Mapping[str, str]:
    """Return the digests of the sources of a workflow's steps as the code is now, by their written paths."""
    return await in_database(_current, workflow_id)


async def texts(digests: Iterable[str]) -> dict[str, str]:
    """Return sources by their digests; what is not kept is left out."""
    return await in_database(_texts, sorted(set(digests)))


def keep_sources(entries: Sequence[WorkflowEntry]) -> dict[str, str]:
    """Keep the sources that are published, inside a transaction; return the digest of each workflow's code by its id.

    A workflow of which nothing can be read has none.
    """
    _wait_for_others()
    kept: dict[str, StepSource] = {}
    codes: dict[str, WorkflowCode] = {}
    for entry in entries:
        steps = {}
        for name, text in sorted(entry.sources.items()):
            steps[name] = digest = _digest(text)
            kept[digest] = StepSource(digest=digest, text=cut(plain(text)))
        if steps:
            written = to_text(steps)
            digest = _digest(f"{entry.workflow_id} {written}")
            codes[entry.workflow_id] = WorkflowCode(digest=digest, workflow_id=entry.workflow_id, steps=written)
    StepSource.objects.bulk_create(kept.values(), ignore_conflicts=True)
    WorkflowCode.objects.bulk_create(codes.values(), ignore_conflicts=True)
    return {workflow_id: code.digest for workflow_id, code in codes.items()}


def forget_sources() -> None:
    """Delete, inside a transaction, the code that neither a version nor a worker that is remembered holds."""
    _wait_for_others()
    used = set(WorkflowVersion.objects.values_list("code", flat=True))
    for text in WorkerRow.objects.values_list("codes", flat=True):
        used.update(from_text(text).values())
    gone = [digest for digest in WorkflowCode.objects.values_list("digest", flat=True) if digest not in used]
    WorkflowCode.objects.filter(digest__in=gone).delete()
    left: set[str] = set()
    for text in WorkflowCode.objects.values_list("steps", flat=True):
        left.update(from_text(text).values())
    lost = [digest for digest in StepSource.objects.values_list("digest", flat=True) if digest not in left]
    StepSource.objects.filter(digest__in=lost).delete()


def _wait_for_others() -> None:
    """Have one transaction at a time publish or forget: what one finds there, another must not be about to delete."""
    if connection.vendor != "sqlite":  # a file takes one writer at a time
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def cut(text: str) -> str:
    """Return a source, without what is too long of it."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n# … and {len(text) - LONGEST:,} characters more\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()


def _executed(run: RunState) -> Executed:
    owners = _owners(run)
    if not owners:
        return Executed(codes={})
    last = run.ended_at or max((step.ended_at or step.started_at or owners[0][0] for step in run.steps()), default=None)
    rows = WorkerRow.objects.exclude(codes="{}").filter(Q(ended_at=None) | Q(ended_at__gte=owners[-1][0]))
    stays = tuple(
        Stay(worker_id=row.worker_id, since=row.started_at, until=row.ended_at, code=code)
        for row in (rows if last is None else rows.filter(started_at__lte=last))
        if (code := from_text(row.codes).get(run.workflow_id))
    )
    return Executed(owners=owners, stays=stays, codes=_codes({stay.code for stay in stays}))


def _owners(run: RunState) -> tuple[tuple[datetime, str], ...]:
    found: list[tuple[datetime, str]] = []
    run_id, forked = run.run_id, run.forked_from
    while run_id and len(found) < ANCESTORS:
        row = RunRow.objects.filter(run_id=run_id).only("created_at", "owner").first()
        if row is None:
            break
        found.append((row.created_at, row.owner))
        forked = forked if run_id == run.run_id else _forked_from(run_id)
        run_id = "" if forked is None else str(forked["from_run_id"])
    return tuple(found)


def _forked_from(run_id: str) -> dict[str, object] | None:
    row = EventRow.objects.filter(run__run_id=run_id, type="run-forked").only("payload").first()
    found: dict[str, object] | None = None if row is None else from_text(row.payload)
    return found


def _current(workflow_id: str) -> Mapping[str, str]:
    rows = WorkflowVersion.objects.filter(workflow_id=workflow_id, current=True).order_by("-published_at")
    row = rows.only("code").first()
    return {} if row is None else _codes({row.code}).get(row.code, {})


def _codes(digests: Iterable[str]) -> dict[str, Mapping[str, str]]:
    rows = WorkflowCode.objects.filter(digest__in=list(digests))
    return {row.digest: from_text(row.steps) for row in rows}


def _texts(digests: Sequence[str]) -> dict[str, str]:
    return {row.digest: row.text for row in StepSource.objects.filter(digest__in=digests)}
