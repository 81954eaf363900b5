"""The laid-out graph as SVG: positions are attributes and colours are classes, which a strict CSP lets through."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from playground.diagram.figures import Box, Caption, Dot, Edge, Frame, Shape
from playground.diagram.layout import lay_out
from playground.graph.part_names import without_indexes

KIND_ICONS = {"map": "map", "sleep": "clock", "event": "bolt", "loop": "loop", "foreach": "stack", "workflow": "flow"}
MARGIN = 4.0


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


class Named(Protocol):
    """What marks need of a row."""

    @property
    def key(self) -> str:
        """Name the row."""
        ...

    @property
    def kind(self) -> str:
        """Tell what the row is."""
        ...

    @property
    def status(self) -> str:
        """Tell how it stands."""
        ...


def svg(
    graph: Mapping[str, Any],
    *,
    width: float,
    marks: Mapping[str, str],
    icons: str,
    links: Mapping[str, str] | None = None,
    counts: Mapping[str, Counted] | None = None,
    stops: bool = False,
) -> SafeString:
    """Return the graph as an ``<svg>`` element.

    Args:
        graph: the workflow's graph as JSON.
        width: pixels at hand.
        marks: node path -> status; nodes that are not in it are drawn as pending.
        icons: the address of the icon sheet.
        links: node path -> key of the row of a run's journal that the node leads to.
        counts: node path -> how often it ran, of those that ran more than once.
        stops: whether each node has a dot that sets a breakpoint before it.
    """
    block = lay_out(graph, width - 2 * MARGIN)
    order: dict[type[Shape], int] = {Frame: 0, Edge: 1, Caption: 2, Dot: 3, Box: 3}
    shapes = sorted(block.shapes, key=lambda shape: order[type(shape)])
    return format_html(
        '<svg class="graph" role="group" aria-label="Graph of {}" width="{}" height="{}" viewBox="{} {} {} {}">'
        "{}{}</svg>",
        graph["id"],
        _n(block.width + 2 * MARGIN),
        _n(block.height + 2 * MARGIN),
        _n(-MARGIN),
        _n(-MARGIN),
        _n(block.width + 2 * MARGIN),
        _n(block.height + 2 * MARGIN),
        _join(_draw(shape, marks, icons, links or {}, counts or {}) for shape in shapes),
        _join(_stop(shape) for shape in shapes if stops and isinstance(shape, Box)),
    )


def marks(rows: Sequence[Named], together: Any) -> dict[str, str]:
    """Return the status of each node by its rows: of the last iteration in loops, of all items together in lists."""
    return {node: together([row.status for row in last[-1]]) for node, last in _rounds(rows).items()}


def links(rows: Sequence[Named], marks: Mapping[str, str]) -> dict[str, str]:
    """Return the row that each node leads to: in its last iteration of which one stands as the node does, the first."""
    return {node: _stands(marks[node], rounds) for node, rounds in _rounds(rows).items()}


def _stands(status: str, rounds: Sequence[Sequence[Named]]) -> str:
    alike = (row.key for found in reversed(rounds) for row in found if row.status == status)
    return next(alike, rounds[-1][0].key)


def _rounds(rows: Sequence[Named]) -> dict[str, list[list[Named]]]:
    """Return the rows of each node, in loops those of each iteration apart."""
    found: dict[str, list[list[Named]]] = {}
    last: dict[str, str] = {}
    for row in rows:
        if row.kind in ("attempt", "more"):
            continue
        name, _, number = row.key.partition("*")
        node = without_indexes(name)
        if last.get(node) != number:
            last[node] = number
            found.setdefault(node, []).append([])
        found[node][-1].append(row)
    return found


def _draw(
    shape: Shape, marks: Mapping[str, str], icons: str, links: Mapping[str, str], counts: Mapping[str, Counted]
) -> SafeString:
    match shape:
        case Box():
            node = shape.node
            return _box(shape, marks.get(node, "pending"), icons, links.get(node), counts.get(node))
        case Frame():
            return _frame(shape, marks.get(shape.node, "pending"), icons)
        case Dot():
            return _dot(shape, marks, icons)
        case Caption():
            return format_html(
                '<text class="g-caption" x="{}" y="{}" text-anchor="middle">{}<title>{}</title></text>',
                _n(shape.x),
                _n(shape.y + 6),
                shape.text,
                shape.full or shape.text,
            )
        case Edge():
            return _edge(shape, marks)


def _box(box: Box, status: str, icons: str, row: str | None, count: Counted | None) -> SafeString:
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
        for number, badge in enumerate(box.badges)
    )
    inner = format_html(
        '<title>{}: {}{}</title><rect class="g-box" x="{}" y="{}" width="{}" height="{}" rx="8"></rect>{}{}{}{}'
        '<text class="g-count" x="{}" y="{}" text-anchor="end">{}</text>',
        box.node,
        f"{status} ({count.words})" if count else status,
        f" — {box.title}" if box.title else "",
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
    )
    node = format_html(
        '<g class="g-node" data-node="{}" data-kind="{}" data-status="{}">{}</g>', box.node, box.kind, status, inner
    )
    return node if row is None else format_html('<a href="#row-{}">{}</a>', row, node)


def _stop(box: Box) -> SafeString:
    """Return the dot beside a node; a circle around it, which is not seen, makes it easy to hit."""
    x, y = _n(box.x), _n(box.y + box.height / 2)
    return format_html(
        '<g class="g-stop" data-stop="{}" role="checkbox" aria-checked="false" tabindex="0" '
        'aria-label="Breakpoint before {}"><title>Breakpoint before {}</title>'
        '<circle class="g-hit" cx="{}" cy="{}" r="12"></circle><circle cx="{}" cy="{}" r="4.500"></circle></g>',
        *(box.node, box.node, box.node, x, y, x, y),
    )


def _frame(frame: Frame, status: str, icons: str) -> SafeString:
    icon = KIND_ICONS.get(frame.kind, frame.kind)
    title = format_html_join(
        "",
        '<text class="g-title" x="{}" y="{}">{}</text>',
        ((_n(frame.x + 29), _n(frame.y + 18.5 + 15 * at), line) for at, line in enumerate(frame.title)),
    )
    return format_html(
        '<g class="g-frame" data-node="{}" data-kind="{}" data-status="{}"><title>{}: {}</title>'
        '<rect x="{}" y="{}" width="{}" height="{}" rx="10"></rect>{}{}</g>',
        frame.node,
        frame.kind,
        status,
        frame.node.removeprefix("/"),
        status,
        _n(frame.x),
        _n(frame.y),
        _n(frame.width),
        _n(frame.height),
        _use(icons, icon, frame.x + 10, frame.y + 8, 13, "g-kind"),
        title,
    )


def _dot(dot: Dot, marks: Mapping[str, str], icons: str) -> SafeString:
    if dot.kind in ("start", "end", "join"):
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
