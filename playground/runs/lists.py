"""What pages read of runs beside a single journal: lists, counts, the inbox, and who executes what."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from engine.errors import Issue
from engine.events import FINAL
from engine.journal.step_state import Rejection
from engine.journal.summary import RunSummary
from engine.paths import Path
from playground.catalogue.catalogue import event_schema, find_version
from playground.forms import mask
from playground.graph.nodes import UNKNOWN
from playground.graph.tree import read_tree
from playground.models import Event as EventRow
from playground.models import Run as RunRow
from playground.models import Wait as WaitRow
from playground.store.clock import Now
from playground.store.database import in_database
from playground.store.rows import from_text, summary_of, wait_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which runs a list shows; the fields are the parameters of ``/runs/``."""

    workflow: str = ""
    status: str = ""
    """One status, or several with commas between them."""
    q: str = ""
    """Text in the id, the input or the error."""
    resource_id: str = ""
    since: datetime | None = None
    """Created at this time or later."""
    until: datetime | None = None
    """Created before this time."""


ALL = Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunList:
    """A part of the list of runs, newest first."""

    rows: tuple[RunSummary, ...]
    next: str | None
    """What to give as ``after`` for the part that follows; None at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """A step that waits for a person."""

    item_id: int
    run_id: str
    workflow_id: str
    path: Path
    payload: Any
    """What it asks, without the secrets in it."""
    label: str | None
    suspended_at: datetime
    due_at: datetime | None
    """Until when an answer is waited for; None for ever."""
    resume_schema: Any
    """The JSON Schema of the answer; ``{}`` takes any JSON."""
    rejected: Rejection | None
    """The last answer, if the step's own code has refused it, without its secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A step that waits for an event, which a person can send too."""

    run_id: str
    workflow_id: str
    path: Path
    name: str
    since: datetime
    due_at: datetime | None
    schema: Any
    """The JSON Schema of what the event carries; ``{}`` takes any JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxList:
    """A part of the inbox, newest first."""

    items: tuple[InboxItem, ...]
    total: int
    next: str | None
    """What to give as ``after`` for the part that follows; None at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a run stands with the workers."""

    owner: str | None
    """The id of the worker that executes it now."""
    queued_at: datetime | None
    """Since when it waits for a worker; None when it does not."""
    ahead: int
    """How many other runs have waited for longer."""
    wake_at: datetime | None
    """When its next timer is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What a run was started with."""

    run_id: str
    created_at: datetime
    value: Any


async def page(chosen: Filter = ALL, *, after: str = "", limit: int = 50) -> RunList:
    """Return runs, newest first.

    Args:
        chosen: which runs.
        after: `RunList.next` of the part before.
        limit: the most runs to return.
    """
    return await in_database(_page, chosen, after, limit)


async def total(chosen: Filter = ALL) -> int:
    """Return how many runs there are."""
    return await in_database(lambda: _filtered(chosen).count())


async def slice_of(chosen: Filter, *, offset: int, limit: int) -> list[RunSummary]:
    """Return runs by their place in the list, newest first, for those who count pages."""
    return await in_database(lambda: [summary_of(run) for run in _filtered(chosen)[offset : offset + limit]])


async def counts() -> Mapping[str, Counter[str]]:
    """Return for each workflow id how many runs have each status."""
    return await in_database(_counts)


async def recent(workflow_ids: Sequence[str], *, limit: int = 5) -> Mapping[str, list[RunSummary]]:
    """Return the latest runs of each workflow."""
    return await in_database(_recent, workflow_ids, limit)


async def recent_inputs(workflow_id: str, *, limit: int = 10) -> list[Input]:
    """Return the latest different inputs of a workflow, newest first."""
    return await in_database(_recent_inputs, workflow_id, limit)


async def inbox(*, after: str = "", limit: int = 50) -> InboxList:
    """Return what waits for a person, newest first."""
    return await in_database(_inbox, after, limit)


async def awaited(*, limit: int = 50) -> list[Awaited]:
    """Return which steps wait for events, newest first."""
    return await in_database(_awaited, limit)


async def inbox_count() -> int:
    """Return how many steps wait for a person."""
    return await in_database(lambda: _open_questions().count())


async def standing(run_id: str) -> Standing | None:
    """Return where a run stands with the workers; None when there is no such run."""
    return await in_database(_standing, run_id)


async def queue_length() -> int:
    """Return how many runs wait for a worker."""
    return await in_database(lambda: _queued().count())


def _queued() -> QuerySet[RunRow]:
    return RunRow.objects.filter(queued_at__isnull=False, leased_until=None, ended_at=None)


def _filtered(chosen: Filter) -> QuerySet[RunRow]:
    runs = RunRow.objects.order_by("-number")
    if chosen.workflow:
        runs = runs.filter(workflow_id=chosen.workflow)
    if chosen.status:
        runs = runs.filter(status__in=chosen.status.split(","))
    if chosen.resource_id:
        runs = runs.filter(resource_id=chosen.resource_id)
    if chosen.since is not None:
        runs = runs.filter(created_at__gte=chosen.since)
    if chosen.until is not None:
        runs = runs.filter(created_at__lt=chosen.until)
    if chosen.q:
        text = chosen.q
        runs = runs.filter(Q(run_id__icontains=text) | Q(input_text__icontains=text) | Q(error__icontains=text))
    return runs


def _page(chosen: Filter, after: str, limit: int) -> RunList:
    runs = _filtered(chosen)
    if after:
        runs = runs.filter(number__lt=_as_number(after))
    found = list(runs[: limit + 1])
    rows = found[:limit]
    more = str(rows[-1].number) if len(found) > limit else None
    return RunList(rows=tuple(summary_of(run) for run in rows), next=more)


def _as_number(text: str) -> int:
    """Read a place in a list; what is none stands for the start of the list's end, where nothing follows."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _counts() -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for workflow_id, status, number in RunRow.objects.values_list("workflow_id", "status").annotate(n=Count("number")):
        found.setdefault(workflow_id, Counter())[status] = number
    return found


