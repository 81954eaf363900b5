"""A workflow as a small strip from left to right: enough to recognise it in a list."""

from collections.abc import Iterator, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from playground.graph.nodes import (
    GraphBranch,
    GraphCatch,
    GraphEvent,
    GraphForeach,
    GraphLoop,
    GraphParallel,
    GraphRace,
    GraphSequence,
    GraphSleep,
    GraphWorkflow,
    Node,
)
from playground.graph.tree import Graph, read_tree

STEP = 22
"""From one stop to the next."""
HEIGHT = 34
ARMS = 3
"""How many arms of a fork are drawn at most."""
STOPS = 16
"""How many stops are drawn at most."""


def strip(graph: Graph) -> SafeString:
    """Return a workflow as a strip of dots on a line; it says nothing that the list does not say in words."""
    stops = list(_stops(read_tree(graph).nodes))
    shown, more = stops[:STOPS], len(stops) > STOPS
    width = STEP * (len(shown) - 1) + 24 + (14 if more else 0)
    parts = format_html_join("", "{}", ((_stop(stop, 12 + STEP * n, n, len(shown)),) for n, stop in enumerate(shown)))
    tail = format_html('<text x="{}" y="21">…</text>', width - 13) if more else ""
    return format_html(
        '<svg class="strip" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true">{}{}</svg>',
        width,
        HEIGHT,
        width,
        HEIGHT,
        parts,
        tail,
    )


def _stops(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, GraphSequence):
            yield from _stops(node.nodes)
        else:
            yield node


def _stop(node: Node, x: int, number: int, count: int) -> SafeString:
    middle = HEIGHT / 2
    line = (
        format_html('<path d="M{} {}h{}"></path>', x + 5, middle, STEP - 10) if number + 1 < count else SafeString("")
    )
    match node:
        case GraphParallel() | GraphRace() | GraphCatch() | GraphBranch():
            return format_html("{}{}", line, _fork(node, x))
        case GraphLoop() | GraphForeach():
            ring = format_html('<circle class="s-ring" cx="{}" cy="{}" r="7"></circle>', x, middle)
            return format_html("{}{}{}", line, ring, _dot(node.body, x, middle, 3))
        case GraphWorkflow():
            return format_html(
                '{}<rect x="{}" y="{}" width="11" height="11" rx="3"></rect>', line, x - 5.5, middle - 5.5
            )
        case _:
            return format_html("{}{}", line, _dot(node, x, middle, 4.5))


def _fork(node: Node, x: int) -> SafeString:
    shown = node.inner[:ARMS]
    top = HEIGHT / 2 - 10 * (len(shown) - 1) / 2
    dots = format_html_join("", "{}", ((_dot(arm, x, top + 10 * n, 3.5),) for n, arm in enumerate(shown)))
    return format_html('<path class="s-fork" d="M{} {}V{}"></path>{}', x, top, top + 10 * (len(shown) - 1), dots)


def _dot(node: Node, x: float, y: float, radius: float) -> SafeString:
    while isinstance(node, GraphSequence):
        node = node.nodes[0]
    kind = "asks" if node.resume_schema else "waits" if isinstance(node, GraphSleep | GraphEvent) else "step"
    return format_html('<circle class="s-{}" cx="{}" cy="{}" r="{}"></circle>', kind, x, y, radius)
