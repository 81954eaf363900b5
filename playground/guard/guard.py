"""The ASGI application around all others."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from playground.guard.address import Address
from playground.guard.callers import Caller, Entrance, caller, way
from playground.guard.connection import Body, BodyTooLarge, Inbox, Receive, Response, Send
from playground.guard.request import AskedRequest, Refusal
from playground.guard.rules import judge, too_large

Application = Callable[[Any, Any, Any], Awaitable[None]]

log = logging.getLogger(__name__)

BROKEN = Refusal(status=500, text="The playground failed to answer. Its terminal shows why.")


class Guard:
    """Lets through what the playground's own pages and local programs ask, and nothing else.

    Its rules see the whole of HTTP and WebSockets, so a new page, static file or socket is guarded without a word.
    """

    def __init__(self, application: Application, *, address: Address, entrance: Entrance, max_body: int) -> None:
        """Take what is guarded, where it is served, who is let in, and the bytes of a body."""
        self._application = application
        self._address = address
        self._entrance = entrance
        self._max_body = max_body

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one connection; a kind of connection that the guard does not know is an error."""
        match scope["type"]:
            case "http":
                await self._http(scope, receive, Response(send))
            case "websocket":
                await self._websocket(scope, receive, send)
            case other:
                raise ValueError(f"The guard lets no connection of the kind {other!r} through.")

    async def _http(self, scope: dict[str, Any], receive: Receive, respond: Response) -> None:
        """Answer a request."""
        admitted = await self._admit(scope)
        refusal = admitted if isinstance(admitted, Refusal) else None
        if isinstance(admitted, Caller):
            caller.set(admitted)
            way.set("api" if AskedRequest.of(scope).is_api else "page")
            try:
                await self._application(_cleaned(scope), Body(receive, self._max_body), respond)
            except BodyTooLarge:
                refusal = too_large(self._max_body)
            except Exception:
                log.exception("%s %s failed.", scope["method"], scope["path"])
                refusal = BROKEN
        if refusal is not None and not respond.begun:
            await _refuse(refusal, respond, is_api=AskedRequest.of(scope).is_api)

    async def _websocket(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer a handshake."""
        admitted = await self._admit(scope)
        if isinstance(admitted, Caller):
            caller.set(admitted)
            await self._application(_cleaned(scope), Inbox(receive, send), send)
        else:
            await receive()  # the handshake must be read before it can be refused
            await send({"type": "websocket.close", "code": 4403})

    async def _admit(self, scope: dict[str, Any]) -> Caller | Refusal:
        """Return whose connection it is, or why it is refused."""
        request = AskedRequest.of(scope)
        refusal = judge(request, address=self._address, max_body=self._max_body)
        return refusal or await self._entrance.admit(request)


def _cleaned(scope: dict[str, Any]) -> dict[str, Any]:
    """Return a scope in which the client has no say about where the application is mounted, as Daphne lets it have."""
    return {**scope, "root_path": ""}


async def _refuse(refusal: Refusal, respond: Response, *, is_api: bool) -> None:
    """Send a refusal: to people as plain text, to programs as the API says what is wrong."""
    body = (json.dumps({"error": refusal.text}) if is_api else f"{refusal.text}\n").encode()
    headers = [
        (b"content-type", b"application/json" if is_api else b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *refusal.headers,
    ]
    await respond({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await respond({"type": "http.response.body", "body": body})
