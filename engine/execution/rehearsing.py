"""Attempts of a step in a rehearsal: delayed, killed, failed or answered as it says."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from engine.errors import StepError
from engine.execution.nodes.waits import nap
from engine.execution.walker import Walker
from engine.journal.step_state import StepState
from engine.paths import format_path, ids_of
from engine.rehearsal import Failure, Rehearsal
from engine.tree.step import Step


async def rehearse(
    run: Walker, rehearsal: Rehearsal, step: Step[Any, Any], record: StepState, call: Callable[[], Awaitable[Any]]
) -> Any:
    """Return what an attempt gives: what the rehearsal says, else what the step's own function returns.

    An answer to the step's question is no new attempt: its function goes on with it, without another delay.
    """
    name = format_path(ids_of(record.path))
    if not record.ready:
        if record.delayed_until is not None:
            await nap(run, record.path, record.delayed_until)
        if record.lost < rehearsal.deaths.get(name, 0):
            _die(run, name)
    failure = rehearsal.failures.get(name)
    if failure is not None and record.failures < failure.times:
        raise exception_of(failure)
    if name in rehearsal.results:
        return step.output.load(rehearsal.results[name])
    return await call()


def _die(run: Walker, name: str) -> None:
    if run.die is None:
        raise StepError(f"the rehearsal kills the worker at step {name!r}, and this process is no worker")
    run.die()


def exception_of(failure: Failure) -> Exception:
    """Return the exception of a rehearsed failure: of the class of that name, if the program has one.

    It is made without that class's own constructor, which may want other arguments than a message.
    """
    found = next((kind for kind in _exceptions(Exception) if kind.__name__ == failure.type), Exception)
    members = {"__str__": lambda error: failure.message, "__module__": found.__module__, "final": False}
    rehearsed: type[Exception] = type(failure.type, (found,), members)
    return rehearsed.__new__(rehearsed, failure.message)


def _exceptions(kind: type[Exception]) -> Iterator[type[Exception]]:
    """Yield a class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from _exceptions(below)
