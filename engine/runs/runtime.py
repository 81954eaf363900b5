"""What drives runs in a process: claims them, walks them, and waits for their timers."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Coroutine
from datetime import datetime, timedelta
from typing import Any

from engine.clock import Clock, SystemClock
from engine.errors import WorkflowChanged
from engine.events import RESTING
from engine.execution import Execution, Recorder
from engine.execution.hooks import left_by
from engine.execution.log_capture import LOGGER, capturing
from engine.execution.ports import Observer
from engine.execution.walker import waits_for_clock
from engine.failure import describe
from engine.ids import new_run_id
from engine.journal.changed_code import check_fit, check_known
from engine.journal.fold import fold
from engine.journal.requests import Start
from engine.journal.state import RunState
from engine.journal.store import Claim, MemoryStore, Store
from engine.runs.end_hooks import Endings
from engine.runs.loaded_workflows import Flows
from engine.runs.local_runs import Executing, tell
from engine.tree.nodes import Flow
from engine.tree.queues import Destination

HandOn = Callable[[Claim, Destination], Awaitable[None]]

LEASE = 10.0
"""Seconds for which a claim holds without being renewed."""

KEPT = 64
"""How many runs that were read are kept for their next segments."""


class Runtime:
    """Executes the runs of some workflows on one store.

    In a program it drives them to their end; a worker process calls `segment` when it is woken.
    """

    def __init__(
        self,
        *,
        store: Store | None = None,
        clock: Clock | None = None,
        logger: logging.Logger | None = None,
        owner: str = "program",
        lease: float = LEASE,
        leaves_changed: bool = False,
        die: Callable[[], None] | None = None,
        production: bool = False,
        queues: Collection[str] | None = None,
        hand_on: HandOn | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Take the ports.

        Args:
            store: where journals are kept; in memory by default.
            clock: gives the time; the system's by default.
            logger: gets the errors of hooks and watchers.
            owner: names this process in claims.
            lease: seconds for which a claim holds without being renewed.
            leaves_changed: whether a run that does not fit the code here is left as it is, since another process may
                have the code that it began with. Otherwise one that is at work fails.
            die: kills this process, for rehearsals, if it is a worker that is replaced then.
            production: whether rehearsals are refused.
            queues: those whose steps are executed here; all are when it is left out.
            hand_on: has a run that is claimed here executed by a worker of another queue, once it is released.
            observer: is told of attempts, takeovers and ends, for figures and traces.
        """
        self.clock: Clock = clock or SystemClock()
        self.store: Store = store if store is not None else MemoryStore(self.clock)
        self.logger: logging.Logger = logger or LOGGER
        self.flows: Flows = Flows()
        self.die: Callable[[], None] | None = die
        self.production: bool = production
        self._queues = None if hand_on is None else queues
        self._hand_on = hand_on
        self.observer: Observer | None = observer
        self.random: Callable[[], float] = random.random
        self.new_id: Callable[[], str] = new_run_id
        self._owner = owner
        self._lease = lease
        self._leaves_changed = leaves_changed
        self._live: dict[str, Execution] = {}
        self._driven: dict[str, asyncio.Event] = {}
        self._read: dict[str, RunState] = {}
        """Runs as they were read for a check, the oldest first; see `keep`."""
        self._deadlines: dict[str, asyncio.Task[Any]] = {}
        """What goes on with suspended runs when the time for an answer is over."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._endings: Endings = Endings(store=self.store, clock=self.clock, logger=self.logger, lease=lease)

    async def segment(
        self,
        run_id: str,
        *,
        flow: Flow | None = None,
        force: bool = False,
        start: Start | None = None,
        known: RunState | None = None,
    ) -> RunState | None:
        """Claim a run and go on with it until it ends or everything left of it waits.

        Args:
            run_id: the run.
            flow: its workflow, when that is known; else the store is asked.
            force: take it over although another owner's lease holds.
            start: what it begins with, where that was recorded before anybody could read it by the workflow's schemas.
            known: the fold of its journal, as far as it was read; what came since is added to it, so whoever hands it
                on is done with it.

        Returns:
            The run as it is then; None when another owner has it, it was stopped here, or it is handed on.

        Raises:
            UnknownRun: there is no such run.
            UnknownWorkflow: its workflow is not registered here.
            WorkflowChanged: it sleeps, waits for an event, the time for an answer is over, or all such runs are left,
                and what it recorded does not fit the code; it stays so.
            NewerJournal: a newer version has recorded it.
        """
        if run_id in self._live:
            self._live[run_id].notice()
            return None
        flow = flow or self.flows[(await self.store.summary(run_id)).workflow_id]
        known = known or self._read.pop(run_id, None)
        runnable = True
        known = self._read.pop(run_id, known)
        while runnable:
            after = 0 if known is None else known.last_seq
            claim = await self.store.claim(run_id, owner=self._owner, lease=self._lease, force=force, after=after)
            if claim is None:
                self.notice(run_id)
                return None
            try:
                state = await self._execute(flow, claim, fold(claim.events, known), start)
                if state is not None and state.ended:
                    await self._endings.finish(flow, claim, state, self.observer)
            finally:
                # Whoever answered before the release saw the run claimed and left it alone.
                runnable = await self.store.release(run_id, epoch=claim.epoch)
            if state is None or state.ended:
                break
            force, start, known = False, None, None
        return state

    async def finish(self, run_id: str, *, force: bool = False) -> bool:
        """Call the hooks of a run that has ended, unless nothing is left or another owner is about to.

        Args:
            run_id: the run.
            force: take it over although another owner's lease holds.

        Returns:
            Whether something was left to do.
        """
        claim = await self.store.claim(run_id, owner=self._owner, lease=self._lease, force=force)
        if claim is None:
            return False
        try:
            state = fold(claim.events)
            await self._endings.finish(self.flows[state.workflow_id], claim, state, self.observer)
        finally:
            await self.store.release(run_id, epoch=claim.epoch)
        return True

    async def drive(
        self, run_id: str, *, flow: Flow | None = None, force: bool = False, known: RunState | None = None
    ) -> RunState:
        """Go on with a run, through its timers and events, until it ends, pauses, or all that is left is suspended.

        Callers that drive the same run share the work; who comes second waits for the first. See `segment`.
        """
        early = self._deadlines.pop(run_id, None)
        if early is not None:
            early.cancel()
        while True:
            driven = self._driven.get(run_id)
            if driven is None:
                state = await self._drive_alone(run_id, flow, force, known)
                known = None
            else:
                self.notice(run_id)
                await driven.wait()
                state = await self.state(run_id)
            if state.status in RESTING:
                self._mind_deadline(state)
                return state

    def notice(self, run_id: str) -> None:
        """Have a run read, soon, what others have recorded; it may be executed by another engine on the same store."""
        tell(self.store, run_id, Execution.notice)

    @property
    def at_work(self) -> bool:
        """Whether a run is executed here that goes on, or comes to rest, without any time passing."""
        return not all(waits_for_clock(execution.journal.state) for execution in self._live.values())

    @property
    def driven(self) -> bool:
        """Whether somebody here waits for a run to come to rest."""
        return bool(self._driven)

    def stop(self, run_id: str) -> None:
        """Interrupt a run, also one that another engine on the same store executes; nothing more of it is recorded."""
        tell(self.store, run_id, Execution.stop)

    @property
    def live(self) -> tuple[str, ...]:
        """Return the ids of the runs that are executed here now."""
        return tuple(self._live)

    async def state(self, run_id: str) -> RunState:
        """Return the fold of a run's journal."""
        return fold(await self.store.read(run_id))

    def keep(self, state: RunState) -> None:
        """Hand a run that was read on to the next segment of it, which then reads only what is newer."""
        self._read[state.run_id] = state
        if len(self._read) > KEPT:
            del self._read[next(iter(self._read))]

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run something beside; its error is logged, and `close` cancels it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancel what runs beside; runs that are interrupted by it can be restarted."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _execute(self, flow: Flow, claim: Claim, state: RunState, start: Start | None) -> RunState | None:
        if state.ended or not state.has_input:
            return state
        check_known(state)
        if state.digest != self.flows.digest(flow) and state.undoing is None:
            try:
                check_fit(flow, state)
            except WorkflowChanged as error:
                due = state.due_at is not None and state.due_at <= self.clock.now()
                if state.status in ("suspended", "paused") and not due:
                    # Its owner died as it came to rest. Whoever answers is told; until then the step may be back.
                    return state
                if self._leaves_changed or state.status in ("waiting", "suspended", "paused"):
                    # Elsewhere, or since nothing is at work that would have to end, it goes on with the former code.
                    raise
                if await self._refuse(claim, state, error):
                    return state
        execution = Execution(
            store=self.store,
            clock=self.clock,
            random=self.random,
            claim=claim,
            lease=self._lease,
            flow=flow,
            state=state,
            start=start,
            die=self.die,
            queues=self._queues,
            observer=self.observer,
        )
        self._live[claim.run_id] = execution
        try:
            with capturing, Executing(self.store, claim.run_id, execution):
                whole = await execution.segment()
        finally:
            del self._live[claim.run_id]
        if not whole:
            return await self.state(claim.run_id) if execution.to_undo else None
        if self._hand_on is not None and not state.ended and (destination := execution.destination) is not None:
            await self._hand_on(claim, destination)
            return None
        # Folded in another order than the store's, the state may show people something else than a reload would.
        if not execution.journal.straight:
            return await self.state(claim.run_id)
        state.last_seq = execution.journal.last_seq
        return state

    async def _refuse(self, claim: Claim, state: RunState, error: WorkflowChanged) -> bool:
        """Decide that a run ends that cannot go on with the code as it is now; tell whether it has ended."""
        journal = Recorder(self.store, self.clock, claim, state)
        failed = {"error": describe(error)}
        if state.left_to_undo:
            journal.emit("run-undoing", (), {"status": "failed"} | failed)
        else:
            journal.emit("run-failed", (), failed | left_by(self.flows[state.workflow_id], "failed", state))
        await journal.flush()
        state.last_seq = journal.last_seq
        return state.ended

    async def _drive_alone(self, run_id: str, flow: Flow | None, force: bool, known: RunState | None) -> RunState:
        done = self._driven[run_id] = asyncio.Event()
        try:
            while True:
                state = await self.segment(run_id, flow=flow, force=force, known=known)
                force, known = False, None
                if state is None:
                    state = await self.state(run_id)
                if state.status in RESTING:
                    return state
                await self._wait(state)
        finally:
            del self._driven[run_id]
            done.set()

    async def _wait(self, state: RunState) -> None:
        """Wait until a timer of the run is due or its journal moves; also look again when a lease may have run out."""
        waits = [self.store.changed(state.run_id, after=state.last_seq)]
        if state.due_at is not None:
            waits.append(self.clock.sleep_until(state.due_at))
        if state.status == "running":
            waits.append(self.clock.sleep_until(self.clock.now() + timedelta(seconds=self._lease / 2)))
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def _mind_deadline(self, state: RunState) -> None:
        """Go on with a run at rest when the time for an answer is over or a timer ends, while the event loop runs."""
        if not state.ended and state.due_at is not None and state.run_id not in self._deadlines:
            self._deadlines[state.run_id] = self.spawn(self._go_on_at(state.run_id, state.due_at))

    async def _go_on_at(self, run_id: str, due: datetime) -> None:
        await self.clock.sleep_until(due)
        del self._deadlines[run_id]
        await self.drive(run_id)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.logger.error("work beside a run failed", exc_info=task.exception())
