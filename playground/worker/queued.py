"""Takes wakes from the distributed queue in use, in place of looking for them in the database."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from engine.journal.state import RunState
from playground.queues.port import QueueHost, own_queue
from playground.store.database import in_transaction
from playground.store.queue import elapse, offer_anew
from playground.worker.slots import Slots

SOON = 1.5
"""Seconds; the sweep, which looks every second, may come too late for timers that are due before."""


class Queued:
    """The queue as one worker uses it."""

    def __init__(
        self,
        host: QueueHost,
        slots: Slots,
        *,
        worker_id: str,
        workflow_ids: Iterable[str],
        queues: Sequence[str],
        concurrency: int,
    ) -> None:
        """Take what serves wakes, and what executes.

        Args:
            host: serves wakes.
            slots: execute runs.
            worker_id: the worker, which has a queue of its own.
            workflow_ids: what it holds.
            queues: from which others it takes.
            concurrency: how many runs at the same time.
        """
        self._host = host
        self._slots = slots
        self._queues = (*queues, own_queue(worker_id))
        self._workflow_ids = workflow_ids
        self._concurrency = concurrency
        self._timers: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Execute what comes, until cancelled; what has waited for these workflows comes at once."""
        await in_transaction(offer_anew, list(self._workflow_ids))
        try:
            await self._host.serve(queues=self._queues, concurrency=self._concurrency, execute=self._slots.take)
        finally:
            for timer in self._timers:
                timer.cancel()

    def look(self) -> None:
        """Do nothing: whatever is due is brought."""

    def rested(self, state: RunState | None) -> None:
        """Hand a run to the queue when its timer is due, if that is soon."""
        if (
            state is None
            or state.due_at is None
            or (seconds := (state.due_at - datetime.now(UTC)).total_seconds()) > SOON
        ):
            return
        timer = asyncio.get_running_loop().create_task(_elapse(state.run_id, seconds))
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)


async def _elapse(run_id: str, seconds: float) -> None:
    await asyncio.sleep(max(0.0, seconds))
    await in_transaction(elapse, run_id)
