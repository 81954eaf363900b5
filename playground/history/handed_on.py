"""What a node hands on to the next one in a run, as far as it is recorded."""

from typing import Any

from engine.journal.step_state import StepState
from playground.graph.nodes import GraphBranch, GraphForeach, GraphLoop, GraphParallel, GraphSequence, Node


def handed_on(node: Node, place: StepState, index: int | None, given: Any) -> Any:
    """Return the value that comes out of a node; None when it is not known.

    Of a foreach only the length of the list is right: that of the list it is given.

    Args:
        node: the node.
        place: what holds its state.
        index: which item of a foreach this is, if it is one.
        given: what the node is given.
    """
    match node:
        case GraphSequence():
            for inner in node.nodes:
                given = handed_on(inner, place, index, given)
            return given
        case GraphForeach():
            return given
        case GraphLoop():
            return handed_on(node.body, place, index, None)
        case GraphParallel() | GraphBranch():
            return None
    found = place.children.get(node.id)
    state = found if index is None or found is None else found.children.get(index)
    return state.output if state is not None and state.status == "success" else None
