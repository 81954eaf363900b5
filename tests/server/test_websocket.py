"""WebSockets on the wire."""

import asyncio

from playground.guard.headers import SECURITY_HEADERS
from playground.server.websocket import Socket
from tests.patience import PATIENCE
from tests.server.serving import frame, served


async def test_messages_go_both_ways() -> None:
    """A text is received and another one sent."""
    async with served() as server:
        reader, writer, head = await server.shake()
        assert head.startswith(b"HTTP/1.1 101")
        writer.write(frame("hello"))
        async with asyncio.timeout(PATIENCE):
            assert await reader.readexactly(7) == b"\x81\x05hello"


async def test_a_refused_handshake_is_protected() -> None:
    """The refusal of a socket carries the headers that every response has."""
    async with served() as server:
        _, _, head = await server.shake("/refused")
        assert head.startswith(b"HTTP/1.1 403")
        assert all(name + b": " + value in head for name, value in SECURITY_HEADERS)


async def test_a_message_over_the_limit_ends_the_socket() -> None:
    """A message that is too large is not read."""
    async with served() as server:
        reader, writer, _ = await server.shake()
        writer.write(frame("x" * 3000))
        async with asyncio.timeout(PATIENCE):
            assert b"\x03\xf1" in await reader.read(100)  # 1009


async def test_a_flood_ends_the_socket() -> None:
    """Messages that the application does not take are not stored without end."""
    async with served() as server:
        reader, writer, _ = await server.shake("/slow")
        writer.write(frame("x") * 1000)
        async with asyncio.timeout(PATIENCE):
            assert b"\x03\xf0" in await reader.read(100)  # 1008


async def test_broken_frames_end_the_socket() -> None:
    """Bytes that are no frames close the connection, and the server serves on."""
    async with served() as server:
        reader, writer, _ = await server.shake()
        writer.write(b"\xff" * 100)
        async with asyncio.timeout(PATIENCE):
            await reader.read()
        assert b"served" in await server.talk(b"GET /next HTTP/1.0\r\n\r\n")


async def test_a_browser_that_does_not_read_is_cut_off() -> None:
    """What no browser reads is not stored without end."""
    async with served() as server:
        _, writer, _ = await server.shake("/endless")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        assert await server.line() == "called /endless"
        assert await server.line() == "closed 1006"


async def test_what_we_send_may_be_large() -> None:
    """The limit for what browsers send does not hold for what they get."""
    async with served() as server:
        reader, writer, _ = await server.shake("/3000")
        writer.write(frame("hello"))
        async with asyncio.timeout(PATIENCE):
            assert await reader.readexactly(15_004) == b"\x81\x7e\x3a\x98" + b"hello" * 3000


def test_a_browser_that_is_leaving_is_sent_nothing() -> None:
    """What is to be said between the browser's word that it closes and the end of the connection is dropped quietly."""
    socket = Socket()
    socket.state = Socket.STATE_CLOSING
    socket.serverSend("too late")
