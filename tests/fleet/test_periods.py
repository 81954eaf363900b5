"""Periods that have to fit together, so that a host that is gone is taken over in time and none that lives."""

from playground.configuration import read
from playground.fleet import host, silent_workers
from playground.worker.heartbeat import BEAT

GOAL = 3.0
"""Seconds from the death of a host to the takeover of its runs."""
REST = 0.5
"""Seconds for the claim, once it is known."""


def test_a_host_that_is_gone_is_taken_over_in_time() -> None:
    """What it said last was said before it died; two looks agree within the time after which it counts as gone."""
    silent = read({}).silent
    assert silent + REST <= GOAL
    assert silent / 2 + silent_workers.LOOK + silent_workers.AGREE.total_seconds() <= silent


def test_who_lives_is_heard_between_two_looks() -> None:
    """A sign that was late for the first look has come before the second one may agree."""
    assert silent_workers.AGREE.total_seconds() > host.LOOK
    assert read({}).silent > 2 * BEAT
