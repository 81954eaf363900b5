"""The axis: busy time to scale, long waits broken."""

from datetime import timedelta
from itertools import pairwise

import pytest

from playground.history import Axis, Span, axis, length_text
from playground.views.pattern_samples import BEGIN


def at(seconds: float) -> timedelta:
    """Return seconds as a length of time."""
    return timedelta(seconds=seconds)


def drawn(*spans: tuple[float, float | None], now: float, ended: bool = True) -> Axis:
    """Return the axis of spans given in seconds."""
    made = [Span("run", BEGIN + at(start), None if end is None else BEGIN + at(end)) for start, end in spans]
    return axis(made, origin=BEGIN, now=BEGIN + at(now), ended=ended)


def test_a_run_without_waits_is_one_stretch_to_scale() -> None:
    """Half the time is half the width."""
    found = drawn((0, 1), (1, 2), now=2)
    assert [stretch.kind for stretch in found.stretches] == ["busy"]
    assert found.x(1000) == pytest.approx(50)


def test_an_hour_of_waiting_is_broken_and_what_ran_stays_wide() -> None:
    """The steps around a long wait are as wide as without it."""
    found = drawn((0, 1), (3601, 3602), now=3602)
    assert [stretch.kind for stretch in found.stretches] == ["busy", "break", "busy"]
    first = found.bar(Span("run", BEGIN, BEGIN + at(1)))
    assert first.width == pytest.approx(47)
    assert [tick.text for tick in found.ticks() if tick.kind == "break"] == ["1 h"]


def test_times_are_told_beside_a_broken_wait() -> None:
    """Before it since the beginning, behind it since its end, and no two labels touch."""
    found = drawn((0, 10), (3610, 3620), now=3620)
    texts = {tick.text for tick in found.ticks()}
    assert {"4.0 s", "+2.0 s"} <= texts
    for line in range(3):
        ticks = [tick for tick in found.ticks() if tick.line == line]
        assert all(a.x + a.reach[1] < b.x - b.reach[0] for a, b in pairwise(ticks))


def test_a_short_pause_is_not_broken() -> None:
    """Pauses that can be drawn are drawn."""
    assert [stretch.kind for stretch in drawn((0, 4), (5, 9), now=9).stretches] == ["busy"]


def test_a_suspended_run_does_not_stretch_with_the_clock() -> None:
    """While it waits, the axis ends in one break of a fixed width."""
    early, late = drawn((0, 1), now=100, ended=False), drawn((0, 1), now=9000, ended=False)
    assert early.x(1000) == late.x(1000)
    assert late.stretches[-1].open


def test_every_bar_can_be_seen_and_lies_on_the_axis() -> None:
    """A microsecond is still a mark, at the end too."""
    found = drawn((0, 100), now=100)
    bar = found.bar(Span("run", BEGIN + at(100), BEGIN + at(100)))
    assert bar.width > 0
    assert bar.x + bar.width <= 100


def test_an_empty_run_has_an_axis() -> None:
    """A run that was created a moment ago can be drawn."""
    assert drawn(now=0, ended=False).ticks()[0].text == "0"


def test_every_one_of_several_breaks_is_labelled_and_no_labels_touch() -> None:
    """What is not drawn to scale is written, on a line where it has room."""
    spans = [(1000.0 * n, 1000.0 * n + 1) for n in range(5)]
    ticks = drawn(*spans, now=4001).ticks()
    assert len([tick for tick in ticks if tick.kind == "break"]) == 4
    for line in (0, 1, 2):
        places = [(tick.x - tick.reach[0], tick.x + tick.reach[1]) for tick in ticks if tick.line == line]
        assert all(left[1] <= right[0] for left, right in pairwise(places))
    assert {"0", "1 h 6 min"} <= {tick.text for tick in ticks if tick.line == 2}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.34, "340 ms"),
        (1.23, "1.2 s"),
        (59.97, "1 min"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
        (273600, "3 d 4 h"),
    ],
)
def test_lengths_are_written_for_people(seconds: float, text: str) -> None:
    """Two units at most."""
    assert length_text(seconds) == text
