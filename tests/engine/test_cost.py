"""What a run costs, in calls of Python functions: the same on every machine, however busy it is."""

import asyncio
import sys
from types import FrameType
from typing import Any

import pytest

from tests.benchmarks.workloads import WORKLOADS, Workload, items

MOST = {
    "runs": 325,
    "chain": 50,
    "fan-out": 10_000,
    "loop": 77,
    "foreach": 79,
    "watched": 64,
    "inline": 53,
}
"""Calls for each run, step, pass or item, and some to spare, since a busy machine gives way a little more often.

Who needs more has a reason for it, and says so in the same change.
"""


def calls_of(workload: Workload) -> float:
    """Return how often functions are called, or go on after a wait, for each run, step, pass or item.

    Those of asyncio count, too: a task or a future of its own is not free because others have written it.
    """
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

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


def test_an_item_that_is_alone_costs_less_than_one_of_ten_at_once() -> None:
    """One at a time, items need neither a task nor a write beside, as the steps of a chain."""
    assert calls_of(items(at_once=1)) <= 66
