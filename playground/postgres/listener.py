"""Hears, on a connection of its own, what other processes tell through the database."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
from psycopg import sql

LOOK = 0.5
"""Seconds between two looks whether it is to end."""


class NotificationListener:
    """Listens on a channel of PostgreSQL's, in a thread of the caller's."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"], errors: AbstractContextManager[Any]) -> None:
        """Take what connects, and what turns the driver's errors into Django's."""
        self._connect = connect
        self._errors = errors
        self._over = threading.Event()

    def listen(self, channel: str, *, ready: Callable[[], object], heard: Callable[[str], object]) -> None:
        """Hear until `stop` is called; messages that are sent while there is no connection are lost.

        Args:
            channel: the name under which others notify.
            ready: called once what is sent from now on will be heard.
            heard: called with each message.

        Raises:
            Error: Django's; the connection could not be made, or broke.
        """
        with self._errors, self._connect() as connection:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            ready()
            while not self._over.is_set():
                for message in connection.notifies(timeout=LOOK):
                    heard(message.payload)

    def stop(self) -> None:
        """End soon."""
        self._over.set()
