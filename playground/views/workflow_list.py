"""The list of workflows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from engine.journal.summary import RunSummary
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.diagram import strip
from playground.display.pages import page
from playground.graph.nodes import GraphWorkflow
from playground.graph.tree import read_tree
from playground.runs import lists
from playground.runs.bounded_counts import bounded_counts
from playground.schedules import schedules
from playground.schedules.schedules import ScheduleView
from playground.views.frame import frame_of
from playground.views.pins import pinned

OPEN = ("running", "pending", "waiting", "suspended", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A workflow as the list shows it."""

    entry: WorkflowEntry
    steps: int
    strip: SafeString
    counts: Counter[str]
    """How many runs have each status, up to `playground.runs.bounded_counts.COUNTED`."""
    recent: tuple[RunSummary, ...]
    schedules: tuple[ScheduleView, ...]
    uses: frozenset[str]
    """The ids of the workflows that are nested in it, at any depth."""
    helpers: tuple["Listed", ...] = ()
    """Those of them that are folded under it."""
    pins: int = 0
    """How many of its steps return what is pinned."""

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


@require_safe
async def workflows(request: HttpRequest) -> HttpResponse:
    """List the workflows."""
    q = request.GET.get("q", "").strip()
    entries = [entry for entry in await catalogue.workflows() if q.lower() in _searched(entry)]
    counts = await bounded_counts()
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
            pins=len(pinned(entry)[0]),
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


def _searched(entry: WorkflowEntry) -> str:
    return f"{entry.workflow_id} {entry.description} {entry.module}".lower()


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the list."""
    return redirect("workflows")
