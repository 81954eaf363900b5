"""A store that lets others go first: every call gives way some times before and after it is done."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from engine import Store


class Hesitant:
    """Wraps a store; the same seed gives the same hesitations."""

    def __init__(self, store: Store, seed: int) -> None:
        """Take the store that keeps the runs."""
        self._store = store
        self._chance = random.Random(seed)

    def __getattr__(self, name: str) -> Any:
        """Be the store, more slowly."""
        method = getattr(self._store, name)
        return self._slowly(method) if asyncio.iscoroutinefunction(method) else method

    def _slowly(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def slowly(*args: Any, **options: Any) -> Any:
            await self._hesitate()
            result = await method(*args, **options)
            await self._hesitate()
            return result

        return slowly

    async def _hesitate(self) -> None:
        for _ in range(self._chance.randrange(4)):
            await asyncio.sleep(0)
