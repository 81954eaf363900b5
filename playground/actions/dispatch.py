"""The dispatcher: how a run comes to a worker. The port, and the one over the channel layer."""

from datetime import datetime
from typing import Protocol

from playground.live import nudges


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

    async def wake(self, run_id: str, at: datetime | None = None) -> None:
        """See `Dispatcher.wake`; a later time needs no message, for the workers' sweep keeps an alarm for it."""
        if at is None:
            await nudges.wake(run_id)

    async def cancel(self, run_id: str) -> None:
        """See `Dispatcher.cancel`."""
        await nudges.wake(run_id)
