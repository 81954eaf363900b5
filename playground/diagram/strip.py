"""A workflow as a small strip from left to right: enough to recognise it in a list."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Graph = Mapping[str, Any]

STEP = 22
"""From one stop to the next."""
HEIGHT = 34
ARMS = 3
"""How many arms of a fork are drawn at most."""
STOPS = 16
"""How many stops are drawn at most."""


def strip(graph: Graph) -> SafeString:
    """Return the graph as a strip of dots on a line; it says nothing that the list does not say in words."""
    stops = list(_stops(graph["steps"]))
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


def _stops(nodes: Sequence[Graph]) -> Iterator[Graph]:
    for node in nodes:
        if node["type"] == "sequence":
            yield from _stops(node["steps"])
        else:
            yield node


def _stop(node: Graph, x: int, number: int, count: int) -> SafeString:
    middle = HEIGHT / 2
    line = (
        format_html('<path d="M{} {}h{}"></path>', x + 5, middle, STEP - 10) if number + 1 < count else SafeString("")
    )
    match node["type"]:
        case "parallel" | "branch":
            return format_html("{}{}", line, _fork(node, x))
        case "loop" | "foreach":
            ring = format_html('<circle class="s-ring" cx="{}" cy="{}" r="7"></circle>', x, middle)
            return format_html("{}{}{}", line, ring, _dot(node["body"], x, middle, 3))
        case "workflow":
            return format_html(
                '{}<rect x="{}" y="{}" width="11" height="11" rx="3"></rect>', line, x - 5.5, middle - 5.5
            )
        case _:
            return format_html("{}{}", line, _dot(node, x, middle, 4.5))


def _fork(node: Graph, x: int) -> SafeString:
    arms = [arm["node"] for arm in node["arms"]] if node["type"] == "branch" else list(node["arms"])
    if node.get("otherwise"):
        arms.append(node["otherwise"])
    shown = arms[:ARMS]
    top = HEIGHT / 2 - 10 * (len(shown) - 1) / 2
    dots = format_html_join("", "{}", ((_dot(arm, x, top + 10 * n, 3.5),) for n, arm in enumerate(shown)))
    return format_html('<path class="s-fork" d="M{} {}V{}"></path>{}', x, top, top + 10 * (len(shown) - 1), dots)


def _dot(node: Graph, x: float, y: float, radius: float) -> SafeString:
    while node["type"] == "sequence":
        node = node["steps"][0]
    kind = "asks" if node.get("resume_schema") else "waits" if node["type"] in ("sleep", "event") else "step"
    return format_html('<circle class="s-{}" cx="{}" cy="{}" r="{}"></circle>', kind, x, y, radius)
