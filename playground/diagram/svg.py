"""The laid-out graph as SVG: positions are attributes and colours are classes, which a strict CSP lets through."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from playground.diagram.figures import Box, Caption, Dot, Edge, Frame, Shape, line_of
from playground.diagram.layout import lay_out

KIND_ICONS = {"map": "map", "sleep": "clock", "event": "bolt", "loop": "loop", "foreach": "stack", "workflow": "flow"}
PLAIN_DOTS = ("start", "end", "join")
MARGIN = 6.0
"""Around the graph: dots of breakpoints lie on the edges of its outermost nodes."""
LETTER = 6.2
"""About the width of one character of what an execution calls itself."""
MOST_OF_A_TYPE = 190.0
"""So wide is the type that a line shows, in pixels; its title has it whole."""


class Counted(Protocol):
    """What a node that ran more than once needs of its count."""

    @property
    def text(self) -> str:
        """Tell it in short."""
        ...

    @property
    def words(self) -> str:
        """Tell it in words."""
        ...


def svg(
    graph: Mapping[str, Any],
    *,
    width: float,
    marks: Mapping[str, str],
    icons: str,
    links: Mapping[str, str] | None = None,
    counts: Mapping[str, Counted] | None = None,
    labels: Mapping[str, str] | None = None,
    stops: bool = False,
    folded: Collection[str] | None = None,
) -> SafeString:
    """Return the graph as an ``<svg>`` element.

    Args:
        graph: the workflow's graph as JSON.
        width: pixels at hand.
        marks: node path -> status; nodes that are not in it are drawn as pending.
        icons: the address of the icon sheet.
        links: node path -> key of the row of a run's journal that the node leads to.
        counts: node path -> how often it ran, of those that ran more than once.
        labels: node path -> what the execution calls itself that the node leads to.
        stops: whether each node has a dot that sets a breakpoint before it.
        folded: the names of the parts that are drawn as one node each; with None all is drawn, and nothing folds.
    """
    told = _Told(marks=marks, links=links or {}, counts=counts or {}, labels=labels or {})
    block = lay_out(graph, width - 2 * MARGIN, folded or ())
    order: dict[type[Shape], int] = {Frame: 0, Edge: 1, Caption: 2, Dot: 3, Box: 3}
    shapes = sorted(block.shapes, key=lambda shape: order[type(shape)])
    return format_html(
        '<svg class="graph" role="group" aria-label="Graph of {}" width="{}" height="{}" viewBox="{} {} {} {}">'
        "{}{}{}</svg>",
        graph["id"],
        _n(block.width + 2 * MARGIN),
        _n(block.height + 2 * MARGIN),
        _n(-MARGIN),
        _n(-MARGIN),
        _n(block.width + 2 * MARGIN),
        _n(block.height + 2 * MARGIN),
        _join(_draw(shape, told, icons) for shape in shapes),
        _join(_stop(shape) for shape in shapes if stops and isinstance(shape, Box) and not shape.folded),
        _join(_switch(shape, icons) for shape in shapes if folded is not None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a run says of the nodes; see `svg`."""

    marks: Mapping[str, str]
    links: Mapping[str, str]
    counts: Mapping[str, Counted]
    labels: Mapping[str, str]


def _draw(shape: Shape, told: _Told, icons: str) -> SafeString:
    match shape:
        case Box():
            return _box(shape, told, icons)
        case Frame():
            return _frame(shape, told.marks.get(shape.node, "pending"), icons)
        case Dot():
            return _dot(shape, told.marks, icons)
        case Caption():
            return format_html(
                '<text class="g-caption" x="{}" y="{}" text-anchor="middle">{}<title>{}</title></text>',
                _n(shape.x),
                _n(shape.y + 6),
                shape.text,
                shape.full or shape.text,
            )
        case Edge():
            return _edge(shape, told.marks)


