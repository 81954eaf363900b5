"""A run as its user holds it: start, watch, answer, cancel, fork."""

from collections.abc import AsyncIterator, Callable, Collection
from typing import Any, Generic, TypeVar

from engine.errors import RunExists
from engine.events import Event
from engine.execution.hooks import hooks_after
from engine.journal.answer_target import Where
from engine.journal.requests import record_cancel
from engine.journal.result import RunResult
from engine.journal.state import RunState
from engine.rehearsal import Rehearsal
from engine.runs.resuming import answer, proceed, send_event
from engine.runs.runtime import Runtime
from engine.runs.starting import Steps, asked, begin, begin_fork, check_restartable, fork
from engine.runs.tagging import Kept, tag
from engine.runs.watching import Following, Watcher, follow
from engine.tags import Tagging
from engine.tree.argument_checks import FUNCTION, TEXT, WHOLE, Expected, asking
from engine.tree.nodes import Flow
from engine.values.missing import MISSING

In = TypeVar("In")
Out = TypeVar("Out")

REHEARSAL = Expected("a Rehearsal", lambda given: isinstance(given, Rehearsal)) | None


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
        self._called: Kept = (None, ())

    @asking("await run.start({'city': 'Rome'})", rehearsal=REHEARSAL)
    async def start(
        self,
        input_data: Any = MISSING,
        *,
        initial_state: dict[str, Any] | None = None,
        request_context: dict[str, Any] | None = None,
        breakpoints: Steps | None = None,
        rehearsal: Rehearsal | None = None,
    ) -> RunResult:
        """Run the workflow until it ends, pauses, or everything left of it is suspended.

        Args:
            input_data: what the input schema takes, as JSON or as the type itself. A forked run has its input already.
            initial_state: the state to begin with.
            request_context: a JSON dict that every step finds in its context.
            breakpoints: the steps, by path or id, before which the run pauses, or ``"all"``; see `proceed`.
            rehearsal: what the run is to pretend of some steps; then no hooks are called and nothing is undone.

        Returns:
            The run as it is then. A failing step does not raise: the result says ``failed``.

        Raises:
            InvalidInput: the input or the state does not fit; no run is made.
            StartRefused: the workflow's ``on_start`` raised; no run is made, and a fork stays pending.
            RunAlreadyStarted: the run was started before.
            RunExists: another run has this id.
            UnknownStep: the rehearsal names a step that the workflow does not have; no run is made.
            RehearsalRefused: it kills workers, and this program is none, or nothing is rehearsed here.
        """
        known = await self._record_start(input_data, initial_state, request_context, breakpoints, rehearsal)
        return await self._drive(known=known)

    @asking("await run.start_async({'city': 'Rome'})", rehearsal=REHEARSAL)
    async def start_async(
        self,
        input_data: Any = MISSING,
        *,
        initial_state: dict[str, Any] | None = None,
        request_context: dict[str, Any] | None = None,
        breakpoints: Steps | None = None,
        rehearsal: Rehearsal | None = None,
    ) -> str:
        """Start the run beside the caller and return its id at once; see `start`."""
        known = await self._record_start(input_data, initial_state, request_context, breakpoints, rehearsal)
        self._runtime.spawn(self._drive(known=known))
        return self.run_id

    @asking("async for event in run.stream({'city': 'Rome'})", rehearsal=REHEARSAL)
    async def stream(
        self,
        input_data: Any = MISSING,
        *,
        initial_state: dict[str, Any] | None = None,
        request_context: dict[str, Any] | None = None,
        breakpoints: Steps | None = None,
        rehearsal: Rehearsal | None = None,
    ) -> AsyncIterator[Event]:
        """Start the run and yield its events as they are recorded, until it ends or suspends; see `start`."""
        known = await self._record_start(input_data, initial_state, request_context, breakpoints, rehearsal)
        work = self._runtime.spawn(self._drive(known=known))
        async for event in follow(self._runtime.store, self.run_id, after=0, work=work):
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
        known = await answer(self._runtime, self._flow, self.run_id, step, resume_data, label, index)
        return await self._drive(known=known)

    @asking("async for event in run.resume_stream('approve', True)", label=TEXT | None, index=WHOLE | None)
    async def resume_stream(
        self, step: Where | None = None, resume_data: Any = None, label: str | None = None, index: int | None = None
    ) -> AsyncIterator[Event]:
        """Answer a suspended step and yield the events from its answer on; see `resume`."""
        seq = (await self._runtime.store.summary(self.run_id)).last_seq
        known = await answer(self._runtime, self._flow, self.run_id, step, resume_data, label, index)
        work = self._runtime.spawn(self._drive(known=known))
        async for event in follow(self._runtime.store, self.run_id, after=seq, work=work):
            yield event

    @asking("await run.proceed(step=True)")
    async def proceed(
        self, *, step: bool | Where = False, breakpoints: Steps | None = None, input_data: Any = MISSING
    ) -> RunResult:
        """Have a paused run go on, until it pauses again, ends, or everything left of it is suspended.

        Args:
            step: True to pause again before whatever step comes next; or the one paused step that is to go on, its id
                or its path, while the others stay.
            breakpoints: the steps before which the run pauses from now on, or ``"all"``; as before when left out.
            input_data: what the waiting step is given instead of what it would be given; needs exactly one.

        Returns:
            The run as it is then.

        Raises:
            NotPaused: the run has not paused, or not before this step, or somebody else has had it go on.
            AmbiguousResume: the run has paused before several steps, and an input is for one.
            InvalidInput: the input does not fit the step; the run stays paused.
            UnknownStep: the workflow has no such step.
            RunFinished: the run has ended.
            UnknownRun: the run was not started.
            WorkflowChanged: the code no longer has the steps that were recorded.
        """
        await proceed(self._runtime, self._flow, self.run_id, step, breakpoints, input_data)
        return await self._drive()

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
        await send_event(self._runtime, self._flow, self.run_id, name, payload)
        if (await self._runtime.store.summary(self.run_id)).runnable:
            self._runtime.spawn(self._drive())

    @asking("await run.tag('nightly', name='The last of May')")
    async def tag(self, *tags: str, name: Any = MISSING, remove: Collection[str] = ()) -> None:
        """Give the run tags beside those that it has, or a name; at any time, before its start and after its end.

        Args:
            tags: words to find it by, each of at most 50 characters and without a comma; a run has at most 20.
            name: what people are to call it, at most 200 characters; None takes its name away.
            remove: tags to take away; those that it does not have are passed over.

        Raises:
            InvalidTag: a name or a tag cannot be like that; nothing is changed.
            UnknownRun: the run was deleted.
        """
        wanted = Tagging(name=name, add=tags, remove=remove)
        self._called = await tag(self._runtime, self.run_id, wanted, self._called, recorded=self._recorded)

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
        hooks = hooks_after(self._flow, "canceled")
        await record_cancel(runtime.store, runtime.clock, self.run_id, hooks=hooks)
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
        check_restartable(summary)
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
        self,
        input_data: Any,
        state: dict[str, Any] | None,
        request_context: dict[str, Any] | None,
        breakpoints: Steps | None,
        rehearsal: Rehearsal | None,
    ) -> RunState:
        """Record what the run starts with; return the fold of its journal, as far as it is known."""
        known = None if self._is_new else await self._runtime.state(self.run_id)
        start = asked(self._flow, input_data, state, request_context, breakpoints, rehearsal, self._called)
        if known is not None and known.has_input:
            if known.status == "pending" and known.forked_from and input_data is MISSING:
                await begin_fork(self._runtime, self._flow, self, start, known)
                return known
            if not self._recorded:
                raise RunExists.of(self.run_id)
        known = await begin(self._runtime, self._flow, self, start, known)
        self._recorded, self._is_new = True, False
        for watch in self._watchers:
            watch.begin()
        return known

    async def _fork(self, step: Where, input_data: Any, *, starts: bool) -> "Run[In, Out]":
        new: Run[In, Out] = Run(self._runtime, self._flow, resource_id=self.resource_id, recorded=True)

        await fork(self._runtime, self._flow, self.run_id, new, step, input_data, starts=starts)
        return new

    async def _drive(self, *, force: bool = False, known: RunState | None = None) -> RunResult:
        flow = self._flow if self._recorded else None
        state = await self._runtime.drive(self.run_id, flow=flow, force=force, known=known)
        await self._catch_up_watchers(state)
        return RunResult.of(state)

    async def _catch_up_watchers(self, state: RunState) -> None:
        for watch in tuple(self._watchers):
            await watch.reached(state.last_seq, last=state.ended)
