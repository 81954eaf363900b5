"""Aids for testing workflows: a clock that needs no waiting, a collector of events, and runs to their end."""

import asyncio
import difflib
import heapq
import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.building.workflow import Workflow
from engine.errors import UnknownStep
from engine.events import EVENT_TYPES, Draft, Event, EventType
from engine.journal.answer_target import places_of
from engine.journal.changed_code import node_at
from engine.journal.result import RunResult
from engine.journal.store import Store
from engine.paths import Path, format_path, ids_of, parse_path
from engine.registry import Engine
from engine.rehearsal import Rehearsal
from engine.runs.run import Run
from engine.short_text import shown
from engine.tree.argument_checks import COUNT, SHIFT, TIME, YES_OR_NO, Expected, asking
from engine.tree.nodes import StepNode
from engine.validation.port_checks import check_port
from engine.values.missing import MISSING

Answers = Mapping[str, Any]
"""Written path or id of a suspended step -> its answer, or a function of what the step asks."""


_COMMITTED = Expected("a committed workflow", lambda given: isinstance(given, Workflow))
_RUN = Expected("a run", lambda given: isinstance(given, Run))
_ANSWERS = Expected("a dict of answers by the ids of steps", lambda given: isinstance(given, Mapping))


class FakeClock:
    """A clock that stands still until it is moved, or jumps to the next timer when nothing else is left to do.

    Args:
        start: the time at which it begins, aware; 2030-01-01 in UTC by default.
        auto: jump to the next timer by itself, so that sleeps and retries take no time.
    """

    @asking("FakeClock(datetime(2030, 1, 1, tzinfo=UTC))", start=TIME, auto=YES_OR_NO)
    def __init__(self, start: datetime = datetime(2030, 1, 1, tzinfo=UTC), *, auto: bool = True) -> None:
        """Set the time."""
        self._now = start.astimezone(UTC)
        self._auto = auto
        self._order = itertools.count()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._fell_asleep = asyncio.Event()
        self._next_jump: asyncio.TimerHandle | None = None
        self._is_at_work: Callable[[], bool] = lambda: False
        self._put_off = 0

    def stand_still_while(self, is_at_work: Callable[[], bool]) -> None:
        """Make no jump while this is so, such as while steps are executed, so that their real time lets no timer pass.

        After a second it jumps all the same, since a step may wait for the clock itself.
        """
        self._is_at_work = is_at_work

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return self._now

    @asking("clock.advance(60)", by=SHIFT)
    def advance(self, by: float | timedelta) -> None:
        """Move the clock, in seconds or as a timedelta, forward or back, and wake who slept until then."""
        self._now += by if isinstance(by, timedelta) else timedelta(seconds=by)
        while self._sleepers and self._sleepers[0][0] <= self._now:
            _, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                sleeper.set_result(None)

    @asking("await clock.sleeping()")
    async def sleeping(self) -> None:
        """Return when someone waits for the clock, so that `advance` will wake them."""
        while all(sleeper.done() for _, _, sleeper in self._sleepers):
            self._fell_asleep.clear()
            await self._fell_asleep.wait()

    async def sleep_until(self, at: datetime) -> None:
        """Return when the clock has reached ``at``."""
        if at <= self._now:
            return
        sleeper = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (at, next(self._order), sleeper))
        self._fell_asleep.set()
        if self._auto:
            self._jump_soon()
        await sleeper

    def _jump_soon(self) -> None:
        """Go to the next timer when nobody has fallen asleep for a while: whoever was woken has its turn first."""
        if self._next_jump is not None:
            self._next_jump.cancel()
        self._next_jump = asyncio.get_running_loop().call_later(IDLE, self._jump)

    def _jump(self) -> None:
        if self._is_at_work():
            self._put_off += 1
            if self._put_off < _MOST_PUT_OFF:
                self._jump_soon()
                return
        self._put_off = 0
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        if self._sleepers:
            self.advance(self._sleepers[0][0] - self._now)
            self._jump_soon()


IDLE = 0.001
"""Real seconds that an automatic clock leaves to everything else before it jumps."""

