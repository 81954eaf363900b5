"""What a person does to a run that is paused, fails, or is at work: let it go on, try it again, restart its worker."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.views.decorators.http import require_POST

from engine.errors import InvalidInput, RequestError, UnknownStep
from engine.journal.breakpoints import check_paused
from engine.paths import Path, parse_path
from playground.actions import proceed_retry
from playground.fleet import host
from playground.forms import MISSING, Form
from playground.graph.tree import read_tree
from playground.runpage.loaded_run import Loaded, load, view_of
from playground.runpage.opened_step import draw
from playground.runpage.pause_forms import is_as_it_was, paused_forms, posted_form
from playground.runs.queue_position import standing_of
from playground.views.form_posts import issues_of, posted, wants_part
from playground.views.run import refused_page, run_page, url_of, window_of


@require_POST
async def proceed(request: HttpRequest, run_id: str) -> HttpResponse:
    """Have a paused run go on: with ``?step=`` that step, with what stands in its form; else all that it waits for."""
    loaded = await load(run_id, window=window_of(request))
    path = _path(request)
    try:
        check_paused(loaded.history.run, path)
        if path is None:
            there = breakpoints_of(request, loaded.graph, loaded.history.run.breakpoints)
            await proceed_retry.proceed(run_id, breakpoints=there, known=loaded.known)
            return HttpResponseRedirect(url_of(run_id), status=303)
        return await _one(request, loaded, path)
    except RequestError as error:
        return await refused_page(request, run_id, str(error))


async def _one(request: HttpRequest, loaded: Loaded, path: Path) -> HttpResponse:
    run = loaded.history.run
    form = posted_form(loaded.graph, path, *posted(request))
    if form.action is not None and wants_part(request):
        return HttpResponse(paused_forms(run, loaded.graph, {path: form})[path].html)
    if form.action is not None:
        return await _again(request, loaded, path, form, status=200)
    changed = not is_as_it_was(run, loaded.graph, path, form)
    form = form.validate() if changed else form
    if changed and (form.issues or form.value is MISSING):
        return await _again(request, loaded, path, form, status=422)
    given: dict[str, Any] = {"value": form.value} if changed else {}
    try:
        await proceed_retry.proceed(run.run_id, known=loaded.known, **_way(request, loaded, path), **given)
    except InvalidInput as error:
        return await _again(request, loaded, path, form.with_issues(issues_of(error)), status=422)
    return HttpResponseRedirect(url_of(run.run_id), status=303)


def _way(request: HttpRequest, loaded: Loaded, path: Path) -> dict[str, Any]:
    """Return how the run goes on; of several steps, only the one whose button was pressed does."""
    run = loaded.history.run
    alone = len(run.paused) == 1
    if request.POST.get("go") == "continue":
        there = breakpoints_of(request, loaded.graph, run.breakpoints)
        return {"step": False if alone else list(path), "breakpoints": there}
    return {"step": True} if alone else {"step": list(path), "breakpoints": "all"}


@require_POST
async def retry(request: HttpRequest, run_id: str) -> HttpResponse:
    """Try a failed run again from the steps that have failed, in a new run."""
    try:
        return HttpResponseRedirect(url_of(await proceed_retry.retry(run_id)), status=303)
    except RequestError as error:
        return await refused_page(request, run_id, str(error))


@require_POST
async def restart_worker(request: HttpRequest, run_id: str) -> HttpResponse:
    """End the worker that executes a run; the journal shows what runs again in the next one."""
    standing = await standing_of(run_id)
    if standing is None or standing.owner is None:
        return await refused_page(request, run_id, "No worker executes this run at the moment, so none is restarted.")
    await host.order(standing.owner, "replace")
    return HttpResponseRedirect(url_of(run_id), status=303)


def breakpoints_of(request: HttpRequest, graph: Mapping[str, Any] | None, there: Any = ()) -> Any:
    """Return the breakpoints that the page sends, those of steps that are gone left out.

    Args:
        request: it has them with commas between them.
        graph: of the workflow.
        there: what holds when it sends none, as without scripts; before each step is what Step is for.
    """
    given = request.POST.get("breakpoints")
    if given is None:
        return [] if there == "all" else list(there)
    known = frozenset() if graph is None else read_tree(graph).paths()
    return [name for name in given.split(",") if name and _parsed(name) in known]


async def _again(request: HttpRequest, loaded: Loaded, path: Path, form: Form, *, status: int) -> HttpResponse:
    """Show the form as it was typed."""
    view = await view_of(loaded)
    lines = draw(view, loaded.graph, token=get_token(request))
    return await run_page(request, loaded, view, lines, typed={path: form}, status=status)


def _path(request: HttpRequest) -> Path | None:
    text = request.GET.get("step", "")
    return _parsed(text) if text else None


def _parsed(text: str) -> Path:
    try:
        return parse_path(text)
    except ValueError as error:
        raise UnknownStep(str(error)) from None
