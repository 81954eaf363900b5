"""A leaf: a process that reaches all others through the hub, over the socket it inherited."""

import asyncio
import contextlib
import functools
import json
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any

from channels.exceptions import ChannelFull

from playground.layers.link import Kind, Link, LinkFrame, open_link
from playground.layers.mailbox import Mailboxes
from playground.layers.side import fill, owner_of, unread


class LeafSide:
    """The side of the layer that a worker takes.

    Invariant: from a shared channel the leaf asks for one message for each call of `receive` that waits, no more. So a
    message is never stuck in a process that is busy, and none is fetched ahead and lost with it.
    """

    def __init__(self, *, name: str, capacity: Callable[[str], int], expiry: float) -> None:
        """Take the process's name, the number of messages a channel may hold and the seconds each is kept."""
        self.name = name
        self.closed = asyncio.Event()
        self._mailboxes = Mailboxes(capacity=capacity, expiry=expiry, on_expired=lambda channel: None)
        self._waiting: Counter[str] = Counter()
        self._link: Link | None = None

    async def open(self, sock: socket.socket) -> None:
        """Greet the hub."""
        self._link = await open_link(sock, on_frame=self._heard, on_closed=self.closed.set)
        self._say(Kind.HELLO, self.name)

    def report(self, facts: dict[str, Any]) -> None:
        """Tell the hub something about this process."""
        self._say(Kind.REPORT, "", json.dumps(facts).encode())

    def send(self, channel: str, message: bytes) -> None:
        """Keep a message for this process, or hand it to the hub."""
        if owner_of(channel) == self.name:
            self._mailboxes.put(channel, message)
        elif not self._say(Kind.SEND, channel, message):
            raise ChannelFull(channel)

    def send_group(self, group: str, message: bytes) -> None:
        """Hand a message for a group to the hub."""
        self._say(Kind.SEND_GROUP, group, message)

    def join(self, group: str, channel: str) -> None:
        """Ask the hub to add a channel to a group."""
        self._say(Kind.JOIN, group, channel.encode())

    def leave(self, group: str, channel: str) -> None:
        """Ask the hub to remove a channel from a group."""
        self._say(Kind.LEAVE, group, channel.encode())

    async def receive(self, channel: str) -> bytes:
        """Wait for the next message of a channel."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        taker = functools.partial(fill, future)
        self._mailboxes.take(channel, taker)
        if future.done():
            return future.result()
        self._want(channel)
        try:
            return await future
        except asyncio.CancelledError:
            self._give_up(channel, unread(future))
            raise
        finally:
            self._mailboxes.forget(channel, taker)
            self._waiting[channel] -= 1

    async def close(self) -> None:
        """End the connection to the hub."""
        if self._link is not None:
            await self._link.close()

    def clear(self) -> None:
        """Forget the messages that are kept here."""
        self._mailboxes.clear()

    def _want(self, channel: str) -> None:
        """Ask the hub for one message, if it is the one who keeps the channel."""
        self._waiting[channel] += 1
        if owner_of(channel) is None:
            self._say(Kind.TAKE, channel)

    def _give_up(self, channel: str, message: bytes | None) -> None:
        """Let others have the message that came too late, or else take the wish for one back."""
        if message is not None:
            self._keep_or_lose(channel, message)
        elif owner_of(channel) is None:
            # The hub only knows how many are wanted in all: renew the wishes of those who still wait.
            self._say(Kind.UNTAKE, channel)
            for _ in range(self._waiting[channel] - 1):
                self._say(Kind.TAKE, channel)

    def _heard(self, frame: LinkFrame) -> None:
        """Keep a message that the hub brings, or send it back when nobody waits for it any more."""
        if frame.kind is Kind.GIVE and not self._waiting[frame.name]:
            self._say(Kind.SEND, frame.name, frame.payload)
        else:
            self._keep_or_lose(frame.name, frame.payload)

    def _keep_or_lose(self, channel: str, message: bytes) -> None:
        """Keep a message here if there is room."""
        with contextlib.suppress(ChannelFull):
            self._mailboxes.put(channel, message)

    def _say(self, kind: Kind, name: str, payload: bytes = b"") -> bool:
        """Send a frame to the hub."""
        return self._link is not None and self._link.write(LinkFrame(kind=kind, name=name, payload=payload))
