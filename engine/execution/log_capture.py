"""Logs and prints of a step become its events, and still reach the console."""

import logging
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from engine.execution.context import current_context

MAX_LINE = 64 * 1024
"""Characters of one captured line; what is longer is cut, and says so."""

LOGGER = logging.getLogger("stepyard")


class _Handler(logging.Handler):
    """Hands records of a step over to its context."""

    def emit(self, record: logging.LogRecord) -> None:
        """Record the line at the step that logs it, if one does."""
        # Where nobody has set up logging, Python prints warnings by itself, but not once there is a handler: this one.
        last = logging.lastResort
        if last is not None and record.levelno >= last.level and self._is_alone(record.name):
            last.handle(record)
        context = current_context.get()
        if context is not None:
            context.record_log(record.levelname.lower(), record.name, _cut(self.format(record)))

    def _is_alone(self, name: str) -> bool:
        """Tell whether no other handler gets the records of a logger."""
        logger: logging.Logger | None = logging.getLogger(name)
        while logger is not None:
            if any(handler is not self for handler in logger.handlers):
                return False
            logger = logger.parent if logger.propagate else None
        return True


class _Tee:
    """Stands in for sys.stdout or sys.stderr: lines that a step prints are recorded, everything is passed on.

    It derives from no stream class, whose attributes would hide the real stream's: its encoding, its fileno.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._partial: dict[int, str] = {}

    def write(self, text: str) -> int:
        """Pass the text on, and record the lines that it completes."""
        context = current_context.get()
        if context is not None:
            *lines, rest = (self._partial.pop(id(context), "") + text).split("\n")
            for line in lines:
                context.record_log("info", self._name, _cut(line))
            if rest and not context.cancelled:
                self._partial[id(context)] = rest
                context.at_close(self._finish)
        return self._stream.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of some texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Be the real stream in everything else."""
        return getattr(self._stream, name)

    def _finish(self, context: Any) -> None:
        rest = self._partial.pop(id(context), "")
        if rest:
            context.record_log("info", self._name, _cut(rest))


class _Capture:
    """A context manager that counts who captures: it installs at the first and takes away at the last."""

    def __init__(self) -> None:
        self._users = 0
        self._handler = _Handler()
        self._streams: list[tuple[str, Any, Any]] = []

    def __enter__(self) -> None:
        """Begin to capture."""
        self._users += 1
        if self._users > 1:
            return
        # Every change of a level makes all loggers forget what they have worked out.
        if LOGGER.level != logging.DEBUG:
            LOGGER.setLevel(logging.DEBUG)
        logging.getLogger().addHandler(self._handler)
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            tee = _Tee(stream, name)
            self._streams.append((name, stream, tee))
            setattr(sys, name, tee)

    def __exit__(self, *error: object) -> None:
        """Capture no more, unless others do."""
        self._users -= 1
        if self._users:
            return
        logging.getLogger().removeHandler(self._handler)
        for name, stream, tee in self._streams:
            if getattr(sys, name) is tee:
                setattr(sys, name, stream)
        self._streams.clear()


def _cut(line: str) -> str:
    text = line.encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= MAX_LINE:
        return text
    return f"{text[:MAX_LINE]}… ({len(text) - MAX_LINE} characters more were cut)"


capturing: _Capture = _Capture()
"""Captures inside ``with`` blocks; they may overlap."""
