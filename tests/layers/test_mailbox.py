"""What a mailbox keeps, for how long, and who hears of it."""

import pytest
from channels.exceptions import ChannelFull

from playground.layers.mailbox import Mailboxes


class Time:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def make(clock: Time, stale: list[str]) -> Mailboxes:
    """Return mailboxes that hold two messages a channel for a minute."""
    return Mailboxes(capacity=lambda channel: 2, expiry=60, on_expired=stale.append, clock=clock)


def test_an_old_message_is_not_delivered() -> None:
    """A message older than the expiry is dropped when the channel is read."""
    clock, got = Time(), []
    boxes = make(clock, [])
    boxes.put("runs", b"old")
    clock.now = 61
    boxes.put("runs", b"new")
    boxes.take("runs", lambda message: got.append(message) is None)
    assert got == [b"new"]


def test_a_channel_that_nobody_reads_is_named() -> None:
    """Whoever keeps groups hears which channels let messages expire."""
    clock, stale = Time(), []
    boxes = make(clock, stale)
    boxes.put("specific.1!a", b"unread")
    clock.now = 61
    boxes.put("other", b"")
    assert stale == ["specific.1!a"]


def test_a_taker_who_left_is_passed_over() -> None:
    """A message goes to the first who still takes it."""
    got = []
    boxes = make(Time(), [])
    boxes.take("runs", lambda message: False)
    boxes.take("runs", lambda message: got.append(message) is None)
    boxes.put("runs", b"message")
    assert got == [b"message"]


def test_a_full_box_refuses() -> None:
    """More messages than the capacity are refused, and reading makes room."""
    boxes = make(Time(), [])
    boxes.put("runs", b"1")
    boxes.put("runs", b"2")
    with pytest.raises(ChannelFull):
        boxes.put("runs", b"3")
    boxes.take("runs", lambda message: True)
    boxes.put("runs", b"3")


def test_the_bytes_of_all_boxes_are_bounded() -> None:
    """Large messages are refused before their number is reached."""
    boxes = make(Time(), [])
    large = b"x" * (40 * 1024 * 1024)
    boxes.put("one", large)
    with pytest.raises(ChannelFull):
        boxes.put("two", large)
    boxes.take("one", lambda message: True)
    boxes.put("two", large)
