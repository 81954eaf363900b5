"""Mappings: a step that makes the next value from a function, or from what came before."""

from typing import Any

from engine.errors import InvalidOutput, InvalidValue, NotSerializable, StepError, StepNotRun, StepyardError
from engine.execution.context import Context, current_context
from engine.execution.control_flow import Bail, Suspend
from engine.execution.nodes.functions import evaluate
from engine.execution.outcome import Failed, Halted, Outcome, recorded
from engine.execution.recovery import fail_lost
from engine.execution.scope import Scope
from engine.execution.walker import Walker, contained
from engine.failure import describe, is_users, raised
from engine.journal.refs import Value
from engine.journal.step_state import StepState
from engine.tree.mapping_sources import resolve_source
from engine.tree.nodes import ForeachNode, MapNode, giver_of, step_ids
from engine.tree.step import Function
from engine.values.schema import Schema

ANY = Schema.of(None)


async def run_map(run: Walker, node: MapNode, scope: Scope, value: Value) -> Outcome:
    """Make the mapped value; recorded like a step, and not tried again when it fails."""
    path = scope.path_of(node.id)
    record = scope.record(node.id)
    known = recorded(record, path)
    if known is not None:
        return known
    lost = fail_lost(run, path, record)
    if lost is not None:
        return lost
    given = run.given(path, value) if record is None else Value(record.input, value.ref)
    if isinstance(given, Halted):
        return given
    value = given
    attempt = 1 if record is None else record.attempts + 1
    run.journal.emit("step-started", path, {"attempt": attempt, "input": value.ref})
    try:
        output = await _within(run, node, scope, value)
    except BaseException as error:
        if not is_users(error):
            raise
        detail = describe(error)
        if not isinstance(error, StepyardError):
            detail["message"] = f"mapping {named(node)} {raised(error)}"
        run.journal.emit("step-failed", path, {"error": detail})
        return Failed(detail)
    run.journal.emit("step-succeeded", path, {"output": output})
    return Value(output, {"step": list(path)})


def named(node: MapNode) -> str:
    """Return what messages call a mapping: its id, which may be a mere number, and its function."""
    return repr(node.id) if node.function is None else f"{node.id!r} ({node.function.name})"


async def _within(run: Walker, node: MapNode, scope: Scope, value: Value) -> Any:
    """Return the mapped value; what its functions log and print is theirs."""
    context = Context(run.host, scope, node.id, scope.path_of(node.id))
    token = current_context.set(context)
    try:
        return await _mapped(run, node, scope, value, context)
    except (Suspend, Bail):
        raise StepError(f"a function of {node.id!r} cannot suspend or bail: only a step can") from None
    except NotSerializable as error:
        raise error.called("output", f"returned by mapping {node.id!r}") from None
    finally:
        current_context.reset(token)
        context.close()


async def _mapped(run: Walker, node: MapNode, scope: Scope, value: Value, context: Context) -> Any:
    if node.function is not None:
        result = await evaluate(run, node.function, scope, node.id, value, context)
        try:
            return node.function.output.dump(result)
        except InvalidValue as error:
            message = f"what mapping {node.id!r} returned does not fit its annotation:"
            raise InvalidOutput(message, error.issues) from None
    if any(isinstance(source, Function) for _, source in node.sources):
        await run.journal.flush()
    reader = ScopeReader(run, scope)
    mapped = {
        key: await contained(resolve_source(source, key, reader, value.json, context), run)
        for key, source in node.sources
    }
    return ANY.dump(mapped)


class ScopeReader:
    """Reads what came before a mapping, as JSON."""

    def __init__(self, run: Walker, scope: Scope) -> None:
        """Take where the mapping stands."""
        self._run = run
        self._scope = scope

    def step(self, step_id: str) -> Any:
        """Return the output of an earlier step, of this workflow or of one around it.

        Raises:
            StepNotRun: it has no output.
        """
        for scope in self._scope.outwards():
            node = giver_of(scope.flow.nodes, step_id)
            record = None if node is None else scope.record(node.id) or scope.place.children.get(node.id)
            if record is not None:
                return output_of(record)
        # Nothing is recorded of a foreach over an empty list; one that always runs has run before the mapping.
        if any(isinstance(node, ForeachNode) and step_id in _ids(node) for node in self._scope.flow.nodes):
            return []
        raise StepNotRun(f"step {step_id!r} has not run, so it has no output")

    def init(self) -> Any:
        """Return the workflow's input."""
        return self._scope.init

    def state(self) -> Any:
        """Return the run's state."""
        return self._run.journal.state.state

    def context(self) -> Any:
        """Return the run's request context."""
        return self._run.journal.state.request_context


def _ids(node: ForeachNode) -> tuple[str, ...]:
    return node.id, node.body.id, *step_ids(node.body)


def output_of(record: StepState) -> Any:
    """Return a step's output, or the list of its items' outputs.

    Raises:
        StepNotRun: it did not succeed.
    """
    if record.kind == "items":
        items = sorted(record.children.items(), key=lambda item: int(item[0]))
        return [output_of(item) for _, item in items]
    if record.status != "success":
        last = record.earlier[-1] if record.earlier else None
        if last is not None and last.status == "success":
            return last.output
        raise StepNotRun(f"step {record.path[-1]!r} is {record.status}, so it has no output")
    return record.output
