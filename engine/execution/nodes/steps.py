"""One step: its attempts, their outcomes, and what of them is recorded."""

import asyncio
from datetime import timedelta
from typing import Any

from engine.errors import (
    DefinitionError,
    Fail,
    InvalidOutput,
    InvalidStepInput,
    InvalidValue,
    NotSerializable,
    StepError,
    StepTimeout,
)
from engine.execution.context import Context, current_context
from engine.execution.control_flow import Bail, Refuse, Suspend
from engine.execution.nodes.sequence import normal
from engine.execution.nodes.timeouts import ends, in_time, limit_of, out_of_time
from engine.execution.nodes.waits import nap, rest
from engine.execution.outcome import HALTED, HELD, Bailed, Failed, Halted, Outcome, recorded
from engine.execution.ports import Attempted
from engine.execution.recovery import fail_lost
from engine.execution.rehearsing import rehearse
from engine.execution.scope import Scope
from engine.execution.walker import ITSELF, Walker, own_cancels
from engine.failure import describe, is_users
from engine.journal.refs import Value
from engine.journal.step_state import StepState
from engine.paths import Path
from engine.tree.nodes import StepNode
from engine.tree.step import Retry, Step
from engine.values.refused_value import refused

ONCE = Retry()


def policy(step: Step[Any, Any], scope: Scope) -> Retry:
    """Return how a step is tried again: as it says itself, else as its workflow says."""
    return step.retry or scope.flow.retry or ONCE


async def run_step(run: Walker, node: StepNode, scope: Scope, value: Value) -> Outcome:
    """Run a step, or go on with it where the journal left it: answered, waiting for a retry, or interrupted."""
    step = node.step
    path = scope.path_of(step.id)
    record = scope.record(step.id)
    anew = False
    if record is None:
        given = run.given(path, value, is_step=True)
        if isinstance(given, Halted):
            return given
        value = given
        if step.input.two_forms:
            value = _as_published(step, value)
    else:
        known = recorded(record, path)
        if known is not None:
            return known
        value = Value(record.input, value.ref)
        if record.status == "paused":
            value = Value(record.input, {"input": list(path)})
            given = _given_again(run, path, value)
            if isinstance(given, Halted):
                return given
            anew, value = given is not value, given
        if record.status == "suspended":
            halted = await rest(run, path, record)
            if halted is not None:
                return halted
    if run.elsewhere is not None and run.elsewhere.takes(path, step, scope.flow):
        return HELD
    while True:
        if record is None:
            record = _begin(run, scope, path, value)
        elif not record.ready:
            lost = fail_lost(run, path, record)
            if lost is not None:
                return lost
            if record.retry_at is not None:
                await nap(run, path, record.retry_at)
            again: dict[str, Any] = {"attempt": record.attempts + 1}
            run.journal.emit("step-started", path, again | {"input": value.ref} if anew else again)
            anew = False
        await run.journal.flush()
        attempt = _attempt(run, step, scope, path, value, record)
        if run.observer is None:
            outcome = await attempt
        else:
            called = Attempted(run.host.run_id, scope.workflow_id, step.id, path, record.attempts)
            outcome = await run.observer.attempt(called, attempt)
        if outcome is HALTED:
            halted = await rest(run, path, record)
            if halted is None:
                continue
            return halted
        if not isinstance(outcome, BaseException):
            return outcome
        failed = _failed(run, step, scope, path, record, outcome)
        if failed is not None:
            return failed
        await run.journal.flush()


def _as_published(step: Step[Any, Any], value: Value) -> Value:
    """Return what a step receives as its published input schema has it, so that it can be given to it again."""
    try:
        return normal(step.input, value, incoming=True)
    except Exception:  # What does not fit, or a validator of the user's refuses, is told by the attempt.
        return value


def _given_again(run: Walker, path: Path, value: Value) -> Value | Halted:
    """Return what a step is given whose attempts were used up, or halt until somebody has the run go on."""
    if path in run.journal.state.released:
        return run.given(path, value, is_step=True)
    run.held[path] = value
    return HELD


def _begin(run: Walker, scope: Scope, path: Path, value: Value) -> StepState:
    start = {"attempt": 1, "input": value.ref}
    if scope.passes:
        start["iteration"] = scope.iteration
    run.journal.emit("step-started", path, start)
    return run.journal.state.open[path]


