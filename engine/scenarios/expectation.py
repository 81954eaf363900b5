"""What is to come of a scenario, held against what came: only what the file names counts."""

import copy
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.journal.result import RunResult, StepResult
from engine.scenarios.pointers import container_of
from engine.scenarios.scenario import Scenario, lines_of

IGNORED = "(ignored)"
"""Stands for an item of a list that is not looked at; a key of an object is left out instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a scenario came to what was expected."""

    workflow: str
    name: str
    file: str
    passed: bool
    difference: str = ""
    """A unified diff from what was expected to what came; empty when nothing differs."""
    problem: str = ""
    """Why it could not be played, or what of it was never asked for."""
    error: str = ""
    """What the run failed with, and where in the user's code, if that was not expected."""
    expected: Mapping[str, Any] | None = None
    """What was expected, without what is ignored."""
    got: Mapping[str, Any] | None = None
    """What came, as far as it was expected to be something, without what is ignored."""
    seconds: float = 0.0
    """How long it took."""

    @property
    def title(self) -> str:
        """Return how it is called everywhere: ``workflow::name``."""
        return f"{self.workflow}::{self.name}"

    @property
    def text(self) -> str:
        """Return what is wrong, for people."""
        return "\n".join(filter(None, (self.problem, self.difference, self.error)))


def verdict_on(scenario: Scenario, result: RunResult, left: Iterable[str] = (), seconds: float = 0.0) -> Verdict:
    """Return whether a run is what a scenario expects.

    Args:
        scenario: the scenario.
        result: what the run has come to.
        left: sentences on what the scenario gives and nothing asked for.
        seconds: how long the run took.
    """
    ignore = scenario.expect.get("ignore", ())
    expected = without({key: value for key, value in scenario.expect.items() if key != "ignore"}, ignore)
    got = without(came_of(result, scenario.expect), ignore)
    difference, problem = diff(expected, got, scenario.file or scenario.title), "\n".join(left)
    unexpected = difference and result.status == "failed"
    return Verdict(
        workflow=scenario.workflow,
        name=scenario.name,
        file=scenario.file,
        passed=not (difference or problem),
        difference=difference,
        problem=problem,
        error=told_error(result) if unexpected else "",
        expected=expected,
        got=got,
        seconds=seconds,
    )


def unplayed(scenario: Scenario, problem: str, seconds: float = 0.0) -> Verdict:
    """Return the verdict on a scenario that could not be played."""
    return Verdict(
        workflow=scenario.workflow,
        name=scenario.name,
        file=scenario.file,
        passed=False,
        problem=problem,
        seconds=seconds,
    )


def came_of(result: RunResult, expect: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has come of a run, as far as an expectation names it."""
    found: dict[str, Any] = {"status": result.status}
    if "result" in expect:
        found["result"] = result.result
    if "error" in expect:
        found["error"] = result.error
    if "steps" in expect:
        known = {path: result.steps.get(path) for path in expect["steps"]}
        found["steps"] = {
            path: _of_step(step, expect["steps"][path]) for path, step in known.items() if step is not None
        }
    return found


def _of_step(step: StepResult, expect: Iterable[str]) -> dict[str, Any]:
    return {key: getattr(step, key) for key in expect}


def without(value: Mapping[str, Any], pointers: Iterable[str]) -> dict[str, Any]:
    """Return a value without what some pointers lead to."""
    found = copy.deepcopy(dict(value))
    for pointer in pointers:
        container, key = container_of(found, pointer) or ({"": None}, "")
        container[key] = IGNORED
        if isinstance(container, dict):
            del container[key]
    return found


def diff(expected: Mapping[str, Any], got: Mapping[str, Any], called: str) -> str:
    """Return the unified diff of two JSON values; empty when they are the same."""
    one, other = (lines_of(value, ordered=True).splitlines() for value in (expected, got))
    lines = difflib.unified_diff(one, other, f"{called} (expected)", f"{called} (got)", lineterm="")
    return "\n".join(lines)


def taken(scenario: Scenario, result: RunResult) -> dict[str, Any]:
    """Return the expectation that takes what came as right; what is ignored stays as the file has it."""
    expect = scenario.expect
    got = came_of(result, expect)
    for pointer in expect.get("ignore", ()):
        old, new = container_of(expect, pointer), container_of(got, pointer)
        if old is not None and new is not None:
            new[0][new[1]] = old[0][old[1]]
    ordered = {key: got[key] for key in expect if key in got}
    return ordered | ({"ignore": expect["ignore"]} if "ignore" in expect else {})


def told_error(result: RunResult) -> str:
    """Return what a run failed with, and the last line of the user's code on the way there."""
    if result.error_detail is None:
        return ""
    detail = result.error_detail
    frames = [frame for frame in detail["traceback"] if frame["user"]]
    failed = next((path for path, step in result.steps.items() if step.error_detail == detail), None)
    where = "" if failed is None else f" in step {failed}"
    place = f"\n  {frames[-1]['file']}:{frames[-1]['line']}: {frames[-1]['code']}" if frames else ""
    return f"The run failed{where}: {detail['type']}: {detail['message']}{place}"
