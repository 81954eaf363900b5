"""A request as the guard sees it: the scope of an HTTP request or of a WebSocket handshake."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

Scope = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request is not let through, in words for the person who sees it."""

    status: int
    text: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRequest:
    """What a client asks."""

    path: str
    method: str  # GET for a handshake
    is_socket: bool
    scheme: str  # of the page that may ask: http or https
    port: int | None  # on which the request arrived
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    peer: str = ""  # the address of whoever opened the connection

    @classmethod
    def of(cls, scope: Scope) -> "AskedRequest":
        """Read a scope."""
        is_socket = scope["type"] == "websocket"
        server = scope.get("server") or (None, None)
        return cls(
            path=scope["path"],
            method="GET" if is_socket else scope["method"],
            is_socket=is_socket,
            scheme="https" if scope.get("scheme") in ("https", "wss") else "http",
            port=server[1],
            query=scope.get("query_string", b""),
            headers=tuple((bytes(name).lower(), bytes(value)) for name, value in scope["headers"]),
            peer=(scope.get("client") or ("",))[0],
        )

    @property
    def is_api(self) -> bool:
        """Whether programs ask here."""
        return self.path == "/api" or self.path.startswith("/api/")

    @property
    def is_reading(self) -> bool:
        """Whether nothing is meant to change."""
        return self.method in ("GET", "HEAD")

    def all(self, name: bytes) -> list[str]:
        """Return the values of a header, in order."""
        return [value.decode("latin-1") for key, value in self.headers if key == name]

    def one(self, name: bytes) -> str | None:
        """Return the value of a header that may come once, or None when it is absent or ambiguous."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None

    @property
    def bearer(self) -> str | None:
        """Return the token that a program shows."""
        scheme, _, token = (self.one(b"authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def cookie(self, name: str) -> str | None:
        """Return the value of a cookie."""
        for text in self.all(b"cookie"):
            try:
                morsel = SimpleCookie(text).get(name)
            except CookieError:
                continue
            if morsel is not None:
                return morsel.value
        return None

    def parameters(self) -> list[tuple[str, str]]:
        """Return the query's parameters."""
        return parse_qsl(self.query.decode("latin-1"), keep_blank_values=True)
