"""Taking what a run waits for: the answer to a suspended step, or an event."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from engine.errors import (
    AlreadyResumed,
    InvalidEventPayload,
    InvalidResumeData,
    NotSuspended,
    RunFinished,
    StartRefused,
    StepyardError,
    UnknownStep,
    UnknownWorkflow,
)
from engine.journal.requests import check_resumable
from engine.journal.step_state import StepState
from engine.paths import Path, ids_of, parse_path
from playground.actions import actions, copies, value_checks
from playground.actions.changed_answers import changed_answers
from playground.catalogue.catalogue import event_schema, resume_schema
from playground.display.pages import PageNotice
from playground.display.toasts import Toast, done
from playground.forms import MISSING, Form, Json, dumps, mask
from playground.runpage.answer_forms import AnswerForm, answer_form, event_form
from playground.runpage.loaded_run import Loaded, load, view_of
from playground.runpage.opened_step import Drawn, draw, step_html
from playground.runs.inbox import QuestionKind
from playground.views.form_posts import issues_of, posted, wants_part
from playground.views.inbox import refused_in_inbox
from playground.views.run import refused_page, run_page, url_of, window_of
from playground.views.shared_answers import share

TOO_LATE = (AlreadyResumed, NotSuspended, RunFinished)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A step that waits for something that a form gives."""

    path: Path
    schema: Any
    send: Callable[[Json], Awaitable[object]]
    draw: Callable[[StepState, Form], AnswerForm]
    late: StepyardError | None = None
    """Why it is not waited for any more, whatever is sent."""
    kind: QuestionKind | None = None
    """What other questions have in common with it that can be given the same answer; None for an event."""
    copy: Callable[[Json], Awaitable[str]] | None = None
    """Gives it to a copy of the run instead, and returns the copy's id; None where that cannot be asked for."""


@require_POST
async def resume(request: HttpRequest, run_id: str) -> HttpResponse:
    """Take the answer to a suspended step."""
    step, label, index = request.GET.get("step") or None, request.GET.get("label"), _index(request)
    suspension, late = request.GET.get("suspension") or None, None
    loaded = await load(run_id, window=window_of(request))
    try:
        path = actions.suspended_step(loaded.known, step, label=label, index=index).path
        check_resumable(loaded.history.run, path, suspension)
    except TOO_LATE as error:
        # What was typed is read as the answer to that step, and shown beside the reason.
        path, late = _path(request), error

    async def send(value: Json) -> None:
        await actions.resume(run_id, step, value, label=label, index=index, suspension=suspension, known=loaded.known)

    async def copy(value: Json) -> str:
        return await copies.resume_copy(
            run_id, step, value, label=label, index=index, suspension=suspension, known=loaded.known
        )

    def drawn(step: StepState, form: Form) -> AnswerForm:
        # In the inbox the others are ticked, and can be left out again.
        also = () if _is_of_inbox(request) else _also(request)
        return answer_form(run_id, step, None, form, back=request.GET.get("next", ""), also=also)

    schema, now = await _schemas(loaded, path)
    kind = QuestionKind(workflow_id=loaded.history.run.workflow_id, place=ids_of(path), schema=schema)
    wanted = Asking(path=path, schema=now, send=send, draw=drawn, late=late, kind=kind, copy=copy)
    return await _take(request, loaded, wanted)


async def _schemas(loaded: Loaded, path: Path) -> tuple[Any, Any]:
    """Return the schema of an answer as it was asked for, and as the code of now reads it."""
    asking = loaded.history.run.find(path)
    if asking is not None and asking.answer_schema is not None:
        return asking.answer_schema, asking.answer_schema
    schema = {} if loaded.graph is None else resume_schema(dict(loaded.graph), path)
    changed = (await changed_answers(loaded.history.run, loaded.entry)).get(ids_of(path))
    return schema, schema if changed is None else changed.now or {}


@require_POST
async def send_event(request: HttpRequest, run_id: str) -> HttpResponse:
    """Send the event that a step waits for."""
    path, name, late = _path(request), request.GET.get("name", ""), None
    loaded = await load(run_id, window=window_of(request))
    try:
        value_checks.check_awaited(loaded.history.run, loaded.entry, name, path)
    except TOO_LATE as error:
        late = error

    async def send(value: Json) -> None:
        # Of two people who send it, the second is told so; an event that is kept might surprise a later step.
        await actions.send_event(run_id, name, value, path=path, known=loaded.known)

    def drawn(step: StepState, form: Form) -> AnswerForm:
        return event_form(run_id, step, None, form, back=request.GET.get("next", ""))

    schema = {} if loaded.graph is None else event_schema(dict(loaded.graph), path)
    return await _take(request, loaded, Asking(path=path, schema=schema, send=send, draw=drawn, late=late))


