"""Requests that are too large, too slow or no requests, on the wire."""

import json

import pytest

from playground.guard.headers import SECURITY_HEADERS
from tests.server.serving import served

HEAD = b"POST /form HTTP/1.1\r\nHost: localhost\r\n"


def protected(answer: bytes) -> bool:
    """Whether the protecting headers are in an answer."""
    return all(name + b": " + value in answer for name, value in SECURITY_HEADERS)


async def test_a_request_is_served() -> None:
    """The application answers, and a connection can be used again."""
    async with served() as server:
        request = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
        answer = await server.talk(request + b"\r\n", request + b"Connection: close\r\n\r\n")
        assert answer.count(b"HTTP/1.1 200 OK") == 2
        assert b"erver: " not in answer


async def test_a_body_declared_too_large_is_refused_at_once() -> None:
    """The answer comes before the body, which the application never sees."""
    async with served() as server:
        answer = await server.talk(HEAD + b"Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n", b"x" * 1001)
        assert b"HTTP/1.1 413 Content Too Large" in answer
        assert protected(answer)
        await server.talk(b"GET /next HTTP/1.0\r\n\r\n")
        assert await server.line() == "called /next"


async def test_a_chunked_body_is_refused_where_it_passes_the_limit() -> None:
    """A body without a declared length is counted."""
    async with served() as server:
        chunk = b"190\r\n" + b"x" * 400 + b"\r\n"
        answer = await server.talk(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunk, chunk, chunk, b"0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 413 Content Too Large")


async def test_programs_are_told_in_json() -> None:
    """What is refused below /api says why as the API does."""
    async with served() as server:
        answer = await server.talk(
            b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n", b"x" * 1001
        )
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"content-type: application/json" in head
        assert json.loads(body) == {"error": "The body is over the limit of 1000 bytes."}


async def test_an_endless_body_is_cut_off() -> None:
    """A client that goes on after the refusal loses its connection."""
    chunk = b"190\r\n" + b"x" * 400 + b"\r\n"
    async with served() as server:
        with pytest.raises(ConnectionError):
            await server.talk(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 100_000)


async def test_a_slow_request_is_given_up() -> None:
    """A request that trickles in is ended after its time, however often a byte comes."""
    async with served(request_seconds=0.3) as server:
        answer = await server.talk(HEAD + b"Content-Length: 900\r\n\r\n", b"x")
        assert answer.startswith(b"HTTP/1.1 408 Request Timeout")
        assert protected(answer)


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 6000 + b"\r\n",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: gzip\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ],
)
async def test_what_is_no_request_is_refused(request_: bytes) -> None:
    """Broken and ambiguous requests get a protected 400 and reach nothing."""
    async with served() as server:
        answer = await server.talk(request_)
        assert answer.startswith(b"HTTP/1.1 400 Bad Request")
        assert protected(answer)
        await server.talk(b"GET /next HTTP/1.0\r\n\r\n")
        assert await server.line() == "called /next"


async def test_a_header_that_is_too_long_is_refused() -> None:
    """A line without end is not stored."""
    async with served() as server:
        answer = await server.talk(b"GET / HTTP/1.1\r\nX: ", b"x" * 80_000)
        assert answer.startswith(b"HTTP/1.1 431")
        assert protected(answer)


async def test_a_broken_multipart_body_reaches_the_application() -> None:
    """Forms are read by the application alone."""
    async with served() as server:
        head = HEAD + b"Connection: close\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 8\r\n\r\n"
        assert b"served" in await server.talk(head, b"nonsense")


async def test_a_large_response_waits_for_its_client() -> None:
    """A client that reads slowly gets all of it; the server keeps little."""
    async with served() as server:
        answer = await server.talk(b"GET /large HTTP/1.0\r\n\r\n")
        assert len(answer.partition(b"\r\n\r\n")[2]) == 30_000_000


async def test_a_client_that_does_not_read_is_cut_off() -> None:
    """What nobody reads is not stored without end."""
    async with served() as server:
        _, writer = await server.connect()
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert await server.line() == "called /endless"
        assert await server.line() == "gone"
