"""A workflow's tree laid out from top to bottom in a given width, so that no label is ever scaled down."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from playground.diagram.columns import in_columns
from playground.diagram.figures import (
    Block,
    Box,
    Caption,
    Dot,
    Edge,
    Frame,
    Shape,
    line_of,
    lines_of,
    moved,
    stack,
    text_width,
)
from playground.graph.folding import GraphFolded, fold
from playground.graph.nodes import (
    GraphBranch,
    GraphCatch,
    GraphEvent,
    GraphForeach,
    GraphLoop,
    GraphMap,
    GraphParallel,
    GraphRace,
    GraphSequence,
    GraphSleep,
    GraphStep,
    GraphWorkflow,
    Node,
)
from playground.graph.part_names import condition_text
from playground.graph.tree import Graph, read_tree
from playground.graph.type_names import type_name

SIDE = 14.0
"""Between arms that stand beside each other."""
PAD = 12.0
"""Inside a frame."""
HEAD = 26.0
"""A frame's title."""
ROW = 36.0
CAPTION = 26.0
"""Of a condition above a node: the words, and an arrow that is free of them."""
CAPTION_BELOW = 21.0
"""The same where the arrow comes from the left."""
BUS = 22.0
"""How far stacked arms are set in from the line that feeds them."""


LABEL_LINES = 3
"""So many lines a node's id has at most; it is broken where its words end."""
NARROWEST_LABEL = 102.0
"""So wide is a line of it at least, in pixels: deep inside of a narrow graph an id of 40 characters stays whole."""


def lay_out(graph: Graph, width: float, folded: Collection[str] = ()) -> Block:
    """Return the whole workflow, centred, with its beginning and end marked.

    Args:
        graph: the workflow's graph as it was published.
        width: pixels at hand; deep nesting may need more, and takes it.
        folded: the names of the parts that are drawn as one node each.
    """
    nodes = fold(read_tree(graph).nodes, folded)
    first = Block(
        shapes=(Dot(node="", kind="start", x=6, y=6, title="input"),), width=12, height=12, axis=6, first="", port=6
    )
    last = Block(
        shapes=(Dot(node="", kind="end", x=6, y=6, title="result"),), width=12, height=12, axis=6, first="/end", port=6
    )
    block = in_columns(lambda room: [first, *(_node(node, room) for node in nodes), last], width)
    wide = max(block.width, width)
    shift = min(max(wide / 2 - block.axis, 0), wide - block.width)
    return replace(block, shapes=moved(block.shapes, shift, 0), width=wide, axis=block.axis + shift)


def _sequence(nodes: Sequence[Node], width: float) -> Block:
    return stack([_node(node, width) for node in nodes])


def _node(node: Node, width: float) -> Block:
    return replace(_block(node, width), takes=type_name(node.input_schema), gives=type_name(node.output_schema))


def _block(node: Node, width: float) -> Block:
    inside = width - 2 * PAD
    title = _title(node)
    match node:
        case GraphSequence():
            return _sequence(node.nodes, width)
        case GraphParallel() | GraphRace():
            return _arms(node, width, [(arm, "") for arm in node.arms], title)
        case GraphCatch():
            arms = [(node.body, ""), (node.handler, f"on {_whole(', '.join(node.on))}")]
            return _framed(node, width, title, _below([(_node(arm, inside - BUS), text) for arm, text in arms]))
        case GraphBranch():
            arms = [(arm, f"if {_whole(condition)}") for condition, arm in node.arms]
            if node.otherwise is not None:
                arms.append((node.otherwise, "otherwise"))
            return _arms(node, width, arms, title)
        case GraphLoop() | GraphForeach():
            return _framed(node, width, title, _node(node.body, inside))
        case GraphEvent() if node.otherwise is not None:
            return _framed(node, width, title, _node(node.otherwise, inside))
        case GraphWorkflow():
            return _framed(node, width, title, _sequence(node.nodes, inside))
        case _:
            return _box(node, width)


def _title(node: Node) -> str:
    """Return what is written over a part; over a folded one, and a step, its id or what it is."""
    match node:
        case GraphFolded():
            return _title(node.part)
        case GraphParallel():
            return f"in parallel · {node.concurrency} at once" if node.concurrency else "in parallel"
        case GraphRace():
            return "race: the first that succeeds"
        case GraphCatch():
            return "attempt"
        case GraphBranch():
            return "branch"
        case GraphLoop():
            return f"repeat {'while' if node.is_while else 'until'} {_whole(node.condition)}"
        case GraphForeach():
            return "for each item" if node.concurrency == 1 else f"for each item · {node.concurrency} at once"
        case GraphEvent() if node.otherwise is not None:
            return f"event {node.event}, or else after {node.timeout or 0:g} s"
        case _:
            return node.id


def _box(node: Node, width: float) -> Block:
    badges = tuple(_badges(node))
    sub = _sub(node)
    folded = isinstance(node, GraphFolded)
    around = 40 + 18 * (len(badges) + folded) + 12
    label = lines_of(_title(node), max(width - around, NARROWEST_LABEL), LABEL_LINES)
    wide = max(max(text_width(line) for line in label) + around, text_width(sub) * 0.92 + 52, 116)
    height = ROW + 15 * (len(label) - 1) + (14 if sub else 0)
    box = Box(
        node=node.name,
        kind=node.type,
        label=label,
        x=0,
        y=0,
        width=wide,
        height=height,
        title=", ".join(one.id for one in node.holds) if isinstance(node, GraphFolded) else node.description,
        sub=sub,
        badges=badges,
        folded=folded,
    )
    return Block(shapes=(box,), width=wide, height=height, axis=wide / 2, first=node.name, port=height / 2)


