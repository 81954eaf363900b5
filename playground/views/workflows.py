"""One workflow, with the form that starts it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from engine.errors import InvalidInput, RequestError
from playground.actions import actions
from playground.catalogue import catalogue, saved_inputs
from playground.catalogue.catalogue import WorkflowEntry
from playground.catalogue.saved_inputs import SavedInput
from playground.diagram import svg
from playground.display import code_excerpt
from playground.display.pages import PageNotice, context_of, page
from playground.display.toasts import done
from playground.display.values import preview
from playground.forms import MISSING, Form, mask, without_secrets
from playground.forms.schema.mask import secret_places
from playground.fuzzing import searches
from playground.runpage.loaded_run import load
from playground.runs import lists
from playground.runs.lists import Input
from playground.runs.refusals import headline
from playground.runs.run_previews import RunGlance, glances
from playground.scenarios import pins
from playground.schedules import schedules
from playground.schedules.schedules import ScheduleView
from playground.views import saved_inputs as saved_input_views
from playground.views.form_posts import issues_of, posted, wants_part
from playground.views.frame import frame_of
from playground.views.graphs import folded_in, graph_width, is_wide
from playground.views.pins import Pinned, pinned
from playground.views.proceed_retry import breakpoints_of
from playground.views.rehearsing import START, StepPlan, plans_of, rehearsal_of
from playground.views.run import url_of
from playground.views.snippets import Snippets, SnippetsPart, snippets_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A former or saved input, offered again."""

    query: str
    """What opens the form with it."""
    text: str
    at: datetime
    name: str = ""
    saved_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowPage:
    """Context of ``workflow/page.html``, ``workflow/rehearse.html``."""

    entry: WorkflowEntry
    graph: SafeString
    wide: bool
    """Whether the graph has the whole width of the page."""
    graph_files: str
    """The address of the graph's files without their suffixes."""
    form: SafeString
    origin: str
    """The run whose input fills the form, if one does."""
    lacks_secrets: bool
    """Whether that input has secrets, which are left out."""
    name: str
    """The name that stands in the form, to save the input under."""
    saved_as: str
    """The name of the saved input that filled the form, if one did."""
    saved: tuple[Offered, ...]
    inputs: tuple[Offered, ...]
    recent: tuple[RunGlance, ...]
    schedules: tuple[ScheduleView, ...]
    editor: str
    snippets: Snippets
    plans: tuple[StepPlan, ...]
    """What each step is to pretend, when a rehearsal is put together."""
    pins: tuple[Pinned, ...]
    pins_wrong: str
    """What is wrong with the file of the pins, if something is."""
    socket: str = "/ws/pulse/"


