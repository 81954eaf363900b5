"""How answers, events and what lets a paused run go on are checked by the code of its workflow, and recorded."""

from typing import Any

from engine.errors import NotSuspended, UnknownRun, UnknownStep
from engine.journal.answer_target import Where, admit_answer, admit_step_input, find_suspended, places_of
from engine.journal.breakpoints import find_paused, named_breakpoints, record_proceed, several_paused
from engine.journal.changed_code import check_fit
from engine.journal.requests import check_takes_event, record_event, record_resume
from engine.journal.state import RunState
from engine.journal.waits import admit_event, likeliest
from engine.runs.runtime import Runtime
from engine.tree.nodes import Flow
from engine.values.missing import MISSING


async def answer(
    runtime: Runtime, flow: Flow, run_id: str, step: Where | None, data: Any, label: str | None, index: int | None
) -> RunState:
    """Answer a suspended step; what the arguments mean and what is raised stands at `Run.resume`.

    Returns:
        The fold of the journal, as far as it was known before the answer.
    """
    state = await runtime.state(run_id)
    if not state.run_id:
        raise UnknownRun(f"run {run_id} was not started")
    try:
        suspended = find_suspended(places_of(flow), state, step, label, index)
    except (UnknownStep, NotSuspended):
        # The code that has changed may have no place, or another one, for what is asked for.
        if not state.ended:
            check_fit(flow, state)
        raise
    check_fit(flow, state)
    given = admit_answer(flow, suspended.path, data, suspended.answer_schema)
    await record_resume(
        runtime.store,
        runtime.clock,
        run_id,
        suspended.path,
        given,
        suspension=suspended.suspension,
        known=state,
    )
    return state


async def send_event(runtime: Runtime, flow: Flow, run_id: str, name: str, payload: Any) -> None:
    """Record an event, and poke the run if it is executed here; what is raised stands at `Run.send_event`."""
    state = await runtime.state(run_id)
    check_takes_event(state, name)
    check_fit(flow, state)
    event = admit_event(flow, name, payload, likeliest(state, name))
    await record_event(runtime.store, runtime.clock, run_id, name, event.payload, takers=event.takers, known=state)
    runtime.notice(run_id)


async def proceed(
    runtime: Runtime, flow: Flow, run_id: str, step: bool | Where, breakpoints: Any, input_data: Any
) -> None:
    """Have a paused run go on; what the arguments mean and what is raised stands at `Run.proceed`."""
    places, state = places_of(flow), await runtime.state(run_id)
    if not state.run_id:
        raise UnknownRun(f"run {run_id} was not started")
    paths = find_paused(places, state, None if isinstance(step, bool) else step)
    check_fit(flow, state)
    if input_data is not MISSING:
        if len(paths) > 1:
            raise several_paused(state, paths)
        input_data = admit_step_input(flow, paths[0], input_data)
    await record_proceed(
        runtime.store,
        runtime.clock,
        run_id,
        paths,
        stepping=step is True,
        breakpoints=None if breakpoints is None else named_breakpoints(places, breakpoints),
        step_input=input_data,
        known=state,
    )
