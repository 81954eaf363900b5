"""The inbox: which steps wait for a person, and for events that a person can send too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from django.db.models import OuterRef, QuerySet, Subquery

from engine.errors import Issue
from engine.events import FINAL
from engine.journal.step_state import Rejection
from engine.paths import Path, ids_of
from playground.catalogue.catalogue import WorkflowEntry, event_schema, find_version, find_versions
from playground.forms import mask
from playground.graph.nodes import UNKNOWN, Node
from playground.graph.tree import read_tree
from playground.models import Event as EventRow
from playground.models import Wait as WaitRow
from playground.runs.lists import place_in_list
from playground.store.database import in_database
from playground.store.rows import from_text, path_text, wait_of

ASKED = Subquery(
    EventRow.objects.filter(run=OuterRef("run"), path=OuterRef("path"), type="step-suspended")
    .order_by("-seq")
    .values("payload")[:1]
)
"""The payload of the event that has opened a question, read along with its wait."""
LOOKED_THROUGH = 200
"""So many of a workflow's newest questions are looked through for those that are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionKind:
    """What questions have in common that the same answer fits."""

    workflow_id: str
    place: Path
    """The step's path without the indexes of items."""
    schema: Any
    """The JSON Schema of the answer."""


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

    @property
    def kind(self) -> QuestionKind:
        """Return of which kind the question is."""
        return QuestionKind(workflow_id=self.workflow_id, place=ids_of(self.path), schema=self.resume_schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A step that waits for an event, which a person can send too."""

    item_id: int
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
class InboxLine:
    """A step that waits for a person or an event, as a list shows it."""

    item_id: int
    run_id: str
    workflow_id: str
    path: Path
    payload: Any
    """What it asks, without the secrets in it; None of an event."""
    event: str
    """The name of the event; empty for a question."""
    since: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxLines:
    """A part of the questions, or of the events, newest first."""

    lines: tuple[InboxLine, ...]
    next: str
    """What to give as ``after`` for the part that follows; empty at the end."""


async def read_lines(kind: Literal["person", "event"], *, after: str = "", limit: int = 50) -> InboxLines:
    """Return what waits for a person or an event, newest first, with as many queries for few as for many."""
    return await in_database(_lines, kind, after, limit)


async def read_entry(item_id: int) -> InboxItem | Awaited | None:
    """Return one step that waits for a person or an event; None when it does not any more."""
    return await in_database(_entry, item_id)


async def find_entry(run_id: str, path: Path) -> InboxItem | Awaited | None:
    """Return what a step waits for; None when it is neither for a person nor for an event."""
    return await in_database(_entry_of, run_id, path)


async def read_alike(item: InboxItem) -> tuple[InboxLine, ...]:
    """Return the other questions of the same kind, newest first, with as many queries for few as for many."""
    return await in_database(_alike, item)


async def read_inbox(*, after: str = "", limit: int = 50) -> InboxList:
    """Return what waits for a person, newest first."""
    return await in_database(_inbox, after, limit)


async def inbox_count() -> int:
    """Return how many steps wait for a person."""
    return await in_database(lambda: _open_questions().count())


def _open(kind: str) -> QuerySet[WaitRow]:
    return WaitRow.objects.filter(kind=kind).exclude(run__status__in=FINAL)


def _open_questions() -> QuerySet[WaitRow]:
    return _open("person")


def _lines(kind: str, after: str, limit: int) -> InboxLines:
    waits = _open(kind).select_related("run").order_by("-id")
    if after:
        waits = waits.filter(id__lt=place_in_list(after))
    found = list(waits[: limit + 1])
    versions = find_versions((row.run.workflow_id, row.run.digest) for row in found[:limit])
    lines = tuple(_line(row, versions.get((row.run.workflow_id, row.run.digest))) for row in found[:limit])
    return InboxLines(lines=lines, next=str(lines[-1].item_id) if len(found) > limit else "")


def _line(row: WaitRow, version: WorkflowEntry | None) -> InboxLine:
    wait = wait_of(row)
    node = read_tree(version.graph if version else None).at(wait.path) or UNKNOWN
    return InboxLine(
        item_id=row.id,
        run_id=row.run.run_id,
        workflow_id=row.run.workflow_id,
        path=wait.path,
        payload=mask(node.suspend_schema or {}, wait.payload),
        event=wait.event_name or "",
        since=wait.since,
        due_at=wait.due_at,
    )


def _entry(item_id: int) -> InboxItem | Awaited | None:
    waits = (_open("person") | _open("event")).select_related("run").annotate(asked=ASKED)
    row = waits.filter(id=item_id).first()
    if row is None:
        return None
    version = find_version(row.run.workflow_id, row.run.digest)
    return _inbox_item(row, version) if row.kind == "person" else _awaited_event(row, version)


def _entry_of(run_id: str, path: Path) -> InboxItem | Awaited | None:
    waits = _open("person") | _open("event")
    found = waits.filter(run__run_id=run_id, path=path_text(path)).values_list("id", flat=True).first()
    return None if found is None else _entry(found)


def _alike(item: InboxItem) -> tuple[InboxLine, ...]:
    others = _open_questions().filter(run__workflow_id=item.workflow_id).exclude(id=item.item_id)
    newest = others.select_related("run").annotate(asked=ASKED).order_by("-id")[:LOOKED_THROUGH]
    rows = [row for row in newest if ids_of(wait_of(row).path) == item.kind.place]
    versions = find_versions((row.run.workflow_id, row.run.digest) for row in rows)
    found = []
    for row in rows:
        version = versions.get((row.run.workflow_id, row.run.digest))
        node = read_tree(version.graph if version else None).at(item.path) or UNKNOWN
        if _answer_schema(row, node) == item.resume_schema:
            found.append(_line(row, version))
    return tuple(found)


def _answer_schema(row: Any, node: Node) -> Any:
    """Return what the answer to a question looks like; the row of its wait has the event that has opened it."""
    return _asked(row).get("answer") or node.resume_schema or {}


def _asked(row: Any) -> dict[str, Any]:
    return {} if row.asked is None else from_text(row.asked)


def _inbox(after: str, limit: int) -> InboxList:
    waits = _open_questions().select_related("run").annotate(asked=ASKED).order_by("-id")
    total = _open_questions().count()
    if after:
        waits = waits.filter(id__lt=place_in_list(after))
    found = list(waits[: limit + 1])
    versions = find_versions((row.run.workflow_id, row.run.digest) for row in found[:limit])
    items = tuple(_inbox_item(row, versions.get((row.run.workflow_id, row.run.digest))) for row in found[:limit])
    return InboxList(items=items, total=total, next=str(items[-1].item_id) if len(found) > limit else None)


def _inbox_item(row: Any, version: WorkflowEntry | None) -> InboxItem:
    """Return a question; the row of its wait has the event that has opened it, as ``asked``."""
    wait = wait_of(row)
    node = read_tree(version.graph if version else None).at(wait.path) or UNKNOWN
    schema = _answer_schema(row, node)
    refused = _rejection(row, _asked(row).get("rejected"))
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


def _rejection(row: WaitRow, found: Sequence[dict[str, Any]] | None) -> Rejection | None:
    """Return the answer that was refused, if the event that has opened the question again tells of one."""
    if not found:
        return None
    # While the question is open, nothing has been answered since.
    answers = EventRow.objects.filter(run=row.run, path=row.path, type="step-resumed").order_by("-seq")
    answer = answers.first()
    issues = tuple(Issue(path=tuple(issue["path"]), message=issue["message"]) for issue in found)
    return Rejection(data=from_text(answer.payload).get("data") if answer else None, issues=issues)


def _awaited_event(row: WaitRow, version: WorkflowEntry | None) -> Awaited:
    wait = wait_of(row)
    return Awaited(
        item_id=row.id,
        run_id=row.run.run_id,
        workflow_id=row.run.workflow_id,
        path=wait.path,
        name=wait.event_name or "",
        since=wait.since,
        due_at=wait.due_at,
        schema=event_schema(version.graph, wait.path) if version else {},
    )
