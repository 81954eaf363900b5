"""The server: Daphne's, on a socket that is bound already, ended together with what runs beside it."""

import asyncio
import gc
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from daphne.server import Server as DaphneServer
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.logger import globalLogBeginner

from playground.server.limits import Limits
from playground.server.request import Factory, Request
from playground.server.websocket import SocketFactory

log = logging.getLogger(__name__)

COLLECTS = (50_000, 20, 100)
"""After how many new objects garbage is looked for, and how seldom among older ones: a journal of thousands of steps is
many objects, none of which is garbage while it is read."""


class Server(DaphneServer):
    """Serves an ASGI application."""

    def __init__(self, application: Any, *, limits: Limits | None = None) -> None:
        """Take the application and the caps."""
        super().__init__(application, endpoints=["unused"], server_name="", websocket_handshake_timeout=20)
        self.limits = limits or Limits()

    def start(self, sock: socket.socket) -> None:
        """Accept connections as soon as the reactor runs."""
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = Factory(self)
        self.ws_factory = SocketFactory(self)
        sock.setblocking(False)
        self.port = reactor.adoptStreamPort(sock.fileno(), sock.family, self.http_factory)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Write a part of a response, once its client has read what came before."""
        if isinstance(protocol, Request):
            await protocol.room()
        await super().handle_reply(protocol, message)

    async def finish(self) -> None:
        """Accept nothing more, and end what still runs for a client."""
        await _deferred(self.port.stopListening())
        running = [details.get("application_instance") for details in list(self.connections.values())]
        tasks = [task for task in running if task is not None and not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1)


def run_until(beside: Callable[[], Awaitable[None]], *, server: Server, sock: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, or until what runs beside the server ends; end both.

    Arguments: makes the coroutine that runs beside; it is cancelled at the end, and may take its time to clean up. A
    second signal ends this process at once, and the workers notice. Raises what the coroutine raised.
    """
    globalLogBeginner.beginLoggingTo([_note], redirectStandardIO=False, discardBuffer=True)
    loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop
    asyncio.set_event_loop(loop)
    # What was imported stays, and is not looked through.
    gc.freeze()
    gc.set_threshold(*COLLECTS)
    server.start(sock)
    main = loop.create_task(_main(beside, server))

    def stop(number: int, *_: object) -> None:
        if main.cancelling():
            os._exit(128 + number)
        loop.call_soon_threadsafe(main.cancel)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    main.add_done_callback(lambda _: reactor.stop())
    reactor.run(installSignalHandlers=False)
    if not main.cancelled():
        main.result()


def _note(event: dict[str, Any]) -> None:
    """Log what failed inside Twisted, and nothing else of what it says."""
    failure = event.get("log_failure")
    if failure is not None:
        log.error("The server failed.", exc_info=(failure.type, failure.value, failure.getTracebackObject()))


async def _main(beside: Callable[[], Awaitable[None]], server: Server) -> None:
    """Run what is beside, then end the server."""
    try:
        await beside()
    finally:
        await server.finish()


def _deferred(value: "Deferred[Any] | None") -> Awaitable[Any]:
    """Return something to await for what Twisted may or may not deliver later."""
    return value.asFuture(asyncio.get_running_loop()) if value is not None else asyncio.sleep(0)
