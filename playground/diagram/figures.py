"""What a diagram is made of: boxes, frames and edges in pixels, as frozen values that can be moved."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

CHARACTER = 7.25
"""The width of one character of the labels: 12 px in a monospace font."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A node: a step, timer, wait or mapping."""

    node: str
    kind: str
    label: tuple[str, ...]
    """One or two lines."""
    x: float
    y: float
    width: float
    height: float
    title: str = ""
    sub: str = ""
    badges: tuple[str, ...] = ()
    """Names of small icons at the right: ``person``, ``retry``."""


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
            return replace(shape, x1=shape.x1 + dx, y1=shape.y1 + dy, x2=shape.x2 + dx, y2=shape.y2 + dy)
        case _:
            return replace(shape, x=shape.x + dx, y=shape.y + dy)


def text_width(text: str) -> float:
    """Return how wide a label is drawn, in pixels."""
    return len(text) * CHARACTER


def line_of(text: str, width: float) -> str:
    """Return a label on one line; what is too long for it is cut, visibly."""
    most = max(6, int(width / CHARACTER))
    return text if len(text) <= most else text[: most - 1] + "…"


def lines_of(text: str, width: float) -> tuple[str, ...]:
    """Break a label into at most two lines that fit, at ``_``, ``-`` or ``.``; what is still too long is cut."""
    most = max(6, int(width / CHARACTER))
    if len(text) <= most:
        return (text,)
    cut = max((text.rfind(mark, 1, most) for mark in "_-. "), default=0)
    cut = cut + 1 if cut > most // 3 else most
    rest = text[cut:]
    return (text[:cut], rest if len(rest) <= most else rest[: most - 1] + "…")
