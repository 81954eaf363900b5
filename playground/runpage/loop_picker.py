"""Which pass of each loop a run's page shows, and the ones beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from playground.history import Row, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPasses:
    """What picks a pass of a loop."""

    key: str
    """The key of the loop's row."""
    title: str
    count: int
    """How many passes there are."""
    chosen: int
    """The pass that is shown, from 1; 0 for all."""

    @property
    def previous(self) -> int:
        """Return the pass before the one shown; the last one before the first, and when all are shown."""
        return self.chosen - 1 if self.chosen > 1 else self.count

    @property
    def next(self) -> int:
        """Return the pass after the one shown; the first one after the last, and when all are shown."""
        return self.chosen % self.count + 1


def loops_of(rows: Iterable[Row], window: Window) -> Iterator[LoopPasses]:
    """Yield the loops among the rows that went round more than once, each with the pass that the window shows."""
    for row in rows:
        if row.passes and row.passes[-1].number > 1:
            # The row tells of the last passes alone, and any may be shown.
            chosen = window.number if window.loop == row.key else 0
            yield LoopPasses(key=row.key, title=row.title, count=row.passes[-1].number, chosen=chosen)