async def _take(request: HttpRequest, loaded: Loaded, asking: Asking) -> HttpResponse:
    """Read the form and send it on; what is refused comes back as it was typed."""
    run_id = loaded.history.run.run_id
    form = Form.posted(asking.schema, *posted(request)).validate()
    if asking.late is not None:
        return await _too_late(request, run_id, str(asking.late), _typed(asking, form))
    if form.action is not None:
        return await _again(request, loaded, asking, form, status=200)
    if form.issues or form.value is MISSING:
        return await _again(request, loaded, asking, form, status=422)
    try:
        if asking.copy is not None and request.POST.get("on") == "copy":
            return HttpResponseRedirect(url_of(await asking.copy(form.value)), status=303)
        await asking.send(form.value)
    except (InvalidResumeData, InvalidEventPayload) as error:
        return await _again(request, loaded, asking, form.with_issues(issues_of(error)), status=422)
    except (*TOO_LATE, StartRefused, UnknownWorkflow) as error:
        return await _too_late(request, run_id, str(error), _typed(asking, form))
    return await _taken(request, run_id, asking, form.value)


async def _taken(request: HttpRequest, run_id: str, asking: Asking, value: Json) -> HttpResponse:
    """Give the answer to the others that are ticked, too, and lead on."""
    shared = "" if asking.kind is None else str(await share(asking.kind, _also(request), value))
    if wants_part(request):
        text = shared or "Taken; the run goes on."
        return HttpResponse(format_html('<p class="notice" data-status="running">{}</p>', text))
    address = _next(request, run_id)
    if address == url_of(run_id) and not shared:
        return HttpResponseRedirect(address, status=303)
    if shared:
        return done(address, Toast(status="success", text=shared))
    return done(address, Toast(status="success", text="Sent; the run goes on.", run=run_id))


def _also(request: HttpRequest) -> list[str]:
    """Return the ids of other questions that are to be given the same answer."""
    return list(dict.fromkeys([*request.GET.getlist("also"), *request.POST.getlist("also")]))


async def _again(request: HttpRequest, loaded: Loaded, asking: Asking, form: Form, *, status: int) -> HttpResponse:
    """Show the form as it was typed: in the inbox where it was sent from there, else in its row."""
    step = loaded.history.run.find(asking.path)
    if _is_of_inbox(request) and step is not None and not wants_part(request):
        answer, run_id = asking.draw(step, form), loaded.history.run.run_id
        shown = await refused_in_inbox(request, run_id, asking.path, answer, _also(request), status=status)
        if shown is not None:
            return shown
    view = await view_of(loaded)
    line = next((line for line in view.lines if step is not None and line.row.state is step), None)
    if step is None or line is None:
        return await _too_late(request, view.run_id, "This step does not wait any more.", _typed(asking, form))
    answer = asking.draw(step, form)
    if wants_part(request):
        return HttpResponse(answer.html, status=status)
    token = get_token(request)
    html = step_html(view, line, loaded.graph, token=token, form=answer)
    drawn = draw(view, loaded.graph, token=token)
    lines = tuple(Drawn(line=line, html=html) if other.line is line else other for other in drawn)
    others = len(_also(request))
    text = f"Once it is taken, the answer is given to {others} other question{'' if others == 1 else 's'}, too."
    notices = (PageNotice(status="suspended", text=text),) if others else ()
    return await run_page(request, loaded, view, lines, notices=notices, status=status)


def _typed(asking: Asking, form: Form) -> str:
    """Return what the form holds as JSON, without its secrets."""
    value = form.so_far
    return "" if value is MISSING else dumps(mask(asking.schema, value), indent=2)


async def _too_late(request: HttpRequest, run_id: str, text: str, typed: str) -> HttpResponse:
    """Say that someone else was faster, beside the run as it is now."""
    if wants_part(request):
        return HttpResponse(format_html('<p class="notice" data-status="failed" role="alert">{}</p>', text), status=409)
    return await refused_page(request, run_id, text, typed)


def _next(request: HttpRequest, run_id: str) -> str:
    """Return where an answer leads: back to a page of ours that asked for it, else to the run."""
    wanted = request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else url_of(run_id)


def _is_of_inbox(request: HttpRequest) -> bool:
    """Tell whether the form was sent from the inbox."""
    return request.GET.get("next", "") == reverse("inbox")


def _index(request: HttpRequest) -> int | None:
    text = request.GET.get("index", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UnknownStep(f"index must be the number of an item, from 0, and is {text!r}")
    return int(text) if text else None


def _path(request: HttpRequest) -> Path:
    try:
        return parse_path(request.GET.get("step", ""))
    except ValueError as error:
        raise UnknownStep(str(error)) from None
