"""Timers, waits for events and for answers: a restart waits for what is left, and what is recorded first holds."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from engine.errors import EventTimeout, StepError
from engine.execution.nodes.functions import evaluate
from engine.execution.nodes.sequence import end_of
from engine.execution.outcome import HALTED, Bailed, Failed, Halted, Outcome, recorded
from engine.execution.scope import Scope
from engine.execution.walker import Walker
from engine.failure import describe, is_users
from engine.journal.refs import Value
from engine.journal.requests import own_schema
from engine.journal.step_state import StepState
from engine.journal.waits import takes
from engine.paths import Path
from engine.short_text import shown
from engine.tree.nodes import EventNode, SleepNode
from engine.tree.step import Function
from engine.values.durations import WAITS, due_after
from engine.values.missing import MISSING
from engine.values.not_json import handed_on


async def run_sleep(run: Walker, node: SleepNode, scope: Scope, value: Value) -> Outcome:
    """Let the value pass when the timer has ended."""
    path, record = scope.path_of(node.id), scope.record(node.id)
    known = recorded(record, path)
    if known is not None:
        return known
    given = run.given(path, value) if record is None else Value(record.input, value.ref)
    if isinstance(given, Halted):
        return given
    value = given
    if record is None:
        try:
            until = await _end_of(run, node, scope, value)
        except BaseException as error:
            if not is_users(error):
                raise
            error.add_note(f"raised by the timer {node.id!r}")
            return Failed(describe(error))
        run.journal.emit("sleep-started", path, {"until": until.isoformat(), "input": value.ref})
    else:
        until = record.due_at or run.clock.now()
    if until > run.clock.now():
        await run.journal.flush()
        run.alarm(path, until)
        return HALTED
    run.journal.emit("sleep-ended", path, {})
    return value


async def _end_of(run: Walker, node: SleepNode, scope: Scope, value: Value) -> datetime:
    wait: Any = node.wait
    if isinstance(wait, Function):
        wait = await evaluate(run, wait, scope, node.id, value)
    # What is over already lets the value pass at once.
    until = due_after(run.clock.now(), wait)
    if until is not None:
        return until
    how = handed_on(wait)
    raise StepError(f"{node.id!r} needs {WAITS}, and was given {shown(wait)}" + (f"; {how}" if how else ""))


async def run_event(run: Walker, node: EventNode, scope: Scope, value: Value) -> Outcome:
    """Wait until the event was sent; one that was sent before is taken at once."""
    path, record = scope.path_of(node.id), scope.record(node.id)
    known = recorded(record, path)
    if known is not None:
        return known
    if record is not None:
        value = Value(record.input, value.ref)
    else:
        given = run.given(path, value)
        if isinstance(given, Halted):
            return given
        value = given
        until = None if node.timeout is None else run.clock.now() + timedelta(seconds=node.timeout)
        awaited = {"name": node.name, "timeout_at": None if until is None else until.isoformat(), "input": value.ref}
        run.journal.emit("event-awaited", path, awaited)
    # Flushed before the mailbox is read: an event sent meanwhile was either kept there or is sent to this path.
    await run.journal.flush()
    while True:
        record = scope.record(node.id)
        known = recorded(record, path)
        if node.otherwise is not None and record is not None and record.status == "running":
            return _end(run, path, await run.walk(node.otherwise, scope, value))
        mailbox = run.journal.state.mailbox.items()
        kept = next((seq for seq, (name, payload) in mailbox if name == node.name and takes(node, payload)), None)
        if known is None:
            known = await (_wait(run, node, scope, path) if kept is None else _take(run, node, path, kept))
        if known is not None:
            return known


def _end(run: Walker, path: Path, outcome: Outcome) -> Outcome:
    """End the wait as what ran otherwise has ended."""
    if isinstance(outcome, Bailed):
        run.journal.emit("step-canceled", path, {"reason": "the workflow around it has ended early"})
    return end_of(run, path, outcome)


async def _take(run: Walker, node: EventNode, path: Path, kept: int) -> Value | None:
    """Take an event that was sent before, by its seq; None when a sibling took it, or another one came in."""
    state = run.journal.state
    payload = state.mailbox[kept][1]
    received = {"name": node.name, "from_seq": kept}
    taken = await run.journal.settle("event-received", path, received, still=lambda: kept in state.mailbox)
    return Value(payload, {"step": list(path)}) if taken else None


async def _wait(run: Walker, node: EventNode, scope: Scope, path: Path) -> Outcome | None:
    """Wait, or fail when the time is over; None when something came in just then."""
    record = scope.record(node.id)
    due = None if record is None else record.due_at
    if due is None:
        return HALTED
    if due > run.clock.now():
        run.alarm(path, due)
        return HALTED
    if node.otherwise is not None:
        await run.journal.settle("event-expired", path, {})
        return None
    error = describe(EventTimeout(f"event {node.name!r} did not come within {node.timeout} s at {node.id!r}"))
    return Failed(error) if await run.journal.settle("step-failed", path, {"error": error}) else None


async def nap(run: Walker, path: Path, until: datetime) -> None:
    """Wait for the clock, or until somebody wakes the step."""
    waiting = run.naps[path] = asyncio.ensure_future(run.clock.sleep_until(until))
    try:
        await asyncio.wait([waiting])
    finally:
        del run.naps[path]
        waiting.cancel()


async def rest(run: Walker, path: Path, record: StepState) -> Outcome | None:
    """Halt at a suspended step until it is answered or its deadline comes.

    Returns:
        None when the step goes on now: its deadline has come, or someone has answered just then.
    """
    while record.status == "suspended":
        due = record.due_at
        if due is None:
            return HALTED
        if due > run.clock.now():
            run.alarm(path, due)
            return HALTED
        decided = {} if record.default is MISSING else {"default": record.default} | own_schema(record)
        await run.journal.settle("step-expired", path, decided, still=lambda: record.status == "suspended")
    return recorded(record, path)
