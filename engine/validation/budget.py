"""How long one check may take: when that is over it ends, and never with an answer that it has not found."""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

FULL = 0.85
"""The part of the stack that a check may fill."""


class OutOfTime(Exception):
    """What is checked takes longer than it may."""


@dataclass(slots=True, kw_only=True)
class _Check:
    until: float = math.inf
    """By `time.thread_time`: a busy machine must not make a value wrong."""
    found: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    """What was made of parts of the schema, by their identities, beside these parts, which so stay alive."""


_current: ContextVar[_Check] = ContextVar("check")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let what runs inside take at most so long, and no longer than what runs around it may.

    Args:
        seconds: of the thread's own time; with 0 nothing is checked at all.
    """
    outer = _current.get(None)
    until = time.thread_time() + seconds
    token = _current.set(_Check(until=min(until, outer.until) if outer else until))
    try:
        yield
    finally:
        _current.reset(token)


def tick() -> None:
    """End the check when its time is over, or when the stack is nearly full.

    A full stack inside a library's Rust ends in a panic that nobody catches.

    Raises:
        OutOfTime, RecursionError: so it is.
    """
    check = _current.get(None)
    if check is not None and time.thread_time() >= check.until:
        raise OutOfTime
    try:
        sys._getframe(int(sys.getrecursionlimit() * FULL))
    except ValueError:
        return
    raise RecursionError("nested too deeply")


def remembered(part: Any, make: Any) -> Any:
    """Return what ``make(part)`` makes of a part of the schema, made once for each check."""
    check = _current.get(None)
    if check is None:
        return make(part)
    if id(part) not in check.found:
        check.found[id(part)] = part, make(part)
    return check.found[id(part)][1]