@require_http_methods(["GET", "HEAD", "POST"])
async def workflow(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """Show a workflow with its form; a post starts a run, or changes the form's shape."""
    entry = await catalogue.workflow(workflow_id)
    if request.method != "POST":
        return await _opened(request, entry)
    if "snippets" in request.GET:
        form = Form.posted(entry.input_schema, *posted(request))
        part = SnippetsPart(snippets=snippets_of(request, entry, form))
        return render(request, "workflow/snippets.html", context_of(part))
    return await _start(request, entry)


@require_POST
async def save_input(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """Keep what is in the form under a name; it need not be complete."""
    entry = await catalogue.workflow(workflow_id)
    return await _save(request, entry, Form.posted(entry.input_schema, *posted(request)))


async def _save(request: HttpRequest, entry: WorkflowEntry, form: Form) -> HttpResponse:
    if form.issues or form.value is MISSING:
        return await _workflow_page(request, entry, form, status=422)
    name, since = request.POST.get("saved-name", ""), request.POST.get(saved_input_views.SINCE)
    value = without_secrets(entry.input_schema, form.value)
    try:
        kept, toast = await saved_input_views.save(entry.workflow_id, name, value, since=since)
    except ValueError as error:
        notices = (PageNotice(status="failed", text=str(error)),)
        return await _workflow_page(request, entry, form, notices=notices, status=422)
    query = urlencode({"saved": kept.saved_id})
    return done(f"{reverse('workflow', args=[entry.workflow_id])}?{query}", toast)


def _means_to_save(request: HttpRequest) -> bool:
    """Tell whether Enter was pressed without scripts after a name was typed, which presses no button that has a name.

    An input that was saved can be taken back, and a run that was started cannot.
    """
    name = request.POST.get("saved-name", "").strip()
    return bool(name) and "run" not in request.POST and name != request.POST.get("saved-as")


async def _opened(request: HttpRequest, entry: WorkflowEntry) -> HttpResponse:
    """Show the form empty, with a run's input (``?from=``), a saved one (``?saved=``), or one found (``?found=``)."""
    origin = request.GET.get("from", "")
    if origin:
        run = (await load(origin)).history.run
        if not run.has_input:
            return await _workflow_page(request, entry, Form.blank(entry.input_schema), origin=origin)
        given, schema = run.root.input, entry.input_schema
        lacks = bool(secret_places(schema, given))
        return await _workflow_page(request, entry, Form.of(schema, given), origin=origin, lacks_secrets=lacks)
    if found := request.GET.get("found", ""):
        form = Form.of(entry.input_schema, searches.finding(entry.workflow_id, found).input, secrets=True)
        return await _workflow_page(request, entry, form)
    kept = await saved_inputs.find(entry.workflow_id, request.GET.get("saved", ""))
    if kept is not None:
        return await _workflow_page(request, entry, Form.of(entry.input_schema, kept.value), saved_as=kept.name)
    return await _workflow_page(request, entry, Form.blank(entry.input_schema))


async def _start(request: HttpRequest, entry: WorkflowEntry) -> HttpResponse:
    form = Form.posted(entry.input_schema, *posted(request))
    if form.action is None and _means_to_save(request):
        return await _save(request, entry, form)
    form = form.validate()
    if form.action is not None:
        if wants_part(request):
            return HttpResponse(_form_html(request, entry, form))
        return await _workflow_page(request, entry, form)
    plans, rehearsal = (await plans_of(request, entry) if f"{START}0-times" in request.POST else ()), None
    if any(plan.form.action is not None for plan in plans):
        return await _workflow_page(request, entry, form, plans=plans)
    how, ready = request.POST.get("run"), True
    try:
        if how == START:
            plans, rehearsal = rehearsal_of(plans)
            ready = rehearsal is not None
        if form.issues or form.value is MISSING or not ready:
            return await _workflow_page(request, entry, form, plans=plans, status=422)
        breakpoints = "all" if how == "step" else breakpoints_of(request, entry.graph)
        rehearsal = await pins.rehearsed(entry, rehearsal)
        run_id = await actions.start(
            entry.workflow_id, form.value, breakpoints=breakpoints, rehearsal=rehearsal, entry=entry
        )
    except InvalidInput as error:
        # What does not fit may be something that it pretends: the headline says so, which no field of the form does.
        told = headline(error) if error.issues else str(error)
        notices = () if error.issues and rehearsal is None else (PageNotice(status="failed", text=told),)
        form = form.with_issues(issues_of(error))
        return await _workflow_page(request, entry, form, plans=plans, notices=notices, status=422)
    except RequestError as error:
        return await _workflow_page(
            request, entry, form, notices=(PageNotice(status="failed", text=str(error)),), status=409
        )
    return HttpResponseRedirect(url_of(run_id), status=303)


async def _workflow_page(
    request: HttpRequest,
    entry: WorkflowEntry,
    form: Form,
    *,
    origin: str = "",
    saved_as: str = "",
    lacks_secrets: bool = False,
    plans: tuple[StepPlan, ...] = (),
    notices: tuple[PageNotice, ...] = (),
    status: int = 200,
) -> HttpResponse:
    if not plans and "rehearse" in request.GET:
        plans = await plans_of(request, entry)
    saved_as = request.POST.get("saved-as", saved_as)
    pinned_steps, pins_wrong = pinned(entry)
    inputs = await lists.recent_inputs(entry.workflow_id, limit=6)
    labels = {one.step: "pinned" for one in pinned_steps}
    context = WorkflowPage(
        entry=entry,
        graph=svg(
            entry.graph,
            width=graph_width(request),
            marks={},
            icons=static("img/icons.svg"),
            labels=labels,
            stops=True,
            folded=folded_in(request, entry.graph),
        ),
        wide=is_wide(request),
        graph_files=f"{reverse('workflow', args=[entry.workflow_id])}graph",
        form=_form_html(request, entry, form),
        origin=origin,
        lacks_secrets=lacks_secrets,
        name=request.POST.get("saved-name", saved_as),
        saved_as=saved_as,
        saved=tuple([_kept(entry, item) for item in await saved_inputs.listing(entry.workflow_id)]),
        inputs=tuple(_former(entry, item) for item in inputs),
        recent=await glances((await lists.recent([entry.workflow_id], limit=8))[entry.workflow_id]),
        schedules=tuple(await schedules.listing(entry.workflow_id)),
        editor=code_excerpt.editor_url(entry.file or "", entry.line),
        snippets=snippets_of(request, entry, form),
        plans=plans,
        pins=pinned_steps,
        pins_wrong=pins_wrong,
    )
    frame = await frame_of(request, "workflows", notices)
    return page(request, "workflow/page.html", context, frame=frame, status=status)


def _form_html(request: HttpRequest, entry: WorkflowEntry, form: Form) -> SafeString:
    return form.html(submit_url=reverse("workflow", args=[entry.workflow_id]), id_prefix="start")


def _former(entry: WorkflowEntry, item: Input) -> Offered:
    text = _in_a_line(entry, item.value)
    return Offered(query=urlencode({"from": item.run_id}), text=text, at=item.created_at)


def _kept(entry: WorkflowEntry, item: SavedInput) -> Offered:
    text = _in_a_line(entry, item.value)
    query = urlencode({"saved": item.saved_id})
    return Offered(query=query, text=text, at=item.saved_at, name=item.name, saved_id=item.saved_id)


def _in_a_line(entry: WorkflowEntry, value: Any) -> str:
    """Return an input in a few words; one that has none is told too, since a link needs a name."""
    return preview(mask(entry.input_schema, value), 72) or "(empty)"
