"""The last lines that a process printed."""

import asyncio
from collections.abc import Callable

KEPT = 16 * 1024
CHUNK = 64 * 1024


class Tail:
    """Hands on what a process writes, and keeps the end of it."""

    def __init__(self, *, copy_to: Callable[[bytes], object]) -> None:
        """Take where everything is handed on to."""
        self._copy_to = copy_to
        self._kept = b""

    async def follow(self, stream: asyncio.StreamReader) -> None:
        """Read until the process, and all that inherited its output, have closed it."""
        while chunk := await stream.read(CHUNK):
            self._kept = (self._kept + chunk)[-KEPT:]
            self._copy_to(chunk)

    @property
    def text(self) -> str:
        """The end of what was printed, from the start of a line."""
        text = self._kept.decode("utf-8", "replace")
        return text.partition("\n")[2] if len(self._kept) == KEPT else text
