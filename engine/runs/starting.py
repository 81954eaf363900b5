"""How runs begin: what they start with is checked by the code of their workflow, and recorded."""

from collections.abc import Collection
from typing import Any, Literal, Protocol

from engine.errors import RunFinished, UnknownRun
from engine.journal.answer_target import Where, admit_step_input, path_of, places_of
from engine.journal.breakpoints import named_breakpoints, record_fork_start
from engine.journal.forks import beginning, record_fork
from engine.journal.requests import Start, check_startable, create_run, record_start
from engine.journal.state import RunState
from engine.journal.summary import RunSummary
from engine.rehearsal import Rehearsal, check_rehearsal
from engine.runs.runtime import Runtime
from engine.runs.start_input import admit, fitted_rehearsal, permit
from engine.runs.tagging import Kept
from engine.tree.nodes import Flow
from engine.values.missing import MISSING

Steps = Collection[Where] | Literal["all"]
"""Some steps, each given itself or by its id or path, or all of them."""


class Beginner(Protocol):
    """A run that is about to begin; the hook ``on_start`` is given it."""

    run_id: str
    resource_id: str | None


def asked(
    flow: Flow,
    input_data: Any,
    state: dict[str, Any] | None,
    request_context: dict[str, Any] | None,
    breakpoints: Steps | None,
    rehearsal: Rehearsal | None,
    called: Kept,
) -> Start:
    """Return what a run is asked to start with; the arguments stand at `Run.start`."""
    name, tags = called
    return Start(
        input=None if input_data is MISSING else input_data,
        state=state,
        request_context=request_context,
        breakpoints=named_breakpoints(places_of(flow), breakpoints),
        rehearsal=rehearsal,
        name=name,
        tags=tags,
    )


async def begin(runtime: Runtime, flow: Flow, run: Beginner, start: Start, known: RunState | None) -> RunState:
    """Record what a run starts with; what is raised stands at `Run.start`.

    Args:
        runtime: what executes it.
        flow: its workflow.
        run: the run.
        start: as it was given.
        known: the fold of its journal; None, or an empty one, for a run that is not in the store.

    Returns:
        The fold of the journal, as far as it is known then.
    """
    check_rehearsal(start.rehearsal, production=runtime.production, can_die=runtime.die is not None)
    if known is not None:
        check_startable(known)
    admitted = await admit(flow, start, run)
    if known is not None and known.run_id:
        await record_start(runtime.store, runtime.clock, run.run_id, admitted, known=known)
        return known
    return await create_run(
        runtime.store,
        runtime.clock,
        run_id=run.run_id,
        workflow_id=flow.id,
        digest=runtime.flows.digest(flow),
        start=admitted,
        resource_id=run.resource_id,
    )


async def begin_fork(runtime: Runtime, flow: Flow, run: Beginner, start: Start, known: RunState) -> None:
    """Have a fork begin, which has its input already; see `begin`."""
    check_rehearsal(start.rehearsal, production=runtime.production, can_die=runtime.die is not None)
    rehearsal = None if start.rehearsal is None else fitted_rehearsal(flow, start.rehearsal)
    if known.rehearsal is None and rehearsal is None:
        await permit(flow, run)
    ways = Start(input=None, breakpoints=start.breakpoints, rehearsal=rehearsal).ways()
    if ways:
        await record_fork_start(runtime.store, runtime.clock, run.run_id, ways, known=known)


async def fork(
    runtime: Runtime, flow: Flow, run_id: str, new: Beginner, step: Where, input_data: Any, *, starts: bool
) -> None:
    """Record a fork of a run as a new one; what is raised stands at `Run.fork`.

    Args:
        runtime: what executes it.
        flow: its workflow.
        run_id: the run that is forked.
        new: the new run.
        step: the step from which it executes again.
        input_data: what that step is given instead, or MISSING.
        starts: whether it is about to start, so that ``on_start`` is asked.
    """
    path = path_of(places_of(flow), step)
    if input_data is not MISSING:
        beginning(await runtime.store.read(run_id), path, exactly=True)
        input_data = admit_step_input(flow, path, input_data)

    async def permitted() -> bool:
        if starts:
            await permit(flow, new)
        return True

    await record_fork(
        runtime.store,
        runtime.clock,
        run_id=run_id,
        new_run_id=new.run_id,
        digest=runtime.flows.digest(flow),
        path=path,
        step_input=input_data,
        permit=permitted,
    )


def check_restartable(summary: RunSummary) -> None:
    """Check that a run can be taken over; see `Run.restart` for what is raised."""
    if summary.ended:
        raise RunFinished(f"run {summary.run_id} has ended ({summary.status}): start another one, or fork it")
    if not summary.has_input:
        raise UnknownRun(f"run {summary.run_id} was not started: call start() with its input")
