"""The inbox: a list of everything that waits for a person or an event, and the one that is read, answered in place."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from engine.journal.step_state import StepState
from engine.paths import Path, format_path, ids_of
from playground.actions.changed_answers import ChangedAnswer, changed_answers
from playground.display.pages import page
from playground.display.values import preview
from playground.runpage.answer_forms import AnswerForm, answer_form, event_form
from playground.runpage.loaded_run import Loaded, load, row_of
from playground.runpage.opened_step import Asked, asked
from playground.runs.filter_query import read_part
from playground.runs.inbox import (
    Awaited,
    InboxItem,
    InboxLine,
    InboxLines,
    find_entry,
    read_alike,
    read_entry,
    read_lines,
)
from playground.runs.lists import place_in_list
from playground.runs.masking import mask_input
from playground.views.frame import frame_of

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """An entry of the list."""

    line: InboxLine
    path: str
    text: str
    """What is asked or waited for, in a few words."""
    query: str
    """What opens it."""
    ticked: bool = False
    """Whether it is to be given the answer of the entry that is read, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryGroup:
    """The entries of one workflow."""

    workflow_id: str
    lines: tuple[InboxEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedEntry:
    """The entry that is read, with its form."""

    item_id: int
    run_id: str
    workflow_id: str
    path: str
    row: str
    """The key of its row on the run's page."""
    asked: Asked | None
    """What a person is asked; None of an event."""
    event: str
    since: datetime
    due_at: datetime | None
    form: AnswerForm | None
    alike: tuple[InboxEntry, ...]
    """The other questions to which the same answer can be given."""
    changed: ChangedAnswer | None
    """What is new about the schema of the answer, when that has changed since the run was made."""
    has_input: bool
    input: Any
    """What the run was started with, without its secrets."""

    @property
    def shares(self) -> bool:
        """Tell whether others are to be given the same answer."""
        return any(one.ticked for one in self.alike)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """Context of ``inbox.html``."""

    questions: tuple[EntryGroup, ...]
    expected: tuple[EntryGroup, ...]
    """The events that are waited for; a person can send them, but most come from programs, so they are not counted."""
    opened: OpenedEntry | None
    chosen: bool
    """Whether it was asked for: a narrow page shows either the list or what was chosen of it."""
    here: str
    """The query that shows the same again, with the same entry."""
    older: str
    """The query of the questions that follow; empty at the end."""
    older_events: str
    socket: str = "/ws/pulse/"


@require_safe
async def inbox(request: HttpRequest) -> HttpResponse:
    """List what waits for a person or an event, newest first, and show one of it."""
    given = {name: request.GET[name] for name in ("after", "events") if request.GET.get(name)}
    questions = await read_lines("person", after=read_part(request.GET).after, limit=SHOWN)
    events = read_part({"after": request.GET.get("events", "")}).after
    expected = await read_lines("event", after=events, limit=SHOWN)
    asked_for, opened = await _opened(request, (*questions.lines, *expected.lines))
    context = _context(questions, expected, given, opened, asked_for=asked_for)
    return page(request, "inbox.html", context, frame=await frame_of(request, "inbox"))


async def refused_in_inbox(
    request: HttpRequest, run_id: str, path: Path, form: AnswerForm, also: Collection[str], *, status: int
) -> HttpResponse | None:
    """Show the inbox with an entry that stays in it, and what was typed with what is wrong in it.

    Args:
        request: the one that sent the form.
        run_id: the run.
        path: the step.
        form: what was typed.
        also: the ids of other entries that are to be given the same answer.
        status: that of the response.

    Returns:
        The response; None when the step waits for nobody any more.
    """
    item = await find_entry(run_id, path)
    if item is None:
        return None
    opened = replace(await _read(item), form=form)
    opened = replace(opened, alike=tuple(replace(one, ticked=str(one.line.item_id) in also) for one in opened.alike))
    questions, expected = await read_lines("person", limit=SHOWN), await read_lines("event", limit=SHOWN)
    context = _context(questions, expected, {}, opened, asked_for=True)
    return page(request, "inbox.html", context, frame=await frame_of(request, "inbox"), status=status)


def _context(
    questions: InboxLines, expected: InboxLines, given: dict[str, str], opened: OpenedEntry | None, *, asked_for: bool
) -> InboxPage:
    here = dict(given) if opened is None else {**given, ("item" if asked_for else "keep"): str(opened.item_id)}
    return InboxPage(
        questions=_grouped(questions.lines, given),
        expected=_grouped(expected.lines, given),
        opened=opened,
        chosen=asked_for,
        here=urlencode(here),
        older=urlencode({**given, "after": questions.next}) if questions.next else "",
        older_events=urlencode({**given, "events": expected.next}) if expected.next else "",
    )


def _grouped(lines: Sequence[InboxLine], given: dict[str, str]) -> tuple[EntryGroup, ...]:
    """Return the entries by workflow, the workflow first that has the newest one."""
    found: dict[str, list[InboxEntry]] = {}
    for one in lines:
        found.setdefault(one.workflow_id, []).append(_entry(one, given))
    return tuple(EntryGroup(workflow_id=name, lines=tuple(group)) for name, group in found.items())


def _entry(line: InboxLine, given: dict[str, str]) -> InboxEntry:
    query = urlencode({**given, "item": line.item_id})
    return InboxEntry(line=line, path=format_path(line.path), text=_words(line), query=query)


def _words(line: InboxLine) -> str:
    """Return what an entry is about, in a few words."""
    if line.event:
        return f"Event {line.event}"
    said = asked(line.payload)
    return said.question or preview(line.payload, 72) or format_path(line.path)


async def _opened(request: HttpRequest, lines: Sequence[InboxLine]) -> tuple[bool, OpenedEntry | None]:
    """Return whether an entry was asked for, and it; else the one that was shown before, or the first."""
    wanted = request.GET.get("item", "")
    for text in (wanted, request.GET.get("keep", "")):
        item = await read_entry(place_in_list(text)) if text else None
        if item is not None:
            return bool(wanted), await _read(item)
    first = await read_entry(lines[0].item_id) if lines else None
    return False, None if first is None else await _read(first)


async def _read(item: InboxItem | Awaited) -> OpenedEntry:
    loaded = await load(item.run_id)
    run = loaded.history.run
    changed = (
        None
        if isinstance(item, Awaited)
        else (await changed_answers(loaded.history.run, loaded.entry)).get(ids_of(item.path))
    )
    return OpenedEntry(
        item_id=item.item_id,
        run_id=item.run_id,
        workflow_id=item.workflow_id,
        path=format_path(item.path),
        row=row_of(loaded, item.path),
        asked=None if isinstance(item, Awaited) else asked(item.payload),
        event=item.name if isinstance(item, Awaited) else "",
        since=item.since if isinstance(item, Awaited) else item.suspended_at,
        due_at=item.due_at,
        alike=() if isinstance(item, Awaited) else tuple(_entry(one, {}) for one in await read_alike(item)),
        form=_event_form(item) if isinstance(item, Awaited) else _answer_form(item, loaded, changed),
        changed=changed,
        has_input=run.has_input,
        input=mask_input(loaded.graph, run.root.input),
    )


def _answer_form(item: InboxItem, loaded: Loaded, changed: ChangedAnswer | None) -> AnswerForm | None:
    step = loaded.history.run.find(item.path)
    if step is None or step.status != "suspended":
        return None
    schema = item.resume_schema if changed is None else changed.now
    return answer_form(item.run_id, step, schema, back=reverse("inbox"))


def _event_form(item: Awaited) -> AnswerForm:
    step = StepState(item.path, "event", event_name=item.name)
    return event_form(item.run_id, step, item.schema, back=reverse("inbox"))
