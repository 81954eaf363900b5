"""A guard with an application behind it that remembers who got in, and a client that can say anything."""

from dataclasses import dataclass, field
from typing import Any

from playground.guard import Guard
from playground.guard.address import Address
from playground.guard.callers import Caller, Entrance, caller, way
from playground.guard.token import Token

HOST = (b"host", b"localhost:4111")
ORIGIN = (b"origin", b"http://localhost:4111")
BODY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the client got."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes
    entered: bool  # whether the application behind the guard was called


@dataclass(slots=True, kw_only=True)
class Inside:
    """The application behind the guard."""

    scopes: list[dict[str, Any]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    error: Exception | None = None
    callers: list[Caller] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Read everything, then answer."""
        self.scopes.append(scope)
        self.callers.append(caller.get())
        self.ways.append(way.get())
        if self.error is not None:
            raise self.error
        while True:
            message = await receive()
            self.received.append(message)
            if not message.get("more_body") and message["type"] == "http.request":
                break
            if message["type"] == "websocket.connect":
                await send({"type": "websocket.accept"})
            if message["type"] == "websocket.disconnect":
                return
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"inside"})


def make(
    inside: Inside,
    *,
    host: str = "127.0.0.1",
    token: str = "",
    extra: tuple[str, ...] = (),
    entrance: Entrance | None = None,
) -> Guard:
    """Return a guard before the application."""
    entrance = entrance or Entrance(token=Token(secret=token))
    return Guard(inside, address=Address(host=host, port=4111, extra=extra), entrance=entrance, max_body=BODY)


async def ask(
    *headers: tuple[bytes, bytes],
    method: str = "GET",
    path: str = "/",
    body: list[bytes] | None = None,
    query: bytes = b"",
    inside: Inside | None = None,
    guard: Any = None,
    host: tuple[bytes, bytes] | None = HOST,
    peer: str = "127.0.0.1",
) -> Answer:
    """Send a request in as many parts as the body has."""
    inside = inside or Inside()
    parts = body or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)} for number, part in enumerate(parts, 1)
    ]
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "scheme": "http",
        "query_string": query,
        "client": [peer, 50000],
        "headers": [*([host] if host else []), *headers],
        "server": ["127.0.0.1", 4111],
    }

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await (guard or make(inside))(scope, receive, send)
    return Answer(
        status=sent[0]["status"],
        headers=dict(sent[0]["headers"]),
        body=b"".join(message.get("body", b"") for message in sent[1:]),
        entered=bool(inside.scopes),
    )


async def shake(
    *headers: tuple[bytes, bytes],
    path: str = "/ws/",
    inside: Inside | None = None,
    guard: Any = None,
    host: tuple[bytes, bytes] | None = HOST,
    texts: list[str] | None = None,
) -> list[dict[str, Any]]:
    """Offer a handshake, send some messages when it is accepted, and return what was answered."""
    inside = inside or Inside()
    messages = [
        {"type": "websocket.connect"},
        *({"type": "websocket.receive", "text": text} for text in texts or []),
        {"type": "websocket.disconnect", "code": 1000},
    ]
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "websocket",
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [*([host] if host else []), *headers],
        "server": ["127.0.0.1", 4111],
    }

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await (guard or make(inside))(scope, receive, send)
    return sent
