"""What a person does to a run: answer, cancel, run again, delete."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from engine.errors import AlreadyResumed, InvalidInput, InvalidResumeData, NotSuspended, RequestError, RunFinished
from engine.paths import Path, parse_path
from playground import requests, retention
from playground.catalogue import resume_schema
from playground.forms import MISSING, Form
from playground.nodes import nodes_of
from playground.views.answering import answer_form
from playground.views.drawing import Drawn, draw, step_html
from playground.views.loading import Loaded, load, view_of
from playground.views.page import Notice
from playground.views.posting import issues_of, posted, wants_part
from playground.views.run import run_page, url_of, window_of

TOO_LATE = (AlreadyResumed, NotSuspended, RunFinished)


@require_POST
async def resume(request: HttpRequest, run_id: str) -> HttpResponse:
    """Take the answer to a suspended step."""
    path = _path(request)
    loaded = await load(run_id, window=window_of(request))
    schema = {} if loaded.graph is None else resume_schema(dict(loaded.graph), path)
    form = Form.posted(schema, *posted(request)).validate()
    if form.action is not None:
        return await _again(request, loaded, path, form, status=200)
    if form.issues or form.value is MISSING:
        return await _again(request, loaded, path, form, status=422)
    try:
        await requests.resume(run_id, path, form.value, suspension=request.GET.get("suspension") or None)
    except InvalidResumeData as error:
        return await _again(request, loaded, path, form.with_issues(issues_of(error)), status=422)
    except TOO_LATE as error:
        return await _too_late(request, run_id, str(error))
    if wants_part(request):
        return HttpResponse(format_html('<p class="notice" data-status="running">{}</p>', "Answered; the run goes on."))
    return HttpResponseRedirect(_next(request, run_id), status=303)


@require_POST
async def cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    """Cancel a run."""
    try:
        await requests.cancel(run_id)
    except RunFinished:
        return _to_run(run_id, notice="finished")
    return _to_run(run_id)


@require_POST
async def again(request: HttpRequest, run_id: str) -> HttpResponse:
    """Start the run's workflow with the same input."""
    loaded = await load(run_id)
    run = loaded.history.run
    try:
        new = await requests.start(run.workflow_id, run.root.input)
    except (InvalidInput, RequestError):
        # The form says what the schema, which has changed since, does not take any more.
        return HttpResponseRedirect(
            f"{reverse('workflow', args=[run.workflow_id])}?{urlencode({'from': run_id})}", status=303
        )
    return HttpResponseRedirect(url_of(new), status=303)


@require_POST
async def delete(request: HttpRequest, run_id: str) -> HttpResponse:
    """Delete a run and its journal."""
    await retention.delete([run_id])
    return HttpResponseRedirect(f"{reverse('runs')}?notice=deleted", status=303)


async def _again(request: HttpRequest, loaded: Loaded, path: Path, form: Form, *, status: int) -> HttpResponse:
    """Show the answer as it was typed, in its row."""
    view = await view_of(loaded)
    step = loaded.history.run.find(path)
    line = next((line for line in view.lines if line.row.state is step and step is not None), None)
    if step is None or line is None:
        return await _too_late(request, view.run_id, "This step does not wait any more.")
    nodes = dict(nodes_of(loaded.graph))
    answer = answer_form(view.run_id, step, {}, form)
    if wants_part(request):
        return HttpResponse(answer.html, status=status)
    html = step_html(request, view, line, nodes, answer)
    drawn = draw(request, view, loaded.graph)
    lines = tuple(Drawn(line=line, html=html) if other.line is line else other for other in drawn)
    return await run_page(request, loaded, view, lines, status=status)


async def _too_late(request: HttpRequest, run_id: str, text: str) -> HttpResponse:
    """Say that someone else was faster, beside the run as it is now."""
    if wants_part(request):
        return HttpResponse(format_html('<p class="notice" data-status="failed" role="alert">{}</p>', text), status=409)
    loaded = await load(run_id)
    view = await view_of(loaded)
    notices = (Notice(status="failed", text=text),)
    return await run_page(request, loaded, view, draw(request, view, loaded.graph), notices=notices, status=409)


def _next(request: HttpRequest, run_id: str) -> str:
    """Return where an answer leads: back to a page of ours that asked for it, else to the run."""
    wanted = request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else url_of(run_id)


def _path(request: HttpRequest) -> Path:
    return parse_path(request.GET.get("step", ""))


def _to_run(run_id: str, notice: str = "") -> HttpResponse:
    query = f"?notice={notice}" if notice else ""
    return HttpResponseRedirect(f"{reverse('run', args=[run_id])}{query}", status=303)
