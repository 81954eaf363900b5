"""The time axis of a run: busy stretches to scale, long waits broken to a fixed width.

A run of two seconds that waited an hour for an answer would else be a hair at either end of an empty line.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from playground.history.step_history import Span

WIDTH = 100.0
"""The axis in percent of the column it is drawn in."""

BREAK = 6.0
"""The width of a broken wait."""

LETTER = 2.8
"""About the width of one character of a label, where the axis is narrow."""

THINNEST = 0.6
"""No bar is drawn thinner."""

SHORTEST = timedelta(seconds=2)
"""A wait below this is never broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the axis: milliseconds since its origin, and whether it is to scale."""

    start: float
    end: float
    kind: Literal["busy", "break"]
    open: bool = False
    """True for the last one of a run that has not ended: its end moves with the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A span on the axis, in units of the axis."""

    kind: str
    start: float
    """Milliseconds since the axis' origin."""
    end: float | None
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A label under the axis."""

    x: float
    text: str
    kind: Literal["time", "break", "end"] = "time"
    line: int = 0
    """Labels stand on up to three lines, the ends on the last one."""
    at: float = 0
    """The time that it names, in milliseconds since the origin."""

    @property
    def y(self) -> int:
        """Return its base line in pixels."""
        return (12, 25, 38)[self.line]

    @property
    def width(self) -> float:
        """Return about how wide it is."""
        return (len(self.text) + (3 if self.kind == "break" else 0)) * LETTER

    @property
    def anchor(self) -> Literal["start", "middle", "end"]:
        """Return where the label has its place, so that it stays on the axis."""
        half = self.width / 2
        return "start" if self.x < half else "end" if self.x > WIDTH - half else "middle"

    @property
    def reach(self) -> tuple[float, float]:
        """Return how far the label reaches to the left and to the right of its place."""
        width = self.width
        return {"start": (0.0, width), "middle": (width / 2, width / 2), "end": (width, 0.0)}[self.anchor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Time to place. Built by `axis`."""

    origin: datetime
    now: float
    """Milliseconds from the origin to the end of the last stretch."""
    stretches: tuple[Stretch, ...]

    def x(self, at: float) -> float:
        """Return where a time (milliseconds since the origin) lies."""
        left = 0.0
        scale = self._scale()
        for stretch in self.stretches:
            length = stretch.end - stretch.start
            width = BREAK if stretch.kind == "break" else length * scale
            if at <= stretch.end:
                part = 1.0 if length <= 0 else (max(at, stretch.start) - stretch.start) / length
                return left + width * part
            left += width
        return WIDTH

    def bar(self, span: Span) -> Bar:
        """Return a span as a bar that is never too thin to be seen."""
        start = _ms(span.start - self.origin)
        end = None if span.end is None else _ms(span.end - self.origin)
        left, right = self.x(start), self.x(self.now if end is None else end)
        width = max(right - left, THINNEST)
        left = min(left, WIDTH - width)
        return Bar(kind=span.kind, start=start, end=end, x=round(left, 2), width=round(width, 2))

    def ticks(self) -> tuple[Tick, ...]:
        """Return the labels: lengths of broken waits, the ends, and round times, as far as they do not collide."""
        breaks = [
            Tick(x=round(band.x + BREAK / 2, 2), text=length_text(((band.end or 0) - band.start) / 1000), kind="break")
            for band in self.bands()
        ]
        last = 2 if breaks else 1
        kept = [
            Tick(x=0, text="0", line=last),
            Tick(x=WIDTH, text=length_text(self.now / 1000), kind="end", line=last),
        ]
        whole = _placed(breaks, kept)
        if len(whole) < len(kept) + len(breaks):
            whole = _placed([replace(tick, text=_in_short(tick.text)) for tick in breaks], kept)
        for tick in self._rounds(last):
            whole += [tick] if _free(tick, whole) else []
        return tuple(sorted(whole, key=lambda tick: tick.x))

    def _rounds(self, line: int) -> Iterator[Tick]:
        """Yield labels at round times: since the origin, and behind a broken wait since its end."""
        for stretch in self.stretches:
            if stretch.kind == "busy":
                for at in _round(stretch.end - stretch.start):
                    text = f"{'+' if stretch.start else ''}{length_text(at / 1000)}"
                    yield Tick(x=round(self.x(stretch.start + at), 2), text=text, line=line, at=stretch.start + at)

    def bands(self) -> tuple[Bar, ...]:
        """Return the broken waits as bars."""
        return tuple(
            Bar(kind="break", start=s.start, end=s.end, x=round(self.x(s.start), 2), width=BREAK)
            for s in self.stretches
            if s.kind == "break"
        )

    def _scale(self) -> float:
        busy = sum(s.end - s.start for s in self.stretches if s.kind == "busy")
        broken = sum(1 for s in self.stretches if s.kind == "break")
        return (WIDTH - broken * BREAK) / busy if busy > 0 else 0.0


