"""Whether what a run has recorded still fits the workflow's code."""

from collections.abc import Iterator

from engine.errors import NewerJournal, WorkflowChanged
from engine.journal.state import RunState
from engine.journal.step_state import StepKind, StepState
from engine.paths import Path, format_path
from engine.tree.nodes import (
    EventNode,
    Flow,
    FlowNode,
    ForeachNode,
    MapNode,
    Node,
    SleepNode,
    StepNode,
    step_ids,
    walk,
)


def check_fit(flow: Flow, run: RunState) -> None:
    """Refuse a run whose recorded steps are no longer where they were.

    Raises:
        WorkflowChanged: it names the recorded steps that the workflow no longer has.
    """
    lost = sorted({format_path(path) for path in _unfit(flow, run.root)})
    if lost:
        raise WorkflowChanged(
            f"workflow {flow.id!r} has changed since run {run.run_id} recorded these steps, "
            f"which it no longer has there: {', '.join(lost)}. Fork the run to go on with the new code"
        )


def check_known(run: RunState) -> None:
    """Refuse to go on with a run of which only a part is understood.

    Raises:
        NewerJournal: it names the types of events that a newer version has recorded.
    """
    if run.unknown:
        raise NewerJournal(
            f"run {run.run_id} was recorded by a newer version of Stepyard, with events that this one does not know: "
            f"{', '.join(run.unknown)}. It can be read here; upgrade to go on with it"
        )


def node_at(flow: Flow, path: Path) -> Node | None:
    """Return the node that runs at a path, or None when there is none."""
    ids = [part for part in path if isinstance(part, str)]
    for depth, step_id in enumerate(ids):
        node = nodes_by_id(flow).get(step_id)
        if node is None or depth == len(ids) - 1:
            return node
        if not isinstance(node, FlowNode):
            return None
        flow = node.flow
    return None


def nodes_by_id(flow: Flow) -> dict[str, Node]:
    """Return the nodes of one workflow that record steps, by id."""
    kinds = StepNode | FlowNode | MapNode | SleepNode | EventNode
    return {node.id: node for node in walk(flow.nodes) if isinstance(node, kinds)}


def _unfit(flow: Flow, place: StepState) -> Iterator[Path]:
    nodes = nodes_by_id(flow)
    items = {step_id for node in walk(flow.nodes) if isinstance(node, ForeachNode) for step_id in step_ids(node.body)}
    for step_id, record in place.children.items():
        node = nodes.get(str(step_id))
        each = list(record.children.values()) if record.kind == "items" else [record]
        if node is None or (record.kind == "items") != (step_id in items):
            yield record.path
        else:
            yield from (inner.path for inner in each if inner.kind != _kind_of(node))
        if isinstance(node, FlowNode):
            for inner in each:
                yield from _unfit(node.flow, inner)


def _kind_of(node: Node) -> StepKind:
    """Return the kind under which a node is recorded."""
    match node:
        case FlowNode():
            return "workflow"
        case SleepNode():
            return "sleep"
        case EventNode():
            return "event"
        case _:
            return "step"
