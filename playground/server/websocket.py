"""WebSocket connections that end when one side floods the other."""

from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from playground.guard.headers import SECURITY_HEADERS
from playground.server.limits import Limits

NORMAL = 1000
POLICY_VIOLATION = 1008
TOO_LARGE = 1009


class Socket(WebSocketProtocol):
    """One WebSocket."""

    failedByMe: bool  # noqa: N815  autobahn's: nothing more is read
    _unread = 0
    _full = False

    def connectionMade(self) -> None:  # noqa: N802  Twisted's name
        """Hear from the transport when the browser reads too slowly, in place of the HTTP channel."""
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        super().connectionMade()

    def pauseProducing(self) -> None:  # noqa: N802
        """Remember that the browser lags."""
        self._full = True

    def resumeProducing(self) -> None:  # noqa: N802
        """Remember that the browser has caught up."""
        self._full = False

    def stopProducing(self) -> None:  # noqa: N802
        """Do nothing: the end of the connection is told otherwise."""

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802
        """Refuse a message that is too large before it is read; autobahn's limit would hold for what is sent too."""
        super().onMessageFrameBegin(length)
        if self.message_data_total_length > self._limits.message and not self.failedByMe:
            self.serverClose(TOO_LARGE)
            self.failedByMe = True

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        """Hand a message to the application, unless too many wait already."""
        if self.application_queue.qsize() >= self._limits.waiting_messages:
            self.muted = True
            self.serverClose(POLICY_VIOLATION)
            self.application_queue.put_nowait({"type": "websocket.disconnect", "code": POLICY_VIOLATION})
        else:
            super().onMessage(payload, isBinary)

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:  # noqa: N802
        """Write a message, unless the browser has stopped reading, or is about to leave."""
        if self.state == self.STATE_CLOSING:
            return  # It has said so and still waits for the answer; autobahn would raise an error.
        self._unread = self._unread + len(content) if self._full else 0
        if self._unread > self._limits.unread:
            self.dropConnection(abort=True)
        else:
            super().serverSend(content, binary)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        """Close with any code that a server may give; autobahn's own method only lets applications' codes through."""
        self.sendCloseFrame(code=code or NORMAL, isReply=False)

    def sendHttpErrorResponse(self, code: int, reason: str, responseHeaders: Any = None) -> None:  # noqa: N802, N803
        """Refuse a handshake with the headers that every response has."""
        protecting = [(name.decode(), value.decode()) for name, value in SECURITY_HEADERS]
        super().sendHttpErrorResponse(code, reason, [*(responseHeaders or ()), ("content-length", "0"), *protecting])

    @property
    def _limits(self) -> Limits:
        """The caps of the server."""
        limits: Limits = self.factory.server_class.limits
        return limits


class SocketFactory(WebSocketFactory):
    """Makes a socket for each handshake."""

    protocol = Socket

    def __init__(self, server: Any) -> None:
        """Take the server that runs the application."""
        super().__init__(server, server="")
        self.setProtocolOptions(
            webStatus=False,
            failByDrop=False,
            autoPingTimeout=server.ping_timeout,
            openHandshakeTimeout=server.websocket_handshake_timeout,
        )
