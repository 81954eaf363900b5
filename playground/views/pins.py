"""Pinning what a step gave in a run, and calling the step again; what is pinned stands on the workflow's page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from engine.errors import RequestError, StepNotRun, UnknownStep
from engine.paths import Path, format_path, ids_of, parse_path
from playground.actions import actions
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.display.toasts import Toast, done
from playground.scenarios import pins
from playground.step_runs.passes import step_of_pass
from playground.views.fork import began_of
from playground.views.run import refused_page, url_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A pin as the workflow's page shows it."""

    step: str
    result: Any


def pinned(entry: WorkflowEntry) -> tuple[tuple[Pinned, ...], str]:
    """Return what is pinned, and what is wrong with its file, if something is."""
    try:
        return tuple(Pinned(step=name, result=value) for name, value in pins.pins_of(entry).items()), ""
    except pins.PinsUnreadable as error:
        return (), str(error)


@require_POST
async def pin(request: HttpRequest, run_id: str) -> HttpResponse:
    """Have a step return in every run from the page what it gave in this run; ``?step=`` and ``?at=`` as for a fork."""
    run = await actions.state_of(run_id)
    path = _step(request.GET.get("step", ""))
    try:
        step = step_of_pass(await actions.store.read(run_id), path, began_of(request))
        if step.status != "success":
            raise StepNotRun(f"step {request.GET.get('step')!r} has given no result in this run that could be pinned")
        await pins.pin(await catalogue.workflow(run.workflow_id), path, step.output)
    except (RequestError, StepNotRun) as error:
        return await refused_page(request, run_id, str(error))
    name = format_path(ids_of(path))
    return done(url_of(run_id), Toast(status="success", text=f"Runs from the page return this for {name} now."))


@require_POST
async def unpin(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """Have the step of ``?step=`` be called again; ``?run=`` is the run whose page asks, if one does."""
    entry = await catalogue.workflow(workflow_id)
    path = _step(request.GET.get("step", ""))
    run_id = request.GET.get("run")
    address = reverse("workflow", args=[workflow_id])
    if run_id and (await actions.state_of(run_id)).workflow_id == workflow_id:
        address = url_of(run_id)
    pins.unpin(entry, path)
    return done(address, Toast(status="success", text=f"{format_path(ids_of(path))} is called again."))


def _step(text: str) -> Path:
    try:
        return parse_path(text)
    except ValueError as error:
        raise UnknownStep(str(error)) from None
