"""The threads in which plain step functions run, and those that go on after their step has ended."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import Any

from engine.execution.context import Context

# Threads are cheap while they wait, and a step that waits must not hold up another.
THREADS = ThreadPoolExecutor(max_workers=256, thread_name_prefix="stepyard-step")

_contexts: dict[int, Context] = {}
"""The contexts of the steps that run now, by the identifiers of their threads."""


def abandoned() -> dict[int, Context]:
    """Return the threads, by identifier, that go on although their attempt was cancelled or has timed out."""
    return {thread: context for thread, context in _contexts.copy().items() if context.cancelled}


async def in_thread(bound: Callable[[Any, Any], Any], data: Any, ctx: Context) -> Any:
    """Call a function in a thread that is kept for the next one, with a copy of the context variables."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def tell(result: Any, error: BaseException | None) -> None:
        # The program may have ended its loop meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_hand_over, done, result, error)

    def work() -> None:
        try:
            result = _guarded(bound, data, ctx)
        except BaseException as error:
            tell(None, error)
        else:
            tell(result, None)

    # By hand: asyncio's own way puts two more futures and their locks between the thread and the loop.
    job = THREADS.submit(copy_context().run, work)
    try:
        return await done
    finally:
        job.cancel()


def _hand_over(done: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    """End the wait for a thread, unless nobody waits any more."""
    if done.done():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)


def _guarded(bound: Callable[[Any, Any], Any], data: Any, ctx: Context) -> Any:
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
