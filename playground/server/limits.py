"""How much one connection may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps that hold before the application sees anything; sizes in bytes, times in seconds."""

    body: int = 5 * 1024 * 1024
    request_seconds: float = 60.0  # from the first line of a request to the end of its body
    unread_seconds: float = 30.0  # for which a response waits for a client that does not read
    unread: int = 8 * 1024 * 1024  # written to a browser that does not read its WebSocket
    message: int = 64 * 1024  # from a browser, over a WebSocket
    waiting_messages: int = 100  # that the application has not taken yet
