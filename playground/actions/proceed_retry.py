"""What people and programs ask of runs that are paused or have failed: go on, end a wait, and try again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.errors import InvalidInput
from engine.journal.answer_target import Places
from engine.journal.breakpoints import (
    find_asleep,
    find_paused,
    named_breakpoints,
    record_proceed,
    record_wake,
    several_paused,
)
from engine.journal.forks import record_retry
from engine.paths import format_path, ids_of
from engine.values.missing import MISSING
from playground.actions import value_checks
from playground.actions.actions import Known, announce, checked_id, clock, read_run, store
from playground.catalogue import catalogue
from playground.graph.nodes import UNKNOWN
from playground.graph.tree import read_tree


async def proceed(
    run_id: str,
    *,
    step: str | Sequence[str | int] | bool = False,
    breakpoints: Any = None,
    value: Any = MISSING,
    known: Known | None = None,
) -> None:
    """Have a paused run go on.

    Args:
        run_id: the run.
        step: True to pause before whatever comes next; or the path of the one paused step that is to go on.
        breakpoints: the steps before which it pauses from now on, or ``"all"``; None for those that it has.
        value: what the waiting step is given instead, as JSON.
        known: as for `resume`.

    Raises:
        UnknownRun, UnknownStep, NotPaused, AmbiguousResume, RunFinished, InvalidInput: nothing was changed.
    """
    known = known or await read_run(run_id)
    run, places = known.run, _places(known)
    graph = None if known.entry is None else known.entry.graph
    paths = find_paused(places, run, None if isinstance(step, bool) else step)
    if value is not MISSING:
        if len(paths) > 1:
            raise several_paused(run, paths)
        node = read_tree(graph).at(paths[0]) or UNKNOWN
        await value_checks.check_schema(node.input_schema or {}, value, InvalidInput, f"step {format_path(paths[0])!r}")
    await record_proceed(
        store,
        clock,
        run_id,
        paths,
        stepping=step is True,
        breakpoints=None if breakpoints is None else named_breakpoints(places, breakpoints),
        step_input=value,
        known=run,
    )
    await announce(run_id)


async def wake(
    run_id: str,
    step: str | Sequence[str | int] | None = None,
    *,
    due: datetime | None = None,
    known: Known | None = None,
) -> None:
    """End the time that a step waits for, as if it had come: see `find_asleep`.

    Args:
        run_id: the run.
        step: the step's path or id; None for the only one that waits for a time.
        due: the time that is meant, where whoever asks has seen it.
        known: as for `resume`.

    Raises:
        UnknownRun, UnknownStep, NotAsleep, AmbiguousResume, RunFinished: nothing was changed.
    """
    known = known or await read_run(run_id)
    found = find_asleep(_places(known), known.run, step, clock.now())
    await record_wake(store, clock, run_id, found.path, due=due, known=known.run)
    await announce(run_id)


def _places(known: Known) -> Places:
    run, graph = known.run, None if known.entry is None else known.entry.graph
    recorded = {ids_of(begun.path) for begun in run.steps()} | {ids_of(path) for path in run.paused}
    return Places(workflow_id=run.workflow_id, paths=recorded if graph is None else read_tree(graph).paths())


async def retry(run_id: str, *, new_id: str | None = None) -> str:
    """Make and start a new run that goes on from the steps that have failed, with what they were given; return its id.

    What was undone since runs again, too, with all that followed it. ``new_id`` is what the new run is called.

    Raises:
        UnknownRun, UnknownWorkflow, StartRefused, NewerJournal: no run was made.
        NotFailed: the run has not failed.
    """
    entry = await catalogue.workflow((await store.summary(run_id)).workflow_id)
    new_id = checked_id(new_id)
    await record_retry(
        store,
        clock,
        run_id=run_id,
        new_run_id=new_id,
        digest=entry.digest,
        permit=lambda: value_checks.permit_fork(entry.workflow_id),
    )
    await announce(new_id)
    return new_id
