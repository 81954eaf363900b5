"""What flows through the tree of a workflow, and whether it can: the check that `commit` makes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.errors import DuplicateId, EmptyWorkflow, WiringError
from engine.tree.mapping_sources import FromInit, FromState, FromStep, Place, places
from engine.tree.nodes import (
    BranchNode,
    CatchNode,
    EventNode,
    Flow,
    FlowNode,
    ForeachNode,
    LoopNode,
    MapNode,
    Node,
    ParallelNode,
    RaceNode,
    SequenceNode,
    SleepNode,
    StepNode,
    children,
    walk,
)
from engine.tree.step import Function
from engine.values.schema import Schema
from engine.values.schema_match import EACH, Document, mismatch
from engine.values.schema_paths import gap

ANY = Schema.of(None)

CAUGHT = Schema.keys(
    {"error": Schema.of(str), "type": Schema.of(str), "step": Schema.of(str), "input": ANY}, total=True
)
"""What the handler of an attempt is given: the error's message and type, the failed step's path and input."""


def output_of(node: Node, before: Schema) -> Schema:
    """Return the schema of what a node gives to the next one.

    Args:
        node: the node.
        before: the schema of what it is given.
    """
    match node:
        case StepNode():
            return node.step.output
        case FlowNode():
            return node.flow.output
        case MapNode():
            return node.output
        case SequenceNode():
            return _last(node.nodes, before)
        case ParallelNode():
            return Schema.keys({arm.id: output_of(arm, before) for arm in node.arms}, total=True)
        case BranchNode() | RaceNode():
            return Schema.keys({arm.id: output_of(arm, before) for arm in children(node)}, total=False)
        case CatchNode():
            return Schema.either(output_of(node.body, before), output_of(node.handler, CAUGHT))
        case LoopNode():
            return output_of(node.body, before)
        case ForeachNode():
            return Schema.list_of(output_of(node.body, ANY))
        case SleepNode():
            return before
        case EventNode():
            return (
                node.schema if node.otherwise is None else Schema.either(node.schema, output_of(node.otherwise, before))
            )


def _last(nodes: Iterable[Node], before: Schema) -> Schema:
    """Return the schema of what the last of some nodes gives."""
    for node in nodes:
        before = output_of(node, before)
    return before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What is handed from one node to the next."""

    schema: Schema
    by: str
    """Who gives it, in words."""


def check_wiring(flow: Flow) -> None:
    """Check a workflow before it is committed.

    Raises:
        EmptyWorkflow: it has no step.
        DuplicateId: two of its nodes have the same id.
        WiringError: a step can never take what it is given, or a mapping reads a step that is not before it, or a part
            that cannot be there.
    """
    if not flow.nodes:
        raise EmptyWorkflow(f"Workflow {flow.id!r} has no step. Add one with .then(step) before .commit().")
    _check_ids(flow)
    given = _Given(schema=flow.input, by=f"the input of workflow {flow.id!r}")
    earlier: dict[str, Schema] = {}
    for node in flow.nodes:
        if isinstance(node, MapNode):
            _check_sources(flow, node, earlier)
        earlier |= outputs_of((node,), given.schema)
        given = _check(node, given)
    _demand(given, flow.output, f"the output of workflow {flow.id!r}", "gives")


def _check_ids(flow: Flow) -> None:
    """Refuse an id that two nodes have.

    A sequence may share the id of its last step, after which it is called.
    """
    seen: set[str] = set()
    for node in walk(flow.nodes):
        if isinstance(node, SequenceNode) and node.id == node.nodes[-1].id:
            continue
        if node.id in seen:
            raise DuplicateId(
                f"Workflow {flow.id!r} has two steps with the id {node.id!r}. Use clone_step(step, id=...) or "
                "clone_workflow(workflow, id=...) for the second one."
            )
        seen.add(node.id)


