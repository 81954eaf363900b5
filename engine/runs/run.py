"""A run as its user holds it: start, watch, answer, cancel, fork."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Generic, TypeVar

from engine.errors import NotSuspended, RunExists, RunFinished, UnknownRun, UnknownStep
from engine.events import Event
from engine.execution.hooks import hooks_after
from engine.journal.answers import Where, admit_answer, admit_step_input, find_suspended, path_of, places_of
from engine.journal.fit import check_fit
from engine.journal.forks import beginning, record_fork
from engine.journal.requests import (
    Start,
    check_startable,
    check_takes_event,
    create_run,
    record_cancel,
    record_event,
    record_resume,
    record_start,
)
from engine.journal.result import RunResult
from engine.journal.state import RunState
from engine.journal.waits import admit_event, likeliest
from engine.runs.runtime import Runtime
from engine.runs.starts import admit, permit
from engine.runs.watching import Following, Watcher, follow
from engine.tree.calls import FUNCTION, TEXT, WHOLE, asking
from engine.tree.nodes import Flow
from engine.values.missing import MISSING

In = TypeVar("In")
Out = TypeVar("Out")


class Run(Generic[In, Out]):
    """One run of a workflow. Made by `Workflow.create_run`, found again by `Engine.run`.

    Attributes:
        run_id: names the run everywhere.
        workflow_id: the workflow it is a run of.
        resource_id: whom or what it belongs to, in the user's own terms.
    """

    def __init__(
        self,
        runtime: Runtime,
        flow: Flow,
        run_id: str | None = None,
        resource_id: str | None = None,
        *,
        recorded: bool = False,
    ) -> None:
        """Take what executes the run, and whether it is in the store; a new one is only when it starts."""
        self.run_id: str = run_id or runtime.new_id()
        self.workflow_id: str = flow.id
        self.resource_id = resource_id
        self._runtime = runtime
        self._flow = flow
        self._recorded = recorded
        # Nothing is known of an id that was made just now, so the store is not asked.
        self._is_new = run_id is None and not recorded
        self._watchers: list[Following] = []

    @asking("await run.start({'city': 'Rome'})")
    async def start(
        self,
        input_data: Any = MISSING,
        *,
        initial_state: dict[str, Any] | None = None,
        request_context: dict[str, Any] | None = None,
    ) -> RunResult:
        """Run the workflow until it ends or everything left of it is suspended.

        Args:
            input_data: what the input schema takes, as JSON or as the type itself. A forked run has its input already.
            initial_state: the state to begin with.
            request_context: a JSON dict that every step finds in its context.

        Returns:
            The run as it is then. A failing step does not raise: the result says ``failed``.

        Raises:
            InvalidInput: the input or the state does not fit; no run is made.
            StartRefused: the workflow's ``on_start`` raised; no run is made, and a fork stays pending.
            RunAlreadyStarted: the run was started before.
            RunExists: another run has this id.
        """
        await self._record_start(input_data, initial_state, request_context)
        return await self._drive()

    @asking("await run.start_async({'city': 'Rome'})")
    async def start_async(
        self,
        input_data: Any = MISSING,
        *,
        initial_state: dict[str, Any] | None = None,
        request_context: dict[str, Any] | None = None,
    ) -> str:
        """Start the run beside the caller and return its id at once; see `start`."""
        await self._record_start(input_data, initial_state, request_context)
        self._runtime.spawn(self._drive())
        return self.run_id

    @asking("async for event in run.stream({'city': 'Rome'})")
    async def stream(
        self,
        input_data: Any = MISSING,
        *,
        initial_state: dict[str, Any] | None = None,
        request_context: dict[str, Any] | None = None,
    ) -> AsyncIterator[Event]:
        """Start the run and yield its events as they are recorded, until it ends or suspends; see `start`."""
        await self._record_start(input_data, initial_state, request_context)
        async for event in follow(self._runtime.store, self.run_id, after=0, work=self._runtime.spawn(self._drive())):
            yield event

    @asking("await run.resume('approve', {'approved': True})", label=TEXT | None, index=WHOLE | None)
    async def resume(
        self, step: Where | None = None, resume_data: Any = None, label: str | None = None, index: int | None = None
    ) -> RunResult:
        """Answer a suspended step and go on, until the run ends or everything left of it is suspended.

        Args:
            step: the step, its id, or its path as text or list: ``"outer.ask"``, ``["outer", "ask"]``, ``"ask[2]"``, or
                what ``result.suspended`` lists; may be left out when only one is suspended.
            resume_data: the answer: any JSON value, or what the resume schema takes.
            label: finds the suspension by the label it was given.
            index: finds it by the item of a foreach.

        Returns:
            The run as it is then.

        Raises:
            InvalidResumeData: the answer does not fit; nothing is changed.
            AlreadyResumed: the suspension was answered before.
            RunFinished: the run has ended otherwise.
            AmbiguousResume: several suspended steps fit; the message lists them.
            NotSuspended: no suspended step fits, or none has this label or index.
            UnknownStep: the workflow has no such step.
            UnknownRun: the run was not started.
            WorkflowChanged: the code no longer has the steps that were recorded.
        """
        await self._record_resume(step, resume_data, label, index)
        return await self._drive()

    @asking("async for event in run.resume_stream('approve', True)", label=TEXT | None, index=WHOLE | None)
    async def resume_stream(
        self, step: Where | None = None, resume_data: Any = None, label: str | None = None, index: int | None = None
    ) -> AsyncIterator[Event]:
        """Answer a suspended step and yield the events from its answer on; see `resume`."""
        seq = (await self._runtime.store.summary(self.run_id)).last_seq
        await self._record_resume(step, resume_data, label, index)
        work = self._runtime.spawn(self._drive())
        async for event in follow(self._runtime.store, self.run_id, after=seq, work=work):
            yield event

    @asking("run.watch(print)", callback=FUNCTION, after=WHOLE)
    def watch(self, callback: Watcher, after: int = 0) -> Callable[[], None]:
        """Have ``callback`` called with every event after seq ``after``, past ones first.

        ``start`` and ``resume`` return after the callback has seen everything recorded until then. What the callback
        raises is logged and does not touch the run.

        Args:
            callback: sync or async.
            after: the seq of the last event that is known already.

        Returns:
            A function that ends the watching.
        """
        watch = Following(self._runtime, self.run_id, callback, after)
        self._watchers.append(watch)
        if self._recorded:
            watch.begin()

        def end() -> None:
            if watch in self._watchers:
                self._watchers.remove(watch)
            watch.end()

        return end

    @asking("async for event in run.observe()", after=WHOLE)
    async def observe(self, after: int = 0) -> AsyncIterator[Event]:
        """Yield the run's events after seq ``after``, past ones first, until it ends or is suspended.

        Raises:
            UnknownRun: the run was not started.
        """
        async for event in follow(self._runtime.store, self.run_id, after=after):
            yield event

    @asking("await run.send_event('paid', {'amount': 5})", name=TEXT)
    async def send_event(self, name: str, payload: Any = None) -> None:
        """Send an event to the run: to the step that waits for it, else it is kept for the next one that does.

        Of steps that wait for the same name, those are meant whose schemas it fits.

        Raises:
            UnknownStep: nothing in the workflow waits for an event of this name.
            InvalidEventPayload: the payload does not fit.
            RunFinished: the run has ended.
            WorkflowChanged: the code no longer has the steps that were recorded.
        """
        state = await self._runtime.state(self.run_id)
        check_takes_event(state, name)
        check_fit(self._flow, state)
        event = admit_event(self._flow, name, payload, likeliest(state, name))
        runtime = self._runtime
        await record_event(
            runtime.store, runtime.clock, self.run_id, name, event.payload, takers=event.takers, known=state
        )
        self._runtime.notice(self.run_id)
        if (await self._runtime.store.summary(self.run_id)).runnable:
            self._runtime.spawn(self._drive())

    @asking("await run.cancel()")
    async def cancel(self) -> RunResult:
        """Cancel the run, wherever it is executed: its steps, retries and timers stop, and what it did is undone.

        Returns:
            The run when all is undone.

        Raises:
            RunFinished: the run has ended before and stays as it was, or is being undone.
            UnknownRun: the run was not started.
        """
        runtime = self._runtime
        await record_cancel(runtime.store, runtime.clock, self.run_id, hooks=hooks_after(self._flow, "canceled"))
        state = await runtime.state(self.run_id)
        if not state.ended:
            return await self._drive()
        runtime.stop(self.run_id)
        await runtime.finish(self.run_id)
        await self._catch_up_watchers(state)
        return RunResult.of(state)

    @asking("await run.restart()")
    async def restart(self) -> RunResult:
        """Take an interrupted run over at once and go on with it; a former owner can write no more.

        Of a run that was interrupted after its end, the hooks are called that are left.

        Raises:
            RunFinished: the run has ended.
            UnknownRun: the run was not started.
            WorkflowChanged: it waits for a timer or an event, and the code no longer has the steps that were recorded.
        """
        summary = await self._runtime.store.summary(self.run_id)
        if summary.ended and await self._runtime.finish(self.run_id, force=True):
            return await self.state()
        if summary.ended:
            raise RunFinished(f"run {self.run_id} has ended ({summary.status}): start another one, or fork it")
        if not summary.has_input:
            raise UnknownRun(f"run {self.run_id} was not started: call start() with its input")
        return await self._drive(force=True)

    @asking("await run.fork('approve')")
    async def fork(self, step: Where, input_data: Any = MISSING) -> "Run[In, Out]":
        """Make a new run that shares this one's history before a step; call its ``start()`` to execute it.

        Args:
            step: the step from which the new run executes again: the step, its id, or its path as text or list.
            input_data: what that step gets instead of what it had.

        Raises:
            StepNotRun: the step has not begun in this run.
            UnknownStep: the workflow has no such step.
            InvalidInput: the input does not fit the step.
        """
        return await self._fork(step, input_data, starts=False)

    @asking("await run.time_travel('approve')")
    async def time_travel(self, step: Where, input_data: Any = MISSING) -> RunResult:
        """Fork the run from a step and execute the fork; return the new run's result. See `fork`.

        Raises:
            StartRefused: the workflow's ``on_start`` raised; no run is made.
        """
        new = await self._fork(step, input_data, starts=True)
        return await new._drive()

    @asking("await run.state()")
    async def state(self) -> RunResult:
        """Return the run as it is at this moment; a run that was not started is ``pending``."""
        state = await self._runtime.state(self.run_id)
        if not state.run_id:
            state = RunState(run_id=self.run_id, workflow_id=self.workflow_id)
        return RunResult.of(state)

    async def _record_start(
        self, input_data: Any, state: dict[str, Any] | None, request_context: dict[str, Any] | None
    ) -> None:
        runtime = self._runtime
        known = RunState() if self._is_new else await runtime.state(self.run_id)
        if known.has_input and known.status == "pending" and known.forked_from is not None and input_data is MISSING:
            await permit(self._flow, self)
            return
        if known.run_id and not self._recorded and known.has_input:
            raise RunExists.of(self.run_id)
        check_startable(known)
        start = Start(input=None if input_data is MISSING else input_data, state=state, request_context=request_context)
        start = await admit(self._flow, start, self)
        if known.run_id:
            await record_start(runtime.store, runtime.clock, self.run_id, start, known=known)
        else:
            await self._create(start)
        self._recorded, self._is_new = True, False
        for watch in self._watchers:
            watch.begin()

    async def _fork(self, step: Where, input_data: Any, *, starts: bool) -> "Run[In, Out]":
        path = path_of(places_of(self._flow), step)
        if input_data is not MISSING:
            beginning(await self._runtime.store.read(self.run_id), path, exactly=True)
            input_data = admit_step_input(self._flow, path, input_data)
        new: Run[In, Out] = Run(self._runtime, self._flow, resource_id=self.resource_id, recorded=True)

        async def permitted() -> bool:
            if starts:
                await permit(self._flow, new)
            return True

        await record_fork(
            self._runtime.store,
            self._runtime.clock,
            run_id=self.run_id,
            new_run_id=new.run_id,
            digest=self._runtime.flows.digest(self._flow),
            path=path,
            step_input=input_data,
            permit=permitted,
        )
        return new

    async def _create(self, start: Start) -> None:
        runtime = self._runtime
        await create_run(
            runtime.store,
            runtime.clock,
            run_id=self.run_id,
            workflow_id=self._flow.id,
            digest=self._runtime.flows.digest(self._flow),
            start=start,
            resource_id=self.resource_id,
        )

    async def _record_resume(self, step: Where | None, data: Any, label: str | None, index: int | None) -> None:
        runtime = self._runtime
        state = await runtime.state(self.run_id)
        if not state.run_id:
            raise UnknownRun(f"run {self.run_id} was not started")
        try:
            suspended = find_suspended(places_of(self._flow), state, step, label, index)
        except (UnknownStep, NotSuspended):
            # The code that has changed may have no place, or another one, for what is asked for.
            if not state.ended:
                check_fit(self._flow, state)
            raise
        check_fit(self._flow, state)
        answer = admit_answer(self._flow, suspended.path, data, suspended.answer_schema)
        await record_resume(
            runtime.store,
            runtime.clock,
            self.run_id,
            suspended.path,
            answer,
            suspension=suspended.suspension,
            known=state,
        )

    async def _drive(self, force: bool = False) -> RunResult:
        state = await self._runtime.drive(self.run_id, flow=self._flow if self._recorded else None, force=force)
        await self._catch_up_watchers(state)
        return RunResult.of(state)

    async def _catch_up_watchers(self, state: RunState) -> None:
        for watch in tuple(self._watchers):
            await watch.reached(state.last_seq, last=state.ended)
