"""What a step shows when it is opened: values, logs, attempts, and an error with the user's own lines first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.journal.step_state import StepState
from playground.history.refused_lines import RefusedLine, refused_lines
from playground.history.step_history import History, Note
from playground.history.step_output import Stream

MOST_CALLS = 20
"""Of so many calls of a step's function it is shown what they wrote; the last ones."""
MOST_NOTES = 200
"""How many log lines are shown at once; the last ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracebackLine:
    """One line of a traceback."""

    file: str
    line: int
    function: str
    code: str
    user: bool
    times: int = 1
    """How often it stands there in turn, in a recursion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error as a person reads it: message, then where in their own code."""

    type: str
    message: str
    frames: tuple[TracebackLine, ...]
    """Innermost first."""
    issues: tuple[tuple[str, str], ...] = ()
    refused: tuple[RefusedLine, ...] = ()
    """The value that did not fit, where it is known, with its issues at their places."""
    notes: tuple[str, ...] = ()
    cause: "Failure | None" = None

    @property
    def issue_lines(self) -> list[str]:
        """Return what is wrong in the value, a line each, its place first; about the whole value there is none."""
        return [f"{place}: {message}" if place else message for place, message in self.issues]

    @property
    def chain(self) -> "tuple[Failure, ...]":
        """Return this error and its causes, each behind what it caused."""
        return (self,) if self.cause is None else (self, *self.cause.chain)

    @property
    def text(self) -> str:
        """Return it as plain text, to be copied: the error first, each frame on a line, then the causes."""
        return "\n\ncaused by ".join(part.alone for part in self.chain)

    @property
    def alone(self) -> str:
        """Return it as plain text without its causes."""
        lines = [f"{self.type}: {self.message}"]
        lines += [f"  {line}" for line in self.issue_lines]
        lines += [f"    {line.text}{f'  <- {line.wrong}' if line.wrong else ''}" for line in self.refused]
        lines += [f"  {note}" for note in self.notes]
        for frame in self.frames:
            times = f" (× {frame.times})" if frame.times > 1 else ""
            lines += [
                f"  {frame.file}:{frame.line} in {frame.function}{times}",
                *([f"    {frame.code}"] * bool(frame.code)),
            ]
        return "\n".join(lines)

    @property
    def own(self) -> tuple[TracebackLine, ...]:
        """Return the frames of the user's code, innermost first."""
        return tuple(frame for frame in self.frames if frame.user)

    @property
    def foreign(self) -> tuple[TracebackLine, ...]:
        """Return the frames of libraries, innermost first."""
        return tuple(frame for frame in self.frames if not frame.user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """An opened step."""

    state: StepState
    failure: Failure | None
    logs: tuple[Note, ...]
    streams: tuple[Stream, ...]
    """What the calls of its function have written that wrote anything; the last ones."""
    growing: Stream | None
    """The one of them to which more may be added."""
    silent: int
    """How many earlier ones are not shown."""
    changes: tuple[Note, ...]
    answers: tuple[Note, ...]
    left_out: int
    """How many earlier log lines are not shown."""


def detail(history: History, step: StepState) -> Detail:
    """Return what the opened step shows."""
    trace = history.trace(step)
    logs = [note for note in trace.notes if note.kind == "log"]
    streams = [stream for stream in trace.streams if stream]
    return Detail(
        state=step,
        failure=None if step.error is None else failure(step.error),
        logs=tuple(logs[-MOST_NOTES:]),
        streams=tuple(streams[-MOST_CALLS:]),
        growing=trace.streams[-1] if trace.streams and step.status == "running" else None,
        silent=max(0, len(streams) - MOST_CALLS),
        changes=tuple(note for note in trace.notes if note.kind == "state")[-MOST_NOTES:],
        answers=tuple(note for note in trace.notes if note.kind == "event"),
        left_out=max(0, len(logs) - MOST_NOTES),
    )


def failure(error: Mapping[str, Any], depth: int = 0) -> Failure:
    """Return the error of an ErrorDetail; parts that are missing are left empty."""
    cause, message = error.get("cause"), str(error.get("message") or "")
    return Failure(
        type=str(error.get("type") or "Error"),
        # The engine's own errors end with their issues, each on a line, which are shown beside.
        message=message.partition("\n  ")[0] if error.get("issues") else message,
        frames=_frames(error.get("traceback") or ()),
        issues=tuple(
            (_place(issue.get("path") or ()), str(issue.get("message"))) for issue in error.get("issues") or ()
        ),
        refused=refused_lines(error),
        notes=tuple(str(note) for note in error.get("notes") or ()),
        cause=failure(cause, depth + 1) if isinstance(cause, Mapping) and depth < 10 else None,
    )


def elapsed(start: datetime | None, end: datetime | None) -> float | None:
    """Return seconds between two times, None when one is missing."""
    return None if start is None or end is None else (end - start).total_seconds()


def _frames(frames: Sequence[Mapping[str, Any]]) -> tuple[TracebackLine, ...]:
    return tuple(
        TracebackLine(
            file=str(frame.get("file") or ""),
            line=int(frame.get("line") or 0),
            function=str(frame.get("function") or ""),
            code=str(frame.get("code") or ""),
            user=bool(frame.get("user")),
            times=int(frame.get("times") or 1),
        )
        for frame in reversed(frames)
    )


def _place(path: Sequence[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
