"""What carries hints between machines in place of the database's own notifications, which workers would slow down."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class BroadcastListener(Protocol):
    """Hears what others tell, in a thread of the caller's."""

    def listen(self, channel: str, *, ready: Callable[[], object], heard: Callable[[str], object]) -> None:
        """Hear until `stop` is called.

        Args:
            channel: the name under which others tell.
            ready: called once what is told from now on will be heard.
            heard: called with each message.

        Raises:
            OSError: the connection could not be made, or broke.
        """
        ...

    def stop(self) -> None:
        """End soon."""
        ...


class Broadcast(Protocol):
    """Tells all machines something."""

    def tell(self, channel: str, text: str) -> None:
        """Send to all who listen; never waits and never fails: what cannot be sent is lost."""
        ...

    def listener(self) -> BroadcastListener:
        """Return what hears, not yet connected."""
        ...


@dataclass(slots=True)
class _Chosen:
    broadcast: Broadcast | None = None


_chosen = _Chosen()


def use(broadcast: Broadcast) -> None:
    """Have this process use a broadcast; the package of the chosen one says so when Django is set up."""
    _chosen.broadcast = broadcast


def broadcast() -> Broadcast | None:
    """Return what carries hints; None where the database's notifications do."""
    return _chosen.broadcast
