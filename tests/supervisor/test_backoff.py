"""The pause before a dead worker is replaced."""

from playground.supervisor.backoff import Backoff


def test_workers_that_die_young_are_replaced_ever_later() -> None:
    """The first death costs no time, the next ones more and more, up to a limit."""
    backoff, delays = Backoff(), []
    for _ in range(9):
        backoff = backoff.after(0.1)
        delays.append(backoff.delay)
    assert delays == [0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_a_worker_that_lived_starts_anew() -> None:
    """After one that lived, the next death costs no time again."""
    backoff = Backoff(deaths=7).after(60.0)
    assert backoff.delay == 0.0
    assert backoff.after(0.1).delay == 0.0
