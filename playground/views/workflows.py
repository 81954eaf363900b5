"""The list of workflows, and one workflow with the form that starts it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engine.errors import InvalidInput, RequestError
from engine.journal.summary import RunSummary
from playground.actions import actions
from playground.catalogue import catalogue, saved_inputs
from playground.catalogue.catalogue import WorkflowEntry
from playground.catalogue.saved_inputs import SavedInput
from playground.diagram import strip, svg
from playground.display import code_excerpt
from playground.display.pages import PageNotice, context_of, page
from playground.display.values import preview
from playground.forms import MISSING, Form, mask, without_secrets
from playground.fuzzing import searches
from playground.graph.nodes import GraphWorkflow
from playground.graph.tree import read_tree
from playground.runpage.loaded_run import load
from playground.runs import lists
from playground.runs.lists import Input
from playground.runs.run_previews import RunGlance, glances
from playground.schedules import schedules
from playground.schedules.schedules import ScheduleView
from playground.views.form_posts import issues_of, posted, wants_part
from playground.views.frame import frame_of
from playground.views.proceed_retry import breakpoints_of
from playground.views.rehearsing import START, StepPlan, plans_of, rehearsal_of
from playground.views.run import url_of
from playground.views.snippets import Snippets, SnippetsPart, snippets_of

GRAPH_WIDTH = 350
OPEN = ("running", "pending", "waiting", "suspended", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A workflow as the list shows it."""

    entry: WorkflowEntry
    steps: int
    strip: SafeString
    counts: Counter[str]
    recent: tuple[RunSummary, ...]
    schedules: tuple[ScheduleView, ...]
    uses: frozenset[str]
    """The ids of the workflows that are nested in it, at any depth."""
    helpers: tuple["Listed", ...] = ()
    """Those of them that are folded under it."""

    @property
    def median(self) -> float | None:
        """Return how many seconds a successful one of the last runs took, in the middle; None without any."""
        ended = [run for run in self.recent if run.status == "success" and run.ended_at]
        lengths = [(run.ended_at - run.created_at).total_seconds() for run in ended if run.ended_at]
        return median(lengths) if lengths else None

    @property
    def next_due(self) -> datetime | None:
        """Return when the next armed schedule starts it."""
        return min((one.coming[0] for one in self.schedules if one.armed and one.coming), default=None)

    @property
    def open(self) -> tuple[tuple[str, int], ...]:
        """Return how many runs have each status that asks for attention."""
        return tuple((status, self.counts[status]) for status in (*OPEN, "failed") if self.counts[status])

    @property
    def total(self) -> int:
        """Return how many runs there are."""
        return self.counts.total()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowsPage:
    """Context of ``workflow/list.html``."""

    own: tuple[Listed, ...]
    examples: tuple[Listed, ...]
    """Those that come with Stepyard."""
    is_first: bool
    """Whether nothing was ever run, so that a way in is shown."""
    q: str
    socket: str = "/ws/pulse/"


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
    socket: str = "/ws/pulse/"


@require_safe
async def workflows(request: HttpRequest) -> HttpResponse:
    """List the workflows."""
    q = request.GET.get("q", "").strip()
    entries = [entry for entry in await catalogue.workflows() if q.lower() in _searched(entry)]
    counts = await lists.counts()
    recent = await lists.recent([entry.workflow_id for entry in entries], limit=12)
    timetable = await schedules.listing()
    listed = tuple(
        Listed(
            entry=entry,
            steps=sum(1 for _ in read_tree(entry.graph).walk()),
            strip=strip(entry.graph),
            counts=counts.get(entry.workflow_id, Counter()),
            recent=tuple(recent[entry.workflow_id]),
            schedules=tuple(one for one in timetable if one.workflow_id == entry.workflow_id),
            uses=_nested_in(entry),
        )
        for entry in entries
    )
    # What was searched for is not folded away.
    rows = listed if q else folded(listed)
    context = WorkflowsPage(
        own=tuple(item for item in rows if not _is_example(item.entry)),
        examples=tuple(item for item in rows if _is_example(item.entry)),
        is_first=not counts and not q,
        q=q,
    )
    return page(request, "workflow/list.html", context, frame=await frame_of(request, "workflows"))


def folded(listed: Sequence[Listed]) -> tuple[Listed, ...]:
    """Return the workflows that no other one uses, each with those that it is the first to use."""
    used = {name for item in listed for name in item.uses if name != item.entry.workflow_id}
    left = {item.entry.workflow_id: item for item in listed if item.entry.workflow_id in used}
    rows = []
    for item in listed:
        if item.entry.workflow_id not in used:
            names = [name for name in left if name in item.uses]
            rows.append(replace(item, helpers=tuple(left.pop(name) for name in names)))
    return (*rows, *left.values())


def _nested_in(entry: WorkflowEntry) -> frozenset[str]:
    return frozenset(node.workflow_id for node in read_tree(entry.graph).walk() if isinstance(node, GraphWorkflow))


def _is_example(entry: WorkflowEntry) -> bool:
    return entry.module.startswith("playground.examples")


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


@require_POST
async def forget_input(request: HttpRequest, workflow_id: str, saved_id: str) -> HttpResponse:
    """Delete a saved input."""
    await saved_inputs.delete(workflow_id, saved_id)
    return HttpResponseRedirect(f"{reverse('workflow', args=[workflow_id])}?notice=forgotten", status=303)


async def _save(request: HttpRequest, entry: WorkflowEntry, form: Form) -> HttpResponse:
    if form.issues or form.value is MISSING:
        return await _workflow_page(request, entry, form, status=422)
    name = request.POST.get("saved-name", "")
    try:
        kept = await saved_inputs.save(entry.workflow_id, name, without_secrets(entry.input_schema, form.value))
    except ValueError as error:
        notices = (PageNotice(status="failed", text=str(error)),)
        return await _workflow_page(request, entry, form, notices=notices, status=422)
    query = urlencode({"saved": kept.saved_id, "notice": "saved"})
    return HttpResponseRedirect(f"{reverse('workflow', args=[entry.workflow_id])}?{query}", status=303)


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
        lacks = mask(schema, given) != given
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
    how = request.POST.get("run")
    try:
        if how == START:
            plans, rehearsal = rehearsal_of(plans)
        if form.issues or form.value is MISSING or (how == START and rehearsal is None):
            return await _workflow_page(request, entry, form, plans=plans, status=422)
        breakpoints = "all" if how == "step" else breakpoints_of(request, entry.graph)
        run_id = await actions.start(
            entry.workflow_id, form.value, breakpoints=breakpoints, rehearsal=rehearsal, entry=entry
        )
    except InvalidInput as error:
        notices = () if error.issues else (PageNotice(status="failed", text=str(error)),)
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
    inputs = await lists.recent_inputs(entry.workflow_id, limit=6)
    context = WorkflowPage(
        entry=entry,
        graph=svg(entry.graph, width=GRAPH_WIDTH, marks={}, icons=static("img/icons.svg"), stops=True),
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


def _searched(entry: WorkflowEntry) -> str:
    return f"{entry.workflow_id} {entry.description} {entry.module}".lower()


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the list."""
    return redirect("workflows")