def _check(node: Node, given: _Given) -> _Given:
    """Check one node and return what it gives to the next."""
    after = output_of(node, given.schema)
    match node:
        case StepNode():
            _demand(given, node.step.input if node.step.takes_input else ANY, f"step {node.id!r}")
            return _Given(schema=after, by=f"step {node.id!r}")
        case FlowNode():
            _demand(given, node.flow.input, f"workflow {node.id!r}")
            return _Given(schema=after, by=f"workflow {node.id!r}")
        case MapNode():
            for function in _functions(node):
                _demand(given, function.schema, f"mapping {node.id!r} ({function.name})")
            return _Given(schema=after, by=f"mapping {node.id!r}")
        case SequenceNode():
            for inner in node.nodes:
                given = _check(inner, given)
            return given
        case BranchNode():
            for arm in node.arms:
                _demand(given, arm.condition.schema, f"the condition {arm.condition.name} of {node.id!r}")
        case CatchNode():
            _check(node.body, given)
            _check(node.handler, _Given(schema=CAUGHT, by=f"{node.id!r}, when it fails,"))
            return _Given(schema=after, by=f"{node.id!r}")
        case LoopNode():
            inside = _check(node.body, given)
            _demand(inside, node.condition.schema, f"the condition {node.condition.name} of {node.id!r}")
            return _Given(schema=after, by=inside.by)
        case ForeachNode():
            return _check_foreach(node, given, after)
        case SleepNode():
            if isinstance(node.wait, Function):
                _demand(given, node.wait.schema, f"the timer {node.wait.name} of {node.id!r}")
            return given
        case _:
            pass
    for arm_node in children(node):
        _check(arm_node, given)
    return _Given(schema=after, by=f"{node.id!r}")


def _check_foreach(node: ForeachNode, given: _Given, after: Schema) -> _Given:
    """Check that a list is given whose items the body can take."""
    first = node.body
    while isinstance(first, SequenceNode):
        first = first.nodes[0]
    _demand(given, Schema.list_of(_input_of(first)), f"{node.id!r} over {first.id!r}")
    _check(node.body, _Given(schema=ANY, by=f"the items of {node.id!r}"))
    return _Given(schema=after, by=f"{node.id!r}")


def _input_of(node: Node) -> Schema:
    """Return what a node takes."""
    match node:
        case StepNode() if node.step.takes_input:
            return node.step.input
        case FlowNode():
            return node.flow.input
        case _:
            return ANY


def _functions(node: MapNode) -> Iterator[Function]:
    """Yield the functions of a mapping."""
    if node.function is not None:
        yield node.function
    yield from (source for _, source in node.sources if isinstance(source, Function))


def _demand(given: _Given, wanted: Schema, by: str, verb: str = "takes") -> None:
    """Refuse what can never be taken."""
    if given.schema is wanted:
        return
    wrong = mismatch(given.schema.shape.writes, wanted.shape.reads)
    if wrong is None:
        return
    place = "".join("each item: " if part == EACH else f"field {part!r}: " for part in wrong.path)
    raise WiringError(
        f"{given.by} gives {given.schema.name}, but {by} {verb} {wanted.name}; {place}{wrong.message}. "
        "Change one of the two, or put .map(...) between them."
    )


def _check_sources(flow: Flow, node: MapNode, earlier: Mapping[str, Schema]) -> None:
    """Refuse sources that can never be found."""
    for key, source in node.sources:
        for place in places(source):
            what = f"mapping {node.id!r} of workflow {flow.id!r} takes {key!r} from"
            if isinstance(place, FromStep) and place.step not in earlier:
                known = ", ".join(map(repr, earlier)) or "none"
                raise WiringError(f"{what} step {place.step!r}, which is not before it. Earlier steps: {known}.")
            nothing = gap(_recorded_at(place, flow, earlier), place.path.split(".") if place.path else ())
            if nothing is not None:
                raise WiringError(f"{what} {place}, but at {nothing.at!r} {nothing.found} Correct the path.")


def _recorded_at(place: Place, flow: Flow, earlier: Mapping[str, Schema]) -> Document:
    """Return what is certain of the JSON that a run has recorded for a place of it."""
    match place:
        case FromStep():
            return earlier[place.step].shape.writes
        case FromInit():
            return flow.input.shape.keeps
        case FromState() if flow.state is not None and not _has_other_states(flow):
            return flow.state.shape.keeps
        case _:
            return ANY.shape.keeps


def _has_other_states(flow: Flow) -> bool:
    """Tell whether a step sees the run's state by a schema of its own, and so may write other keys."""
    return any(isinstance(node, StepNode) and node.step.state is not None for node in walk(flow.nodes))


def outputs_of(nodes: Iterable[Node], before: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the id of each node in some nodes of which a mapping can take the output, and the schema of that."""
    for node in nodes:
        match node:
            case StepNode() | FlowNode() | MapNode():
                yield node.id, output_of(node, before)
            case EventNode():
                yield node.id, output_of(node, before)
                yield from outputs_of(children(node), before)
            case SequenceNode():
                yield node.id, output_of(node, before)
                yield from outputs_of(node.nodes, before)
            case LoopNode():
                yield node.id, output_of(node, before)
                yield from outputs_of((node.body,), before)
            case ForeachNode():
                yield node.id, output_of(node, before)
                yield from ((id, Schema.list_of(schema)) for id, schema in outputs_of((node.body,), ANY))
            case _:
                for child in children(node):
                    yield from outputs_of((child,), before)
        before = output_of(node, before)
