"""The steps that have failed and whose code has changed since, with what is different."""

import difflib
from dataclasses import dataclass

from engine.journal.state import RunState
from engine.paths import format_path, ids_of
from playground.catalogue import source_code
from playground.guard.callers import caller


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedStep:
    """A step whose code is another one now."""

    path: str
    """Its written path, without the indexes of items."""
    lines: tuple[tuple[str, str], ...]
    """The difference of its sources as lines, each after its sign; none for those who may not see code."""


async def changed_steps(run: RunState) -> tuple[ChangedStep, ...]:
    """Return which of the steps that failed have another source now; none while the run has not failed.

    Of a step whose source is not known, or is no more in the code, nothing is said.
    """
    failed = [step for step in run.steps() if step.status == "failed"] if run.status == "failed" else []
    if not failed:
        return ()
    now, then = await source_code.current(run.workflow_id), await source_code.executed(run)
    found = {format_path(ids_of(step.path)): then.source(step) for step in failed}
    pairs = {name: (was, now[name]) for name, was in found.items() if was and now.get(name, was) != was}
    texts = await source_code.texts(digest for pair in pairs.values() for digest in pair) if pairs else {}
    seen = caller.get().may_see_code
    return tuple(
        ChangedStep(path=name, lines=difference(texts.get(was, ""), texts.get(new, "")) if seen else ())
        for name, (was, new) in pairs.items()
    )


def difference(one: str, other: str) -> tuple[tuple[str, str], ...]:
    """Return what is different in two sources, with three lines around it; each line with its sign."""
    lines = list(difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=3))[2:]
    return tuple((line[:1], line) for line in lines)
