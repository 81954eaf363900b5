"""Compares two runs: steps aligned by path, iteration and item, and what of each differs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.paths import Path, format_path
from playground.comparison.json_patch import Change, operations, same

Key = tuple[tuple[str | int, int], ...]
"""Where a step stands in a run: each part of its path, with the iteration in which it ran; 0 outside of loops."""
Shown = Callable[[Path, str, Any], Any]
"""Makes what may be shown of a value: of the step at a path, its ``input`` or ``output``; of ``()`` the run's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One of the two runs."""

    run: RunState
    shown: Shown = lambda path, part, value: value
    """Masks secrets."""
    source: Callable[[StepState], str | None] = lambda step: None
    """Gives the digest of the source with which a step was executed, where it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A step in both runs, or in one of them. Pairs of values are of run a, and of run b."""

    path: Path
    iterations: tuple[int, ...]
    """For each part of the path in which pass of a loop it ran, from 1; 0 outside of loops."""
    status: tuple[str | None, str | None]
    """None where the step did not begin."""
    seconds: tuple[float | None, float | None]
    """How long it took; None while it has not ended."""
    error: tuple[str | None, str | None]
    input: list[Change]
    """What makes the input in run b of that in run a."""
    output: list[Change]
    source: tuple[str | None, str | None] = (None, None)
    """The digests of the sources with which it was executed; None where that is not known."""

    @property
    def recoded(self) -> bool:
        """Tell whether it was executed with another source."""
        one, other = self.source
        return one is not None and other is not None and one != other

    @property
    def written(self) -> str:
        """Return the written path."""
        return format_path(self.path)

    @property
    def passes(self) -> tuple[int, ...]:
        """Return the passes of the loops around it for people, each told once."""
        pairs = zip(self.iterations, (0, *self.iterations), strict=False)
        return tuple(number for number, before in pairs if number not in (0, before))

    @property
    def differs(self) -> bool:
        """Tell whether anything but the time differs."""
        return bool(self.input or self.output) or self.status[0] != self.status[1] or self.error[0] != self.error[1]

    @property
    def factor(self) -> float | None:
        """Return how many times as long it took in run b; None where that says nothing."""
        one, other = self.seconds
        return None if not one or other is None else other / one


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs beside each other."""

    status: tuple[str, str]
    input: list[Change]
    result: list[Change]
    pairs: tuple[Pair, ...]
    """In the order of run a; what only run b has stands after the step that it followed there."""
    first: Pair | None
    """The step that differs first; of steps inside each other, the innermost."""

    @property
    def differs(self) -> bool:
        """Tell whether anything but times differs."""
        return bool(self.input or self.result or self.first) or self.status[0] != self.status[1]


def compare(a: Recording, b: Recording) -> Comparison:
    """Compare two runs, whatever they are runs of.

    Args:
        a: the run from which operations lead.
        b: the run to which they lead.
    """
    ones, others = dict(_steps(a.run.root, ())), dict(_steps(b.run.root, ()))
    pairs = {key: _pair(key, ones.get(key), others.get(key), a, b) for key in _merged(ones, others)}
    return Comparison(
        status=(a.run.status, b.run.status),
        input=_changes((), "input", a.run.root.input, b.run.root.input, a.shown, b.shown),
        result=_changes((), "output", a.run.result, b.run.result, a.shown, b.shown),
        pairs=tuple(pairs.values()),
        first=_first(pairs, ones, others),
    )


def _steps(step: StepState, above: Key) -> Iterator[tuple[Key, StepState]]:
    """Yield every step inside of one, each pass of a loop for itself, parents first."""
    for part, child in step.children.items():
        for one in (*child.earlier, child):
            key = (*above, (part, one.iteration or 0))
            if one.kind != "items" and one.status != "pending":
                yield key, one
            yield from _steps(one, key)


def _merged(ones: Mapping[Key, object], others: Mapping[Key, object]) -> list[Key]:
    """Return all keys in the order of the one run; those of the other alone behind the one that they followed there."""
    following: dict[Key | None, list[Key]] = {}
    last: Key | None = None
    for key in others:
        if key in ones:
            last = key
        else:
            following.setdefault(last, []).append(key)
    merged = following.get(None, [])
    for key in ones:
        merged += [key, *following.get(key, ())]
    return merged


def _pair(key: Key, one: StepState | None, other: StepState | None, a: Recording, b: Recording) -> Pair:
    path = tuple(part for part, _ in key)
    given: list[Change] = []
    gave: list[Change] = []
    if one is not None and other is not None:
        given = _changes(path, "input", one.input, other.input, a.shown, b.shown)
        gave = _changes(path, "output", one.output, other.output, a.shown, b.shown)
    return Pair(
        path=path,
        iterations=tuple(number for _, number in key),
        status=(None if one is None else one.status, None if other is None else other.status),
        seconds=(_seconds(one), _seconds(other)),
        error=(_error(one), _error(other)),
        input=given,
        output=gave,
        source=(None if one is None else a.source(one), None if other is None else b.source(other)),
    )


def _changes(path: Path, part: str, one: Any, other: Any, shown: Shown, shown_other: Shown) -> list[Change]:
    # Almost all values of two runs are the same, and these need no masking.
    if same(one, other):
        return []
    return operations(shown(path, part, one), shown_other(path, part, other))


def _seconds(step: StepState | None) -> float | None:
    if step is None or step.started_at is None or step.ended_at is None:
        return None
    return (step.ended_at - step.started_at).total_seconds()


def _error(step: StepState | None) -> str | None:
    return None if step is None or step.error is None else str(step.error["message"])


def _first(pairs: Mapping[Key, Pair], ones: Mapping[Key, StepState], others: Mapping[Key, StepState]) -> Pair | None:
    """Return the innermost step that differs and began first, each by the time of the run that has it."""
    differing = [key for key, pair in pairs.items() if pair.differs]
    around = {key[:depth] for key in differing for depth in range(1, len(key))}
    inner = [key for key in differing if key not in around]
    starts = (_earliest(ones), _earliest(others))

    def began(key: Key) -> tuple[bool, float]:
        run = 0 if key in ones else 1
        step = (ones, others)[run][key]
        at, start = step.started_at, starts[run]
        return (at is None, (at - start).total_seconds() if at is not None and start is not None else 0.0)

    return pairs[min(inner, key=began)] if inner else None


def _earliest(steps: Mapping[Key, StepState]) -> datetime | None:
    return min((step.started_at for step in steps.values() if step.started_at is not None), default=None)
