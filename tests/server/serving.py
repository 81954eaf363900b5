"""A server in a process of its own, before a small application that says what happens to it, and raw clients."""

import asyncio
import base64
import contextlib
import os
import struct
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from tests.patience import PATIENCE

SCRIPT = """
import asyncio, socket, sys
from playground.server import Limits, Server, run_until

async def application(scope, receive, send):
    print("called", scope["path"], flush=True)
    if scope["type"] == "websocket":
        await receive()
        if scope["path"] == "/refused":
            await send({"type": "websocket.close"})
            return
        await send({"type": "websocket.accept"})
        while scope["path"] == "/slow":
            await asyncio.sleep(3600)
        coming = asyncio.create_task(receive())
        while scope["path"] == "/endless" and not coming.done():
            await send({"type": "websocket.send", "text": "x" * 65536})
            await asyncio.sleep(0)
        while (message := await coming)["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "text": message["text"] * int(scope["path"][1:] or 1)})
            coming = asyncio.create_task(receive())
        print("closed", message["code"], flush=True)
        return
    await receive()
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] == "/endless":
        gone = asyncio.create_task(receive())
        while not gone.done():
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            await asyncio.sleep(0)
        print("gone", flush=True)
    elif scope["path"] == "/large":
        for _ in range(30):
            await send({"type": "http.response.body", "body": b"x" * 1_000_000, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    else:
        await send({"type": "http.response.body", "body": b"served"})

async def beside():
    print("port", sock.getsockname()[1], flush=True)
    try:
        await asyncio.sleep(3600)
    finally:
        print("cleans up", flush=True)
        await asyncio.sleep(float(sys.argv[2]))
        print("cleaned up", flush=True)

limits = Limits(
    body=1000,
    request_seconds=float(sys.argv[1]),
    unread_seconds=1,
    unread=200_000,
    message=2000,
    waiting_messages=10,
)
sock = socket.create_server(("127.0.0.1", 0))
run_until(beside, server=Server(application, limits=limits), sock=sock)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that runs."""

    process: asyncio.subprocess.Process
    port: int
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection, which lasts until the test's end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        return reader, writer

    async def close(self) -> None:
        """End all connections."""
        for writer in self.writers:
            writer.transport.abort()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def line(self) -> str:
        """Return the next line that the application printed."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            return (await self.process.stdout.readline()).decode().strip()

    async def talk(self, *parts: bytes) -> bytes:
        """Send bytes and return all that comes until the server ends the connection."""
        reader, writer = await self.connect()
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(PATIENCE):
            return await reader.read()

    async def shake(self, path: str = "/") -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
        """Offer a WebSocket handshake and return the connection and the head of the answer."""
        reader, writer = await self.connect()
        key = base64.b64encode(os.urandom(16))
        lines = [
            b"GET %s HTTP/1.1" % path.encode(),
            b"Host: localhost:%d" % self.port,
            b"Upgrade: websocket",
            b"Connection: Upgrade",
            b"Sec-WebSocket-Key: " + key,
            b"Sec-WebSocket-Version: 13",
        ]
        writer.write(b"\r\n".join([*lines, b"", b""]))
        async with asyncio.timeout(PATIENCE):
            return reader, writer, await reader.readuntil(b"\r\n\r\n")


def frame(text: str) -> bytes:
    """Return a text message as a browser sends it."""
    data, mask = text.encode(), os.urandom(4)
    size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(data))
    masked = bytes(byte ^ mask[number % 4] for number, byte in enumerate(data))
    return b"\x81" + size + mask + masked


@contextlib.asynccontextmanager
async def served(*, request_seconds: float = 30.0, cleaning_seconds: float = 0.0) -> AsyncIterator[Served]:
    """Run a server."""
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-c", SCRIPT, str(request_seconds), str(cleaning_seconds)],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            _, port = (await process.stdout.readline()).split()
        server = Served(process=process, port=int(port))
        try:
            yield server
        finally:
            await server.close()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
