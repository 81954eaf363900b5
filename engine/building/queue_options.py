"""Where runs and steps wait for a worker, and how many at once are executed: the checks of these options."""

from typing import Any

from engine.errors import DefinitionError, WiringError
from engine.ids import check_id
from engine.short_text import shown
from engine.tree.nodes import Flow
from engine.values.schema_paths import gap

LONGEST_QUEUE = 64
MOST_URGENT = 9


def check_carriage(what: str, queue: Any, priority: Any) -> None:
    """Check where something waits for a worker.

    Args:
        what: whose options they are, for the messages: ``Workflow 'orders'``.
        queue: the name of a queue.
        priority: how urgent it is there.

    Raises:
        DefinitionError: there can be no such queue, or no such priority.
    """
    if queue is not None:
        check_id(queue, "queue")
        if len(queue) > LONGEST_QUEUE:
            raise DefinitionError(
                f"{what} has a queue whose name has {len(queue)} characters. Expected {LONGEST_QUEUE} at most."
            )
    if priority is not None and (type(priority) is not int or not 0 <= priority <= MOST_URGENT):
        raise DefinitionError(
            f"{what} has priority={shown(priority)}. Expected a whole number from 0 to {MOST_URGENT}; the "
            "highest one is the most urgent."
        )


def check_limits(id: str, concurrency: Any, key: Any) -> None:
    """Check how many runs of a workflow may be executed at once.

    Raises:
        DefinitionError: there can be no such number, or no such path.
    """
    if concurrency is not None and (type(concurrency) is not int or concurrency < 1):
        raise DefinitionError(
            f"Workflow {id!r} has concurrency={shown(concurrency)}. Expected a whole number, 1 or more: how many of "
            "its runs are executed at once."
        )
    if key is not None and (not isinstance(key, str) or not all(key.split("."))):
        raise DefinitionError(
            f"Workflow {id!r} has concurrency_key={shown(key)}. Expected keys and indexes of a part of the input, "
            "joined by dots: 'customer.id'."
        )


def check_key(flow: Flow) -> None:
    """Check that the input of a workflow can have what tells its runs apart.

    Raises:
        WiringError: there is never anything at the path.
    """
    if flow.concurrency_key is None:
        return
    nothing = gap(flow.input.shape.keeps, flow.concurrency_key.split("."))
    if nothing is not None:
        raise WiringError(
            f"Workflow {flow.id!r} has concurrency_key={flow.concurrency_key!r}, but in its input, at {nothing.at!r}, "
            f"{nothing.found} Correct the path."
        )
