"""Loops: a body that runs again as its condition says; each decision is recorded once."""

from engine.errors import IterationLimit
from engine.execution.nodes.functions import decide
from engine.execution.outcome import Failed, Outcome
from engine.execution.scope import Scope
from engine.execution.walker import Walker
from engine.failure import describe
from engine.journal.refs import Value
from engine.tree.nodes import LoopNode, Node, last_of, step_ids


async def run_loop(run: Walker, node: LoopNode, scope: Scope, value: Value) -> Outcome:
    """Run the body at least once, and again while (dowhile) or until (dountil) the condition is true."""
    loop = scope.place.loops.get(node.id)
    done = loop.iterations if loop else 0
    if loop and loop.over:
        return await run.walk(node.body, scope.pass_of(done), value)
    if done:
        value = _last_output(node.body, scope)
    steps = list(step_ids(node.body))
    while True:
        done += 1
        inside = scope.pass_of(done)
        outcome = await run.walk(node.body, inside, value)
        if type(outcome) is not Value:
            return outcome
        value = outcome
        holds = await decide(run, node.condition, inside, node.id, value)
        again = holds if isinstance(holds, Failed) else _again(node, done, holds)
        if isinstance(again, Failed):
            return again
        decision = {"iteration": done, "again": again, "steps": steps}
        run.journal.emit("loop-decided", (*scope.path, node.id), decision)
        if not again:
            return value


def _again(node: LoopNode, done: int, holds: bool) -> bool | Failed:
    again = holds if node.kind == "dowhile" else not holds
    if again and node.max_iterations is not None and done >= node.max_iterations:
        error = IterationLimit(
            f"loop {node.id!r} over {node.body.id!r} passed its max_iterations of {node.max_iterations}: "
            f"its condition {node.condition.name} still asks for another"
        )
        return Failed(describe(error))
    return again


def _last_output(body: Node, scope: Scope) -> Value:
    """Return what the last finished iteration gave, which the fold keeps on the body's last step."""
    last = last_of(body)
    record = scope.place.children[last.id]
    return Value(record.output, {"step": list(scope.path_of(last.id))})
