"""Stepping through a run: which steps breakpoints and rehearsals mean, how it goes on from a pause or a wait."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.clock import Clock
from engine.errors import AmbiguousResume, Argument, NotAsleep, NotPaused, RequestError, RunAlreadyStarted, UnknownStep
from engine.events import Draft
from engine.journal.answer_target import Places, Where, lies_at, path_of
from engine.journal.requests import check_open, record
from engine.journal.state import Breakpoints, RunState
from engine.journal.step_state import StepState
from engine.journal.store import Store
from engine.paths import Path, format_path
from engine.rehearsal import Rehearsal
from engine.short_text import shown
from engine.values.missing import MISSING


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


async def record_fork_start(
    store: Store, clock: Clock, run_id: str, ways: dict[str, Any], *, known: RunState | None = None
) -> None:
    """Start a fork, which has its input, in the ways that `Start.ways` gives; ``known`` as for `record_resume`.

    Raises:
        UnknownRun: there is no such run.
        RunAlreadyStarted: it has begun.
    """

    def decide(run: RunState) -> Sequence[Draft]:
        if run.status != "pending":
            raise RunAlreadyStarted(f"run {run_id} was started before: fork it again")
        return [Draft(clock.now(), "run-started", (), ways)]

    await record(store, run_id, decide, known)


async def record_proceed(
    store: Store,
    clock: Clock,
    run_id: str,
    paths: Sequence[Path],
    *,
    stepping: bool = False,
    breakpoints: Breakpoints | None = None,
    step_input: Any = MISSING,
    known: RunState | None = None,
) -> None:
    """Have a paused run go on.

    Args:
        store: where the journal is kept.
        clock: gives the time of the event.
        run_id: the run.
        paths: the steps that go on, of those before which the run has paused.
        stepping: whether it pauses again before whatever comes next.
        breakpoints: the written paths of the steps before which it pauses from now on; None for those that it has.
        step_input: what the only one of ``paths`` is given instead, as JSON, validated before.
        known: as for `record_resume`.

    Raises:
        UnknownRun: there is no such run.
        RunFinished: the run has ended.
        NotPaused: it has not paused before one of the steps, or somebody else has had it go on.
    """
    payload: dict[str, Any] = {"before": [list(path) for path in paths]}
    if stepping:
        payload["step"] = True
    if breakpoints is not None:
        payload["breakpoints"] = "all" if breakpoints == "all" else list(breakpoints)
    if step_input is not MISSING:
        payload["input"] = step_input

    def decide(run: RunState) -> Sequence[Draft]:
        for path in paths:
            check_paused(run, path)
        return [Draft(clock.now(), "run-proceeded", (), payload)]

    await record(store, run_id, decide, known)


def find_asleep(places: Places, run: RunState, where: Where | None, now: datetime) -> StepState:
    """Return the step that waits for a time: a timer, a next attempt of it or its undo, a rehearsed delay, a deadline.

    Args:
        places: where the steps of the run's workflow stand.
        run: the run as it is now.
        where: the one that is meant; None for the only one.
        now: this moment.

    Raises:
        RunFinished: the run has ended.
        NotAsleep: no step waits for a time, or not this one.
        UnknownStep: the workflow has no such step.
        AmbiguousResume: several fit; the message lists them.
    """
    path = None if where is None else path_of(places, where)
    found = [step for step in _asleep(run, now) if path is None or lies_at(step.path, path)]
    if len(found) > 1:
        which = Argument(name="step", value=format_path(found[0].path))
        listed = ", ".join(format_path(step.path) for step in found)
        message = f"several steps of run {run.run_id} wait for a time: {listed}. Say which one, as with {which}"
        raise AmbiguousResume(message, argument=which)
    if not found:
        raise _not_asleep(run, path, now)
    return found[0]


def _asleep(run: RunState, now: datetime) -> list[StepState]:
    if run.ended:
        return []
    # What is undone waits for nothing else any more.
    steps = () if run.undoing is not None else run.open.values()
    return [step for step in (*steps, *run.left_to_undo) if step.is_asleep(now)]


def _not_asleep(run: RunState, path: Path | None, now: datetime) -> RequestError:
    check_open(run, ": start another one, or fork it")
    names = ", ".join(format_path(step.path) for step in _asleep(run, now)) or "none"
    which = "no step" if path is None else f"step {format_path(path)!r}"
    waits = "waits" if path is None else "does not wait"
    times = "a timer, a next attempt or a deadline now, so there is no time to end"
    return NotAsleep(f"{which} of run {run.run_id} {waits} for {times}. Steps that wait for one: {names}")


async def record_wake(
    store: Store, clock: Clock, run_id: str, path: Path, *, due: datetime | None = None, known: RunState | None = None
) -> None:
    """End the time that a step waits for, as if it had come; see `find_asleep`.

    Args:
        store: where the journal is kept.
        clock: gives the time of the event.
        run_id: the run.
        path: the step.
        due: the time that is meant, where whoever asks has seen it; in a loop the step may wait for another one by now.
        known: as for `record_resume`.

    Raises:
        UnknownRun: there is no such run.
        RunFinished: the run has ended.
        NotAsleep: the step waits for no time, or for another one, or somebody else has ended it.
    """

    def decide(run: RunState) -> Sequence[Draft]:
        now = clock.now()
        step = next((step for step in _asleep(run, now) if step.path == path), None)
        if step is None or due not in (None, step.wakes_at):
            raise _not_asleep(run, path, now)
        undone = (number for number, other in enumerate(run.undoable, 1) if other is step and step.undo is not None)
        return [Draft(now, "step-woken", path, {"number": number} if (number := next(undone, None)) else {})]

    await record(store, run_id, decide, known)


def check_paused(run: RunState, path: Path | None = None) -> None:
    """Check that a run has paused, and before this step if one is named; see `record_proceed` for what is raised."""
    check_open(run, ": start another one, or fork it")
    if run.status != "paused":
        raise NotPaused(f"run {run.run_id} is {run.status}, not paused")
    if path is not None and path not in run.paused:
        names = ", ".join(map(format_path, run.paused))
        raise NotPaused(f"run {run.run_id} has not paused before step {format_path(path)!r}. It has before: {names}")
