"""The inbox: everything that waits for a person, answered in place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from engine.journal.step_state import StepState
from engine.paths import format_path
from playground.display.pages import page
from playground.runpage.answer_forms import AnswerForm, answer_form, event_form
from playground.runpage.body import Asked, asked
from playground.runpage.loading import load, row_of
from playground.runs.filters import read_part
from playground.runs.inbox import Awaited, InboxItem, read_awaited, read_inbox
from playground.views.frame import frame_of

SHOWN = 20
"""Fewer than of other lists, since each has a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxQuestion:
    """One step that waits, with its form."""

    run_id: str
    workflow_id: str
    path: str
    row: str
    """The key of its row on the run's page."""
    asked: Asked
    at: datetime
    due_at: datetime | None
    form: AnswerForm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One step that waits for an event, with the form that sends it."""

    item: Awaited
    path: str
    row: str
    """The key of its row on the run's page."""
    form: AnswerForm


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """Context of ``inbox.html``."""

    questions: tuple[InboxQuestion, ...]
    expected: tuple[Expected, ...]
    """The events that are waited for; a person can send them, but most come from programs, so they are not counted."""
    total: int
    next: str
    socket: str = "/ws/pulse/"


@require_safe
async def inbox(request: HttpRequest) -> HttpResponse:
    """List what waits for a person, newest first."""
    found = await read_inbox(after=read_part(request.GET).after, limit=SHOWN)
    questions = tuple([await _question(item) for item in found.items])
    expected = tuple([await _expected(item) for item in await read_awaited(limit=SHOWN)])
    context = InboxPage(questions=questions, expected=expected, total=found.total, next=found.next or "")
    return page(request, "inbox.html", context, frame=await frame_of(request, "inbox"))


async def _question(item: InboxItem) -> InboxQuestion:
    loaded = await load(item.run_id)
    step = loaded.history.run.find(item.path)
    form = None
    if step is not None and step.status == "suspended":
        form = answer_form(item.run_id, step, item.resume_schema, back=reverse("inbox"))
    payload: Any = item.payload
    return InboxQuestion(
        run_id=item.run_id,
        workflow_id=item.workflow_id,
        path=format_path(item.path),
        row=row_of(loaded, item.path),
        asked=asked(payload),
        at=item.suspended_at,
        due_at=item.due_at,
        form=form,
    )


async def _expected(item: Awaited) -> Expected:
    step = StepState(item.path, "event", event_name=item.name)
    form = event_form(item.run_id, step, item.schema, back=reverse("inbox"))
    row = row_of(await load(item.run_id), item.path)
    return Expected(item=item, path=format_path(item.path), row=row, form=form)
