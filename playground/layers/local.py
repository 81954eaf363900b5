"""The Channels layer API over a hub or a leaf."""

import asyncio
import json
import os
import secrets
import socket
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from channels.layers import BaseChannelLayer

from playground.layers.hub import Hub, Report
from playground.layers.leaf import LeafSide
from playground.layers.link import MAX_PAYLOAD
from playground.layers.side import Side

T = TypeVar("T")


class LocalLayer(BaseChannelLayer):
    """A channel layer within one process, which `adopt` and `join` widen to a parent and its children.

    Messages are JSON objects and only hints: they are lost when a channel is full, when a process lags or ends, and
    after `expiry` seconds. Nothing blocks and nothing grows. A channel named by `new_channel` is read in the process
    that made it, whichever process sends to it; every other channel is shared, and each message goes to one reader.
    """

    extensions = ("groups", "flush")

    def __init__(self, *, expiry: int = 60, capacity: int = 1000) -> None:
        """Take the seconds for which a message is kept and the number of messages that a channel may hold."""
        super().__init__(expiry=expiry, capacity=capacity)
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._side: Side = Hub(name=self._process, capacity=self.get_capacity, expiry=expiry)
        self._home: asyncio.AbstractEventLoop | None = None

    async def adopt(
        self,
        sock: socket.socket,
        *,
        on_report: Callable[[Report], None] = lambda report: None,
        on_closed: Callable[[], None] = lambda: None,
    ) -> None:
        """Take in the child process that inherited the other end of a socket pair; this process becomes the hub."""
        if not isinstance(self._side, Hub):
            raise RuntimeError("A process that has joined a hub cannot adopt others.")
        self._home = asyncio.get_running_loop()
        await self._side.adopt(sock, on_report, on_closed)

    async def join(self, fd: int) -> None:
        """Become a leaf of the process that holds the other end of an inherited socket."""
        leaf = LeafSide(name=self._process, capacity=self.get_capacity, expiry=self.expiry)
        self._home, self._side = asyncio.get_running_loop(), leaf
        await leaf.open(socket.socket(fileno=fd))

    @property
    def alone(self) -> bool:
        """Tell whether no other process has ever been connected."""
        return self._home is None

    async def report(self, facts: Report) -> None:
        """Tell the hub something about this process, as JSON; in the hub itself nobody listens."""
        if isinstance(self._side, LeafSide):
            self._side.report(facts)

    async def wait_closed(self) -> None:
        """Return when the hub is gone; wait for ever in a process that has not joined one."""
        closed = self._side.closed if isinstance(self._side, LeafSide) else asyncio.Event()
        await closed.wait()

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        """Send to one channel; raise ChannelFull when it has no room."""
        self.require_valid_channel_name(channel)
        data = encode(message)
        await self._at_home(self._send(channel, data))

    async def receive(self, channel: str) -> dict[str, Any]:
        """Wait for the next message of a channel."""
        self.require_valid_channel_name(channel)
        message: dict[str, Any] = json.loads((await self._at_home(self._side.receive(channel))).decode(*CODEC))
        return message

    async def new_channel(self, prefix: str = "specific.") -> str:
        """Return a new name for a channel that this process reads alone."""
        return f"{prefix.removesuffix('.')}.{self._process}!{secrets.token_hex(8)}"

    async def group_add(self, group: str, channel: str) -> None:
        """Add a channel to a group."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        await self._at_home(self._join(group, channel))

    async def group_discard(self, group: str, channel: str) -> None:
        """Remove a channel from a group."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        await self._at_home(self._leave(group, channel))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Send to every channel of a group that has room."""
        self.require_valid_group_name(group)
        data = encode(message)
        await self._at_home(self._send_group(group, data))

    async def flush(self) -> None:
        """Forget every message and group."""
        self._side.clear()

    async def close(self) -> None:
        """End the connections to other processes."""
        await self._side.close()

    async def _at_home(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the loop that owns the links, since another thread's loop must not touch them."""
        if self._home is None or self._home is asyncio.get_running_loop():
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._home))

    async def _send(self, channel: str, data: bytes) -> None:
        self._side.send(channel, data)

    async def _send_group(self, group: str, data: bytes) -> None:
        self._side.send_group(group, data)

    async def _join(self, group: str, channel: str) -> None:
        self._side.join(group, channel)

    async def _leave(self, group: str, channel: str) -> None:
        self._side.leave(group, channel)


CODEC = ("utf-8", "surrogatepass")
"""JSON may hold lone surrogates, which strict UTF-8 refuses."""


def encode(message: dict[str, Any]) -> bytes:
    """Return a message as JSON; raise TypeError or ValueError for what is no JSON object or is too large."""
    if not isinstance(message, dict):
        raise TypeError(f"A message is a dict, not {type(message).__name__}.")
    data = json.dumps(message, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode(*CODEC)
    if len(data) > MAX_PAYLOAD:
        raise ValueError(f"A message of {len(data)} bytes is over the limit of {MAX_PAYLOAD}.")
    return data
