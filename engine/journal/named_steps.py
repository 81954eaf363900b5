"""Which steps of a workflow are meant: by breakpoints, by a rehearsal, and by whoever has a paused run go on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import AmbiguousResume, Argument, UnknownStep
from engine.journal.answers import Places, Where, lies_at, path_of
from engine.journal.requests import check_paused
from engine.journal.state import Breakpoints, RunState
from engine.paths import Path, format_path
from engine.rehearsal import Rehearsal
from engine.shown import shown


def named_step(places: Places, name: Where) -> str:
    """Return the written path of the step that is meant; that of a step in a nested workflow when its id is given.

    Raises:
        UnknownStep: the workflow has no such step, or the path has an index.
    """
    path = path_of(places, name)
    if any(isinstance(part, int) for part in path):
        raise UnknownStep(
            f"{format_path(path)!r} names one item: give the path without indexes, which means the step for each item"
        )
    return format_path(path)


def named_breakpoints(places: Places, breakpoints: Any) -> Breakpoints:
    """Return breakpoints with the whole path of each step.

    Args:
        places: where the steps of the workflow stand.
        breakpoints: paths or ids of steps, or ``"all"``; None for none.

    Raises:
        UnknownStep: one of them is no step of the workflow.
    """
    if breakpoints is None:
        return ()
    if isinstance(breakpoints, str) and breakpoints == "all":
        return "all"
    if not isinstance(breakpoints, list | tuple | set | frozenset):
        raise UnknownStep(f"breakpoints are given as {shown(breakpoints)}. Expected a list of steps, or 'all'")
    return tuple(dict.fromkeys(named_step(places, where) for where in breakpoints))


def find_paused(places: Places, run: RunState, where: Where | None) -> list[Path]:
    """Return the steps that are to go on, of those before which a run has paused.

    Args:
        places: where the steps of the run's workflow stand.
        run: the run as it is now.
        where: the one that is meant; None for all.

    Raises:
        RunFinished: the run has ended.
        NotPaused: it has not paused, or not before this step.
        UnknownStep: the workflow has no such step.
        AmbiguousResume: several items of a foreach fit; the message lists them.
    """
    check_paused(run)
    if where is None:
        return list(run.paused)
    path = path_of(places, where)
    found = [paused for paused in run.paused if lies_at(paused, path)]
    if not found:
        check_paused(run, path)
    if len(found) > 1:
        raise several_paused(run, found)
    return found


def several_paused(run: RunState, paths: Sequence[Path]) -> AmbiguousResume:
    """Return the error for a request that is for one step only, of several before which a run has paused."""
    which = Argument(name="step", value=format_path(paths[0]))
    listed = ", ".join(map(format_path, paths))
    message = f"run {run.run_id} has paused before several steps: {listed}. Say which one, as with {which}"
    return AmbiguousResume(message, argument=which)


def named_rehearsal(places: Places, rehearsal: Rehearsal) -> Rehearsal:
    """Return the rehearsal with the whole path of each step.

    Raises:
        UnknownStep: the workflow has no such step.
    """

    def by_path(steps: Mapping[str, Any]) -> dict[str, Any]:
        return {named_step(places, name): value for name, value in steps.items()}

    return replace(
        rehearsal,
        results=by_path(rehearsal.results),
        failures=by_path(rehearsal.failures),
        delays=by_path(rehearsal.delays),
        deaths=by_path(rehearsal.deaths),
    )
