"""A walk: what the coroutines of the node kinds are given, and how it runs in the task of whoever drives it."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import AbstractContextManager, suppress
from contextvars import copy_context
from types import coroutine
from typing import Any, Protocol, TypeVar

from engine.clock import Clock
from engine.execution.outcome import HELD, Halted, Outcome
from engine.execution.ports import Host
from engine.execution.recorder import Recorder
from engine.execution.scope import Scope
from engine.journal.refs import Value
from engine.journal.state import RunState
from engine.paths import Path
from engine.tree.nodes import Node
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
    lost: str
    """How the former owner of the run was lost."""

    def walk(self, node: Node, scope: Scope, value: Value) -> Coroutine[Any, Any, Outcome]:
        """Run one node of any kind, or go on with it where the journal left it."""
        ...

    held: dict[Path, Value]
    """What is about to begin, and has to wait until the run goes on; with what it is given."""

    def given(self, path: Path, value: Value, *, is_step: bool = False) -> Value | Halted:
        """Return what a step is given when it begins, unless the run pauses before it.

        That is the value, unless the run was forked there with another one, or went on with another one.
        """
        ...

    def listening(self, listener: Listener) -> AbstractContextManager[None]:
        """Tell the listener, inside the block, what can go on."""
        ...

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


@coroutine
def in_own_context(work: Coroutine[Any, Any, T], waits: Callable[[], None]) -> Generator[Any, Any, T]:
    """Await a coroutine; context variables that it sets are not seen outside.

    Args:
        work: the coroutine.
        waits: called once, when the coroutine waits for something for the first time.
    """
    context = copy_context()
    try:
        awaited = context.run(work.send, None)
        waits()
        while True:
            try:
                sent = yield awaited
            except BaseException as error:
                awaited = context.run(work.throw, error)
            else:
                awaited = context.run(work.send, sent)
    except StopIteration as end:
        result: T = end.value
        return result


async def take_back(task: "asyncio.Task[Any]") -> None:
    """Take back the cancel of a task that was meant for the walk alone; it may not have come to it yet."""
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(0)
    task.uncancel()
