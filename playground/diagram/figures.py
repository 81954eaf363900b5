"""What a diagram is made of: boxes, frames and edges in pixels, as frozen values that can be moved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

GAP = 24.0
"""Between a node and the next one, with room for the arrow."""
CHARACTER = 7.25
"""The width of one character of the labels: 12 px in a monospace font."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A node: a step, timer, wait or mapping."""

    node: str
    kind: str
    label: tuple[str, ...]
    """A few lines."""
    x: float
    y: float
    width: float
    height: float
    title: str = ""
    sub: str = ""
    badges: tuple[str, ...] = ()
    """Names of small icons at the right: ``person``, ``retry``."""
    folded: bool = False
    """Whether it stands for a part with nodes inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A titled border around what a construct holds."""

    node: str
    kind: str
    title: tuple[str, ...]
    """One or two lines."""
    x: float
    y: float
    width: float
    height: float
    full: str = ""
    """The whole title, when it shows a part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """The small round mark where arms part, or where a workflow begins or ends."""

    node: str
    kind: str
    x: float
    y: float
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A line of text at an edge: a condition."""

    text: str
    x: float
    y: float
    full: str = ""
    """The whole condition, when the line shows a part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A line from one point to another, going down; ``to`` is the node that it leads to."""

    to: str
    x1: float
    y1: float
    x2: float
    y2: float
    arrow: bool = True
    elbow: bool = False
    """Down, then to the right into the side of a node, instead of into its top."""
    over: float | None = None
    """The x at which it goes up, from below a column to above the next one; None for a line that only goes down."""
    carries: str = ""
    """The type of what is handed on along the line; empty when it is not known."""


Shape = Box | Frame | Dot | Caption | Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A laid-out part: shapes, the size they fill, and the x at which lines enter and leave."""

    shapes: tuple[Shape, ...]
    width: float
    height: float
    axis: float
    first: str
    """The node that an edge into the block leads to."""
    port: float = 18
    """The y at which an edge from the side enters."""
    takes: str = ""
    """The type of what is handed to it, and of what it hands on; empty when it is not known."""
    gives: str = ""


def moved(shapes: Iterable[Shape], dx: float, dy: float) -> tuple[Shape, ...]:
    """Return the shapes at another place."""
    return tuple(_moved(shape, dx, dy) for shape in shapes)


def _moved(shape: Shape, dx: float, dy: float) -> Shape:
    match shape:
        case Edge():
            over = None if shape.over is None else shape.over + dx
            return replace(shape, x1=shape.x1 + dx, y1=shape.y1 + dy, x2=shape.x2 + dx, y2=shape.y2 + dy, over=over)
        case _:
            return replace(shape, x=shape.x + dx, y=shape.y + dy)


def stack(blocks: Sequence[Block]) -> Block:
    """Return blocks below each other on one axis, joined by arrows."""
    axis = max(block.axis for block in blocks)
    right = max(block.width - block.axis for block in blocks)
    shapes: list[Shape] = []
    y = 0.0
    for number, block in enumerate(blocks):
        if number:
            carried = blocks[number - 1].gives or block.takes
            edge = Edge(to=block.first, x1=axis, y1=y, x2=axis, y2=y + GAP, carries=carried)
            shapes.append(edge)
            y += GAP
        shapes += moved(block.shapes, axis - block.axis, y)
        y += block.height
    return replace(blocks[0], shapes=tuple(shapes), width=axis + right, height=y, axis=axis, gives=blocks[-1].gives)


def text_width(text: str) -> float:
    """Return how wide a label is drawn, in pixels."""
    return len(text) * CHARACTER


def line_of(text: str, width: float) -> str:
    """Return a label on one line; what is too long for it is cut, visibly."""
    most = max(6, int(width / CHARACTER))
    return text if len(text) <= most else text[: most - 1] + "…"


def lines_of(text: str, width: float, count: int = 2) -> tuple[str, ...]:
    """Break a label into at most so many lines that fit, at ``_``, ``-`` or ``.``; what is still too long is cut."""
    most = max(6, int(width / CHARACTER))
    if len(text) <= most:
        return (text,)
    if count == 1:
        return (line_of(text, width),)
    cut = max((text.rfind(mark, 1, most) for mark in "_-. "), default=0)
    cut = cut + 1 if cut > most // 3 else most
    return (text[:cut], *lines_of(text[cut:], width, count - 1))