def axis(spans: Iterable[Span], *, origin: datetime, now: datetime, ended: bool) -> Axis:
    """Return the axis on which the spans are drawn.

    Args:
        spans: those of steps proper; a nested workflow is not busy while its steps wait.
        origin: when the run was created.
        now: the end of the axis: this moment, or the end of the run.
        ended: whether the run is over.
    """
    busy = _merge((s.start, s.end or now) for s in spans if s.kind == "run")
    total = sum(((end - start) for start, end in busy), timedelta())
    limit = max(SHORTEST, total / 3)
    stretches: list[Stretch] = []
    at = origin
    for start, end in [*busy, (max(now, origin), max(now, origin))]:
        gap = start - at
        _extend(stretches, _ms(at - origin), _ms(start - origin), "break" if gap > limit else "busy")
        _extend(stretches, _ms(start - origin), _ms(end - origin), "busy")
        at = max(at, end)
    if stretches and not ended:
        last = stretches[-1]
        stretches[-1] = Stretch(start=last.start, end=last.end, kind=last.kind, open=True)
    return Axis(origin=origin, now=_ms(max(now, at) - origin), stretches=tuple(stretches))


def length_text(seconds: float) -> str:
    """Write a length of time for people: ``340 ms``, ``1.2 s``, ``3 min 20 s``, ``2 h 5 min``, ``3 d 4 h``."""
    if seconds < 0.9995:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, big, small_unit, small in (("min", 60, "s", 1), ("h", 3600, "min", 60), ("d", 86400, "h", 3600)):
        if whole < big * (60 if unit == "min" else 24) or unit == "d":
            count, rest = divmod(whole, big)
            part = rest // small
            return f"{count} {unit} {part} {small_unit}" if part else f"{count} {unit}"
    raise AssertionError("days take everything")


def _round(length: float) -> list[float]:
    """Return two to four round times inside a length, both in milliseconds, away from its ends."""
    if length <= 0:
        return []
    unit = 10.0 ** math.floor(math.log10(length / 3))
    step = next((unit * factor for factor in (1, 2, 5, 10) if length / (unit * factor) <= 5), unit * 10)
    return [step * n for n in range(1, 6) if 0.1 * length < step * n < 0.88 * length]


def _placed(breaks: Iterable[Tick], others: Iterable[Tick]) -> list[Tick]:
    """Return the labels with those of broken waits beside them, each on the first line where it has room."""
    kept = list(others)
    for tick in breaks:
        lines = (replace(tick, line=line) for line in (0, 1, 2))
        kept += [one for one in lines if _free(one, kept)][:1]
    return kept


def _in_short(text: str) -> str:
    """Return a length of time with its larger unit only."""
    return " ".join(text.split()[:2])


def _free(tick: Tick, others: Iterable[Tick]) -> bool:
    """Tell whether a label has room on its line."""
    return all(_apart(tick, other) for other in others if other.line == tick.line)


def _apart(tick: Tick, other: Tick) -> bool:
    """Tell whether two labels do not touch in a column of about 220 pixels."""
    left, right = sorted((tick, other), key=lambda one: one.x)
    return left.x + left.reach[1] + 2 < right.x - right.reach[0]


def _extend(stretches: list[Stretch], start: float, end: float, kind: Literal["busy", "break"]) -> None:
    """Add a stretch, joined to the last one when both are busy."""
    if end <= start:
        return
    if stretches and stretches[-1].kind == kind == "busy":
        start = stretches.pop().start
    stretches.append(Stretch(start=start, end=end, kind=kind))


def _merge(intervals: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return intervals that do not touch, in order, which cover the same time."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _ms(length: timedelta) -> float:
    return round(length.total_seconds() * 1000, 3)