def _recent(workflow_ids: Sequence[str], limit: int) -> dict[str, list[RunSummary]]:
    return {
        workflow_id: [summary_of(run) for run in _filtered(Filter(workflow=workflow_id))[:limit]]
        for workflow_id in workflow_ids
    }


def _recent_inputs(workflow_id: str, limit: int) -> list[Input]:
    runs = RunRow.objects.filter(workflow_id=workflow_id, has_input=True).order_by("-number")[: limit * 5]
    found: dict[str, Input] = {}
    for run in runs:
        rows = EventRow.objects.filter(run=run, type__in=["run-created", "run-started"]).order_by("seq")[:2]
        payloads = [from_text(row.payload) for row in rows]
        value = next((payload["input"] for payload in payloads if "input" in payload), None)
        found.setdefault(repr(value), Input(run_id=run.run_id, created_at=run.created_at, value=value))
        if len(found) == limit:
            break
    return list(found.values())


def _open_questions() -> QuerySet[WaitRow]:
    return WaitRow.objects.filter(kind="person").exclude(run__status__in=FINAL)


def _inbox(after: str, limit: int) -> InboxList:
    waits = _open_questions().select_related("run").order_by("-id")
    total = waits.count()
    if after:
        waits = waits.filter(id__lt=_as_number(after))
    found = list(waits[: limit + 1])
    items = tuple(_inbox_item(row) for row in found[:limit])
    return InboxList(items=items, total=total, next=str(items[-1].item_id) if len(found) > limit else None)


def _inbox_item(row: WaitRow) -> InboxItem:
    wait = wait_of(row)
    version = find_version(row.run.workflow_id, row.run.digest)
    node = read_tree(version.graph if version else None).at(wait.path) or UNKNOWN
    asked = _asked(row)
    schema = asked.get("answer") or node.resume_schema or {}
    refused = _rejection(row)
    return InboxItem(
        item_id=row.id,
        run_id=row.run.run_id,
        workflow_id=row.run.workflow_id,
        path=wait.path,
        payload=mask(node.suspend_schema or {}, wait.payload),
        label=wait.label,
        suspended_at=wait.since,
        due_at=wait.due_at,
        resume_schema=schema,
        rejected=refused and replace(refused, data=mask(schema, refused.data)),
    )


def _asked(row: WaitRow) -> dict[str, Any]:
    """Return the event that has opened a question, as its payload."""
    events = EventRow.objects.filter(run=row.run, path=row.path, type="step-suspended").order_by("-seq")
    last = events.first()
    return {} if last is None else dict(from_text(last.payload))


def _rejection(row: WaitRow) -> Rejection | None:
    """Return the answer that was refused, of which the event tells that has opened the question again."""
    events = EventRow.objects.filter(run=row.run, path=row.path).order_by("-seq")
    asked = events.filter(type="step-suspended").first()
    found = from_text(asked.payload).get("rejected") if asked else None
    if asked is None or not found:
        return None
    answer = events.filter(type="step-resumed", seq__lt=asked.seq).first()
    issues = tuple(Issue(path=tuple(issue["path"]), message=issue["message"]) for issue in found)
    return Rejection(data=from_text(answer.payload).get("data") if answer else None, issues=issues)


def _awaited(limit: int) -> list[Awaited]:
    waits = WaitRow.objects.filter(kind="event").exclude(run__status__in=FINAL).select_related("run").order_by("-id")
    return [_awaited_event(row) for row in waits[:limit]]


def _awaited_event(row: WaitRow) -> Awaited:
    wait = wait_of(row)
    version = find_version(row.run.workflow_id, row.run.digest)
    return Awaited(
        run_id=row.run.run_id,
        workflow_id=row.run.workflow_id,
        path=wait.path,
        name=wait.event_name or "",
        since=wait.since,
        due_at=wait.due_at,
        schema=event_schema(version.graph, wait.path) if version else {},
    )


def _standing(run_id: str) -> Standing | None:
    run = RunRow.objects.filter(run_id=run_id).annotate(now=Now()).first()
    if run is None:
        return None
    owned = run.leased_until is not None and run.leased_until > run.now
    queued_at = None if owned or run.ended_at is not None else run.queued_at
    ahead = 0
    if queued_at is not None:
        ahead = _queued().filter(queued_at__lt=queued_at).count()
    return Standing(owner=run.owner if owned else None, queued_at=queued_at, ahead=ahead, wake_at=run.wake_at)
