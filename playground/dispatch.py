"""The dispatcher: how a run comes to a worker. The port, and the one over the channel layer."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol

from playground import live


class Dispatcher(Protocol):
    """Tells workers what to look at; a call is a hint, since the run's row is the truth and is looked at anyway."""

    async def wake(self, run_id: str, at: datetime | None = None) -> None:
        """Have a worker look at a run, now or at a time."""
        ...

    async def cancel(self, run_id: str) -> None:
        """Have the worker that executes a run stop it; that it is canceled is recorded already."""
        ...


class ChannelDispatcher:
    """Wakes the workers of a playground over its channel layer."""

    def __init__(self) -> None:
        """Start with no timers."""
        self._timers: set[asyncio.Task[None]] = set()

    async def wake(self, run_id: str, at: datetime | None = None) -> None:
        """See `Dispatcher.wake`; a later time is kept by this process, and by the sweep should it end."""
        if at is None:
            await live.wake(run_id)
            return
        timer = asyncio.get_running_loop().create_task(self._wake_later(run_id, at))
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)

    async def cancel(self, run_id: str) -> None:
        """See `Dispatcher.cancel`."""
        await live.wake(run_id)

    async def close(self) -> None:
        """Drop the timers."""
        timers = list(self._timers)
        for timer in timers:
            timer.cancel()
        await asyncio.gather(*timers, return_exceptions=True)

    async def _wake_later(self, run_id: str, at: datetime) -> None:
        await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))
        await live.wake(run_id)
