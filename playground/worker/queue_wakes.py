"""Takes wakes from the distributed queue in use, in place of looking for them in the database."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.journal.state import RunState
from engine.runs.loaded_workflows import Flows
from playground.queues.port import QueueHost, own_queue
from playground.store.database import in_transaction
from playground.store.queue import elapse, offer_anew, offer_next
from playground.worker.slots import Slots

SOON = 1.5
"""Seconds; the sweep, which looks every second, may come too late for timers that are due before."""


class QueueWakes:
    """The queue as one worker uses it."""

    def __init__(
        self,
        host: QueueHost,
        slots: Slots,
        *,
        worker_id: str,
        flows: Flows,
        queues: Sequence[str],
        concurrency: int,
    ) -> None:
        """Take what serves wakes, and what executes.

        Args:
            host: serves wakes.
            slots: execute runs.
            worker_id: the worker, which has a queue of its own.
            flows: the workflows that it holds, by id.
            queues: from which others it takes.
            concurrency: how many runs at the same time.
        """
        self._host = host
        self._slots = slots
        self._queues = (*queues, own_queue(worker_id))
        self._flows = flows
        self._concurrency = concurrency
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Execute what comes, until cancelled; what has waited for these workflows comes at once."""
        await in_transaction(offer_anew, list(self._flows))
        try:
            await self._host.serve(queues=self._queues, concurrency=self._concurrency, execute=self._slots.take)
        finally:
            for task in self._tasks:
                task.cancel()

    def look(self) -> None:
        """Do nothing: whatever is due is brought."""

    def rested(self, state: RunState | None) -> None:
        """Hand a run to the queue when its timer is due, if that is soon; and the one that has waited for its turn."""
        if state is None:
            return
        flow = self._flows[state.workflow_id]
        if flow.concurrency is not None or flow.concurrency_key is not None:
            self._beside(in_transaction(offer_next, flow.id))
        if state.due_at is not None and (seconds := (state.due_at - datetime.now(UTC)).total_seconds()) <= SOON:
            self._beside(_elapse(state.run_id, seconds))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _elapse(run_id: str, seconds: float) -> None:
    await asyncio.sleep(max(0.0, seconds))
    await in_transaction(elapse, run_id)