async def _attempt(
    run: Walker, step: Step[Any, Any], scope: Scope, path: Path, value: Value, record: StepState
) -> Outcome | BaseException:
    """Call the function once; return the outcome, recorded, or the error that it raised."""
    context = Context(run.host, scope, step.id, path, step, record)
    token = current_context.set(context)
    cancels = own_cancels.get()
    try:
        data = _load(step, value.json)
        limit = limit_of(step, policy(step, scope), record, path, run.clock)
        rehearsal = run.journal.state.rehearsal
        if rehearsal is None:
            called = step.call(data, context)
        else:
            called = rehearse(run, rehearsal, step, record, lambda: step.call(data, context))
        result = await (called if limit is None else in_time(called, limit))
        if context.pending is None:
            output = _dump(step, result)
            # What a rehearsal has done is not undone: it may never have been done.
            undo = step.undo is not None and rehearsal is None
            run.journal.emit("step-succeeded", path, {"output": output, "undo": True} if undo else {"output": output})
            return Value(output, {"step": list(path)})
    except (Suspend, Bail, Refuse) as signal:
        context.pending = context.pending or signal
    except BaseException as error:
        if isinstance(error, asyncio.CancelledError) and await cancels.settle(run):
            error = StepError(ITSELF)
        if not is_users(error):
            raise
        # A step that asks after its time is over has failed before it asked.
        if context.pending is None or isinstance(error, StepTimeout):
            return error
    finally:
        current_context.reset(token)
        context.close()
        if cancels.task.cancelling():
            await cancels.settle(run)
    return _left(run, path, record, context)


def _left(run: Walker, path: Path, record: StepState, context: Context) -> Outcome:
    """Record that the function was left by suspend() or bail(), or because its last answer does not fit."""
    match context.pending:
        case Suspend(asked=asked):
            run.journal.emit("step-suspended", path, {**asked, "call": len(record.replies) + 1})
            return HALTED
        case Refuse(issues=issues):
            asked = {**record.asked, "call": record.suspends}
            rejected = [{"path": list(issue.path), "message": issue.message} for issue in issues]
            run.journal.emit("step-suspended", path, {**asked, "rejected": rejected})
            return HALTED
        case Bail(value=value):
            run.journal.emit("step-bailed", path, {"value": value})
            return Bailed(Value(value, {"step": list(path)}))
    raise AssertionError("a step that did not return was left by suspend() or bail()")


def _failed(
    run: Walker, step: Step[Any, Any], scope: Scope, path: Path, record: StepState, error: BaseException
) -> Failed | Halted | None:
    """Record a failed attempt; None when another one follows by itself."""
    retry = policy(step, scope)
    pauses = retry.exhausted == "pause" and retry.covers(error) and not isinstance(error, Fail)
    if record.failures + 1 < retry.attempts and not is_final(error) and retry.covers(error):
        delay = retry.delay_after(record.failures + 1, run.random)
        next_at = run.clock.now() + timedelta(seconds=delay)
        ends_at = ends(retry, record)
        if ends_at is None or next_at < ends_at:
            failed = {"attempt": record.attempts, "error": describe(error), "next_at": next_at.isoformat()}
            run.journal.emit("step-attempt-failed", path, failed)
            return None
        error = out_of_time(retry, path, error)
    detail = describe(error)
    if pauses:
        run.journal.emit("step-attempt-failed", path, {"attempt": record.attempts, "error": detail, "exhausted": True})
        run.held[path] = Value(record.input, {"input": list(path)})
        return HELD
    run.journal.emit("step-failed", path, {"error": detail})
    return Failed(detail)


def is_final(error: BaseException) -> bool:
    """Tell whether trying again would end in the same: the engine refused a value, or the step itself has given up."""
    return error.final if isinstance(error, StepTimeout) else isinstance(error, StepError | DefinitionError)


def _load(step: Step[Any, Any], json: Any) -> Any:
    try:
        return step.input.load(json)
    except InvalidValue as error:
        message = f"what step {step.id!r} receives does not fit its input_schema:"
        raise InvalidStepInput(message, error.issues) from None


def _dump(step: Step[Any, Any], result: Any) -> Any:
    try:
        return step.output.dump(result)
    except InvalidValue as error:
        forgotten = "; is a return missing?" if result is None else ""
        message = f"what step {step.id!r} returned does not fit its output_schema{forgotten}:"
        invalid = InvalidOutput(message, error.issues)
        invalid.refused = refused(result, step.output.output_json_schema)
        raise invalid from None
    except NotSerializable as error:
        raise error.called("output", f"returned by step {step.id!r}") from None