_MOST_PUT_OFF = 1000
"""How often, each after that time, it waits for steps that are executed; a stall of the machine takes no turn away."""


class Collector:
    """Collects events: ``run.watch(collector)``."""

    def __init__(self) -> None:
        """Begin empty."""
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        """Take one more event."""
        self.events.append(event)

    @property
    def types(self) -> list[EventType]:
        """Return the types, in order."""
        return [event.type for event in self.events]

    @asking("collector.of('step-started')")
    def of(self, type: EventType) -> list[Event]:
        """Return the events of one type; raises ValueError for what is no type."""
        wanted = _known(type)
        return [event for event in self.events if event.type == wanted]


class SimulatedCrash(BaseException):
    """Stands for the death of the process at a fault point; no step and no handler can catch it by mistake."""


class FaultPoint:
    """A store that stops the process, as it were, at the n-th durable boundary.

    From then on every call raises `SimulatedCrash`, as nothing comes from a dead process. Go on with another `Engine`
    on the inner store and ``run.restart()``.

    Args:
        store: the store that keeps what was durable.
        at: which append is the last one, from 1.
        durable: whether that last append is still recorded.
    """

    @asking("FaultPoint(store, at=3, durable=True)", at=COUNT, durable=YES_OR_NO)
    def __init__(self, store: Store, *, at: int, durable: bool) -> None:
        """Arm the fault point."""
        check_port("FaultPoint", "store", store, Store)
        self.crashed: bool = False
        self.appends: int = 0
        self._store = store
        self._at = at
        self._durable = durable

    async def append(self, run_id: str, drafts: Sequence[Draft], *, epoch: int, after: int) -> int:
        """Record events, or crash before or after it; see `Store.append`."""
        self._check()
        self.appends += 1
        if self.appends == self._at:
            self.crashed = True
            if self._durable:
                await self._store.append(run_id, drafts, epoch=epoch, after=after)
            raise SimulatedCrash
        return await self._store.append(run_id, drafts, epoch=epoch, after=after)

    def __getattr__(self, name: str) -> Any:
        """Be the inner store in everything else, while the process lives."""
        self._check()
        return getattr(self._store, name)

    def _check(self) -> None:
        if self.crashed:
            raise SimulatedCrash


@asking("await until(run, 'step-suspended')", run=_RUN)
async def until(run: Run[Any, Any], type: EventType) -> Event:
    """Return the first event of a type, when the run has recorded it; also of a run that is still to be started.

    Args:
        run: the run.
        type: the type, such as ``"step-suspended"``.

    Raises:
        ValueError: there is no such type.
    """
    _known(type)
    found: asyncio.Future[Event] = asyncio.get_running_loop().create_future()

    def look(event: Event) -> None:
        if event.type == type and not found.done():
            found.set_result(event)

    end = run.watch(look)
    try:
        return await found
    finally:
        end()


@asking("await run_to_end(workflow, {'city': 'Rome'})", workflow=_COMMITTED, answers=_ANSWERS | None, max_resumes=COUNT)
async def run_to_end(
    workflow: Workflow[Any, Any],
    input_data: Any = MISSING,
    *,
    answers: Answers | None = None,
    initial_state: dict[str, Any] | None = None,
    request_context: dict[str, Any] | None = None,
    rehearsal: Rehearsal | None = None,
    max_resumes: int = 1000,
) -> RunResult:
    """Run a workflow in memory to its end, timers at once, answering what it asks.

    What has a deadline and no answer here is left to its deadline, as if nobody answered.

    Args:
        workflow: the committed workflow.
        input_data: its input.
        answers: written path or id of a step -> the answer, or a function that gets what the step asks and gives it.
        initial_state: the state to begin with.
        request_context: what steps find in their context.
        rehearsal: what the run is to pretend of some steps.
        max_resumes: how often it may suspend before that is taken for an endless loop.

    Returns:
        The result at the end; or still suspended, when there is no answer for what it asks.

    Raises:
        UnknownStep: ``answers`` names a step that the workflow does not have; the message lists those that it has.
        AssertionError: it suspended more than ``max_resumes`` times.
    """
    _check_names(workflow, answers or {})
    clock = FakeClock()
    engine = _in_memory(workflow, clock)
    # A person who takes long to answer is not late: at rest no time passes but by `_pass`.
    clock.stand_still_while(lambda: engine.runtime.at_work or not engine.runtime.driven)
    run = await engine.workflow(workflow.id).create_run()
    result = await run.start(
        input_data, initial_state=initial_state, request_context=request_context, rehearsal=rehearsal
    )
    for _ in range(max_resumes):
        path = next((path for path in result.suspended if _answer(answers or {}, path) is not MISSING), None)
        if result.status == "suspended" and path is None and any(step.due_at for step in result.steps.values()):
            result = await _pass(engine, run, clock)
            continue
        if result.status != "suspended" or path is None:
            return result
        answer = _answer(answers or {}, path)
        asked = result.steps[format_path(path)].suspend_payload
        result = await run.resume(path, answer(asked) if callable(answer) else answer)
    raise AssertionError(f"workflow {workflow.id!r} suspended more than {max_resumes} times")


