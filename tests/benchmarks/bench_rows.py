"""The engine's rows in memory, each in turn with what it is compared with, so that both meet the same noise."""

import asyncio
import gc
import inspect
from collections.abc import Callable
from statistics import median
from typing import Any

from tests.benchmarks.report import OURS, Stopwatch, report
from tests.benchmarks.workloads import WORKLOADS, Workload

TURNS = 5
SECONDS = 0.2
"""For how long each side works in a turn."""

Measured = list[tuple[float, float]]
"""For each turn the seconds of one go: those that passed, and those of the processor."""


async def measure(workload: Workload) -> None:
    """Let both sides work in turn, and tell the median of each."""
    sides: dict[str, tuple[Callable[[], Any], Measured]] = {
        workload.against_name: (workload.against(), []),
        OURS: (workload.ours(), []),
    }
    for go, _ in sides.values():
        await once(go)
    for _ in range(TURNS):
        for go, measured in sides.values():
            measured.append(await turn(go))
    for subject, (_, measured) in sides.items():
        tell(workload, subject, measured)


async def turn(go: Callable[[], Any]) -> tuple[float, float]:
    """Return the seconds of one go, from as many as there is time for."""
    gc.collect()
    watch, times = Stopwatch(), 0
    while not times or watch.seconds < SECONDS:
        await once(go)
        times += 1
    return watch.seconds / times, watch.used / times


async def once(go: Callable[[], Any]) -> None:
    """Do one go, sync or async."""
    result = go()
    if inspect.isawaitable(result):
        await result


def tell(workload: Workload, subject: str, measured: Measured) -> None:
    """Tell the medians, as rates or as seconds."""
    passed, used = (median(seconds) for seconds in zip(*measured, strict=True))
    if workload.per_second:
        report(workload.section, subject, workload.count / passed, workload.count / used)
    else:
        report(workload.section, subject, passed, used)


async def measure_all() -> None:
    """Measure every row."""
    for workload in WORKLOADS:
        await measure(workload)


if __name__ == "__main__":
    asyncio.run(measure_all())
