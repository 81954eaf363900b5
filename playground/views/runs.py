"""The list of all runs, and what is done to many of them at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from engine.errors import Issue, RequestError
from engine.events import RunStatus
from playground.actions import actions
from playground.catalogue import catalogue
from playground.display.pages import PageNotice, page
from playground.display.toasts import Toast, done
from playground.forms import JsonError, parse_json
from playground.runs import archive, retention
from playground.runs import lists as listing
from playground.runs.filter_query import MOST, SEVERAL, SHOWN, InvalidFilter, Wanted, read_filter
from playground.runs.run_previews import RunGlance, glances
from playground.views.frame import frame_of
from playground.views.run import url_of

STATUSES: tuple[RunStatus, ...] = (
    "running",
    "paused",
    "suspended",
    "waiting",
    "pending",
    "success",
    "failed",
    "canceled",
)
SPANS = (("last hour", timedelta(hours=1)), ("last day", timedelta(days=1)), ("last week", timedelta(days=7)))
PARAMETERS = ("workflow", "status", "q", "tag", "since", "until")
"""The filters of the page's form."""
WORDS = {"q": "with"}
"""What a filter is called on its chip, if not by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPage:
    """Context of ``runs/list.html``."""

    rows: tuple[RunGlance, ...]
    next: str
    """The query of the next part of the list; empty at the end."""
    longer: str
    """The query of a longer part that begins as this one does, for whoever scrolls to its end; empty at the most."""
    first: str
    """The query of the first part; empty when this is it."""
    workflows: tuple[str, ...]
    statuses: tuple[tuple[str, bool], ...]
    """Each with whether it is chosen, as tags are."""
    tags: tuple[tuple[str, bool], ...]
    chosen: dict[str, str]
    """The filters as they were given."""
    chips: tuple[tuple[str, str], ...]
    """Each filter that narrows the list in words, and the query without it."""
    spans: tuple[tuple[str, str], ...]
    """Lengths of time in words, and the query that shows the runs since then."""
    total: int
    """How many there are, up to `playground.runs.bounded_counts.COUNTED`."""
    looked_to: datetime | None
    """`playground.runs.lists.RunList.looked_to`."""
    issues: tuple[str, ...]
    """What is wrong with the filters; it stands in the list, which is all that a change of a filter brings anew."""
    wrong: tuple[str, ...]
    """The parameters that mean nothing."""
    here: str
    """The address of the list, which is not that of the request when a file was refused."""
    socket: str = "/ws/pulse/"


@require_safe
async def runs(request: HttpRequest) -> HttpResponse:
    """List runs, newest first."""
    return await _list(request)


async def _list(request: HttpRequest, notices: tuple[PageNotice, ...] = (), *, status: int = 200) -> HttpResponse:
    chosen = {name: _given(request, name) for name in PARAMETERS}
    wanted: Wanted | None = None
    issues: tuple[Issue, ...] = ()
    try:
        wanted = read_filter({**request.GET.dict(), **chosen})
    except InvalidFilter as error:
        issues = error.issues
    found = listing.RunList(rows=(), next=None)
    if wanted is not None:
        found = await listing.page(wanted.filter, after=wanted.after, limit=wanted.limit)
    query = {name: value for name, value in chosen.items() if value}
    size = {"limit": limit} if (limit := request.GET.get("limit", "").strip()) else {}
    asked = request.GET.urlencode()
    context = RunsPage(
        here=f"{reverse('runs')}?{asked}" if asked else reverse("runs"),
        rows=await glances(found.rows),
        next=urlencode({**query, **size, "after": found.next}) if found.next else "",
        longer=_longer(query, request.GET.get("after", ""), wanted) if wanted is not None and _goes_on(found) else "",
        first=f"{reverse('runs')}?{urlencode(query | size)}" if request.GET.get("after") else "",
        workflows=tuple(sorted({entry.workflow_id for entry in await catalogue.workflows()})),
        statuses=_choices(STATUSES, chosen["status"]),
        # A script takes the list alone, again and again.
        tags=_choices([] if "HX-Request" in request.headers else await listing.known_tags(), chosen["tag"]),
        chosen=chosen,
        chips=tuple(_chips(query)),
        spans=tuple((words, _since(query, length)) for words, length in SPANS),
        total=0 if wanted is None else max(await listing.bounded_total(wanted.filter), len(found.rows)),
        looked_to=found.looked_to,
        issues=tuple(str(issue) for issue in issues),
        wrong=tuple(str(issue.path[0]) for issue in issues),
    )
    frame = await frame_of(request, "runs", notices)
    return page(request, "runs/list.html", context, frame=frame, status=400 if issues else status)


def _goes_on(found: listing.RunList) -> bool:
    """Tell whether more of the list is known to be there, which a search that has looked only so far does not know."""
    return found.next is not None and found.looked_to is None


def _longer(query: dict[str, str], after: str, wanted: Wanted) -> str:
    if wanted.limit >= MOST:
        return ""
    return urlencode({**query, "limit": min(wanted.limit + SHOWN, MOST)} | ({"after": after} if after else {}))


def _given(request: HttpRequest, name: str) -> str:
    """Return a filter as it was given; of several, with commas between them."""
    given = request.GET.getlist(name) if name in SEVERAL else [request.GET.get(name, "")]
    words = [word.strip() for text in given for word in (text.split(",") if name in SEVERAL else [text])]
    return ",".join(dict.fromkeys(word for word in words if word))


def _choices(names: Sequence[str], chosen: str) -> tuple[tuple[str, bool], ...]:
    """Return what can be chosen, and what is though it cannot, each with whether it is."""
    now = [name for name in chosen.split(",") if name]
    return tuple((name, name in now) for name in dict.fromkeys([*names, *now]))


def _chips(query: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what narrows the list, each in words, with the query without it."""
    for name, value in query.items():
        parts = value.split(",") if name in SEVERAL else [value]
        for part in parts:
            left = {**query, name: ",".join(other for other in parts if other != part)}
            yield f"{WORDS.get(name, name)} {part}", urlencode({key: text for key, text in left.items() if text})


