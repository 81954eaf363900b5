"""A walk: what the coroutines of the node kinds are given, and how it runs in the task of whoever drives it.

Cancels of a task that come from the user's code in it hit that code alone, not the run and who awaits it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from contextlib import AbstractContextManager, suppress
from contextvars import ContextVar, copy_context
from types import coroutine
from typing import Any, Protocol, TypeVar

from engine.clock import Clock
from engine.errors import StepError
from engine.events import EventType, RunStatus
from engine.execution.outcome import HELD, Halted, Outcome
from engine.execution.ports import Host, Observer
from engine.execution.recorder import Recorder
from engine.execution.scope import Scope
from engine.journal.refs import Value
from engine.journal.state import RunState
from engine.paths import Path
from engine.tree.nodes import Node
from engine.tree.queues import Elsewhere
from engine.values.missing import MISSING

T = TypeVar("T")


class Listener(Protocol):
    """Something that wants to know when a halted step can go on."""

    def poke(self, path: Path) -> None:
        """Take notice that the step at ``path`` was answered, or its timer is due."""
        ...


class Walker(Protocol):
    """A run in execution."""

    journal: Recorder
    host: Host
    """Serves the contexts of functions."""
    clock: Clock
    random: Callable[[], float]
    die: Callable[[], None] | None
    """Kills this process, if it is a worker and rehearsals may."""
    observer: Observer | None
    """Is told of each attempt of a step."""
    lost: str
    """How the former owner of the run was lost."""
    interrupted: bool
    """Whether the task that walks was cancelled to stop the run."""

    def walk(self, node: Node, scope: Scope, value: Value) -> Coroutine[Any, Any, Outcome]:
        """Run one node of any kind, or go on with it where the journal left it."""
        ...

    held: dict[Path, Value]
    """What is about to begin, and has to wait until the run goes on; with what it is given."""

    elsewhere: Elsewhere | None
    """What knows which steps are executed by others; None when all are executed here."""

    def given(self, path: Path, value: Value, *, is_step: bool = False) -> Value | Halted:
        """Return what a step is given when it begins, unless the run pauses before it.

        That is the value, unless the run was forked there with another one, or went on with another one.
        """
        ...

    def listening(self, listener: Listener, *, at_once: bool) -> AbstractContextManager[None]:
        """Tell the listener, inside the block, what can go on, and note whether several children may run at once."""
        ...

    naps: dict[Path, asyncio.Future[None]]
    """The steps that wait for the clock while the run is held; cancelled when somebody wakes the step."""

    def alarm(self, path: Path, step_due: Any) -> None:
        """Poke the listeners about ``path`` when the clock reaches the time."""
        ...


def given_at(state: RunState, held: dict[Path, Value], path: Path, value: Value, *, is_step: bool) -> Value | Halted:
    """Return what a step is given when it begins, or note in ``held`` that the run pauses; see `Walker.given`."""
    fork = state.forked_from
    if fork is not None and "input" in fork and tuple(fork["step"]) == path:
        value = Value(fork["input"], {"value": fork["input"]})
    if not (state.breakpoints or state.stepping or state.released):
        return value
    if state.stops_before(path, is_step=is_step):
        held[path] = value
        return HELD
    held.pop(path, None)
    other = state.released.get(path, MISSING)
    return value if other is MISSING else Value(other, {"value": other})


def waits_for_clock(state: RunState) -> bool:
    """Tell whether a run in execution only goes on by time: to a next attempt, or the end of a rehearsed delay.

    With whatever else it is at, it goes on by itself, be it to its rest: a step that is executed, the record of an
    attempt, the work between two steps.
    """
    undoing = any(step.undo is not None and step.undo.retry_at is not None for step in state.left_to_undo)
    steps = [step for step in state.open.values() if step.kind == "step" and step.status == "running"]
    waits = [step.retry_at is not None or step.delayed_until is not None for step in steps]
    return (undoing or bool(waits)) and all(waits)


def at_rest(
    state: RunState, held: Mapping[Path, Value]
) -> tuple[RunStatus, list[tuple[EventType, Path, dict[str, Any]]]]:
    """Return how a run stands of which all that is left halts, and the events that say so.

    Who pauses comes first: what waits beside that goes on when it can, and the run pauses again.
    """
    if held:
        pauses = [{"before": list(path), "input": value.ref} for path, value in held.items()]
        return "paused", [("run-paused", (), pause) for pause in pauses]
    if waiting := state.waiting:
        names = [step.event_name for step in waiting if step.event_name is not None]
        until = None if state.due_at is None else state.due_at.isoformat()
        return "waiting", [("run-waiting", (), {"until": until, "events": names})]
    if suspended := state.suspended:
        return "suspended", [("run-suspended", (), {"suspended": [list(step.path) for step in suspended]})]
    raise AssertionError("a run that halts waits for something")


ITSELF = (
    "The function cancelled the task that it runs in, which is the run's. To end early return a value or call "
    "ctx.bail(...), to give up raise Fail(...), and to cancel the run call cancel() on it."
)


class Stoppable(Protocol):
    """A run whose task is cancelled when somebody stops it, perhaps the user's code itself."""

    interrupted: bool


