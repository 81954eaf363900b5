"""What a run costs, in calls of the engine's own functions: the same on every machine, however busy it is."""

import asyncio
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import engine
from tests.benchmarks.workloads import WORKLOADS, Workload

ENGINE = str(Path(engine.__file__).parent)

MOST = {
    "runs": 263,
    "chain": 41,
    "fan-out": 5440,
    "loop": 64,
    "foreach": 57,
    "watched": 48,
    "inline": 42,
}
"""Calls for each run, step, pass or item, and some to spare, since a busy machine gives way a little more often.

Who needs more has a reason for it, and says so in the same change.
"""


def calls_of(workload: Workload) -> float:
    """Return how often functions of the engine are called, or go on after a wait, for each run, step, pass or item."""
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename.startswith(ENGINE)

    async def go() -> None:
        work = workload.ours()
        await work()
        sys.setprofile(count)
        try:
            await work()
        finally:
            sys.setprofile(None)

    asyncio.run(go())
    return calls / workload.count


@pytest.mark.parametrize(
    "workload", [work for work in WORKLOADS if work.section in MOST], ids=lambda work: work.section
)
def test_work_costs_no_more_calls_than_it_did(workload: Workload) -> None:
    """A step that needs one call more needs it in every run of everybody."""
    assert calls_of(workload) <= MOST[workload.section]
