"""Which queues a workflow and its steps name; before a step of another queue, a run comes to rest and is handed on."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from engine.paths import Path
from engine.tree.nodes import Flow, FlowNode, StepNode, walk
from engine.tree.step import Step

DEFAULT_QUEUE = "default"
"""The queue of whatever names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a run is handed to."""

    queue: str
    priority: int | None
    """How urgent it is there; None for as urgent as its workflow is."""


def queues_of(flow: Flow) -> Iterator[str]:
    """Yield the queues that a workflow, its steps and the workflows in it name; that of whatever names none first."""
    own = flow.queue or DEFAULT_QUEUE
    yield own
    for node in walk(flow.nodes):
        if isinstance(node, StepNode) and node.step.queue is not None:
            yield node.step.queue
        elif isinstance(node, FlowNode):
            yield from queues_of(replace(node.flow, queue=node.flow.queue or own))


class Elsewhere:
    """Notes, of one segment, before which steps it has come to rest since others execute them."""

    def __init__(self, queues: Collection[str], flow: Flow) -> None:
        """Take the queues from which this process takes, and the run's workflow."""
        self._queues = queues
        self._flow = flow
        self._found: dict[Path, Destination] = {}

    def takes(self, path: Path, step: Step[object, object], flow: Flow) -> bool:
        """Tell whether a step is executed elsewhere, and note it.

        Args:
            path: the place of the step.
            step: the step, which is about to be called.
            flow: the workflow that it stands in, whose queue is its own unless it names one.
        """
        queue = step.queue or flow.queue or self._flow.queue or DEFAULT_QUEUE
        if queue in self._queues:
            return False
        self._found[path] = Destination(queue=queue, priority=step.priority)
        return True

    def forget(self) -> None:
        """Begin anew, as the tree is walked again."""
        self._found.clear()

    @property
    def destination(self) -> Destination | None:
        """Return where the run is handed to, if it is: for the first of the steps; their worker hands it on in turn."""
        return next(iter(self._found.values()), None)
