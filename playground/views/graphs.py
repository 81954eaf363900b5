"""A workflow's graph as files, with the statuses of a run or without; and how wide pages draw it."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from engine.mermaid import mermaid_of
from playground.catalogue import catalogue
from playground.diagram import svg, svg_file
from playground.graph.folding import folded_parts
from playground.graph.tree import Graph, read_tree
from playground.runpage.loaded_run import load, view_of

WIDE_COOKIE = "stepyard_graph"
FOLDS_COOKIE = "stepyard_folds"
NARROW = 350
WIDE = 1080
"""Pixels beside the rows of a run, and over them."""
OF_A_FILE = 900


def is_wide(request: HttpRequest) -> bool:
    """Tell whether the reader wants graphs over the whole width of the page."""
    return request.COOKIES.get(WIDE_COOKIE) == "wide"


def graph_width(request: HttpRequest) -> int:
    """Return how many pixels a page's graph is laid out for."""
    return WIDE if is_wide(request) else NARROW


def folded_in(request: HttpRequest, graph: Graph) -> frozenset[str]:
    """Return the names of the parts of a graph that stand folded for the reader, who may have chosen.

    The cookie holds, as JSON, for each workflow whose graph was folded or opened the names of those parts.
    """
    try:
        kept = json.loads(unquote(request.COOKIES.get(FOLDS_COOKIE, "")))
    except ValueError:
        kept = {}
    chosen = kept.get(graph["id"]) if isinstance(kept, dict) else None
    return folded_parts(read_tree(graph).nodes, chosen if isinstance(chosen, Mapping) else {})


@require_safe
async def workflow_svg(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """Give the graph of a workflow as an SVG file."""
    entry = await catalogue.workflow(workflow_id)
    return _file(_drawn(entry.graph), f"{workflow_id}.svg", "image/svg+xml")


@require_safe
async def workflow_mermaid(request: HttpRequest, workflow_id: str) -> HttpResponse:
    """Give the graph of a workflow as the text of a Mermaid flowchart."""
    entry = await catalogue.workflow(workflow_id)
    return _file(mermaid_of(entry.graph), f"{workflow_id}.mmd", "text/plain; charset=utf-8")


@require_safe
async def run_svg(request: HttpRequest, run_id: str) -> HttpResponse:
    """Give the graph of a run as an SVG file, with the statuses of its steps."""
    loaded = await load(run_id)
    view = await view_of(loaded)
    return _file(
        _drawn(_made_with(loaded.graph), marks=view.marks, counts=view.counts), f"{run_id}.svg", "image/svg+xml"
    )


@require_safe
async def run_mermaid(request: HttpRequest, run_id: str) -> HttpResponse:
    """Give the graph that a run was made with as the text of a Mermaid flowchart."""
    loaded = await load(run_id)
    return _file(mermaid_of(_made_with(loaded.graph)), f"{run_id}.mmd", "text/plain; charset=utf-8")


def _made_with(graph: Graph | None) -> Graph:
    if graph is None:
        raise Http404("The graph of the version that this run was made with is not known here any more.")
    return graph


def _drawn(graph: Graph, marks: Any = None, counts: Any = None) -> str:
    return svg_file(svg(graph, width=OF_A_FILE, marks=marks or {}, icons="", counts=counts), _symbols())


@cache
def _symbols() -> str:
    return (Path(settings.STATIC_FOLDER) / "img" / "icons.svg").read_text("utf-8")


def _file(text: str, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type=content_type,
        headers={"Content-Disposition": content_disposition_header(True, name) or "attachment"},
    )
