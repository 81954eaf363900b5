"""What both sides of the local channel layer, hub and leaf, can do with a message."""

import asyncio
from typing import Protocol


class Side(Protocol):
    """A process of the playground, as the channel layer sees it."""

    name: str

    def send(self, channel: str, message: bytes) -> None:
        """Bring a message towards its channel; raise ChannelFull when it is known that there is no room."""

    def send_group(self, group: str, message: bytes) -> None:
        """Bring a message towards every channel of a group that has room."""

    def join(self, group: str, channel: str) -> None:
        """Add a channel to a group."""

    def leave(self, group: str, channel: str) -> None:
        """Remove a channel from a group."""

    async def receive(self, channel: str) -> bytes:
        """Wait for the next message of a channel."""

    async def close(self) -> None:
        """End the connections to other processes."""

    def clear(self) -> None:
        """Forget every message and group."""


def owner_of(channel: str) -> str | None:
    """Return the process that alone may read a channel, as in ``specific.<process>!<id>``, or None for any process."""
    before, mark, _ = channel.partition("!")
    return before.rpartition(".")[2] if mark else None


def fill(future: "asyncio.Future[bytes]", message: bytes) -> bool:
    """Give a message to someone who waits; answer False when they have stopped waiting."""
    if future.done():
        return False
    future.set_result(message)
    return True


def unread(future: "asyncio.Future[bytes]") -> bytes | None:
    """Return the message that came in the moment in which the one who waited for it gave up."""
    return future.result() if future.done() and not future.cancelled() else None
