"""Which items of a long list are shown, and the rows that lead to the others."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.journal.step_state import StepState
from playground.history.row import Row, RowStatus, Show, Tally, Window, standing, together

Containers = Sequence[StepState | None]
"""What holds the items: one for each step of the list's body, as far as it has begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownItems:
    """The items that are shown of a list."""

    path: str
    """The written path of the list."""
    all: tuple[int, ...]
    """The items that are asked for, in the order of the list."""
    shown: tuple[int, ...]
    """Those that have rows, in the order of the rows."""
    before: tuple[int, ...] = ()
    """The items left out before those that are shown."""
    after: tuple[int, ...] = ()
    """The items left out behind them, or between them."""
    most: int
    """How many items one page of the list has."""

    def more(self, statuses: Mapping[int, RowStatus], depth: int, *, earlier: bool) -> Iterator[Row]:
        """Yield the row that leads to what is left out before or behind, if anything is."""
        hidden = self.before if earlier else self.after
        if not hidden:
            return
        start = hidden[max(0, len(hidden) - self.most)] if earlier else hidden[0]
        there = [item for item in self.all if item >= start][: self.most]
        shows = f"show items {there[0]} to {there[-1]}" if len(there) > 1 else f"show item {start}"
        key = f"{self.path}[{'less' if earlier else 'more'}]"
        text = counted(statuses[item] for item in hidden)
        yield left_out(key, depth, text, path=self.path, start=start, shows=shows)

    def hidden(self, containers: Containers) -> list[StepState]:
        """Return what has no row, also where it was not asked for."""
        shown = set(self.shown)
        return [step for box in containers if box for item, step in box.children.items() if item not in shown]


URGENT: Mapping[RowStatus, int] = {"failed": 0, "paused": 1, "suspended": 1, "waiting": 2, "running": 3}
"""What is shown of a long list before anything else, in this order."""
WANTED: Mapping[Show, frozenset[RowStatus]] = {
    "failed": frozenset({"failed"}),
    "waiting": frozenset({"paused", "suspended", "waiting"}),
}


def part_of(statuses: Mapping[int, RowStatus], window: Window, path: str) -> ShownItems:
    """Return which items are shown: a page of the list in focus, else what needs attention, then the first ones.

    Args:
        statuses: how each item stands that has begun, in the order of the list.
        window: how much is shown, and of what.
        path: the written path of the list.
    """
    wanted = WANTED.get(window.show)
    every = tuple(item for item, status in statuses.items() if wanted is None or status in wanted)
    if window.focus == path or wanted is not None:
        return _page(every, window.start if window.focus == path else 0, window.shown, path)
    most, few = window.shown, max(1, window.shown // 5)
    if window.filtered or len(every) <= few * 3:
        return ShownItems(path=path, all=every, shown=every, most=most)
    urgent = sorted((item for item in every if statuses[item] in URGENT), key=lambda item: URGENT[statuses[item]])
    shown = tuple(dict.fromkeys((*urgent[: most - few], *every[:few])))
    chosen = set(shown)
    return ShownItems(
        path=path, all=every, shown=shown, after=tuple(item for item in every if item not in chosen), most=most
    )


def _page(every: tuple[int, ...], start: int, most: int, path: str) -> ShownItems:
    first = bisect_left(every, start)
    return ShownItems(
        path=path,
        all=every,
        shown=every[first : first + most],
        before=every[:first],
        after=every[first + most :],
        most=most,
    )


def tally(statuses: Mapping[int, RowStatus], containers: Containers, total: int | None, part: ShownItems) -> Tally:
    """Return how far a list is, and how fast; measured by what is recorded, so that a reload tells the same."""
    counts = _counts(statuses.values())
    done = counts.pop("success", 0)
    return Tally(
        done=done,
        begun=len(statuses),
        total=total,
        counts=tuple(counts.items()),
        path=part.path,
        first=min(part.shown, default=0),
        last=max(part.shown, default=0),
        paged=len(statuses) > part.most,
        rate=_rate(done, containers) if "running" in counts else None,
    )


def _rate(done: int, containers: Containers) -> float | None:
    items = [item for box in containers if box for item in box.children.values()]
    starts = [item.started_at for item in items if item.started_at]
    ends = [item.ended_at for item in items if item.ended_at]
    seconds = (max(ends) - min(starts)).total_seconds() if starts and ends else 0.0
    return done / seconds if done > 1 and seconds > 0 else None


def statuses_of(indexes: Sequence[int], containers: Containers) -> dict[int, RowStatus]:
    """Return how each item stands, over all steps of the list's body."""
    return {item: item_status(item, containers) for item in indexes}


def item_status(item: int, containers: Containers) -> RowStatus:
    """Return how an item stands, over all steps of the list's body."""
    return together([standing(box.children[item]) for box in containers if box and item in box.children])


def counted(statuses: Iterable[RowStatus]) -> str:
    """Return how many items stand how, the most first."""
    return ", ".join(f"{count:,} {status}" for status, count in _counts(statuses).items())


def _counts(statuses: Iterable[RowStatus]) -> dict[RowStatus, int]:
    return dict(Counter(statuses).most_common())


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
