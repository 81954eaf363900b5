"""What follows the end of a run: its hooks, called at least once, under a claim that is kept meanwhile."""

import asyncio
import logging
from contextlib import suppress

from engine.clock import Clock
from engine.errors import StaleEpoch
from engine.execution.hooks import are_deadly, call_hooks, hooks_after
from engine.execution.ports import Observer
from engine.journal.state import RunState
from engine.journal.store import Claim, Store
from engine.tree.nodes import Flow


class Endings:
    """Calls the hooks of runs that have ended."""

    def __init__(self, *, store: Store, clock: Clock, logger: logging.Logger, lease: float) -> None:
        """Take the ports, and for how many seconds a claim holds without being renewed."""
        self._store = store
        self._clock = clock
        self._logger = logger
        self._lease = lease

    async def finish(self, flow: Flow, claim: Claim, state: RunState, observer: Observer | None) -> None:
        """Tell the observer that a run has ended, call its hooks, and record that nothing is left to do for it.

        Who dies before that has not finished: the next owner does all of it again.
        """
        if observer is not None:
            observer.ended(state)
        if hooks_after(flow, state.status, state):
            beat = asyncio.get_running_loop().create_task(self._hold(claim))
            try:
                after_end = claim.interrupted and state.last_seq == claim.last_seq
                if not (after_end and await are_deadly(claim, store=self._store, clock=self._clock)):
                    await call_hooks(flow, state, store=self._store, clock=self._clock, logger=self._logger)
            finally:
                beat.cancel()
        await self._store.finish(claim.run_id, epoch=claim.epoch)

    async def _hold(self, claim: Claim) -> None:
        """Keep the claim while the hooks are called, as long as nobody takes it over."""
        with suppress(StaleEpoch):
            while True:
                await asyncio.sleep(self._lease / 3)
                await self._store.renew(claim.run_id, epoch=claim.epoch, lease=self._lease)
