"""What the one command says, written by a thread: a terminal or pipe that stops reading must not stop the pages."""

import io
import logging
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TextIO

ROOM = 1024 * 1024
"""Bytes that may wait to be shown; what comes when they are full is left out."""
LAST_SECONDS = 1.0
"""How long the end waits for what has not been shown yet."""


class Outlet(io.TextIOBase):
    """A stream into a file descriptor that takes text at once and never keeps its writer waiting."""

    def __init__(self, fd: int, *, room: int = ROOM) -> None:
        """Take where to write, and how many bytes may wait for it."""
        self._fd = fd
        self._room = room
        self._waiting: list[bytes] = []
        self._held = 0  # bytes that wait or are being written
        self._left_out: int | None = None  # lines, since something was left out
        self._in_line = False  # whether the end of what was taken is the middle of a line
        self._closing = False
        self._changed = threading.Condition()
        # A daemon, since it may wait for ever in a write; nothing but the descriptor is touched there, because a lock
        # of `sys.stdout` that is held at the end of the process would abort it.
        self._thread = threading.Thread(target=self._pour, name="terminal", daemon=True)
        self._thread.start()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._fd

    def isatty(self) -> bool:
        """Tell whether a person may be looking."""
        return os.isatty(self._fd)

    def write(self, text: str) -> int:
        """Take text."""
        self.put(text.encode("utf-8", "backslashreplace"))
        return len(text)

    def put(self, chunk: bytes) -> None:
        """Take bytes; they are counted and left out when too many wait already."""
        with self._changed:
            if not chunk or self._closing:
                return
            # After a gap, half of the room must be free again, or there would be a gap after each line.
            room = self._room if self._left_out is None else self._room / 2
            if self._held and self._held + len(chunk) > room:
                self._left_out = (self._left_out or 0) + chunk.count(b"\n")
                return
            self._note()
            self._take(chunk)

    def finish(self, seconds: float) -> bool:
        """Take nothing more; return whether all that waits could be written within some seconds."""
        with self._changed:
            self._note()
            self._closing = True
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _note(self) -> None:
        """Say how much was left out, in its place."""
        if self._left_out is not None:
            count, self._left_out = max(1, self._left_out), None
            lines = "1 line was" if count == 1 else f"{count} lines were"
            self._take(("\n" * self._in_line + f"… {lines} not shown\n").encode())

    def _take(self, chunk: bytes) -> None:
        self._waiting.append(chunk)
        self._held += len(chunk)
        self._in_line = not chunk.endswith(b"\n")
        self._changed.notify()

    def _pour(self) -> None:
        """Write what comes until the end; or until nobody can read it, as when the terminal was closed."""
        while chunk := self._next():
            try:
                _write(self._fd, chunk)
            except OSError:
                with self._changed:
                    self._closing = True
                    self._waiting.clear()
                return
            with self._changed:
                self._held -= len(chunk)

    def _next(self) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            chunk = b"".join(self._waiting)
            self._waiting.clear()
            return chunk


@contextmanager
def never_waiting(seconds: float = LAST_SECONDS) -> Iterator[Callable[[bytes], object]]:
    """Have threads write what is said on stdout, on stderr and in the log; give what shows bytes on stderr.

    Both streams share one thread when they lead to the same place, so that their lines keep their order; else one that
    is not read does not hold up the other.

    Arguments: for how long the end waits for what has not been shown yet.
    """
    outlets: list[Outlet] = []
    restore = ExitStack()
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if _is_file(stream):
            stream.flush()
            outlet = next((one for one in outlets if os.path.sameopenfile(one.fileno(), stream.fileno())), None)
            if outlet is None:
                outlets.append(outlet := Outlet(stream.fileno()))
            restore.enter_context(_in_place_of(name, stream, outlet))
    stderr = sys.stderr
    try:
        yield stderr.put if isinstance(stderr, Outlet) else lambda chunk: stderr.write(chunk.decode("utf-8", "replace"))
    finally:
        # When something is stuck, the streams stay replaced: whatever is said later would wait there for ever.
        stuck = [outlet for outlet in outlets if not outlet.finish(seconds)]
        if not stuck:
            restore.close()


def _is_file(stream: TextIO | None) -> bool:
    """Tell whether a stream leads out of the process; there may be none, or one that a test has put there."""
    try:
        return stream is not None and stream.fileno() >= 0
    except (OSError, ValueError):
        return False


@contextmanager
def _in_place_of(name: str, stream: TextIO, outlet: Outlet) -> Iterator[None]:
    """Put an outlet in the place of a stream of `sys`, for the log too."""
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    handlers = [handler for one in loggers if isinstance(one, logging.Logger) for handler in one.handlers]
    writing = [one for one in handlers if isinstance(one, logging.StreamHandler) and one.stream is stream]
    setattr(sys, name, outlet)
    for handler in writing:
        handler.setStream(outlet)
    yield
    setattr(sys, name, stream)
    for handler in writing:
        handler.setStream(stream)


def _write(fd: int, chunk: bytes) -> None:
    """Write all of a chunk, also where another process has made the descriptor one that does not block."""
    rest = memoryview(chunk)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            ready = select.poll()
            ready.register(fd, select.POLLOUT)
            ready.poll()
