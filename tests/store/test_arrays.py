"""Arrays as the server writes them itself."""

from datetime import UTC, datetime

from playground.store.arrays import integers, texts, times


def test_numbers_are_written_as_the_server_does() -> None:
    """`SELECT array_send('{1,-2}'::int8[])` gives these bytes."""
    head = "00000001000000000000001400000002000000010000000800000000000000"
    assert integers([1, -2]).hex() == f"{head}0100000008fffffffffffffffe"


def test_texts_are_written_as_the_server_does() -> None:
    """`SELECT array_send('{a,é}'::text[])` gives these bytes: the length of each in bytes, and nothing escaped."""
    assert texts(["a", "é"]).hex() == "0000000100000000000000190000000200000001000000016100000002c3a9"


def test_times_keep_their_microseconds() -> None:
    """`SELECT array_send(ARRAY['2000-01-01 00:00:01.000001Z'::timestamptz])` gives these bytes."""
    at = datetime(2000, 1, 1, 0, 0, 1, 1, tzinfo=UTC)
    assert times([at]).hex() == "0000000100000000000004a000000001000000010000000800000000000f4241"
