"""Failures as JSON: an exception with its type, message, cause, notes and a traceback that marks the user's frames."""

import asyncio
import builtins
import functools
import linecache
import re
import signal
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path as FilePath
from types import TracebackType
from typing import Any

from engine.errors import InvalidValue

ErrorDetail = dict[str, Any]
"""``{type, message, traceback: [{file, line, function, code, user}], cause, notes}``, innermost frame last.

Of a value that did not fit also ``issues: [{path, message}]``, and ``value``: what was returned, in short.
Frames that recur, as those of a recursion without an end do, stand there once, with ``times``.
"""

MAX_FRAMES = 50
MAX_CAUSES = 10
MAX_CYCLE = 4
"""So many functions that call each other in turn are seen as one recursion."""

MAX_PARTS = 20
"""Exceptions of a group that are described, and notes of one exception."""

MAX_TEXT = 64 * 1024
"""Characters of one message; what is longer is cut, and says so."""

_SUBSCRIPTED = re.compile(r"'(\w+)' object is not subscriptable$")
_NAMELESS = frozenset({"NoneType", "builtin_function_or_method", "coroutine", "function", "generator", "method"})
"""Types without attributes that data is read from."""

_ENGINE = f"{FilePath(__file__).parent}/"
_PLAYGROUND = str(FilePath(__file__).parents[1] / "playground")
"""The other package of the distribution, which in a clone is in no folder of libraries; its examples are user code."""
_FOREIGN = (
    _ENGINE,
    *{f"{sysconfig.get_path(name)}/" for name in ("stdlib", "purelib", "platlib")},
)


def describe(error: BaseException, depth: int = 0) -> ErrorDetail:
    """Return the exception as JSON.

    Args:
        error: any exception, also one whose ``str`` raises.
        depth: how many exceptions stand above it in the chain of causes.
    """
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    detail: ErrorDetail = {
        "type": storable(type(error).__name__),
        "message": message_of(error),
        "traceback": _frames(error.__traceback__),
        "cause": describe(cause, depth + 1) if cause is not None and depth < MAX_CAUSES else None,
    }
    notes = getattr(error, "__notes__", None)
    if notes and isinstance(notes, list):
        detail["notes"] = [_text(note, "(a note") for note in notes[:MAX_PARTS]]
    if isinstance(error, BaseExceptionGroup) and depth < MAX_CAUSES:
        detail["errors"] = [describe(part, depth + 1) for part in error.exceptions[:MAX_PARTS]]
    if isinstance(error, InvalidValue):
        detail["issues"] = [{"path": list(issue.path), "message": issue.message} for issue in error.issues]
        detail |= error.refused or {}
    return detail


def is_users(error: BaseException) -> bool:
    """Tell whether an error that left a user's function is a failure of it, whatever its class: ``sys.exit`` is one.

    Ctrl-C is none, and neither is the cancelling of the task that the function runs in.
    """
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is not None and not task.cancelling()
    return not isinstance(error, KeyboardInterrupt) or not _ctrl_c_raises()


def _ctrl_c_raises() -> bool:
    """Tell whether SIGINT raises KeyboardInterrupt here; where it is handled otherwise, the function did."""
    handler: Any = signal.getsignal(signal.SIGINT)
    if isinstance(handler, functools.partial):
        # As `asyncio.run` has it.
        handler = getattr(handler.func, "__self__", None)
    return handler is signal.default_int_handler or isinstance(handler, asyncio.Runner)


def message_of(error: BaseException) -> str:
    """Return ``str(error)``, its type's name when that is empty, or a note when ``str`` itself raises."""
    return _text(error, f"{type(error).__name__} (its message") or storable(type(error).__name__)


def raised(error: BaseException) -> str:
    """Return which error was raised, and what to do about a model that is read like a dict, or a dict like a model."""
    return f"raised {type(error).__name__}: {message_of(error)}{_other_access(error)}"


def _other_access(error: BaseException) -> str:
    """Return how to read a value that was read in the way of another kind, as the end of a sentence."""
    if isinstance(error, AttributeError) and isinstance(error.obj, dict) and error.name in error.obj:
        return f'; it is a dict, so write ["{error.name}"] for .{error.name}'
    found = _SUBSCRIPTED.match(str(error)) if type(error) is TypeError else None
    if found is None or hasattr(builtins, found[1]) or found[1] in _NAMELESS:
        return ""
    return f'; {found[1]} is a class with attributes, so write .name for ["name"]'


def _text(thing: object, what: str) -> str:
    """Return ``str(thing)``, or a note when that raises."""
    try:
        return storable(str(thing))
    except BaseException as broken:
        if not is_users(broken):
            raise
        return f"{what} cannot be read: str() raised {type(broken).__name__})"


def storable(text: str) -> str:
    """Replace lone surrogates, which no database and no socket takes, and cut what is too long to be read."""
    if len(text) > MAX_TEXT:
        text = f"{text[:MAX_TEXT]}… ({len(text) - MAX_TEXT} characters more were cut)"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _frames(trace: TracebackType | None) -> list[dict[str, Any]]:
    frames = traceback.extract_tb(trace)
    own = list(_folded([frame for frame in frames if not frame.filename.startswith(_ENGINE)]))
    kept = own if len(own) <= MAX_FRAMES else [*own[: MAX_FRAMES // 2], *own[-MAX_FRAMES // 2 :]]
    return [_frame(frame, times) for frame, times in kept]


def _frame(frame: traceback.FrameSummary, times: int) -> dict[str, Any]:
    found = {
        "file": storable(frame.filename),
        "line": frame.lineno,
        "function": frame.name,
        "code": storable(linecache.getline(frame.filename, frame.lineno or 0).strip()),
        "user": _is_user(frame.filename),
    }
    return found if times == 1 else found | {"times": times}


def _folded(frames: list[traceback.FrameSummary]) -> Iterator[tuple[traceback.FrameSummary, int]]:
    """Yield the frames with how often each stands there in turn."""
    places = [(frame.filename, frame.lineno, frame.name) for frame in frames]
    at = 0
    while at < len(frames):
        length, times = _cycle(places, at)
        yield from ((frame, times) for frame in frames[at : at + length])
        at += length * times


def _cycle(places: list[tuple[str, int | None, str]], at: int) -> tuple[int, int]:
    """Return how many frames recur from here on, and how often; one frame once when none does."""
    for length in range(1, MAX_CYCLE + 1):
        pattern, times = places[at : at + length], 1
        while places[at + length * times : at + length * (times + 1)] == pattern:
            times += 1
        if times > 2:
            return length, times
    return 1, 1


def _is_user(filename: str) -> bool:
    ours = filename.startswith(f"{_PLAYGROUND}/") and not filename.startswith(f"{_PLAYGROUND}/examples/")
    return not ours and not filename.startswith(_FOREIGN) and not filename.startswith("<frozen")
