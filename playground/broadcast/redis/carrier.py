"""Publishing to Redis and subscribing, each in a thread of its own that outlives any outage."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

CONNECT = 2.0
"""Seconds to wait for a connection, or for an answer."""
CHECK = 5
"""Seconds of silence after which a connection is tried, since a machine may vanish without a word."""
LOOK = 0.5
"""Seconds between two looks whether hearing is to end."""
PAUSE = 1.0
"""Seconds for which nothing is sent after a failure."""
MOST = 1000
"""How many messages wait to be sent; further ones are lost."""

logger = logging.getLogger("playground.broadcast")


class RedisBroadcast:
    """Tells all machines over Redis; see `playground.broadcast.port.Broadcast`."""

    def __init__(self, url: str) -> None:
        """Take where it is; the connection is made with the first message.

        Raises:
            ValueError: this is no such URL.
        """
        self._url = url
        self._client = _client(url)
        self._waiting: queue.Queue[tuple[str, str]] = queue.Queue(MOST)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def tell(self, channel: str, text: str) -> None:
        """Have a message sent soon."""
        try:
            self._waiting.put_nowait((channel, text))
        except queue.Full:
            logger.info("a message was lost: Redis takes them more slowly than they come")
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._send, name="redis-sender", daemon=True)
                self._thread.start()

    def listener(self) -> "RedisListener":
        """Return what hears."""
        return RedisListener(self._url)

    def _send(self) -> None:
        while True:
            channel, text = self._waiting.get()
            try:
                self._client.publish(channel, text)
            except RedisError as error:
                logger.info("what has moved could not be told over Redis: %s", error)
                time.sleep(PAUSE)
                self._forget()

    def _forget(self) -> None:
        """Drop what has come during an outage: pages look for themselves meanwhile."""
        while not self._waiting.empty():
            self._waiting.get()


class RedisListener:
    """Subscribes to a channel of Redis; see `playground.broadcast.port.BroadcastListener`."""

    def __init__(self, url: str) -> None:
        """Take where it is."""
        self._client = _client(url)
        self._over = threading.Event()

    def listen(self, channel: str, *, ready: Callable[[], object], heard: Callable[[str], object]) -> None:
        """Hear until it is stopped."""
        try:
            with cast(Any, self._client).pubsub() as subscription:
                subscription.subscribe(channel)
                while not self._over.is_set():
                    message = subscription.get_message(timeout=LOOK)
                    if message is not None and message["type"] == "subscribe":
                        ready()
                    elif message is not None and message["type"] == "message":
                        heard(message["data"].decode(errors="replace"))
        except RedisError as error:
            raise OSError(str(error)) from error

    def stop(self) -> None:
        """End soon."""
        self._over.set()


def _client(url: str) -> Redis:
    # Without tries of its own: who sends drops, and who hears begins anew.
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT,
        socket_timeout=CONNECT,
        health_check_interval=CHECK,
        retry=Retry(NoBackoff(), 0),
    )
