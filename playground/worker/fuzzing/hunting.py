"""Has Hypothesis make inputs, and make those that fail smaller, one round after the other."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from playground.fuzzing.findings import Bounds, Finding
from playground.store.rows import to_text
from playground.worker.fuzzing.trials import HANG_TYPE, Outcome, Trials

PAUSE = 0.2
"""Seconds between two lines on how far it has come."""
HUNG_SHARE = 0.3
"""Of the time, what inputs may take that never end; then no more of them are made smaller."""
Tell = Callable[[Mapping[str, Any]], None]


class Fault(Exception):
    """An input fails; each failure has a class of its own, by which Hypothesis tells them apart."""


class TimeIsUp(BaseException):
    """No more inputs are to be tried; nothing on the way may take it for a failure."""


class Hunt:
    """One search.

    Args:
        trials: tries an input.
        values: what inputs are made of.
        bounds: when it is enough.
        seed: of the generator.
        tell: told what was found, and how far it has come, as `fuzz_runs` writes it.
    """

    def __init__(self, *, trials: Trials, values: SearchStrategy[Any], bounds: Bounds, seed: int, tell: Tell) -> None:
        """Begin with nothing."""
        self._trials = trials
        self._values = values
        self._bounds = bounds
        self._seed = seed
        self._tell = tell
        self._began = time.monotonic()
        self._told = 0.0
        self._outcomes: dict[str, Outcome] = {}
        self._made = 0
        self._hung = 0.0
        self._refused = 0
        self._reached: set[str] = set()
        self._findings: dict[str, Finding] = {}
        self._times: Counter[str] = Counter()
        self._done: set[str] = set()
        self._classes: dict[str, type[Fault]] = {}

    def run(self) -> None:
        """Look until enough inputs were tried, the time is up, or there are no others.

        Raises:
            HypothesisException: no input can be made.
        """
        try:
            for number in range(self._bounds.runs):
                known = len(self._outcomes)
                self._round(self._seed + number)
                for key in self._findings.keys() - self._done:
                    self._prune(key)
                self._done |= self._findings.keys()
                if self._made >= self._bounds.runs or len(self._outcomes) == known:
                    break
        except TimeIsUp:
            pass
        for key in self._findings:
            self._say_found(key)
        self._say_progress()

    def _round(self, number: int) -> None:
        """Have inputs made until some fail in new ways, and then have those made smaller."""

        @seeded(number)
        @settings(
            max_examples=max(self._bounds.runs - self._made, 1),
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            print_blob=False,
        )
        @given(self._values)
        def look(value: Any) -> None:
            self._try(value)

        try:
            look()
        except Fault:
            pass
        except BaseExceptionGroup as several:
            # Of all others, only one that changes from try to try has the rest with it.
            if several.split(Fault)[0] is None:
                raise
        except HypothesisException:
            if not self._outcomes:
                raise

    def _try(self, value: Any) -> None:
        outcome = self._outcome(value)
        if outcome.kind != "failed":
            return
        key = key_of(outcome)
        self._keep(key, value, outcome)
        is_slow = outcome.type == HANG_TYPE and self._hung > self._bounds.seconds * HUNG_SHARE
        if key not in self._done and not is_slow:
            raise self._classes.setdefault(key, type(f"Fault_{key}", (Fault,), {}))

    def _prune(self, key: str) -> None:
        """Leave out of a finding's input whatever can be, where Hypothesis has come to a standstill."""
        pruned = None
        while pruned != self._findings[key].input:
            pruned = self._findings[key].input
            for smaller in without_a_part(pruned):
                outcome = self._outcome(smaller)
                if outcome.kind == "failed" and key_of(outcome) == key:
                    self._keep(key, smaller, outcome)
                    break

    def _outcome(self, value: Any) -> Outcome:
        text = to_text(value)
        if text in self._outcomes:
            return self._outcomes[text]
        if time.monotonic() - self._began > self._bounds.seconds:
            raise TimeIsUp
        began = time.monotonic()
        outcome = self._trials.attempt(value)
        self._hung += time.monotonic() - began if outcome.type == HANG_TYPE else 0
        self._outcomes[text] = outcome
        self._times[key_of(outcome)] += 1
        # What makes a finding smaller counts for none that were asked for.
        self._made += self._findings.keys() <= self._done
        self._refused += outcome.kind == "refused"
        self._reached |= {*outcome.reached}
        if time.monotonic() - self._told > PAUSE:
            self._say_progress()
        return outcome

    def _keep(self, key: str, value: Any, outcome: Outcome) -> None:
        """Keep the smallest input of each failure: the one with the shortest text."""
        known = self._findings.get(key)
        if known is None or _size(value) < _size(known.input):
            told = asdict(outcome)
            parts = {name: told[name] for name in ("type", "message", "place", "code", "step", "traceback")}
            self._findings[key] = Finding(key=key, input=value, **parts)
            self._say_found(key)

    def _say_found(self, key: str) -> None:
        finding = replace(self._findings[key], times=self._times[key], is_smallest=key in self._done)
        self._tell({"found": asdict(finding)})

    def _say_progress(self) -> None:
        self._told = time.monotonic()
        self._tell(
            {
                "inputs": len(self._outcomes),
                "refused": self._refused,
                "seconds": self._told - self._began,
                "reached": sorted(self._reached),
            }
        )


def key_of(outcome: Outcome) -> str:
    """Return what is the same for all failures of one type at one place."""
    return hashlib.sha256(f"{outcome.type}\n{outcome.place}".encode()).hexdigest()[:8]


def without_a_part(value: Any) -> Iterator[Any]:
    """Yield all that a value becomes when one key or one item is left out, at any depth."""
    match value:
        case dict():
            for name, part in value.items():
                rest = {other: kept for other, kept in value.items() if other != name}
                yield rest
                yield from ({**value, name: smaller} for smaller in without_a_part(part))
        case list():
            for number, part in enumerate(value):
                yield value[:number] + value[number + 1 :]
                yield from ([*value[:number], smaller, *value[number + 1 :]] for smaller in without_a_part(part))


def _size(value: Any) -> tuple[int, str]:
    text = to_text(value)
    return len(text), text