def _sub(node: Node) -> str:
    match node:
        case GraphFolded():
            return "1 step inside" if len(node.holds) == 1 else f"{len(node.holds)} steps inside"
        case GraphSleep() if node.seconds is not None:
            return f"sleeps {node.seconds:g} s"
        case GraphSleep():
            return f"until {node.until or _short(node.function)}"
        case GraphEvent():
            return f"event {node.event}"
        case GraphMap():
            return ", ".join(node.keys or ())[:34] or _short(node.function)
        case _:
            return ""


def _badges(node: Node) -> Iterator[str]:
    if node.resume_schema:
        yield "person"
    if isinstance(node, GraphStep) and node.attempts > 1:
        yield "retry"


def _framed(node: Node, width: float, title: str, inner: Block) -> Block:
    lines = lines_of(title, max(width - 48, 80))
    wide = max(inner.width + 2 * PAD, max(map(text_width, lines)) + 50)
    left = (wide - inner.width) / 2
    head = HEAD + 15 * (len(lines) - 1)
    height = head + PAD + inner.height + PAD
    frame = Frame(node=node.name, kind=node.type, title=lines, x=0, y=0, width=wide, height=height, full=title)
    shapes = (frame, *moved(inner.shapes, left, head + PAD))
    return Block(shapes=shapes, width=wide, height=height, axis=left + inner.axis, first=node.name, port=HEAD / 2)


def _arms(node: Node, width: float, arms: Sequence[tuple[Node, str]], title: str) -> Block:
    blocks = [_captioned(_node(arm, width), text) for arm, text in arms]
    if sum(block.width for block in blocks) + SIDE * (len(blocks) - 1) <= width:
        return _beside(node.name, node.type, title, blocks)
    inner = [(_node(arm, width - 2 * PAD - BUS), text) for arm, text in arms]
    return _framed(node, width, title, _below(inner))


def _captioned(block: Block, text: str) -> Block:
    if not text:
        return block
    full, text = text, line_of(text, max(block.width, 150))
    wide = max(block.width, text_width(text) * 0.92 + 8)
    dx = (wide - block.width) / 2
    shapes = (Caption(text=text, x=dx + block.axis, y=2, full=full), *moved(block.shapes, dx, CAPTION))
    return replace(block, shapes=shapes, width=wide, height=block.height + CAPTION, axis=block.axis + dx)


def _beside(path: str, kind: str, title: str, blocks: Sequence[Block]) -> Block:
    """Put arms beside each other between a dot where they part and a dot where they meet."""
    drop, rise = 34.0, 26.0
    wide = sum(block.width for block in blocks) + SIDE * (len(blocks) - 1)
    tall = max(block.height for block in blocks)
    axis = wide / 2
    shapes: list[Shape] = []
    x = 0.0
    for block in blocks:
        captioned = bool(block.shapes) and isinstance(block.shapes[0], Caption)
        top = drop + (CAPTION if captioned else 0)
        shapes.append(
            Edge(
                to=block.first,
                x1=axis,
                y1=8,
                x2=x + block.axis,
                y2=drop - (4 if captioned else 0),
                arrow=not captioned,
                carries=block.takes,
            )
        )
        if captioned:
            shapes.append(Edge(to=block.first, x1=x + block.axis, y1=top - 13, x2=x + block.axis, y2=top, arrow=True))
        shapes += moved(block.shapes, x, drop)
        end = drop + block.height
        shapes.append(
            Edge(
                to=f"{path}/end",
                x1=x + block.axis,
                y1=end,
                x2=axis,
                y2=drop + tall + rise - 4,
                arrow=False,
                carries=block.gives,
            )
        )
        x += block.width + SIDE
    shapes.append(Dot(node=path, kind=kind, x=axis, y=8, title=title))
    shapes.append(Dot(node=f"{path}/end", kind="join", x=axis, y=drop + tall + rise - 4))
    return Block(shapes=tuple(shapes), width=wide, height=drop + tall + rise, axis=axis, first=path, port=8)


def _below(arms: Sequence[tuple[Block, str]]) -> Block:
    """Put arms below each other, each fed from one line at the left."""
    shapes: list[Shape] = []
    y = 0.0
    for block, text in arms:
        if text:
            width = max(block.width, 150)
            caption = line_of(text, width)
            shapes.append(Caption(text=caption, x=BUS + text_width(caption) * 0.46, y=y + 6, full=text))
            y += CAPTION_BELOW
        shapes.append(
            Edge(to=block.first, x1=6, y1=-PAD + 2, x2=BUS, y2=y + block.port, elbow=True, carries=block.takes)
        )
        shapes += moved(block.shapes, BUS, y)
        y += block.height + 12
    wide = BUS + max(max(block.width, text_width(text[:40]) * 0.92) for block, text in arms)
    return Block(shapes=tuple(shapes), width=wide, height=y - 12, axis=wide / 2, first=arms[0][0].first)


def _whole(text: str | None) -> str:
    return condition_text(text) or "condition"


def _short(text: str | None, most: int = 60) -> str:
    line = _whole(text)
    return line if len(line) <= most else line[: most - 1] + "…"
