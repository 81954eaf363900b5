"""What a distributed queue does for runs: it is told which are due, and has each executed by one of its workers.

The rows of the runs are the truth. What a queue loses is made up for by the sweep (`playground.fleet.sweep`), and what
it delivers twice is refused by the claim; so it need not be more reliable than queues are.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

DEFAULT = "default"
"""The queue of whatever names none."""

Execute = Callable[[str], Awaitable[None]]
"""Goes on with a run, from wake to rest; it never raises, since an outcome of a run is no failure of the queue's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A run for which a worker has something to do."""

    run_id: str
    queue: str = DEFAULT
    priority: int = 0
    """Higher ones first."""


class Wakes(Protocol):
    """Takes what is due; called inside the transaction that makes it so."""

    gap: float
    """Seconds after which the sweep hands over again what no worker has taken; then twice as long, and so on."""

    def enqueue(self, runs: Sequence[Due]) -> None:
        """Have each of the runs executed by some worker of its queue; one that waits already need not be added."""
        ...

    def clear(self) -> None:
        """Remove what workers that are gone have left in the queue; for use in a transaction."""
        ...


class QueueHost(Protocol):
    """Takes wakes from the queue, in a worker process."""

    async def serve(self, *, queues: Sequence[str], concurrency: int, execute: Execute) -> None:
        """Execute what comes, until cancelled; then take nothing more, and return when all is executed.

        Args:
            queues: the names of those from which to take.
            concurrency: how many runs at the same time.
            execute: goes on with a run.
        """
        ...


@dataclass(slots=True)
class _Chosen:
    wakes: Wakes | None = None
    host: Callable[[], QueueHost] | None = None


_chosen = _Chosen()


def use(wakes: Wakes, host: Callable[[], QueueHost]) -> None:
    """Have this process use a queue; the package of the chosen one says so when Django is set up."""
    _chosen.wakes, _chosen.host = wakes, host


def wakes() -> Wakes | None:
    """Return who is told what is due; None where workers look into the database for themselves."""
    return _chosen.wakes


def host() -> QueueHost | None:
    """Return a new host of the queue in use; None without one."""
    return None if _chosen.host is None else _chosen.host()


def carriage(graph: Mapping[str, Any]) -> dict[str, Any]:
    """Return by which queue the runs of a published workflow are carried, how urgent they are, and how many at once."""
    limits = graph.get("limits", {})
    return {
        "queue": graph.get("queue", DEFAULT),
        "priority": graph.get("priority", 0),
        "concurrency": limits.get("concurrency"),
        "concurrency_key": limits.get("key"),
    }


def own_queue(worker_id: str) -> str:
    """Return the name of the queue from which one worker takes what another has handed to it."""
    return f"worker.{worker_id}"
