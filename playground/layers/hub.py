"""The hub: the process in the middle, which keeps the shared channels and the groups and routes between the others."""

import asyncio
import functools
import json
import socket
from collections.abc import Callable
from typing import Any

from channels.exceptions import ChannelFull

from playground.layers.link import Kind, Link, LinkFrame, open_link
from playground.layers.mailbox import Mailboxes, Taker
from playground.layers.side import fill, owner_of, unread

Report = dict[str, Any]


class Leg:
    """The hub's end of the connection to one leaf."""

    def __init__(self, *, hub: "Hub", on_report: Callable[[Report], None], on_closed: Callable[[], None]) -> None:
        """Take the hub, who hears what the process says about itself, and who hears of its end."""
        self.name = ""
        self._hub = hub
        self._on_report = on_report
        self._on_closed = on_closed
        self._link: Link | None = None
        self._takers: dict[str, Taker] = {}

    async def open(self, sock: socket.socket) -> None:
        """Start to listen to the leaf."""
        self._link = await open_link(sock, on_frame=self._heard, on_closed=self._closed)

    async def close(self) -> None:
        """End the connection."""
        if self._link is not None:
            await self._link.close()

    def pass_on(self, channel: str, message: bytes) -> bool:
        """Send a message to a channel of the leaf's own; answer False when the leaf is gone or lags."""
        return self._write(LinkFrame(kind=Kind.SEND, name=channel, payload=message))

    def give(self, channel: str, message: bytes) -> bool:
        """Send a message that the leaf asked for; answer False when it is gone."""
        return self._write(LinkFrame(kind=Kind.GIVE, name=channel, payload=message))

    def _write(self, frame: LinkFrame) -> bool:
        """Send a frame if there is still someone to read it."""
        return self._link is not None and self._link.write(frame)

    def _heard(self, frame: LinkFrame) -> None:
        """Do what the leaf asks."""
        match frame.kind:
            case Kind.HELLO:
                self.name = frame.name
                self._hub.legs[frame.name] = self
            case Kind.SEND:
                self._hub.offer(frame.name, frame.payload)
            case Kind.SEND_GROUP:
                self._hub.send_group(frame.name, frame.payload)
            case Kind.JOIN:
                self._hub.join(frame.name, frame.payload.decode())
            case Kind.LEAVE:
                self._hub.leave(frame.name, frame.payload.decode())
            case Kind.TAKE:
                taker = self._takers.setdefault(frame.name, functools.partial(self.give, frame.name))
                self._hub.mailboxes.take(frame.name, taker)
            case Kind.UNTAKE:
                self._untake(frame.name)
            case Kind.REPORT:
                self._on_report(json.loads(frame.payload))

    def _untake(self, channel: str) -> None:
        """Take back what the leaf wanted from a channel."""
        taker = self._takers.pop(channel, None)
        if taker is not None:
            self._hub.mailboxes.forget(channel, taker)

    def _closed(self) -> None:
        """Forget the leaf, its wishes and its places in groups."""
        for channel in list(self._takers):
            self._untake(channel)
        self._hub.forget(self)
        self._on_closed()


class Hub:
    """The side of the layer that the web process takes; alone it is a layer within one process."""

    def __init__(self, *, name: str, capacity: Callable[[str], int], expiry: float) -> None:
        """Take the process's name, the number of messages a channel may hold and the seconds each is kept."""
        self.name = name
        self.mailboxes = Mailboxes(capacity=capacity, expiry=expiry, on_expired=self._leave_all)
        self.legs: dict[str, Leg] = {}  # by the names that the processes gave themselves
        self._open: set[Leg] = set()
        self.lost = 0  # messages for which there was no room, and whose sender cannot be told
        self._groups: dict[str, dict[str, None]] = {}  # members in the order in which they joined

    async def adopt(
        self, sock: socket.socket, on_report: Callable[[Report], None], on_closed: Callable[[], None]
    ) -> None:
        """Take in the process at the other end of a socket."""
        leg = Leg(hub=self, on_report=on_report, on_closed=on_closed)
        self._open.add(leg)
        await leg.open(sock)

    def forget(self, leg: Leg) -> None:
        """Drop a process that is gone from every group."""
        self._open.discard(leg)
        self.legs.pop(leg.name, None)
        for group, members in list(self._groups.items()):
            for channel in [channel for channel in members if owner_of(channel) == leg.name]:
                self.leave(group, channel)

    def send(self, channel: str, message: bytes) -> None:
        """Keep a message here, or hand it to the process that owns its channel."""
        owner = owner_of(channel)
        if owner is None or owner == self.name:
            self.mailboxes.put(channel, message)
        elif (leg := self.legs.get(owner)) is not None and not leg.pass_on(channel, message):
            raise ChannelFull(channel)

    def offer(self, channel: str, message: bytes) -> None:
        """Send to one channel, or lose the message when there is no room."""
        try:
            self.send(channel, message)
        except ChannelFull:
            self.lost += 1

    def send_group(self, group: str, message: bytes) -> None:
        """Send to every member that has room."""
        for channel in list(self._groups.get(group, ())):
            self.offer(channel, message)

    def join(self, group: str, channel: str) -> None:
        """Add a channel to a group."""
        self._groups.setdefault(group, {})[channel] = None

    def leave(self, group: str, channel: str) -> None:
        """Remove a channel from a group."""
        members = self._groups.get(group, {})
        members.pop(channel, None)
        if not members:
            self._groups.pop(group, None)

    async def receive(self, channel: str) -> bytes:
        """Wait for the next message of a channel."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        taker = functools.partial(fill, future)
        self.mailboxes.take(channel, taker)
        try:
            return await future
        except asyncio.CancelledError:
            if (message := unread(future)) is not None:
                self.offer(channel, message)
            raise
        finally:
            self.mailboxes.forget(channel, taker)

    async def close(self) -> None:
        """End the connections to all others."""
        for leg in list(self._open):
            await leg.close()

    def clear(self) -> None:
        """Forget every message and group."""
        self.mailboxes.clear()
        self._groups.clear()

    def _leave_all(self, channel: str) -> None:
        """Remove a channel that nobody reads from every group."""
        for group in [group for group, members in self._groups.items() if channel in members]:
            self.leave(group, channel)
