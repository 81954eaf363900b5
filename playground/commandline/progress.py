"""What is said on stderr while a run goes on: a line for each thing that happens, and on a terminal what runs now."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from engine.events import Event
from engine.journal.step_state import StepState
from engine.paths import format_path
from playground.commandline.output import clean, lasted, one_line, time_text
from playground.history import History, Reason, length_text

WATCHED = frozenset({"person", "sleep", "event", "retry"})
"""The kinds of reasons that are told as they happen when steps are watched."""


class Progress:
    """Writes lines; the last one, of what runs at this moment, is replaced by the next."""

    def __init__(self, *, watched: bool, width: int) -> None:
        """Take whether each step is to be shown, and how many characters a line may have."""
        self._watched = watched
        self._width = width
        self._passing = watched and sys.stderr.isatty()
        self._shown = ""
        self._waits: set[tuple[str, str, datetime | None]] = set()

    def line(self, text: str) -> None:
        """Write a line that stays."""
        self._wipe()
        sys.stderr.write(f"{clean(text)}\n")
        sys.stderr.flush()

    def printed(self, chunk: bytes) -> None:
        """Hand on what the command's worker prints; when steps are watched, their lines are among what happens."""
        if not self._watched:
            sys.stderr.buffer.write(chunk)
            sys.stderr.buffer.flush()

    def last_words(self, tail: str) -> None:
        """Write what a worker that died has printed last, unless it was handed on already."""
        if self._watched and tail.strip():
            self.line(tail.strip())

    def tell(self, history: History, event: Event) -> None:
        """Say what has happened, with the history as it is right after the event."""
        text = happened(event, history) if self._watched else None
        if text is not None:
            self.line(f"{event.at.astimezone():%H:%M:%S}  {'  ' * max(len(event.path) - 1, 0)}{text}")

    def waits(self, found: Sequence[Reason]) -> None:
        """Say what holds the run, each thing once; when steps are watched, what they wait for was said already."""
        for reason in found:
            known = (reason.kind, reason.path, reason.due_at)
            if known not in self._waits and not (self._watched and reason.kind in WATCHED):
                self.line(f"{reason.text}{_until(reason.due_at)}.")
            self._waits.add(known)

    def show(self, history: History) -> None:
        """Say what runs now."""
        now = one_line(clean(_now(history)), self._width - 1) if self._passing else ""
        if now != self._shown:
            self._wipe()
            self._shown = now
            sys.stderr.write(now)
            sys.stderr.flush()

    def finish(self) -> None:
        """Take the line of what runs now away."""
        self._wipe()

    def _wipe(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            self._shown = ""


def happened(event: Event, history: History) -> str | None:
    """Return what an event tells, in a line; None for what needs no line.

    Args:
        event: the event.
        history: the run with this event as its last one, so that the step is still the one that the event is of.
    """
    name, payload = format_path(event.path), event.payload
    step = history.run.find(event.path) if event.path else None
    match event.type:
        case "step-started":
            attempt = payload.get("attempt", 1)
            return f"> {name}" + (f"  attempt {attempt}" if attempt > 1 else "")
        case "step-succeeded":
            return f"+ {name}  {lasted(step.started_at, event.at) if step else ''}".rstrip()
        case "step-failed":
            return f"x {name}  {_error(payload)}"
        case "step-attempt-failed":
            return f"~ {name}  failed: {_error(payload)}" + ("; tries again" if payload.get("next_at") else "")
        case "step-suspended":
            return f"? {name}  waits for an answer"
        case "step-resumed":
            return f"> {name}  answered"
        case "step-expired":
            return f"> {name}  " + ("decided by default" if "default" in payload else "nobody answered in time")
        case "step-canceled":
            return f"- {name}  canceled"
        case "step-bailed":
            return f"^ {name}  ends the run"
        case "step-undone":
            return f"< {name}  undone"
        case "step-undo-failed":
            return f"x {name}  undo failed: {_error(payload)}" + ("; tries again" if payload.get("next_at") else "")
        case "run-undoing":
            return "< takes back what it did"
        case "step-log":
            return f"  {name} | {payload.get('message', '')}"
        case "sleep-started":
            return f"~ {name}  sleeps until {time_text(datetime.fromisoformat(payload['until']))}"
        case "event-awaited":
            return f"~ {name}  waits for the event {payload['name']}"
        case "event-received":
            return f"+ {name or payload['name']}  event received"
        case "run-recovered":
            return f"! {payload.get('reason') or 'the worker was lost'}: goes on"
        case _:
            return None


def _until(due: datetime | None) -> str:
    if due is None:
        return ""
    left = length_text(max((due - datetime.now(UTC)).total_seconds(), 0))
    return f" until {time_text(due)} ({left} from now)"


def _error(payload: dict[str, Any]) -> str:
    error = payload.get("error") or {}
    return one_line(f"{error.get('type', 'Error')}: {error.get('message', '')}")


def _now(history: History) -> str:
    run = history.run
    working = [step for step in run.open.values() if step.status == "running" and step.kind == "step"]
    if not working:
        waiting = ", ".join(format_path(step.path) for step in run.waiting)
        return f"… {run.status}{f': {waiting}' if waiting else ''}"
    return f"… {', '.join(_working(step, history) for step in working)}"


def _working(step: StepState, history: History) -> str:
    """Return a step that runs now, with how far it is, and for how many seconds it has run."""
    fraction = history.trace(step).fraction
    seconds = 0 if step.started_at is None else int((datetime.now(UTC) - step.started_at).total_seconds())
    parts = [format_path(step.path), f"{fraction:.0%}" if fraction is not None else "", f"{seconds} s" * bool(seconds)]
    return " ".join(filter(None, parts))
