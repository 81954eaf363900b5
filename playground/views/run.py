"""A run's page, its opened steps, and the run as JSON and as text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from engine.paths import Path
from playground.diagram import svg
from playground.display.pages import PageNotice, context_of, page
from playground.forms import Form
from playground.history import Window, as_text, rows
from playground.runpage.loaded_run import Loaded, load, view_of
from playground.runpage.opened_step import Drawn, draw, step_html
from playground.runpage.parts import RunParts, parts_of
from playground.runpage.view import RunView, query_of, window_from
from playground.runs import archive
from playground.views.frame import frame_of
from playground.views.graphs import folded_in, graph_width, is_wide


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage(RunParts):
    """Context of ``run/page.html``."""

    lines: tuple[Drawn, ...]
    graph: SafeString | None
    wide: bool
    """Whether the graph has the whole width of the page."""
    graph_files: str
    """The address of the graph's files without their suffixes."""
    socket: str
    selected: str
    """The key of the row that stands open in the panel."""


@require_safe
async def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show a run; as text to those who ask for text."""
    loaded = await load(run_id, window=window_of(request))
    view = await view_of(loaded)
    if _wants_text(request):
        text = as_text(loaded.history, rows(loaded.history, loaded.graph, loaded.window), now=view.now)
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    lines = draw(view, loaded.graph, token=get_token(request), opened=selected_of(request))
    return await run_page(request, loaded, view, lines)


@require_safe
async def step(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show the inside of one row of the journal."""
    loaded = await load(run_id, window=window_of(request))
    view = await view_of(loaded)
    line = view.line(request.GET.get("key", ""))
    if line is None:
        return HttpResponse("This step is not in the run any more.", status=404, content_type="text/plain")
    return HttpResponse(step_html(view, line, loaded.graph, token=get_token(request)))


async def run_page(
    request: HttpRequest,
    loaded: Loaded,
    view: RunView,
    lines: tuple[Drawn, ...],
    *,
    notices: tuple[PageNotice, ...] = (),
    typed: Mapping[Path, Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page of a run; ``typed`` as for `playground.runpage.pause_forms.paused_forms`."""
    graph = None
    if loaded.graph is not None:
        icons = static("img/icons.svg")
        graph = svg(
            loaded.graph,
            width=graph_width(request),
            marks=view.marks,
            icons=icons,
            links=view.links,
            counts=view.counts,
            labels=view.labels,
            stops=True,
            folded=folded_in(request, loaded.graph),
        )
    context = RunPage(
        **context_of(parts_of(loaded, view, typed)),
        lines=lines,
        graph=graph,
        wide=is_wide(request),
        graph_files=f"{reverse('run', args=[view.run_id])}graph",
        selected=selected_of(request),
        socket=socket_url(view.run_id, loaded.window),
    )
    frame = await frame_of(request, "runs", notices)
    return page(request, "run/page.html", context, frame=frame, status=status)


async def refused_page(
    request: HttpRequest, run_id: str, text: str, typed: str = "", *, status: int = 409
) -> HttpResponse:
    """Say that something came too late or cannot be, beside the run as it is now, with what was typed in vain."""
    loaded = await load(run_id)
    view = await view_of(loaded)
    notices = (PageNotice(status="failed", text=text, typed=typed),)
    lines = draw(view, loaded.graph, token=get_token(request))
    return await run_page(request, loaded, view, lines, notices=notices, status=status)


def window_of(request: HttpRequest) -> Window:
    """Return which rows the address asks for."""
    return window_from(request.GET.dict())


def selected_of(request: HttpRequest) -> str:
    """Return the key of the row that the address opens: ``?row=<key>``."""
    return request.GET.get("row", "")


def socket_url(run_id: str, window: Window) -> str:
    """Return the address of the socket that keeps the page current."""
    return f"/ws/runs/{run_id}/{query_of(window)}"


def _wants_text(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return "text/plain" in accept and "text/html" not in accept


@require_safe
async def as_json(request: HttpRequest, run_id: str) -> HttpResponse:
    """Give the run as a JSON file: its workflow and all its events, secrets masked."""
    text = json.dumps(await archive.export(run_id), indent=1, default=str)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{run_id}.json"'
    return response


def url_of(run_id: str, path: str = "") -> str:
    """Return the address of a run, or of one of its steps."""
    address = reverse("run", args=[run_id])
    return f"{address}#row-{path}" if path else address
