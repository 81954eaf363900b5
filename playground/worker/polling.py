"""Takes what is due by looking into the database, where no distributed queue brings it."""

import asyncio
import random
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime

from engine.journal.state import RunState
from playground.fleet import versions
from playground.store.queue import due
from playground.worker.slots import Slots

SWEEP = 2.0
"""Seconds between two looks, for wakes that got lost."""
PAUSE = 0.1
"""Seconds before a look after a run could not be claimed."""


class Polling:
    """The database as one worker looks into it."""

    def __init__(
        self,
        slots: Slots,
        *,
        workflow_ids: Iterable[str],
        digests: Collection[str],
        only: str | None = None,
    ) -> None:
        """Take what executes, what this worker holds, and the one run that it may take, if there is but one."""
        self._slots = slots
        self._workflow_ids = workflow_ids
        self._digests = digests
        self._only = only
        self._wanted = asyncio.Event()
        self._alarm: asyncio.TimerHandle | None = None

    async def serve(self) -> None:
        """Take what is due, when there is a reason to look and from time to time, for ever."""
        while True:
            self._wanted.clear()
            slots = self._slots
            found = await due(
                list(self._workflow_ids),
                busy=(*slots.busy, *slots.aside),
                limit=slots.free,
                # What only other workers hold is left to them.
                but=await versions.others(self._digests),
                only=self._only,
            )
            for run_id in found.run_ids:
                slots.offer(run_id)
            if found.next is not None:
                self._look_in(found.next)
            with suppress(TimeoutError):
                # Not all workers in step, or they would always look at the same moment.
                async with asyncio.timeout(SWEEP * random.uniform(0.75, 1.25)):
                    await self._wanted.wait()

    def look(self) -> None:
        """Look soon: there may be something to take, or room for it."""
        self._wanted.set()

    def rested(self, state: RunState | None) -> None:
        """Look soon: something may wait for the slot, or the run's timer be due before the next look."""
        if state is None:
            # Others have it, or it has to wait for others; to look at once would find the same.
            self._look_in(PAUSE)
            return
        if state.due_at is not None:
            self._look_in((state.due_at - datetime.now(UTC)).total_seconds())
        self.look()

    def _look_in(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        at = loop.time() + max(0.0, seconds)
        if self._alarm is None or self._alarm.cancelled() or not loop.time() < self._alarm.when() <= at:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = loop.call_at(at, self.look)
