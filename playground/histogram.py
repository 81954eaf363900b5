"""How long things took: counts of them by length, as monitoring systems add them up."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""Seconds; each counts what took so long or less, and more than the one before."""


class Histogram:
    """Counts lengths of time. One thread adds to it; others may read it meanwhile."""

    __slots__ = ("counts", "total")

    def __init__(self, counts: Sequence[int] | None = None, total: float = 0.0) -> None:
        """Take what was counted before: a number for each of `BOUNDS`, and one for what took longer."""
        self.counts: list[int] = list(counts or [0] * (len(BOUNDS) + 1))
        self.total: float = total
        """Seconds, all in all."""

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def cumulative(self) -> Iterator[tuple[str, int]]:
        """Yield each bound as text, with how many took so long or less; ``+Inf`` comes last."""
        return zip([*map(str, BOUNDS), "+Inf"], accumulate(self.counts), strict=True)