def _box(box: Box, told: _Told, icons: str) -> SafeString:
    status, row, count = told.marks.get(box.node, "pending"), told.links.get(box.node), told.counts.get(box.node)
    top = 22 if not box.sub and len(box.label) == 1 else 21
    lines = format_html_join(
        "",
        '<text class="g-label" x="{}" y="{}">{}</text>',
        ((_n(box.x + 34), _n(box.y + top + 15 * number), line) for number, line in enumerate(box.label)),
    )
    sub = (
        format_html('<text class="g-sub" x="{}" y="{}">{}</text>', _n(box.x + 34), _n(box.y + box.height - 10), box.sub)
        if box.sub
        else ""
    )
    badges = _join(
        _use(icons, badge, box.x + box.width - 24 - 18 * number, box.y + 11, 14, "g-badge")
        for number, badge in enumerate(box.badges, start=int(box.folded))
    )
    inner = format_html(
        '<title>{}: {}{}</title>{}<rect class="g-box" x="{}" y="{}" width="{}" height="{}" rx="8"></rect>{}{}{}{}'
        '<text class="g-count" x="{}" y="{}" text-anchor="end">{}</text>{}',
        box.node,
        f"{status} ({count.words})" if count else status,
        f" — {box.title}" if box.title else "",
        _behind(box),
        _n(box.x),
        _n(box.y),
        _n(box.width),
        _n(box.height),
        _use(icons, status, box.x + 11, box.y + 10, 16, "g-icon"),
        lines,
        sub,
        badges,
        _n(box.x + box.width - 8),
        _n(box.y + 3.5),
        count.text if count else "",
        _called(box, told.labels.get(box.node, "")),
    )
    node = format_html(
        '<g class="g-node" data-node="{}" data-kind="{}" data-status="{}">{}</g>', box.node, box.kind, status, inner
    )
    return node if row is None else format_html('<a href="#row-{}">{}</a>', row, node)


def _behind(box: Box) -> SafeString:
    """Return the edge of a second box behind one that holds others."""
    if not box.folded:
        return SafeString("")
    return format_html(
        '<rect class="g-box g-behind" x="{}" y="{}" width="{}" height="{}" rx="8"></rect>',
        *map(_n, (box.x + 4, box.y + 4, box.width, box.height)),
    )


def _called(box: Box, label: str) -> SafeString:
    """Return what an execution of the node calls itself, on its lower border, as far as there is room."""
    most = int((box.width - 20) / LETTER)
    return format_html(
        '<text class="g-called" data-most="{}" x="{}" y="{}" text-anchor="end">{}</text>',
        most,
        _n(box.x + box.width - 8),
        _n(box.y + box.height + 3.5),
        label if len(label) <= most else f"{label[: most - 1]}…",
    )


def _stop(box: Box) -> SafeString:
    """Return the dot beside a node; a circle around it, which is not seen, makes it easy to hit."""
    x, y = _n(box.x), _n(box.y + box.height / 2)
    return format_html(
        '<g class="g-stop" data-stop="{}" role="checkbox" aria-checked="false" tabindex="0" '
        'aria-label="Breakpoint before {}"><title>Breakpoint before {}</title>'
        '<circle class="g-hit" cx="{}" cy="{}" r="12"></circle><circle cx="{}" cy="{}" r="4.500"></circle></g>',
        *(box.node, box.node, box.node, x, y, x, y),
    )


def _switch(shape: Shape, icons: str) -> SafeString:
    """Return what folds a part, at its frame or at the dot where its arms begin, or opens it again."""
    match shape:
        case Box(folded=True):
            x, y, title = shape.x + shape.width - 17, shape.y + 18, " ".join(shape.label)
        case Frame():
            x, y, title = shape.x + shape.width - 16, shape.y + 14.5, shape.full
        case Dot(kind=kind) if kind not in PLAIN_DOTS:
            x, y, title = shape.x + 22, shape.y, shape.title
        case _:
            return SafeString("")
    folded = isinstance(shape, Box)
    said = f"{'Open' if folded else 'Fold'} {shape.node.removeprefix('/')}: {title}"
    return format_html(
        '<g class="g-switch" data-graph="fold" data-part="{}" role="button" aria-expanded="{}" tabindex="0" '
        'aria-label="{}"><title>{}</title><circle cx="{}" cy="{}" r="10"></circle>'
        '<g transform="rotate({} {} {})">{}</g></g>',
        *(shape.node, "false" if folded else "true", said, said, _n(x), _n(y)),
        *(0 if folded else 90, _n(x), _n(y)),
        _use(icons, "chevron", x - 5.5, y - 5.5, 11, "g-kind"),
    )


def _frame(frame: Frame, status: str, icons: str) -> SafeString:
    icon = KIND_ICONS.get(frame.kind, frame.kind)
    title = format_html_join(
        "",
        '<text class="g-title" x="{}" y="{}">{}</text>',
        ((_n(frame.x + 29), _n(frame.y + 18.5 + 15 * at), line) for at, line in enumerate(frame.title)),
    )
    return format_html(
        '<g class="g-frame" data-node="{}" data-kind="{}" data-status="{}"><title>{}: {}{}</title>'
        '<rect x="{}" y="{}" width="{}" height="{}" rx="10"></rect>{}{}</g>',
        frame.node,
        frame.kind,
        status,
        frame.node.removeprefix("/"),
        status,
        f"\n{frame.full}" if "…" in "".join(frame.title) else "",
        _n(frame.x),
        _n(frame.y),
        _n(frame.width),
        _n(frame.height),
        _use(icons, icon, frame.x + 10, frame.y + 8, 13, "g-kind"),
        title,
    )