class _Never:
    interrupted = False


NEVER = _Never()


class OwnCancels:
    """Counts, of the cancels of a task, those that are asked for while it runs itself."""

    __slots__ = ("others", "own", "seen", "task")

    def __init__(self) -> None:
        """Begin with the current task."""
        self.task: asyncio.Task[Any] = asyncio.current_task()  # type: ignore[assignment]
        self.others: int = self.task.cancelling()
        """The cancels of the task when it began, which were asked for by others."""
        self.seen: int = self.others
        """The cancels of the task when it last went on after a wait."""
        self.own: int = 0
        """Those that it had asked for when it last began to wait, and that were not settled."""

    async def settle(self, run: Stoppable) -> bool:
        """Take back what code of a run that has just ended has asked for; tell whether there was anything."""
        count = self.task.cancelling()
        own = min(self.own + max(0, count - self.seen), count - self.others)
        self.own, self.seen = 0, count
        if own <= 0 or run.interrupted:
            return False
        await take_back(self.task, own)
        if self.task.cancelling() > self.others:
            raise asyncio.CancelledError
        return True


own_cancels: ContextVar[OwnCancels] = ContextVar("own_cancels")
"""Those of the current task."""


async def take_back(task: "asyncio.Task[Any]", times: int = 1) -> None:
    """Take back cancels of the task in which this runs; the last may not have come to it yet."""
    for _ in range(times):
        task.uncancel()
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(0)


def _here(call: Callable[..., Any], *args: Any) -> Any:
    return call(*args)


@coroutine
def counting(
    work: Coroutine[Any, Any, T], within: Callable[..., Any] = _here, waits: Callable[[], None] | None = None
) -> Generator[Any, Any, T]:
    """Await the work of a task, and count the cancels that it asks for itself.

    Args:
        work: the coroutine.
        within: calls a function with arguments; by it the coroutine is brought forward.
        waits: called once, when the coroutine waits for something for the first time.
    """
    counted = OwnCancels()
    task = counted.task
    token = within(own_cancels.set, counted)
    try:
        awaited = within(work.send, None)
        if waits is not None:
            waits()
        while True:
            count = task.cancelling()
            if count > counted.seen:
                counted.own += count - counted.seen
            try:
                sent = yield awaited
            except BaseException as error:
                # A cancel from outside comes as an error.
                counted.seen = task.cancelling()
                awaited = within(work.throw, error)
            else:
                counted.seen = count
                awaited = within(work.send, sent)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        within(own_cancels.reset, token)


def in_own_context(work: Coroutine[Any, Any, T], waits: Callable[[], None] | None = None) -> Awaitable[T]:
    """Return what awaits a coroutine, `counting`; context variables that it sets are not seen outside."""
    return counting(work, copy_context().run, waits)


async def contained(call: Coroutine[Any, Any, T], run: Stoppable = NEVER) -> T:
    """Await the user's code, inside of `counting`.

    Args:
        call: what to await.
        run: the run that it is part of.

    Raises:
        StepError: it has cancelled itself.
    """
    cancels = own_cancels.get()
    try:
        return await call
    except asyncio.CancelledError:
        if await cancels.settle(run):
            raise StepError(ITSELF) from None
        raise
    finally:
        if cancels.task.cancelling():
            await cancels.settle(run)
