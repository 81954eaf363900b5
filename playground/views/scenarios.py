"""The scenarios of a workflow with what they came to, and a run saved as one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engine.errors import InvalidInput, RequestError
from playground.catalogue import catalogue
from playground.catalogue.published import WorkflowEntry
from playground.display.pages import PageNotice, page
from playground.scenarios import last_verdicts, project_scenarios
from playground.scenarios.project_scenarios import ScenarioView
from playground.scenarios.pytest_text import as_pytest
from playground.scenarios.saving import Recorded, offered_results, scenario_of_run
from playground.views.frame import frame_of

SUGGESTED = 8
"""Characters of a run's id that suggest a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenariosPage:
    """Context of ``workflow/scenarios.html``."""

    workflow_id: str
    listed: tuple[ScenarioView, ...]
    failed: int
    watched: bool
    """Whether they are played after each reload of the code."""
    socket: str = "/ws/pulse/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavePage:
    """Context of ``run/scenario.html``."""

    run_id: str
    workflow_id: str
    name: str
    results: tuple[tuple[str, bool], ...]
    """Steps whose outputs may become results, and whether each is chosen."""
    refused: str
    """Why the run cannot be saved; empty when it can."""
    text: str
    """The scenario's file as it would be."""
    pytest: str
    """The run as a test function; empty when it cannot be one."""


@require_safe
async def scenarios(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """List a workflow's scenarios."""
    listed = tuple(await project_scenarios.listing(workflow_id))
    failed = sum(one.state == "failed" for one in listed)
    watched = await last_verdicts.is_switched_on(workflow_id)
    context = ScenariosPage(workflow_id=workflow_id, listed=listed, failed=failed, watched=watched)
    return page(request, "workflow/scenarios.html", context, frame=await frame_of(request, "workflows"))


@require_POST
async def play(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """Play all scenarios of a workflow, or the one that is named; and take what comes as right, if that is asked."""
    name = request.POST.get("name", "")
    await project_scenarios.run(workflow_id, [name] if name else [], update=request.POST.get("do") == "take")
    return HttpResponseRedirect(reverse("scenarios", args=[workflow_id]), status=303)


@require_POST
async def watch(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """Have the scenarios played after each reload of the code, or no more."""
    await catalogue.workflow(workflow_id)
    await last_verdicts.switch(workflow_id, on=request.POST.get("on") == "on")
    return HttpResponseRedirect(reverse("scenarios", args=[workflow_id]), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
async def save(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show what a run would be as a scenario, and save it on a post."""
    recorded = await project_scenarios.recorded(run_id)
    if request.method != "POST":
        return await _page(request, recorded, run_id[:SUGGESTED], request.GET.getlist("result"))
    name, results = request.POST.get("name", "").strip(), request.POST.getlist("result")
    if request.POST.get("do") == "show":
        return await _page(request, recorded, name, results)
    try:
        saved = await project_scenarios.save(run_id, name, results)
    except InvalidInput as error:
        return await _page(request, recorded, name, results, notice=str(error), status=422)
    except RequestError as error:
        return await _page(request, recorded, name, results, notice=str(error), status=409)
    address = reverse("scenarios", args=[recorded.run.workflow_id])
    return HttpResponseRedirect(f"{address}?notice=scenario#{saved.name}", status=303)


async def _page(
    request: HttpRequest,
    recorded: Recorded,
    name: str,
    results: Sequence[str],
    *,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    run = recorded.run
    entry = await catalogue.version(run.workflow_id, run.digest)
    refused, text, pytest = _shown(recorded, name, results, entry)
    context = SavePage(
        run_id=run.run_id,
        workflow_id=run.workflow_id,
        name=name,
        results=tuple((path, path in results) for path in offered_results(run)),
        refused=refused,
        text=text,
        pytest=pytest,
    )
    notices = (PageNotice(status="failed", text=notice),) if notice else ()
    frame = await frame_of(request, "runs", notices)
    return page(request, "run/scenario.html", context, frame=frame, status=status)


def _shown(recorded: Recorded, name: str, results: Sequence[str], entry: WorkflowEntry | None) -> tuple[str, str, str]:
    """Return why a run cannot be saved, or the texts of its scenario and of its test."""
    try:
        scenario = scenario_of_run(recorded, name, results)
    except RequestError as error:
        return str(error), "", ""
    return "", scenario.to_text(), "" if entry is None else as_pytest(scenario, entry)
