"""The first look at a run: a start that no worker had checked is checked before anything of it runs."""

from collections.abc import Awaitable, Callable
from typing import Any

from engine.clock import SystemClock
from engine.errors import RequestError
from engine.events import Draft, Event
from engine.execution.hooks import left_by
from engine.failure import describe
from engine.journal.requests import Start
from engine.journal.state import RunState
from engine.runs.run import Run
from engine.runs.runtime import Runtime
from engine.runs.start_input import admit, permit

CLOCK = SystemClock()


async def begin(
    runtime: Runtime, run_id: str, *, owner: str, lease: float, is_left: Callable[[Event], Awaitable[bool]]
) -> RunState | None:
    """Execute a segment of a run; see `Runtime.segment`. A start that does not fit ends as a failed run.

    Args:
        runtime: what executes here.
        run_id: the run.
        owner: the worker.
        lease: seconds for which a claim holds.
        is_left: tells by its first event whether a run is left to other workers.
    """
    first = await runtime.store.read(run_id, limit=2)
    if first and await is_left(first[0]):
        return None
    if not any(event.payload.get("unchecked") for event in first):
        return await runtime.segment(run_id)
    fit, start = await _look(runtime, run_id, owner, lease)
    return await runtime.segment(run_id, start=start) if fit else None


async def _look(runtime: Runtime, run_id: str, owner: str, lease: float) -> tuple[bool, Start | None]:
    """Check a start that the JSON Schema alone has let through; record the run as failed when the code refuses it.

    Returns:
        Whether there is something to execute; and what the run begins with, if that is not what was recorded: a key
        that has a default was left out.
    """
    state = await runtime.state(run_id)
    fork = state.forked_from is not None and state.status == "pending"
    if state.ended or (state.root.children and not fork):
        return True, None
    flow = runtime.flows[state.workflow_id]
    wanted = Start(
        input=state.root.input,
        state=state.state or None,
        request_context=state.request_context,
        rehearsal=state.rehearsal,
        breakpoints=state.breakpoints,
    )
    run: Run[Any, Any] = Run(runtime, flow, run_id, recorded=True)
    try:
        if fork:
            await permit(flow, run)
            runtime.keep(state)
            return True, None
        admitted = await admit(flow, wanted, run)
        runtime.keep(state)
        return True, None if admitted == wanted else admitted
    except RequestError as error:
        claim = await runtime.store.claim(run_id, owner=owner, lease=lease)
        if claim is None:
            return False, None
        failed = Draft(CLOCK.now(), "run-failed", (), {"error": describe(error)} | left_by(flow, "failed", state))
        await runtime.store.append(run_id, [failed], epoch=claim.epoch, after=claim.last_seq)
        await runtime.store.release(run_id, epoch=claim.epoch)
    return True, None
