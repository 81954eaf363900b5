"""Looking for inputs that make a workflow fail: begun, watched, stopped; what was found is run, or saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from engine.errors import InvalidInput, RequestError
from playground.catalogue import catalogue
from playground.catalogue.published import WorkflowEntry
from playground.display.pages import PageNotice, page
from playground.display.toasts import Toast, done
from playground.forms.schema.mask import secret_places
from playground.fuzzing import searches
from playground.fuzzing.findings import Bounds, Report
from playground.graph.nodes import GraphStep
from playground.graph.tree import read_tree
from playground.views.frame import frame_of
from playground.views.rehearsing import last_outputs

NUMBERS: Mapping[str, type[Any]] = {"runs": int, "seconds": float, "memory": int, "seed": int}


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzPage:
    """Context of ``workflow/fuzz.html``."""

    workflow_id: str
    refused: str
    """Why nothing is tried here; empty where it is."""
    report: Report | None
    typed: Mapping[str, str]
    """The bounds as they stand in the form."""
    steps: tuple[tuple[str, bool], ...]
    """The steps, and whether each is chosen not to be called."""
    socket: str = "/ws/pulse/"


@require_http_methods(["GET", "HEAD", "POST"])
async def fuzz(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """Show the last search of a workflow; a post begins another one."""
    entry = await catalogue.workflow(workflow_id)
    if request.method != "POST":
        return await _page(request, entry)
    try:
        bounds = _bounds(request)
        rehearsal, steps = await _rehearsal(entry, request.POST.getlist("step"))
        await searches.begin(workflow_id, bounds=bounds, rehearsal=rehearsal, steps=steps)
    except InvalidInput as error:
        return await _page(request, entry, notice=str(error), status=422)
    except RequestError as error:
        return await _page(request, entry, notice=str(error), status=409)
    return HttpResponseRedirect(reverse("fuzz", args=[workflow_id]), status=303)


@require_POST
async def stop(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """End the search."""
    await catalogue.workflow(workflow_id)
    await searches.stop(workflow_id)
    return HttpResponseRedirect(reverse("fuzz", args=[workflow_id]), status=303)


@require_POST
async def save(request: HttpRequest, workflow_id: str, key: str) -> HttpResponse:
    """Save a finding as a scenario."""
    entry = await catalogue.workflow(workflow_id)
    try:
        name = searches.save(workflow_id, key)
    except RequestError as error:
        return await _page(request, entry, notice=str(error), status=409)
    text = "The input is saved as a scenario, which fails until the code is mended."
    return done(f"{reverse('scenarios', args=[workflow_id])}#{name}", Toast(status="success", text=text))


async def _page(request: HttpRequest, entry: WorkflowEntry, *, notice: str = "", status: int = 200) -> HttpResponse:
    report, order = await searches.last(entry.workflow_id)
    usual = Bounds() if order is None else order.bounds
    chosen = set() if order is None else {*order.steps, *((order.rehearsal or {}).get("results", {}))}
    if request.method == "POST":
        chosen = {*request.POST.getlist("step")}
    known = {name: _written(getattr(usual, name)) for name in NUMBERS}
    refused = searches.refusal()
    context = FuzzPage(
        workflow_id=entry.workflow_id,
        refused="" if refused is None else str(refused),
        report=report,
        typed={name: request.POST.get(name, text) for name, text in known.items()},
        steps=tuple((step, step in chosen) for step in _steps(entry)),
    )
    notices = (PageNotice(status="failed", text=notice),) if notice else ()
    frame = await frame_of(request, "workflows", notices)
    return page(request, "workflow/fuzz.html", context, frame=frame, status=status)


def _written(number: float | None) -> str:
    """Return a number as a person types it."""
    if number is None:
        return ""
    return f"{number:g}" if isinstance(number, float) else str(number)


def _steps(entry: WorkflowEntry) -> list[str]:
    return [node.name for node in read_tree(entry.graph).walk() if isinstance(node, GraphStep)]


def _bounds(request: HttpRequest) -> Bounds:
    typed = {name: request.POST.get(name, "").strip() for name in NUMBERS}
    found = {}
    for name, text in typed.items():
        if text:
            try:
                found[name] = NUMBERS[name](text)
            except ValueError:
                raise InvalidInput(f"{name} is {text!r}, and a number is expected") from None
    return Bounds(**found)


async def _rehearsal(entry: WorkflowEntry, chosen: list[str]) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Return what the chosen steps gave last, and those of which nothing may be taken from there."""
    tree = read_tree(entry.graph)
    outputs = await last_outputs(entry.workflow_id) if chosen else {}
    results = {}
    for name in chosen:
        node = tree.by_name().get(name)
        if node is not None and node.path in outputs:
            output = outputs[node.path]
            if not secret_places(node.output_schema or {}, output):
                results[name] = output
    return ({"results": results} if results else None), tuple(name for name in chosen if name not in results)
