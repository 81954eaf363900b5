"""Rows that are asked for, with what is around them; and what was skipped, in one line."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from playground.history.long_lists import WANTED
from playground.history.row import GROUPS, Row, Window

SLOWEST = 10
"""So many of the longest steps are the slow ones."""
MOST = 300
"""No more rows than this are shown of what is asked for."""


def matching(rows: Sequence[Row], window: Window) -> tuple[Row, ...]:
    """Return the rows that the window asks for, each below the rows that it is inside of."""
    if not window.filtered:
        return tuple(rows)
    wanted = {row.key for row in _asked_for(rows, window)}
    kept: dict[str, Row] = {}
    around: list[Row] = []
    for row in rows:
        around = [*around[: row.depth], row]
        if row.key in wanted and len(kept) < MOST:
            kept |= {one.key: one for one in around}
    return tuple(kept.values())


def _asked_for(rows: Sequence[Row], window: Window) -> list[Row]:
    found = [row for row in rows if row.kind != "more"]
    if window.show == "slow":
        steps = [row for row in found if row.kind not in GROUPS and row.kind != "workflow" and row.started_at]
        found = sorted(steps, key=_length, reverse=True)[:SLOWEST]
    elif window.show:
        found = [row for row in found if row.status in WANTED[window.show]]
    text = window.text.casefold()
    return [row for row in found if text in f"{row.path} {row.title} {row.label} {row.note}".casefold()]


def _length(row: Row) -> float:
    """Return how long a step worked, its waiting left out, in seconds; what still runs counts up to its last event."""
    return sum(((span.end - span.start).total_seconds() for span in row.spans if span.end and span.kind == "run"), 0.0)


def gathered(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows with those that were skipped, and stand together, in one.

    What handles a failure that has not come has none in a list, where it would be a line for every item that went well.
    """
    return tuple(_gathered([row for row in rows if not (row.spare and "[" in row.key)]))


def _gathered(rows: Sequence[Row]) -> Iterator[Row]:
    for skipped, found in groupby(rows, key=lambda row: row.status == "skipped"):
        together = tuple(found)
        if not skipped:
            yield from together
            continue
        first = together[0]
        yield Row(
            key=f"{first.key}~skipped",
            kind="skipped",
            title="skipped",
            status="skipped",
            depth=min(row.depth for row in together),
            among=tuple(row for row in together if row.path) or together,
            revision=".".join(row.key for row in together),
        )
