"""Hooks that follow the end of a run: which there are, and how they are called, at least once."""

import inspect
import logging
from collections.abc import Callable, Sequence
from typing import Any

from engine.clock import Clock
from engine.events import Draft, Event, RunStatus
from engine.execution.walker import contained, counting
from engine.failure import describe, is_users, message_of
from engine.journal.requests import record_note
from engine.journal.result import RunResult
from engine.journal.state import RunState
from engine.journal.store import Claim, Store
from engine.tree.nodes import Flow

MAX_DEATHS = 3
"""How many workers may die while the hooks of one run are called."""


def hooks_after(flow: Flow, status: RunStatus, run: RunState | None = None) -> list[str]:
    """Return the names of the hooks that follow an end with this status; of a run that rehearses, none."""
    if run is not None and run.rehearsal is not None:
        return []
    hooks = [] if flow.on_finish is None else ["on_finish"]
    if status == "failed" and flow.on_error is not None:
        hooks.append("on_error")
    return hooks


def left_by(flow: Flow, status: RunStatus, run: RunState) -> dict[str, Any]:
    """Return what the last event of a run says of the hooks that are still to be called."""
    hooks = hooks_after(flow, status, run)
    return {"hooks": hooks} if hooks else {}


async def call(hook: Callable[[Any], Any], argument: Any) -> None:
    """Call a hook, sync or async."""
    await counting(contained(_call(hook, argument)))


async def _call(hook: Callable[[Any], Any], argument: Any) -> None:
    result = hook(argument)
    if inspect.isawaitable(result):
        await result


async def call_hooks(flow: Flow, state: RunState, *, store: Store, clock: Clock, logger: logging.Logger) -> None:
    """Call the hooks that follow a run's end; what they raise is logged and recorded."""
    for name in hooks_after(flow, state.status, state):
        try:
            await call(getattr(flow, name), RunResult.of(state))
        except BaseException as error:
            if not is_users(error):
                raise
            message = f"{name} of workflow {flow.id!r} raised {type(error).__name__}: {message_of(error)}"
            logger.exception(message)
            log = {"level": "error", "logger": name, "message": message, "error": describe(error)}
            await record_note(store, clock, state.run_id, "step-log", log)


async def are_deadly(claim: Claim, *, store: Store, clock: Clock) -> bool:
    """Record that a worker died before the hooks of a run had all been called; tell whether too many did.

    Args:
        claim: the claim of the run, which had ended before it.
        store: where the journal is kept.
        clock: gives the time of the event.
    """
    deaths = 0

    def decide(events: Sequence[Event]) -> list[Draft]:
        nonlocal deaths
        deaths = 1 + sum(event.type == "step-log" and "deaths" in event.payload for event in events)
        then = "called again" if deaths < MAX_DEATHS else f"not called again after {deaths} times"
        lost = claim.lost or "its worker was lost"
        message = f"not all hooks of the run had been called ({lost}): they are {then}"
        log = {"level": "error", "logger": "hooks", "message": message, "deaths": deaths}
        return [Draft(clock.now(), "step-log", (), log)]

    await store.transact(claim.run_id, after=0, decide=decide)
    return deaths >= MAX_DEATHS
