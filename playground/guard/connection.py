"""The two directions of a connection, with caps on what comes in and protecting headers on what goes out."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from playground.guard.headers import secured

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_MESSAGE = 64 * 1024
MESSAGES_A_SECOND = 50.0
MESSAGES_AT_ONCE = 200.0
POLICY_VIOLATION = 1008
TOO_LARGE = 1009


class BodyTooLarge(Exception):
    """A body is over the limit."""


class Body:
    """Counts what is received of a body."""

    def __init__(self, receive: Receive, limit: int) -> None:
        """Take where messages come from, and the bytes that a body may have."""
        self._receive = receive
        self._left = limit

    async def __call__(self) -> Message:
        """Return the next part, or raise BodyTooLarge."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise BodyTooLarge
        return message


class Response:
    """Puts the protecting headers on a response, and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        """Take where messages go."""
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        """Send a part of the response."""
        if message["type"] == "http.response.start":
            self.begun = True
            headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
            if not any(name.lower() == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-cache"))
            message = {**message, "headers": secured(headers)}
        await self._send(message)


class Inbox:
    """Watches the size and number of the messages that a browser sends over a WebSocket."""

    def __init__(self, receive: Receive, send: Send, clock: Callable[[], float] = time.monotonic) -> None:
        """Take both directions and the clock."""
        self._receive = receive
        self._send = send
        self._clock = clock
        self._allowance = MESSAGES_AT_ONCE
        self._counted_at = clock()

    async def __call__(self) -> Message:
        """Return the next message, or end the connection and say that it ended."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        if len(message.get("text") or message.get("bytes") or "") > MAX_MESSAGE:
            return await self._end(TOO_LARGE)
        if not self._count():
            return await self._end(POLICY_VIOLATION)
        return message

    def _count(self) -> bool:
        """Take a message off the allowance; answer whether there was one left."""
        now = self._clock()
        earned = (now - self._counted_at) * MESSAGES_A_SECOND
        self._counted_at = now
        self._allowance = min(self._allowance + earned, MESSAGES_AT_ONCE) - 1
        return self._allowance >= 0

    async def _end(self, code: int) -> Message:
        """Close the connection."""
        await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}
