"""Which items of a long list are shown, and the rows that lead to the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.journal.step_state import StepState
from playground.history.row import Row, RowStatus, Window, together

Containers = Sequence[StepState | None]
"""What holds the items: one for each step of the list's body, as far as it has begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownItems:
    """The items that are shown of a list."""

    path: str
    """The written path of the list."""
    all: tuple[int, ...]
    shown: tuple[int, ...]
    before: tuple[int, ...] = ()
    """The items left out before those that are shown."""
    after: tuple[int, ...] = ()
    """The items left out behind them, or between them."""
    most: int
    """How many items one page of the list has."""

    def more(self, containers: Containers, depth: int, *, earlier: bool) -> Iterator[Row]:
        """Yield the row that leads to what is left out before or behind, if anything is."""
        hidden = self.before if earlier else self.after
        if not hidden:
            return
        start = hidden[max(0, len(hidden) - self.most)] if earlier else hidden[0]
        there = [item for item in self.all if item >= start][: self.most]
        shows = f"show items {there[0]} to {there[-1]}" if len(there) > 1 else f"show item {start}"
        key = f"{self.path}[{'less' if earlier else 'more'}]"
        text = counted(hidden, containers)
        yield left_out(key, depth, text, path=self.path, start=start, shows=shows)

    def hidden(self, containers: Containers) -> list[StepState]:
        """Return what is left out."""
        items = (*self.before, *self.after)
        return [box.children[item] for box in containers if box for item in items if item in box.children]


def part_of(indexes: Sequence[int], containers: Containers, window: Window, path: str) -> ShownItems:
    """Return which items are shown: a page of the list in focus, else the first ones and those that need attention."""
    every, most = tuple(indexes), window.shown
    if window.focus == path:
        shown = tuple(item for item in every if item >= window.start)[:most]
        before = tuple(item for item in every if item < window.start)
        return ShownItems(
            path=path, all=every, shown=shown, before=before, after=every[len(before) + len(shown) :], most=most
        )
    if len(every) <= most * 2:
        return ShownItems(path=path, all=every, shown=every, most=most)
    urgent = [item for item in every if item_status(item, containers) not in ("success", "pending", "skipped")]
    chosen = set(every[: most // 2]) | set(urgent[:most])
    shown = tuple(item for item in every if item in chosen)
    return ShownItems(
        path=path, all=every, shown=shown, after=tuple(item for item in every if item not in chosen), most=most
    )


def item_status(item: int, containers: Containers) -> RowStatus:
    """Return how an item stands, over all steps of the list's body."""
    return together([box.children[item].status for box in containers if box and item in box.children])


def counted(indexes: Sequence[int], containers: Containers) -> str:
    """Return how many items stand how, the most first."""
    counts: dict[str, int] = {}
    for item in indexes:
        status = item_status(item, containers)
        counts[status] = counts.get(status, 0) + 1
    return ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items(), key=lambda pair: -pair[1]))


def left_out(key: str, depth: int, text: str, *, path: str = "", start: int = 0, shows: str = "") -> Row:
    """Return the row that stands for what is left out."""
    return Row(
        key=key,
        kind="more",
        title="More",
        status="pending",
        depth=depth,
        path=path,
        note=text,
        start=start,
        shows=shows,
        revision=f"{text}.{shows}",
    )
