"""Runs that have lost two workers begin one after the other, with nothing else beginning beside them for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from playground.fleet.crash_suspects import ALONE

GAP = 1.0
"""Seconds between two suspects, in which other runs begin."""

T = TypeVar("T")


class CrashSuspects:
    """Has them wait for their turn. They wait unclaimed, so that they lose nothing if the worker dies meanwhile."""

    def __init__(self, *, passed: Callable[[], None]) -> None:
        """Take what is called when other runs may begin again."""
        self.beginning: bool = False
        """Whether one begins now, so that nothing else may."""
        self._passed = passed
        self._turn = asyncio.Lock()
        self._over: asyncio.TimerHandle | None = None

    async def begin(self, segment: Callable[[], Awaitable[T]]) -> T:
        """Execute a segment of a suspect when it is its turn."""
        await self._turn.acquire()
        self.beginning = True
        over = self._over = asyncio.get_running_loop().call_later(ALONE, self._pass)
        try:
            return await segment()
        finally:
            if self._over is over:
                over.cancel()
                self._pass()

    def _pass(self) -> None:
        """Let others begin, and after a while the next suspect."""
        self._over = None
        self.beginning = False
        self._passed()
        asyncio.get_running_loop().call_later(GAP, self._turn.release)
