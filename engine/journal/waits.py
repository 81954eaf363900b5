"""Which waits in a workflow take an event, as the schema of each says."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import InvalidEventPayload, InvalidValue, UnknownStep
from engine.journal.state import RunState
from engine.paths import Path, ids_of
from engine.tree.nodes import EventNode, Flow, FlowNode, walk
from engine.values.incoming import admitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """An event that may be sent."""

    payload: Any
    """What it carries, as JSON with the defaults of the schema."""
    takers: frozenset[Path]
    """The waits whose schemas it fits: their paths without the indexes of items."""


def likeliest(run: RunState, name: str) -> list[Path]:
    """Return the waits for an event that are open in a run, as paths without indexes, the oldest first."""
    return [ids_of(step.path) for step in run.waiting if step.event_name == name]


def admit_event(flow: Flow, name: str, payload: Any, first: Sequence[Path] = (), *, others: bool = True) -> Admitted:
    """Return what an event carries, validated against the schemas of the waits for it.

    Of several waits for one name each may have a schema of its own; the event is for those that it fits.

    Args:
        flow: the workflow.
        name: the event.
        payload: JSON, or an object of a schema's own type.
        first: the waits that are asked first, as paths without indexes.
        others: whether all other waits are asked, too; they are when none of the first is there.

    Raises:
        InvalidEventPayload: it fits none of them.
        UnknownStep: nothing in the workflow waits for an event of this name.
    """
    everything = dict(_waits(flow, ()))
    waits = {at: node for at, node in everything.items() if node.name == name}
    if not waits:
        raise unknown_event(flow.id, name, {node.name for node in everything.values()})
    asked = [at for at in dict.fromkeys([*first, *(waits if others else ())]) if at in waits] or list(waits)
    found: dict[Path, Any] = {}
    errors: list[InvalidValue] = []
    for at in asked:
        try:
            found[at] = admitted(waits[at].schema, payload)
        except InvalidValue as error:
            errors.append(error)
    if not found:
        message = f"the payload of event {name!r} does not fit its schema; nothing was sent:"
        raise InvalidEventPayload(message, errors[0].issues) from None
    return Admitted(payload=next(iter(found.values())), takers=frozenset(found))


def unknown_event(workflow_id: str, name: str, known: Collection[str]) -> UnknownStep:
    """Return the error for an event that nothing in a workflow waits for; ``known`` are the names it waits for."""
    listed = ", ".join(sorted(known)) or "no event"
    return UnknownStep(f"workflow {workflow_id!r} waits for no event {name!r}. It waits for: {listed}")


def takes(node: EventNode, payload: Any) -> bool:
    """Tell whether a wait takes an event that was kept."""
    try:
        node.schema.load(payload)
    except Exception:  # A validator of the user's may raise anything.
        return False
    return True


def _waits(flow: Flow, path: Path) -> Iterator[tuple[Path, EventNode]]:
    for node in walk(flow.nodes):
        if isinstance(node, EventNode):
            yield (*path, node.id), node
        elif isinstance(node, FlowNode):
            yield from _waits(node.flow, (*path, node.id))
