"""Undo: what steps have done is taken back, the last finished step first, each at least once."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import timedelta
from typing import Any

from engine.errors import StepError, WorkerLost, WorkflowChanged
from engine.execution.context import Context, current_context
from engine.execution.control_flow import Bail, Refuse, Suspend
from engine.execution.nodes.steps import is_final, policy
from engine.execution.nodes.timeouts import Limit, in_time
from engine.execution.nodes.waits import nap
from engine.execution.scope import Scope
from engine.execution.walker import Walker, contained
from engine.failure import describe, is_users
from engine.journal.changed_code import nodes_by_id
from engine.journal.lost_workers import MAX_LOST
from engine.journal.step_state import StepState, UndoState
from engine.paths import Path, format_path
from engine.tree.nodes import FlowNode, LoopNode, Node, StepNode, step_ids, walk
from engine.tree.step import Step


async def undo_all(run: Walker, root: Scope) -> None:
    """Undo every step of a run that has succeeded and is to be undone; what an undo raises in the end is recorded."""
    for step in run.journal.state.left_to_undo:
        await _undo(run, root, step)


async def undo_within(run: Walker, scope: Scope, nodes: Sequence[Node]) -> None:
    """Undo what was done in some nodes that stand at this place, in this pass of the loops around it."""
    left = run.journal.state.left_to_undo
    if not left:
        return
    *_, root = scope.outwards()
    # By record, not by path: an earlier pass of a loop around has the same paths.
    meant = {id(step) for node in nodes for step in _begun(scope, node)}
    for step in left:
        if id(step) in meant:
            await _undo(run, root, step)


def inside(scope: Scope, *nodes: Node) -> Callable[[Path], bool]:
    """Return whether a path lies in one of some nodes that stand at this place."""
    places = {(*scope.path, step_id) for node in nodes for step_id in step_ids(node)}
    return lambda path: path[: len(scope.path) + 1] in places


async def _undo(run: Walker, root: Scope, record: StepState) -> None:
    state = run.journal.state
    # By identity: to compare the records of very many steps takes longer than to undo them.
    number = next(number for number, step in enumerate(state.undoable, 1) if step is record)
    undo = record.undo or UndoState()
    step, scope = _found(root, record)
    while undo.left:
        error: BaseException | None
        if undo.retry_at is not None:
            await nap(run, record.path, undo.retry_at)
        if undo.lost >= MAX_LOST:
            error = WorkerLost(f"the worker process died {undo.lost} times while {_name(record)} was undone")
        elif step is None or step.call_undo is None:
            error = WorkflowChanged(f"{_name(record)} is no longer there, or has no undo any more")
        else:
            started = {"number": number, "attempt": undo.attempts + 1}
            run.journal.emit("step-undo-started", record.path, started)
            await run.journal.flush()
            error = await _call(run, step, step.call_undo, scope, record)
        if error is None:
            run.journal.emit("step-undone", record.path, {"number": number})
        else:
            failed = {"number": number, "error": describe(error)} | _next(run, step, scope, undo, error)
            run.journal.emit("step-undo-failed", record.path, failed)
        await run.journal.flush()


async def _call(
    run: Walker,
    step: Step[Any, Any],
    undo: Callable[[Any, Any], Coroutine[Any, Any, Any]],
    scope: Scope,
    record: StepState,
) -> BaseException | None:
    """Call the undo once; return what it raised."""
    context = Context(run.host, scope, step.id, record.path, step)
    context.attempt = record.undo.attempts if record.undo is not None else 1
    token = current_context.set(context)
    try:
        called = contained(undo(step.output.load(record.output), context), run)
        message = (
            f"the undo of step {format_path(record.path)!r} took longer than the step's timeout of {step.timeout} s"
        )
        await (called if step.timeout is None else in_time(called, Limit(step.timeout, message)))
    except (Suspend, Bail, Refuse):
        return StepError(f"the undo of {_name(record)} cannot suspend or bail: only a step can")
    except BaseException as error:
        if not is_users(error):
            raise
        return error
    finally:
        current_context.reset(token)
        context.close()
    return None


def _next(
    run: Walker, step: Step[Any, Any] | None, scope: Scope, undo: UndoState, error: BaseException
) -> dict[str, Any]:
    """Return when the undo is tried again, as its step is, if it is."""
    if step is None or isinstance(error, WorkerLost):
        return {}
    retry, failures = policy(step, scope), undo.failures + 1
    if failures >= retry.attempts or is_final(error) or not retry.covers(error):
        return {}
    next_at = run.clock.now() + timedelta(seconds=retry.delay_after(failures, run.random))
    total, began = retry.total, undo.began_at
    if total is not None and began is not None and next_at >= began + timedelta(seconds=total):
        return {}
    return {"next_at": next_at.isoformat()}


def _name(record: StepState) -> str:
    return f"step {format_path(record.path)!r}"


def _found(root: Scope, record: StepState) -> tuple[Step[Any, Any] | None, Scope]:
    """Return the step as the code has it now, and where it stood; None when the code has it no longer."""
    scope, parts = root, list(record.path)
    while parts:
        step_id, index = str(parts.pop(0)), parts.pop(0) if parts and isinstance(parts[0], int) else None
        scope = scope if index is None else scope.item(int(index))
        node = nodes_by_id(scope.flow).get(step_id)
        if isinstance(node, StepNode) and not parts:
            return node.step, _in_pass(scope, record)
        if not isinstance(node, FlowNode):
            break
        place = _pass_with(scope.place.children[step_id], index, record)
        scope = _in_pass(scope, place)
        scope = Scope(node.flow, scope.path_of(step_id), place, place.input, outer=scope, passes=scope.passes)
    return None, root


def _in_pass(scope: Scope, record: StepState) -> Scope:
    """Return the scope in the iteration of the loop whose body has the step, if one has."""
    loops = (node for node in walk(scope.flow.nodes) if isinstance(node, LoopNode))
    looped = any(record.path[len(scope.path)] in step_ids(loop.body) for loop in loops)
    return scope.pass_of(record.iteration) if looped and record.iteration is not None else scope


def _pass_with(now: StepState, index: int | str | None, record: StepState) -> StepState:
    """Return the state of a nested workflow in the iteration of a loop that has run the step."""
    if index is not None:
        now = now.children[index]
    return next((past for past in (now, *now.earlier) if any(step is record for step in _all_of(past))), now)


def _begun(scope: Scope, node: Node) -> Iterator[StepState]:
    for step_id in step_ids(node):
        step = scope.place.children.get(step_id)
        if step is not None:
            yield step
            yield from _all_of(step)


def _all_of(place: StepState) -> Iterator[StepState]:
    for child in place.children.values():
        for step in (child, *child.earlier):
            yield step
            yield from _all_of(step)
