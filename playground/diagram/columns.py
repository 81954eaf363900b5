"""A long sequence laid out in columns, read downwards and then to the right, where there is room beside it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from playground.diagram.figures import Block, Edge, Shape, moved, stack

TALL = 640.0
"""What is higher is laid out in columns: about as high as a graph is shown on a laptop."""
COLUMN = 330.0
"""No column is laid out for less, in pixels."""
GUTTER = 44.0
"""Between two columns, with room for the line from the end of one to the beginning of the next."""
TURN = 22.0
"""How far that line goes below the one and above the other."""
NEARER = 20.0
"""By so much a column grows until all fit."""


def in_columns(laid_out: Callable[[float], Sequence[Block]], width: float) -> Block:
    """Return blocks that follow each other, in as few columns as make them no higher than `TALL`.

    Args:
        laid_out: returns the blocks for a width in pixels.
        width: pixels at hand.
    """
    block = stack(laid_out(width))
    for count in range(2, int(width // COLUMN) + 1):
        if block.height <= TALL:
            break
        columns = _split(laid_out(width / count - GUTTER), count)
        beside = _beside([stack(column) for column in columns])
        if beside.width > width:
            break
        block = beside
    return block


def _split(blocks: Sequence[Block], count: int) -> list[list[Block]]:
    """Return the blocks in so many columns at most, the highest of them as low as can be."""
    limit = max(sum(block.height for block in blocks) / count, *(block.height for block in blocks))
    while len(columns := list(_filled(blocks, limit))) > count:
        limit += NEARER
    return columns


def _filled(blocks: Sequence[Block], limit: float) -> Iterator[list[Block]]:
    column: list[Block] = []
    for block in blocks:
        if column and stack([*column, block]).height > limit:
            yield column
            column = []
        column.append(block)
    yield column


def _beside(columns: Sequence[Block]) -> Block:
    shapes: list[Shape] = []
    x, ends = 0.0, columns[0].axis
    for number, column in enumerate(columns):
        if number:
            before, axis = columns[number - 1], x + column.axis
            shapes.append(
                Edge(
                    to=column.first,
                    x1=ends,
                    y1=TURN + before.height,
                    x2=axis,
                    y2=TURN,
                    over=x - GUTTER / 2,
                    carries=before.gives or column.takes,
                )
            )
            ends = axis
        shapes += moved(column.shapes, x, TURN)
        x += column.width + GUTTER
    height = 2 * TURN + max(column.height for column in columns)
    width = x - GUTTER
    return replace(
        columns[0], shapes=tuple(shapes), width=width, height=height, axis=width / 2, gives=columns[-1].gives
    )
