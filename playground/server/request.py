"""HTTP requests, refused while they arrive when they are too large or too slow."""

import asyncio
import json
from typing import Any

from daphne.http_protocol import WebRequest
from twisted.internet import reactor
from twisted.web.http import HTTPChannel, HTTPFactory

from playground.guard.headers import SECURITY_HEADERS
from playground.server.limits import Limits

LINGER = 4
"""A refused body is read and thrown away up to so many times the limit, since a client reads only after it has sent."""


def bare_response(status: bytes, text: bytes = b"", kind: bytes = b"text/plain; charset=utf-8") -> bytes:
    """Return a whole response that ends its connection."""
    lines = [
        b"HTTP/1.1 " + status,
        b"connection: close",
        b"content-type: " + kind,
        b"content-length: %d" % len(text),
        *(name + b": " + value for name, value in SECURITY_HEADERS),
    ]
    return b"\r\n".join([*lines, b"", text])


class Channel(HTTPChannel):
    """A connection on which requests arrive."""

    # A little more than the guard allows, so that its refusal, which says why, is the one that is seen.
    totalHeadersSize = MAX_LENGTH = 40 * 1024  # noqa: N815

    def __init__(self) -> None:
        """Start with a client that reads."""
        super().__init__()
        self.drained = asyncio.Event()  # set while the client keeps up
        self.drained.set()

    def pauseProducing(self) -> None:  # noqa: N802  Twisted's name
        """Remember that the client lags."""
        self.drained.clear()
        super().pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        """Remember that the client has caught up."""
        self.drained.set()
        super().resumeProducing()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        """Let go on who waits for the client."""
        self.drained.set()
        super().connectionLost(reason)

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        """Answer what is no HTTP, with the headers that every response has."""
        self.transport.write(bare_response(b"400 Bad Request", b"This is not a request.\n"))
        self.loseConnection()

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """Answer what is too long to be a header."""
        self.transport.write(bare_response(b"431 Request Header Fields Too Large", b"A header is too long.\n"))
        self.loseConnection()


class Request(WebRequest):
    """One request; its body is kept in memory up to the limit, and never reaches a file."""

    error_template = "%(title)s\n%(body)s\n"

    def __init__(self, channel: Channel, *args: Any, **kwargs: Any) -> None:
        """Start the clock of a request whose first line has just arrived."""
        super().__init__(channel, *args, **kwargs)
        self._parsePOSTFormSubmission = False  # Django reads forms
        self._limits: Limits = channel.factory.server.limits
        self._received = 0
        self._refused = False
        self._deadline = reactor.callLater(self._limits.request_seconds, self._too_slow)

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        """Refuse a body that is declared too large."""
        super().gotLength(min(length or self._limits.body, 1))  # a small one is kept in memory
        if length is not None and length > self._limits.body:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """Keep a part of the body, or refuse a body that turns out too large."""
        self._received += len(data)
        if self._received > self._limits.body and not self._refused:
            self._refuse()
        if not self._refused:
            super().handleContentChunk(data)
        elif self._received > self._limits.body * LINGER:
            self.channel.forceAbortClient()

    def requestReceived(self, *args: Any) -> None:  # noqa: N802
        """Hand a whole request to the application."""
        self._stop_clock()
        if self._refused:
            self.channel.loseConnection()
        else:
            super().requestReceived(*args)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        """Stop the clock of a request whose client has gone."""
        self._stop_clock()
        super().connectionLost(reason)

    async def room(self) -> None:
        """Return when the client has read what was written; one that has stopped reading loses its connection."""
        channel = self.channel
        if channel is None or channel.drained.is_set():
            return
        try:
            async with asyncio.timeout(self._limits.unread_seconds):
                await channel.drained.wait()
        except TimeoutError:
            channel.forceAbortClient()

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Answer for the server itself, in plain text."""
        text = [(b"content-type", b"text/plain; charset=utf-8"), *SECURITY_HEADERS]
        self.handle_reply({"type": "http.response.start", "status": status, "headers": text})
        self.handle_reply({"type": "http.response.body", "body": f"{body}\n".encode()})

    def _refuse(self) -> None:
        """Answer at once, keep nothing more."""
        self._refused = True
        self.content.truncate(0)
        text = f"The body is over the limit of {self._limits.body} bytes."
        self.channel.transport.write(self._end(b"413 Content Too Large", text))

    def _end(self, status: bytes, text: str) -> bytes:
        """Return the response to what is refused; programs are told as the API tells them."""
        # The head may not have arrived, and the request knows its path only when all of it has.
        if getattr(self.channel, "_path", b"").startswith(b"/api/"):
            return bare_response(status, json.dumps({"error": text}).encode(), b"application/json")
        return bare_response(status, f"{text}\n".encode())

    def _too_slow(self) -> None:
        """End a connection whose request takes too long to arrive."""
        if not self._refused:
            self.channel.transport.write(self._end(b"408 Request Timeout", "The request took too long to arrive."))
        self.channel.loseConnection()

    def _stop_clock(self) -> None:
        """Forget the deadline."""
        if self._deadline.active():
            self._deadline.cancel()


class Factory(HTTPFactory):
    """Makes a channel for each connection."""

    protocol = Channel

    def __init__(self, server: Any) -> None:
        """Take the server that runs the application."""
        super().__init__()
        self.server = server

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        """Return a channel whose requests are ours."""
        channel = super().buildProtocol(addr)
        if channel is not None:
            channel.requestFactory = Request
        return channel
