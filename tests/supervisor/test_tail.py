"""What is kept of what a process printed."""

import asyncio

from playground.supervisor.tail import KEPT, Tail


async def followed(*chunks: bytes) -> tuple[Tail, bytes]:
    """Let a tail follow what is printed, and return it with all that it handed on."""
    stream, copy = asyncio.StreamReader(), bytearray()
    for chunk in chunks:
        stream.feed_data(chunk)
    stream.feed_eof()
    tail = Tail(copy_to=copy.extend)
    await tail.follow(stream)
    return tail, bytes(copy)


async def test_everything_is_handed_on_and_the_end_is_kept() -> None:
    """The terminal shows all; only whole lines of the last part stay."""
    lines = b"".join(b"line %06d\n" % number for number in range(10_000))
    tail, copy = await followed(lines)
    assert copy == lines
    assert len(tail.text) <= KEPT
    assert tail.text.startswith("line ")
    assert tail.text.endswith("line 009999\n")


async def test_broken_text_is_kept_readable() -> None:
    """Bytes that are no UTF-8 are shown as such."""
    tail, _ = await followed(b"\xff caf\xc3", b"\xa9\n")
    assert tail.text == "\ufffd café\n"