@asking("await run_scheduled(workflow, start=start, until=until)", workflow=_COMMITTED, start=TIME, until=TIME)
async def run_scheduled(workflow: Workflow[Any, Any], *, start: datetime, until: datetime) -> list[RunResult]:
    """Let a workflow's schedules fire in memory, on a clock that needs no waiting.

    Args:
        workflow: the committed workflow.
        start: when the clock begins, aware; what is due at that very moment has passed.
        until: the last moment that counts, aware.

    Returns:
        The runs that were started, in the order of their due times, each when it has ended or is suspended; see
        `RunResult.scheduled_for`.
    """
    engine = _in_memory(workflow, FakeClock(start))
    await engine.run_schedules(until=until)
    runs = [await engine.run(summary.run_id) for summary in await engine.runs(limit=sys.maxsize)]
    for run in runs:
        await engine.runtime.drive(run.run_id)
    results = [await run.state() for run in runs]
    return sorted(results, key=lambda result: result.scheduled_for or start)


def _in_memory(workflow: Workflow[Any, Any], clock: FakeClock) -> Engine:
    """Return an engine for a workflow, whose time passes only while none of its steps is executed."""
    engine = Engine([workflow], clock=clock)
    clock.stand_still_while(lambda: engine.runtime.at_work)
    return engine


def _check_names(workflow: Workflow[Any, Any], answers: Answers) -> None:
    """Refuse answers for steps that are not there: they would be left out, and the run stay as it is."""
    flow = workflow.flow
    paths = [path for path in places_of(flow).paths if isinstance(node_at(flow, path), StepNode)]
    known = {*paths, *((path[-1],) for path in paths)}
    for name in answers:
        if ids_of(_path(name)) not in known:
            listed = ", ".join(map(format_path, sorted(paths)))
            raise UnknownStep(
                f"answers names {name!r}, which is no step of workflow {flow.id!r}. "
                f"Steps that can be answered: {listed}"
            )


def _path(written: str) -> Path:
    """Return a written path; nothing when it is none."""
    try:
        return parse_path(written)
    except ValueError:
        return ()


def _known(type: EventType) -> EventType:
    """Return a type of events, if it is one: for any other a test would wait for ever, or find nothing."""
    if isinstance(type, str) and type in EVENT_TYPES:
        return type
    close = difflib.get_close_matches(type, EVENT_TYPES, 1) if isinstance(type, str) else []
    mend = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(EVENT_TYPES)}."
    raise ValueError(f"{shown(type)} is no type of event. {mend}")


async def _pass(engine: Engine, run: Run[Any, Any], clock: FakeClock) -> RunResult:
    """Let the time for an answer pass; return the run as it is when what follows has come to rest."""
    state = await engine.runtime.state(run.run_id)
    if state.due_at is not None:
        clock.advance(max(state.due_at - clock.now(), timedelta()))
    await engine.runtime.drive(run.run_id)
    return await run.state()


def _answer(answers: Answers, path: list[str | int]) -> "Any | Callable[[Any], Any]":
    step_id = next(part for part in reversed(path) if isinstance(part, str))
    return answers.get(format_path(path), answers.get(step_id, MISSING))
