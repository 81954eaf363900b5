"""Nodes one after the other, and a nested workflow as one step."""

from engine.errors import InvalidOutput, InvalidStepInput, InvalidValue
from engine.execution.outcome import Bailed, Failed, Halted, Outcome, recorded
from engine.execution.scope import Scope
from engine.execution.walker import Walker
from engine.failure import describe
from engine.journal.refs import Value
from engine.paths import Path, format_path, ids_of
from engine.tree.nodes import Flow, FlowNode, Node
from engine.values.schema import Schema


async def run_sequence(run: Walker, nodes: tuple[Node, ...], scope: Scope, value: Value) -> Outcome:
    """Run the nodes in order, each on the value of the one before."""
    for node in nodes:
        outcome = await run.walk(node, scope, value)
        if type(outcome) is not Value:
            return outcome
        value = outcome
    return value


async def run_flow(run: Walker, flow: Flow, scope: Scope) -> Outcome:
    """Run a workflow's nodes on its input, and hold the result against its output schema."""
    outcome = await run_sequence(run, flow.nodes, scope, Value(scope.init, {"input": list(scope.path)}))
    if type(outcome) is not Value:
        return outcome
    try:
        return normal(flow.output, outcome, incoming=False)
    except InvalidValue as error:
        message = f"the result of workflow {flow.id!r} does not fit its output_schema:"
        return Failed(describe(InvalidOutput(message, error.issues)))


async def run_nested(run: Walker, node: FlowNode, scope: Scope, value: Value) -> Outcome:
    """Run a nested workflow as one step of the outer one."""
    flow, path = node.flow, scope.path_of(node.id)
    record = scope.record(node.id)
    known = recorded(record, path)
    if known is not None:
        return known
    if record is None:
        given = run.given(path, value)
        if isinstance(given, Halted):
            return given
        failed = _begin(run, flow, scope, path, given)
        if failed is not None:
            return failed
    pretended = _rehearsed(run, flow, path)
    if pretended is not None:
        return pretended
    place = run.journal.state.place(path)
    inner = Scope(flow, path, place, place.input, outer=scope, passes=scope.passes)
    outcome = await run_flow(run, flow, inner)
    return end_of(run, path, outcome.value if isinstance(outcome, Bailed) else outcome)


def _rehearsed(run: Walker, flow: Flow, path: Path) -> Outcome | None:
    """Return what a rehearsal has the workflow give, recorded; None when it is to be run."""
    rehearsal = run.journal.state.rehearsal
    name = "" if rehearsal is None else format_path(ids_of(path))
    if rehearsal is None or name not in rehearsal.results:
        return None
    try:
        output = flow.output.dump(flow.output.load(rehearsal.results[name]))
    except InvalidValue as error:
        message = f"what the rehearsal has workflow {flow.id!r} return does not fit its output_schema:"
        return _fail(run, path, Failed(describe(InvalidOutput(message, error.issues))))
    return end_of(run, path, Value(output, {"value": output}))


def normal(schema: Schema, value: Value, *, incoming: bool) -> Value:
    """Return the value as the schema has it, with defaults; the ref stays when nothing changed.

    Args:
        schema: what the value must fit.
        value: what is to be given to a workflow, or what it has given.
        incoming: whether it is given to the workflow.

    Raises:
        InvalidValue: it does not fit.
    """
    if schema.spec is None:
        return value
    json = schema.admit(value.json) if incoming else schema.dump(schema.load(value.json))
    return value if json == value.json else Value(json, {"value": json})


def _begin(run: Walker, flow: Flow, scope: Scope, path: Path, value: Value) -> Failed | None:
    start = {"attempt": 1, "kind": "workflow", "input": value.ref}
    if scope.iteration is not None:
        start["iteration"] = scope.iteration
    try:
        given = normal(flow.input, value, incoming=True)
        run.journal.emit("step-started", path, start | {"input": given.ref})
    except InvalidValue as error:
        message = f"what workflow {flow.id!r} receives does not fit its input_schema:"
        run.journal.emit("step-started", path, start)
        return _fail(run, path, Failed(describe(InvalidStepInput(message, error.issues))))
    return None


def end_of(run: Walker, path: Path, outcome: Outcome) -> Outcome:
    """Record that what holds other nodes ends as they have ended, unless they halt or end the workflow around."""
    match outcome:
        case Value():
            run.journal.emit("step-succeeded", path, {"output_ref": outcome.ref})
            return Value(outcome.json, {"step": list(path)})
        case Failed():
            return _fail(run, path, outcome)
        case _:
            return outcome


def _fail(run: Walker, path: Path, failed: Failed) -> Failed:
    run.journal.emit("step-failed", path, {"error": failed.error})
    return failed
