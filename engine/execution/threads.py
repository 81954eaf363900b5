"""The threads in which plain step functions run, and those that go on after their step has ended."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from engine.execution.context import Context

# Threads are cheap while they wait, and a step that waits must not hold up another.
THREADS = ThreadPoolExecutor(max_workers=256, thread_name_prefix="stepyard-step")

_contexts: dict[int, Context] = {}
"""The contexts of the steps that run now, by the identifiers of their threads."""


def abandoned() -> dict[int, Context]:
    """Return the threads, by identifier, that go on although their attempt was cancelled or has timed out."""
    return {thread: context for thread, context in _contexts.copy().items() if context.cancelled}


def guarded(bound: Callable[[Any, Any], Any], data: Any, ctx: Context) -> Any:
    """Call a function in a thread.

    StopIteration and GeneratorExit mean something else to the coroutine that awaits the thread. Ctrl-C never comes to
    a thread: a KeyboardInterrupt there is the function's own, and is no reason to end the program.
    """
    thread = threading.get_ident()
    _contexts[thread] = ctx
    try:
        return bound(data, ctx)
    except (StopIteration, GeneratorExit, KeyboardInterrupt) as error:
        raise RuntimeError(f"the step raised {type(error).__name__}") from error
    finally:
        del _contexts[thread]
