"""A wire to a server that loses an answer at the worst moment: what was sent arrives, what comes back does not."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """Hands everything on between its clients and a server, each connection in a thread of its own."""

    def __init__(self, port: int) -> None:
        """Take the port of the server on this machine."""
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.lost = threading.Event()
        """Set once an answer was lost."""
        self.round_trips = 0
        """How often something was sent after something had come back."""
        self._marks: tuple[bytes, ...] = ()
        self._clients: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_answer_to(self, *marks: bytes) -> None:
        """Have the answer to the next message that holds all these bytes be lost, and its connection with it."""
        self.lost.clear()
        self._marks = marks

    def cut(self) -> None:
        """Cut all connections, wherever they are in what they say."""
        for client in tuple(self._clients):
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._hand_on, args=(client,), daemon=True).start()

    def _hand_on(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._to)) as server, suppress(OSError):
            self._clients.add(client)
            doomed, asking = False, False
            while True:
                ready, _, _ = select.select([client, server], [], [])
                if client in ready:
                    sent = client.recv(1 << 20)
                    if not sent:
                        return
                    if self._marks and all(mark in sent for mark in self._marks):
                        self._marks, doomed = (), True
                    self.round_trips += not asking
                    asking = True
                    server.sendall(sent)
                if server in ready:
                    answered = server.recv(1 << 20)
                    if doomed or not answered:
                        # The server has answered, so what it was asked for is done.
                        if doomed:
                            self.lost.set()
                        return
                    asking = False
                    client.sendall(answered)


@contextmanager
def between(port: int) -> Iterator[Proxy]:
    """Give a proxy to a server."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
