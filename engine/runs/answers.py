"""How answers and events are checked by the code of a run's workflow and recorded."""

from typing import Any

from engine.errors import NotSuspended, UnknownRun, UnknownStep
from engine.journal.answers import Where, admit_answer, find_suspended, places_of
from engine.journal.fit import check_fit
from engine.journal.requests import check_takes_event, record_event, record_resume
from engine.journal.state import RunState
from engine.journal.waits import admit_event, likeliest
from engine.runs.runtime import Runtime
from engine.tree.nodes import Flow


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