def _since(query: dict[str, str], length: timedelta) -> str:
    since = (datetime.now(UTC) - length).isoformat(timespec="minutes")
    return urlencode({**query, "since": since.replace("+00:00", "Z")})


@require_POST
async def many(request: HttpRequest) -> HttpResponse:
    """Cancel, delete or compare the runs that are ticked."""
    chosen = request.POST.getlist("run")
    if request.POST.get("do") == "compare" and len(chosen) == 2:
        # The list is newest first, and what is new is held against what was before.
        return HttpResponseRedirect(f"{reverse('compare')}?{urlencode({'a': chosen[1], 'b': chosen[0]})}", status=303)
    query = request.POST.get("query", "")
    address = f"{reverse('runs')}?{query}" if query else reverse("runs")
    return done(address, await _with_many(request.POST.get("do", ""), chosen))


async def _with_many(what: str, chosen: Sequence[str]) -> Toast:
    """Cancel or delete runs, and return what is to be said of it."""
    if what == "compare":
        return Toast(status="warning", text="Tick two runs to compare them.")
    if not chosen:
        return Toast(status="warning", text="No run was ticked, so nothing was done.")
    if what == "delete":
        return Toast(status="success", text=f"{counted(await retention.delete(chosen))} deleted.")
    if what != "cancel":
        return Toast(status="warning", text="It was not said what to do with the ticked runs, so nothing was done.")
    canceled = sum([await _cancel(run_id) for run_id in chosen])
    left = len(chosen) - canceled
    text = f"{counted(canceled)} canceled." + (f" {counted(left)} not: ended before, or deleted." if left else "")
    return Toast(status="canceled", text=text)


def counted(runs: int) -> str:
    """Return the beginning of a sentence about so many runs."""
    return "1 run is" if runs == 1 else f"{runs} runs are"


async def _cancel(run_id: str) -> bool:
    try:
        await actions.cancel(run_id)
    except RequestError:
        # It ended or went away between the tick and the click, which is what was wanted.
        return False
    return True


@require_POST
async def import_run(request: HttpRequest) -> HttpResponse:
    """Bring an exported run back, and go on from it in a new run, if that is asked for."""
    file, step = request.FILES.get("file"), request.POST.get("step", "").strip()
    try:
        data = parse_json("" if file is None else file.read().decode())
        if request.POST.get("do") == "fork":
            return HttpResponseRedirect(url_of(await archive.restore_and_fork(data, step)), status=303)
        return HttpResponseRedirect(url_of(await archive.restore(data)), status=303)
    except (UnicodeDecodeError, JsonError, RequestError) as error:
        text = "Choose a file first." if file is None else f"{file.name}: {error}"
        return await _list(request, (PageNotice(status="failed", text=text),), status=422)
