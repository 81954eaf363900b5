"""`.attempt`: a body whose failure is caught, and the handler that runs then."""

from collections.abc import Iterator

from engine.execution.nodes.undo import inside, undo_within
from engine.execution.outcome import Failed, Outcome
from engine.execution.scope import Scope
from engine.execution.walker import Walker
from engine.journal.refs import Value
from engine.journal.step_state import StepState
from engine.paths import format_path
from engine.tree.nodes import CatchNode, step_ids


async def run_catch(run: Walker, node: CatchNode, scope: Scope, value: Value) -> Outcome:
    """Run the body, and if it fails with an error that is caught, the handler on what is known of the failure.

    That it is caught is recorded once; what failed stays failed in the journal, and what had succeeded is undone.
    """
    if node.id not in scope.place.decisions:
        outcome = await run.walk(node.body, scope, value)
        if not isinstance(outcome, Failed) or not node.on.covers(str(outcome.error.get("type"))):
            return outcome
        _close_body(run, node, scope)
        caught = {
            "arms": [node.handler.id],
            "step": list(_innermost(node, scope).path),
            "body": list(step_ids(node.body)),
            "handler": list(step_ids(node.handler)),
        }
        run.journal.emit("attempt-caught", (*scope.path, node.id), caught)
    await undo_within(run, scope, [node.body])
    return await run.walk(node.handler, scope, _told_of(_innermost(node, scope)))


def _close_body(run: Walker, node: CatchNode, scope: Scope) -> None:
    """End what waits beside the failed step: nobody goes on with it."""
    in_body = inside(scope, node.body)
    for path in [path for path in reversed(run.journal.state.open) if in_body(path)]:
        run.journal.emit("step-canceled", path, {"reason": f"the failure beside it was caught by {node.id!r}"})


def _innermost(node: CatchNode, scope: Scope) -> StepState:
    """Return the step whose failure made the body fail: inside of nested workflows and items, the innermost one."""
    begun = [scope.place.children.get(step_id) for step_id in step_ids(node.body)]
    found = next(step for step in begun if step is not None and step.status == "failed")
    while (inner := next((step for step in _children(found) if _failed_like(step, found)), None)) is not None:
        found = inner
    return found


def _children(step: StepState) -> Iterator[StepState]:
    for child in step.children.values():
        yield from child.children.values() if child.kind == "items" else (child,)


def _failed_like(step: StepState, around: StepState) -> bool:
    return step.status == "failed" and step.error == around.error


def _told_of(step: StepState) -> Value:
    """Return what the handler is given; the step's input stays stored once."""
    error = step.error or {}
    told = {"error": error.get("message"), "type": error.get("type"), "step": format_path(step.path)}
    refs = {key: {"value": text} for key, text in told.items()} | {"input": {"input": list(step.path)}}
    return Value(told | {"input": step.input}, {"keys": refs})
