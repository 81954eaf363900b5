"""How long an attempt of a step may take, and all of its attempts together."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.clock import Clock
from engine.errors import StepTimeout
from engine.failure import is_users
from engine.journal.step_state import StepState
from engine.paths import Path, format_path
from engine.tree.step import Retry, Step


@dataclass(frozen=True, slots=True)
class Limit:
    """How many seconds an attempt may take from now on, and what is said when it takes longer."""

    seconds: float
    message: str
    final: bool = False
    """Whether the time for all attempts is over then."""


def ends(retry: Retry, record: StepState) -> datetime | None:
    """Return when the time for all attempts is over; that in which a person was waited for does not count."""
    if retry.total is None or record.started_at is None:
        return None
    return record.started_at + record.asleep + timedelta(seconds=retry.total)


def limit_of(step: Step[Any, Any], retry: Retry, record: StepState, path: Path, clock: Clock) -> Limit | None:
    """Return the limit of an attempt that begins now: the step's timeout, or what is left for all attempts."""
    own = step.timeout
    if own is None and retry.timeout is None:
        return None
    ends_at = ends(retry, record)
    left = None if ends_at is None else max(0.0, (ends_at - clock.now()).total_seconds())
    if left is not None and (own is None or left < own):
        text = f"the attempts of step {format_path(path)!r} took longer than the {retry.total} s of its Retry"
        return Limit(left, text, final=True)
    if own is not None:
        return Limit(own, f"step {format_path(path)!r} took longer than its timeout of {own} s")
    return None


def out_of_time(retry: Retry, path: Path, error: BaseException) -> StepTimeout:
    """Return the error of a step that has failed so late that no other attempt would begin in time."""
    over = StepTimeout(f"step {format_path(path)!r} cannot be tried again within the {retry.total} s of its Retry")
    over.__cause__ = error
    return over


async def in_time(call: Awaitable[Any], limit: Limit) -> Any:
    """Await the call of a step that has a limit.

    Raises:
        StepTimeout: it took longer: it was cancelled, or blocked the event loop, so that nothing could cancel it.
    """
    loop = asyncio.get_running_loop()
    over = loop.time() + limit.seconds
    waiting = asyncio.timeout_at(over)
    try:
        async with waiting:
            result = await call
    except BaseException as error:
        if (waiting.expired() or loop.time() >= over) and is_users(error):
            cancelled = waiting.expired() and isinstance(error, TimeoutError)
            raise StepTimeout(limit.message, final=limit.final) from (None if cancelled else error)
        raise
    if waiting.expired() or loop.time() >= over:
        # What the function gave came too late.
        raise StepTimeout(limit.message, final=limit.final)
    return result