def _dot(dot: Dot, marks: Mapping[str, str], icons: str) -> SafeString:
    if dot.kind in PLAIN_DOTS:
        radius = 3 if dot.kind == "join" else 5
        title = format_html("<title>{}</title>", dot.title) if dot.title else ""
        return format_html(
            '<circle class="g-{}" cx="{}" cy="{}" r="{}">{}</circle>', dot.kind, _n(dot.x), _n(dot.y), radius, title
        )
    status = marks.get(dot.node, "pending")
    return format_html(
        '<g class="g-fork" data-node="{}" data-kind="{}" data-status="{}"><title>{}: {}</title>'
        '<circle cx="{}" cy="{}" r="10"></circle>{}</g>',
        dot.node,
        dot.kind,
        status,
        dot.title,
        status,
        _n(dot.x),
        _n(dot.y),
        _use(icons, dot.kind, dot.x - 6.5, dot.y - 6.5, 13, "g-kind"),
    )


def _edge(edge: Edge, marks: Mapping[str, str]) -> SafeString:
    """Return a line; one of which it is known what it carries says so while the pointer is near."""
    line = _line(edge, marks)
    if not edge.carries:
        return line
    x, y = edge.x2 + 8, (edge.y1 + edge.y2) / 2 + 4
    if edge.elbow:
        x, y = edge.x1 + 8, edge.y2 - 6
    elif edge.over is not None:
        y = edge.y2 - 2
    return format_html(
        '<g class="g-wire">{}<path class="g-near" d="{}"></path><title>{}</title>'
        '<text class="g-type" x="{}" y="{}" aria-hidden="true">{}</text></g>',
        line,
        _curve(edge),
        edge.carries,
        _n(x),
        _n(y),
        line_of(edge.carries, MOST_OF_A_TYPE),
    )


def _line(edge: Edge, marks: Mapping[str, str]) -> SafeString:
    return format_html(
        '<path class="g-edge" data-to="{}" data-status="{}" d="{}"></path>{}',
        edge.to,
        marks.get(edge.to, "pending"),
        _curve(edge),
        _arrow(edge, marks) if edge.arrow else "",
    )


def _curve(edge: Edge) -> str:
    x1, y1, x2, y2 = edge.x1, edge.y1, edge.x2, edge.y2
    if edge.elbow:
        return f"M{_n(x1)} {_n(y1)}V{_n(y2 - 8)}q0 8 8 8H{_n(x2 - 1)}"
    if edge.over is not None:
        up = edge.over
        below = f"M{_n(x1)} {_n(y1)}v6q0 8 8 8H{_n(up - 8)}q8 0 8 -8"
        return f"{below}V{_n(y2 - 6)}q0 -8 8 -8H{_n(x2 - 8)}q8 0 8 8v2"
    if abs(x1 - x2) < 0.5:
        return f"M{_n(x1)} {_n(y1)}V{_n(y2 - (4 if edge.arrow else 0))}"
    middle = (y1 + y2) / 2
    return (
        f"M{_n(x1)} {_n(y1)}C{_n(x1)} {_n(middle)} {_n(x2)} {_n(middle)} {_n(x2)} {_n(y2 - (4 if edge.arrow else 0))}"
    )


def _arrow(edge: Edge, marks: Mapping[str, str]) -> SafeString:
    x, y = edge.x2, edge.y2
    points = f"{_n(x - 5)},{_n(y - 4)} {_n(x)},{_n(y)} {_n(x - 5)},{_n(y + 4)}"
    if not edge.elbow:
        points = f"{_n(x - 4)},{_n(y - 6)} {_n(x)},{_n(y)} {_n(x + 4)},{_n(y - 6)}"
    status = marks.get(edge.to, "pending")
    return format_html(
        '<polygon class="g-arrow" data-to="{}" data-status="{}" points="{}"></polygon>', edge.to, status, points
    )


def _use(icons: str, name: str, x: float, y: float, size: float, kind: str) -> SafeString:
    return format_html(
        '<use class="{}" href="{}#{}" x="{}" y="{}" width="{}" height="{}"></use>',
        kind,
        icons,
        name,
        _n(x),
        _n(y),
        _n(size),
        _n(size),
    )


def _join(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
