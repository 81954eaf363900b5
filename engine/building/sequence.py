"""Sequences: several steps where one can stand; and everything that can stand there."""

from dataclasses import dataclass
from types import MethodType
from typing import Any, Generic, TypeVar, overload

from engine.building.workflow import Workflow, is_uncommitted
from engine.errors import DefinitionError, NotCommitted
from engine.ids import check_id
from engine.short_text import shown
from engine.tree.argument_checks import defining
from engine.tree.nodes import FlowNode, Node, SequenceNode, StepNode
from engine.tree.step import Step

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out", covariant=True)
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
G = TypeVar("G")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSequence(Generic[In, Out]):
    """Steps one after the other, used as one; their paths stay their own. Made by `sequence`."""

    node: SequenceNode
    """The steps."""

    @property
    def id(self) -> str:
        """Return its id: that of the last step, if no other was given."""
        return self.node.id


Part = Step[A, B] | Workflow[A, B] | StepSequence[A, B]
"""What can be an arm, a loop body, or the next step."""


@overload
def sequence(a: Part[A, B], /, *, id: str | None = ...) -> StepSequence[A, B]: ...
@overload
def sequence(a: Part[A, B], b: Part[B, C], /, *, id: str | None = ...) -> StepSequence[A, C]: ...
@overload
def sequence(a: Part[A, B], b: Part[B, C], c: Part[C, D], /, *, id: str | None = ...) -> StepSequence[A, D]: ...
@overload
def sequence(
    a: Part[A, B], b: Part[B, C], c: Part[C, D], d: Part[D, E], /, *, id: str | None = ...
) -> StepSequence[A, E]: ...
@overload
def sequence(
    a: Part[A, B], b: Part[B, C], c: Part[C, D], d: Part[D, E], e: Part[E, F], /, *, id: str | None = ...
) -> StepSequence[A, F]: ...
@overload
def sequence(
    a: Part[A, B],
    b: Part[B, C],
    c: Part[C, D],
    d: Part[D, E],
    e: Part[E, F],
    f: Part[F, G],
    /,
    *more: Part[Any, Any],
    id: str | None = ...,
) -> StepSequence[A, Any]: ...
@defining("sequence(first, second, id='both')")
def sequence(*steps: Part[Any, Any], id: str | None = None) -> StepSequence[Any, Any]:
    """Make one part of several steps: an arm, a loop body or a foreach body.

    Args:
        *steps: steps, workflows and sequences, in their order.
        id: its id, under which an arm's output is found; that of its last step when left out.

    Raises:
        DefinitionError: there is no step, or one of them is something else.
    """
    if not steps:
        raise DefinitionError("sequence() needs at least one step: sequence(first, second).")
    nodes = tuple(node_of(step) for step in steps)
    return StepSequence(node=SequenceNode(id=nodes[-1].id if id is None else check_id(id, "sequence"), nodes=nodes))


def node_of(part: object) -> Node:
    """Return the node of anything that can stand where a step can.

    Raises:
        NotCommitted: it is a workflow that was not committed.
        DefinitionError: it is something else.
    """
    match part:
        case Step():
            return StepNode(step=part)
        case Workflow():
            return FlowNode(flow=part.flow)
        case StepSequence():
            return part.node
        case _ if is_uncommitted(part):
            raise NotCommitted(f"{shown(part)} was not committed. Call .commit() at the end of its definition.")
        case _:
            found = f"{shown(part)} is no step. Expected a step, a committed workflow or sequence(...)."
            raise DefinitionError(found + _mend(part))


def is_part(given: object) -> bool:
    """Tell whether something is what a workflow is put together of, and no function."""
    return isinstance(given, Step | Workflow | StepSequence)


def _mend(part: object) -> str:
    """Return what to do about something that is no step."""
    if isinstance(part, list | tuple):
        return (
            " Several steps go into .parallel([a, b]) or sequence(a, b); a list of values is made by what stands "
            "before: .map(lambda data: [...])."
        )
    if isinstance(part, MethodType):
        owner, name = type(part.__self__).__name__, part.__name__
        return f" Make a step of the bound method: step({owner}().{name})."
    if getattr(part, "__name__", "") == "<lambda>":
        return " A mapping takes it as it is: .map(lambda data: ...); a step needs a name: step(id=...)(function)."
    return " Decorate the function with @step, or use create_step." if callable(part) else ""
