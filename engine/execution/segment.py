"""A run in execution, from its claim until it ends or everything left of it waits."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Literal

from engine.clock import Clock
from engine.errors import StaleEpoch
from engine.events import Event, RunStatus
from engine.execution.context_host import StepHost
from engine.execution.hooks import left_by
from engine.execution.nodes.catching import run_catch
from engine.execution.nodes.concurrent import run_branch, run_foreach, run_parallel, run_race
from engine.execution.nodes.loops import run_loop
from engine.execution.nodes.mapping import run_map
from engine.execution.nodes.sequence import run_flow, run_nested, run_sequence
from engine.execution.nodes.steps import run_step
from engine.execution.nodes.undo import undo_all
from engine.execution.nodes.waits import run_event, run_sleep
from engine.execution.outcome import Bailed, Canceled, Failed, Halted, Outcome
from engine.execution.ports import Host, Observer
from engine.execution.recorder import Recorder
from engine.execution.recovery import take_over
from engine.execution.scope import Scope
from engine.execution.walker import Listener, at_rest, given_at, in_own_context, take_back
from engine.journal.refs import Value
from engine.journal.requests import Start
from engine.journal.state import RunState
from engine.journal.store import Claim, Store
from engine.journal.summary import CLOSES_WAITS
from engine.paths import Path
from engine.tree.nodes import (
    BranchNode,
    CatchNode,
    EventNode,
    Flow,
    FlowNode,
    ForeachNode,
    LoopNode,
    MapNode,
    Node,
    ParallelNode,
    RaceNode,
    SequenceNode,
    SleepNode,
    StepNode,
)
from engine.tree.queues import Destination, Elsewhere


class Execution:
    """Executes one segment of a run under one claim; it is the `Walker` that coroutines of the node kinds are given."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        random: Callable[[], float],
        claim: Claim,
        lease: float,
        flow: Flow,
        state: RunState,
        start: Start | None = None,
        die: Callable[[], None] | None = None,
        queues: Collection[str] | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Take the claim, the folded state, what is recorded as the start, and what kills this process if it may.

        Arguments: `queues` are those whose steps are executed here, all when there are none; `observer` is told of
        each attempt of a step.
        """
        self.clock = clock
        self.random = random
        self.die = die
        self.observer = observer
        self.lost: str = claim.lost or ""
        self.journal: Recorder = Recorder(store, clock, claim, state, self._take_news)
        self._store = store
        self._claim = claim
        self._lease = lease
        self._flow = flow
        self._start = start
        self._listeners: list[Listener] = []
        self._tasks = asyncio.TaskGroup()
        self._alarms: dict[tuple[Path, datetime], asyncio.Task[None]] = {}
        self.naps: dict[Path, asyncio.Future[None]] = {}
        self._main: asyncio.Task[Any] | None = None
        """The task that walks, as long as it does."""
        self._renewal: asyncio.TimerHandle | None = None
        self._stopped = False
        self.interrupted: bool = False
        self.to_undo: bool = False
        """Whether somebody has cancelled the run meanwhile, and what it did is to be undone under a new claim."""
        self.held: dict[Path, Value] = {}
        self.elsewhere: Elsewhere | None = None if queues is None else Elsewhere(queues, flow)
        self.host: Host = StepHost(self.journal, self._spawn)

    async def segment(self) -> bool:
        """Go on with the run until it ends or everything left of it waits.

        It is walked in the caller's task, with context variables of its own: most segments wait for nothing, or not for
        long, and a task costs as much as two steps.

        Returns:
            False when the run was cancelled, stopped or claimed by another worker meanwhile.
        """
        main = asyncio.current_task()
        if main is None or main.cancelling():
            # Whose cancel interrupts a step could not be told.
            return await asyncio.get_running_loop().create_task(self.segment())
        self._main = main
        self.journal.belong_to(main, self._beside)
        try:
            async with self._tasks:
                try:
                    await in_own_context(self._walk_all(), self._keep_claim)
                finally:
                    self._leave()
        except asyncio.CancelledError:
            if not self._stopped:
                raise
        except BaseExceptionGroup as errors:
            stale, others = errors.split(StaleEpoch)
            if others is not None:
                raise _alone(others) from None
            self._stopped = self._stopped or stale is not None
            await self.journal.catch_up()
        finally:
            if self.interrupted:
                await take_back(main)
            # What refers to itself is only found by Python's garbage collector, which costs more than a step.
            self.journal.leave()
            self.host.leave()
        if main.cancelling():
            raise asyncio.CancelledError
        return not self._stopped

    def walk(self, node: Node, scope: Scope, value: Value) -> Coroutine[Any, Any, Outcome]:
        """Run one node of any kind, or go on with it where the journal left it."""
        match node:
            case StepNode():
                return run_step(self, node, scope, value)
            case MapNode():
                return run_map(self, node, scope, value)
            case FlowNode():
                return run_nested(self, node, scope, value)
            case SequenceNode():
                return run_sequence(self, node.nodes, scope, value)
            case ParallelNode():
                return run_parallel(self, node, scope, value)
            case RaceNode():
                return run_race(self, node, scope, value)
            case CatchNode():
                return run_catch(self, node, scope, value)
            case BranchNode():
                return run_branch(self, node, scope, value)
            case LoopNode():
                return run_loop(self, node, scope, value)
            case ForeachNode():
                return run_foreach(self, node, scope, value)
            case SleepNode():
                return run_sleep(self, node, scope, value)
            case EventNode():
                return run_event(self, node, scope, value)

    @property
    def destination(self) -> Destination | None:
        """Return where a run that has come to rest is handed to; None when it pauses, or rests for itself."""
        return None if self.elsewhere is None or self.held else self.elsewhere.destination

    def notice(self) -> None:
        """Read, soon, what others have recorded: an answer, an event, a cancel."""
        self._spawn(self.journal.catch_up)

    def stop(self) -> None:
        """Leave the run as it is: what ran is interrupted and is recorded by nobody here."""
        self._stopped = True
        if self._main is not None and not self.interrupted:
            self.interrupted = self._main.cancel()

    def given(self, path: Path, value: Value, *, is_step: bool = False) -> Value | Halted:
        """Return what a step is given when it begins, unless the run pauses before it; see `Walker.given`."""
        return given_at(self.journal.state, self.held, path, value, is_step=is_step)

    @contextmanager
    def listening(self, listener: Listener, *, at_once: bool) -> Iterator[None]:
        """Tell the listener, inside the block, what can go on; see `Walker.listening`."""
        self._listeners.append(listener)
        alone = self.journal.alone
        self.journal.alone = alone and not at_once
        try:
            yield
        finally:
            self._listeners.remove(listener)
            self.journal.alone = alone

    def alarm(self, path: Path, due: datetime) -> None:
        """Poke the listeners about ``path`` when the clock reaches ``due``."""
        if (path, due) not in self._alarms and self._listeners:
            self._alarms[path, due] = self._beside(self._ring(path, due))

    async def _walk_all(self) -> None:
        stuck = await self._begin()
        if self.journal.state.undoing is not None:
            await self._undo_and_end()
        elif stuck is not None:
            await self._end(stuck)
        else:
            await self._walk_to_rest()

    async def _walk_to_rest(self) -> None:
        root = self._root
        while True:
            heard = self.journal.heard
            self.held.clear()
            if self.elsewhere is not None:
                self.elsewhere.forget()
            outcome = await run_flow(self, self._flow, root)
            if not isinstance(outcome, Halted):
                await self._end(outcome)
                return
            self._close_left()
            # What others recorded while the tree was walked may concern a place that had been passed by then.
            if self.journal.heard == heard and not self._is_due() and await self._settle():
                return

    async def _begin(self) -> Failed | None:
        """Record that the run begins or is taken over; tell why when it cannot go on."""
        status = self.journal.state.status
        if status == "pending" or self._start is not None:
            self.journal.emit("run-started", (), {} if self._start is None else self._start.payload())
        return await take_over(self.journal, self._claim, status, self.observer)

    @property
    def _root(self) -> Scope:
        return Scope(self._flow, (), self.journal.state.root, self.journal.state.root.input)

    async def _end(self, outcome: Outcome) -> None:
        match outcome:
            case Value(_, ref) | Bailed(Value(_, ref)):
                self.journal.emit("run-succeeded", (), {"result": ref} | self._left_by("success"))
            case Failed(error) if self.journal.state.left_to_undo:
                # Recorded first: a condition that has failed the run might hold when it is asked again.
                self.journal.emit("run-undoing", (), {"status": "failed", "error": error})
                await self._undo_and_end()
            case Failed(error):
                self._end_undone("failed", {"error": error})
            case Canceled() | Halted():
                raise AssertionError("the outermost workflow has no siblings that could cancel it")
        await self.journal.flush()

    async def _undo_and_end(self) -> None:
        """Take back what the run has done, and end it as it was decided before."""
        decided = self.journal.state.undoing or {}
        await undo_all(self, self._root)
        self._end_undone(decided["status"], {key: value for key, value in decided.items() if key != "status"})
        await self.journal.flush()

    def _end_undone(self, status: Literal["failed", "canceled"], payload: dict[str, Any]) -> None:
        undone = [list(path) for path in self.journal.state.undone]
        hooks = self._left_by(status) or ({"hooks": []} if status == "canceled" else {})
        payload = payload | hooks | ({"undone": undone} if undone else {})
        self.journal.emit("run-failed" if status == "failed" else "run-canceled", (), payload)

    def _left_by(self, status: RunStatus) -> dict[str, Any]:
        return left_by(self._flow, status, self.journal.state)

    def _spawn(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something beside the walk, unless that is over; a thread that a step left behind may still ask for it."""
        if not self._stopped and self._main is not None:
            with suppress(asyncio.CancelledError):
                self._beside(work())

    def _beside(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        try:
            return self._tasks.create_task(work)
        except RuntimeError:
            # One of the tasks has failed, and the group takes no more: all that is left is being cancelled.
            work.close()
            raise asyncio.CancelledError from None

    def _is_due(self) -> bool:
        due = self.journal.state.due_at
        return due is not None and due <= self.clock.now()

    def _close_left(self) -> None:
        """End what nobody will go on with."""
        state = self.journal.state
        for path in [path for path in reversed(state.open) if state.closed_above(path)]:
            self.journal.emit("step-canceled", path, {"reason": "the workflow around it has ended"})

    async def _settle(self) -> bool:
        """Record that everything left waits, or for what it pauses; False when something came up meanwhile."""
        state = self.journal.state
        if self.destination is not None:
            return await self._keep_resting()
        status, events = at_rest(state, self.held)
        if state.status == status and (not self.held or list(state.paused) == list(self.held)):
            return await self._keep_resting()
        return await self.journal.settle_all(events)

    async def _keep_resting(self) -> bool:
        """Write what is left of a run that rests as it did before; False when something came up meanwhile."""
        heard = self.journal.heard
        await self.journal.flush()
        return self.journal.heard == heard

    def _take_news(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.type in CLOSES_WAITS:
                self.to_undo = event.type == "run-undoing"
                self.stop()
            elif event.path:
                self._poke(event.path)
            if event.type == "step-woken" and event.path in self.naps:
                self.naps[event.path].cancel()
            for path in event.payload.get("before", ()) if event.type == "run-proceeded" else ():
                self._poke(tuple(path))

    def _poke(self, path: Path) -> None:
        for listener in tuple(self._listeners):
            listener.poke(path)

    async def _ring(self, path: Path, due: datetime) -> None:
        await self.clock.sleep_until(due)
        del self._alarms[path, due]
        self._poke(path)

    def _keep_claim(self) -> None:
        """Renew the claim when a third of its time is over."""
        self._renewal = asyncio.get_running_loop().call_later(self._lease / 3, self._spawn, self._renew)

    async def _renew(self) -> None:
        try:
            last_seq = await self._store.renew(self.journal.run_id, epoch=self._claim.epoch, lease=self._lease)
        except StaleEpoch:
            if self._main is None or self.journal.state.ended:
                # The walk came to its end meanwhile: there is nothing left to renew, and nobody to interrupt.
                return
            raise
        if last_seq > self.journal.last_seq:
            await self.journal.catch_up()
        if self._main is not None:
            self._keep_claim()

    def _leave(self) -> None:
        """End what goes on beside the walk."""
        self._main = None
        if self._renewal is not None:
            self._renewal.cancel()
        for alarm in self._alarms.values():
            alarm.cancel()


def _alone(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the only error of a group, else the group."""
    first, *more = errors.exceptions
    if more:
        return errors
    return _alone(first) if isinstance(first, BaseExceptionGroup) else first
