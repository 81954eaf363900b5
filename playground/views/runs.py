"""The list of all runs, and what is done to many of them at once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from engine.errors import RequestError
from engine.events import RunStatus
from engine.summary import RunSummary
from playground import catalogue, requests, retention
from playground import runs as listing
from playground.runs import Filter
from playground.views.frame import frame_of
from playground.views.page import page

STATUSES: tuple[RunStatus, ...] = ("running", "suspended", "waiting", "pending", "success", "failed", "canceled")
PARAMETERS = ("workflow", "status", "q", "since", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPage:
    """Context of ``runs/list.html``."""

    rows: tuple[RunSummary, ...]
    next: str
    """The query of the next part of the list; empty at the end."""
    first: str
    """The query of the first part; empty when this is it."""
    workflows: tuple[str, ...]
    statuses: tuple[str, ...]
    chosen: dict[str, str]
    """The filters as they were given."""
    total: int
    socket: str = "/ws/pulse/"


@require_safe
async def runs(request: HttpRequest) -> HttpResponse:
    """List runs, newest first."""
    chosen = {name: request.GET.get(name, "").strip() for name in PARAMETERS}
    found = await listing.page(filter_of(chosen), after=request.GET.get("after", ""))
    query = {name: value for name, value in chosen.items() if value}
    context = RunsPage(
        rows=found.rows,
        next=urlencode({**query, "after": found.next}) if found.next else "",
        first=f"?{urlencode(query)}" if request.GET.get("after") else "",
        workflows=tuple(sorted({entry.workflow_id for entry in await catalogue.workflows()})),
        statuses=STATUSES,
        chosen=chosen,
        total=await listing.total(filter_of(chosen)),
    )
    return page(request, "runs/list.html", context, frame=await frame_of(request, "runs"))


@require_POST
async def many(request: HttpRequest) -> HttpResponse:
    """Cancel or delete the runs that are ticked."""
    chosen = request.POST.getlist("run")
    if request.POST.get("do") == "delete":
        await retention.delete(chosen)
    for run_id in chosen if request.POST.get("do") == "cancel" else ():
        await _cancel(run_id)
    query = request.POST.get("query", "")
    return HttpResponseRedirect(f"{reverse('runs')}?{query}" if query else reverse("runs"), status=303)


def filter_of(chosen: dict[str, str]) -> Filter:
    """Return the filter that the parameters mean; a time that cannot be read filters nothing."""
    return Filter(
        workflow=chosen["workflow"],
        status=chosen["status"],
        q=chosen["q"],
        since=_time(chosen["since"]),
        until=_time(chosen["until"]),
    )


async def _cancel(run_id: str) -> None:
    try:
        await requests.cancel(run_id)
    except RequestError:
        # It ended or went away between the tick and the click, which is what was wanted.
        return


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
