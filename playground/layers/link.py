"""One end of the socket pair between two processes: frames of a kind, a name and a payload."""

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

MAX_PAYLOAD = 16 * 1024 * 1024
MAX_BUFFERED = 1024 * 1024
HEADER = struct.Struct(">IBB")  # bytes of the payload, kind, bytes of the name


class Kind(IntEnum):
    """What a frame asks of the other side."""

    HELLO = 1  # name: the process that speaks
    SEND = 2  # name: channel; payload: message
    SEND_GROUP = 3  # name: group; payload: message
    JOIN = 4  # name: group; payload: channel
    LEAVE = 5  # name: group; payload: channel
    TAKE = 6  # name: channel from which the sender wants one message
    UNTAKE = 7  # name: channel from which the sender wants none any more
    GIVE = 8  # name: channel; payload: the message that was wanted
    REPORT = 9  # payload: JSON about the process itself


LOSSY = frozenset({Kind.SEND, Kind.SEND_GROUP})
"""Messages may be lost; the rest is bounded by the number of those who wait, and must arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFrame:
    """One thing that is said over a link."""

    kind: Kind
    name: str = ""
    payload: bytes = b""

    def encode(self) -> bytes:
        """Return the bytes of the frame."""
        name = self.name.encode()
        return HEADER.pack(len(self.payload), self.kind, len(name)) + name + self.payload


class FrameReader:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[LinkFrame]:
        """Return the frames that are complete now; raise ValueError for what cannot be a frame."""
        self._buffer += data
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _next(self) -> LinkFrame | None:
        """Cut the first frame off, if it is all there."""
        if len(self._buffer) < HEADER.size:
            return None
        payload_size, kind, name_size = HEADER.unpack_from(self._buffer)
        if payload_size > MAX_PAYLOAD:
            raise ValueError(f"A frame of {payload_size} bytes is over the limit of {MAX_PAYLOAD}.")
        middle = HEADER.size + name_size
        end = middle + payload_size
        if len(self._buffer) < end:
            return None
        frame = LinkFrame(
            kind=Kind(kind), name=self._buffer[HEADER.size : middle].decode(), payload=bytes(self._buffer[middle:end])
        )
        del self._buffer[:end]
        return frame


class Link(asyncio.Protocol):
    """A connection to one other process of the playground."""

    def __init__(self, *, on_frame: Callable[[LinkFrame], None], on_closed: Callable[[], None]) -> None:
        """Take who hears of frames, and of the end of the other process."""
        self._on_frame = on_frame
        self._on_closed = on_closed
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to write to."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand on each frame; an error in one ends the connection, as asyncio does it."""
        for frame in self._reader.feed(data):
            self._on_frame(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the other process is gone."""
        self._transport = None
        self._lost.set()
        self._on_closed()

    def write(self, frame: LinkFrame) -> bool:
        """Send a frame without waiting; answer False when it was dropped, as messages are when the other side lags."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        if frame.kind in LOSSY and transport.get_write_buffer_size() > MAX_BUFFERED:
            return False
        transport.write(frame.encode())
        return True

    async def close(self) -> None:
        """End the connection, and return when it has ended."""
        if self._transport is not None:
            self._transport.close()
            await self._lost.wait()


async def open_link(
    sock: socket.socket, *, on_frame: Callable[[LinkFrame], None], on_closed: Callable[[], None] = lambda: None
) -> Link:
    """Make a link of a connected socket, in the running event loop."""
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    _, link = await loop.create_connection(lambda: Link(on_frame=on_frame, on_closed=on_closed), sock=sock)
    return link
