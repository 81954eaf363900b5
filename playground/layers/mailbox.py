"""Bounded queues of encoded messages, one for each channel, and those who wait for the next message."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from channels.exceptions import ChannelFull

Taker = Callable[[bytes], bool]
"""Is handed a message; answers False when it can no longer take one."""

SWEEP_SECONDS = 5.0
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One channel: either messages wait in it, or takers do, never both."""

    messages: deque[tuple[float, bytes]] = field(default_factory=deque)  # each with the time at which it expires
    takers: deque[Taker] = field(default_factory=deque)


class Mailboxes:
    """All channels that are kept in one process.

    Invariant: what is kept is bounded, by the number of messages in a channel, by their age and by their bytes in all.
    """

    def __init__(
        self,
        *,
        capacity: Callable[[str], int],
        expiry: float,
        on_expired: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the number of messages a channel may hold, the seconds each is kept, and who hears of stale channels."""
        self._capacity = capacity
        self._expiry = expiry
        self._on_expired = on_expired
        self._clock = clock
        self._boxes: dict[str, Mailbox] = {}
        self._bytes = 0
        self._swept_at = clock()

    def put(self, channel: str, message: bytes) -> None:
        """Hand a message to the first who waits, else keep it; raise ChannelFull when no more can be kept."""
        self._sweep_sometimes()
        box = self._boxes.setdefault(channel, Mailbox())
        while box.takers:
            if box.takers.popleft()(message):
                self._drop_if_empty(channel)
                return
        if len(box.messages) >= self._capacity(channel) or self._bytes + len(message) > MAX_BYTES:
            self._drop_if_empty(channel)
            raise ChannelFull(channel)
        box.messages.append((self._clock() + self._expiry, message))
        self._bytes += len(message)

    def take(self, channel: str, taker: Taker) -> None:
        """Hand the oldest message of a channel to the taker, at once or when there is one."""
        box = self._boxes.setdefault(channel, Mailbox())
        self._expire(box)
        if box.messages:
            taken = taker(box.messages[0][1])
            if taken:
                self._bytes -= len(box.messages.popleft()[1])
            self._drop_if_empty(channel)
        else:
            box.takers.append(taker)

    def forget(self, channel: str, taker: Taker) -> None:
        """Stop waiting on behalf of a taker, as often as it waits."""
        box = self._boxes.get(channel)
        if box is not None:
            while taker in box.takers:
                box.takers.remove(taker)
            self._drop_if_empty(channel)

    def clear(self) -> None:
        """Drop every message and everyone who waits."""
        self._boxes.clear()
        self._bytes = 0

    def _sweep_sometimes(self) -> None:
        """Drop what is stale in channels that nobody reads any more, every few seconds."""
        if self._clock() - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = self._clock()
        for channel, box in list(self._boxes.items()):
            if self._expire(box):
                self._on_expired(channel)
            self._drop_if_empty(channel)

    def _expire(self, box: Mailbox) -> bool:
        """Drop the messages of a channel that are too old; answer whether there were any."""
        now, found = self._clock(), False
        while box.messages and box.messages[0][0] <= now:
            self._bytes -= len(box.messages.popleft()[1])
            found = True
        return found

    def _drop_if_empty(self, channel: str) -> None:
        """Keep no box in which nothing waits."""
        box = self._boxes[channel]
        if not box.messages and not box.takers:
            del self._boxes[channel]
