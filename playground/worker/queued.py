"""Takes wakes from the distributed queue in use, in place of looking for them in the database."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from engine.journal.state import RunState
from playground.queues.port import QueueHost, own_queue
from playground.store.database import in_transaction
from playground.store.queue import elapse

SOON = 1.5
"""Seconds; the sweep, which looks every second, may come too late for timers that are due before."""


class Queued:
    """The queue as one worker uses it."""

    def __init__(
        self, host: QueueHost, take: Callable[[str], Awaitable[None]], *, worker_id: str, queues: Sequence[str]
    ) -> None:
        """Take what serves wakes, what executes a run, and from which queues, beside the worker's own."""
        self._host = host
        self._take = take
        self._queues = (*queues, own_queue(worker_id))
        self._timers: set[asyncio.Task[None]] = set()

    async def serve(self, *, concurrency: int) -> None:
        """Execute what comes, until cancelled, and then what has come: so many runs at the same time."""
        try:
            await self._host.serve(queues=self._queues, concurrency=concurrency, execute=self._take)
        finally:
            for timer in self._timers:
                timer.cancel()

    def rested(self, state: RunState) -> None:
        """Hand a run to the queue when its timer is due, if that is soon."""
        if state.due_at is None or (seconds := (state.due_at - datetime.now(UTC)).total_seconds()) > SOON:
            return
        timer = asyncio.get_running_loop().create_task(_elapse(state.run_id, seconds))
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)


async def _elapse(run_id: str, seconds: float) -> None:
    await asyncio.sleep(max(0.0, seconds))
    await in_transaction(elapse, run_id)
