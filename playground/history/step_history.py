"""What the fold of a run leaves out because no workflow needs it: times, attempts, logs and what was written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from engine.events import Event
from engine.journal.fold import apply
from engine.journal.forks import STARTS
from engine.journal.state import RunState
from engine.journal.step_state import StepState
from playground.history.step_output import Stream

SpanKind = Literal["run", "wait", "retry", "group"]


@dataclass(slots=True)
class Span:
    """A stretch of time in which a step ran, waited, or paused before its next attempt."""

    kind: SpanKind
    start: datetime
    end: datetime | None = None
    """None while it lasts."""


@dataclass(slots=True)
class Attempt:
    """One try of a step."""

    number: int
    started_at: datetime
    ended_at: datetime | None = None
    error: dict[str, Any] | None = None
    next_at: datetime | None = None
    interrupted: str = ""
    """Why the worker left it, when it did."""
    lost: bool = False
    """Whether the worker died with it, rather than giving it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line that a step wrote while it ran."""

    seq: int
    at: datetime
    kind: Literal["log", "state", "event", "run"]
    text: str = ""
    level: str = ""
    value: Any = None
    schema: Any = None
    """The JSON Schema of the value, when it has one of its own."""


@dataclass(slots=True)
class StepHistory:
    """What is known of one step's way through time."""

    spans: list[Span] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    """What each call of its function has written, of those that wrote anything, and the last call."""
    fraction: float | None = None
    """The latest progress, 0 to 1."""
    message: str = ""
    """The latest progress in words."""
    woken: str = ""
    """Who has ended the time that it waited for, if somebody did."""
    began: int = 0
    """The event with which the step began."""
    seq: int = 0
    """The last event that concerned the step."""
    told: int = 0
    """The last one that was no text and no progress, which alone change nothing else of what an opened step shows."""

    @property
    def stream(self) -> Stream:
        """Return what its row shows: what the last call of the last attempt has written that wrote anything."""
        last = self.streams[-1] if self.streams else Stream()
        before = self.streams[-2] if len(self.streams) > 1 else last
        return before if not last and before.attempt == last.attempt else last

    def called(self, attempt: int, questions: int = 0) -> None:
        """Begin with what another call of the function writes."""
        if self.streams and not self.streams[-1]:
            self.streams.pop()
        self.streams.append(Stream(attempt, questions))

    def open(self, kind: SpanKind, at: datetime) -> None:
        """Begin a span; the one before ends where it begins."""
        if self.spans and self.spans[-1].end is None and self.spans[-1].kind == kind:
            return
        self.close(at)
        self.spans.append(Span(kind, at))

    def close(self, at: datetime) -> None:
        """End the span that is open, if one is."""
        if self.spans and self.spans[-1].end is None:
            self.spans[-1].end = at
        if self.attempts and self.attempts[-1].ended_at is None:
            self.attempts[-1].ended_at = at


class History:
    """A run and the traces of its steps, fed with events in the order of ``seq``.

    Traces are kept by the identity of the fold's own step objects, which it never replaces, so that each iteration of
    a loop and each item keeps its own.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        """Begin with some events."""
        self.run = RunState()
        self.notes: list[Note] = []
        """What was written about the run itself."""
        self._traces: dict[int, StepHistory] = {}
        self._last_at: datetime | None = None
        self._forked_at: datetime | None = None
        self._gap = timedelta()
        self.feed(events)

    def feed(self, events: Iterable[Event]) -> None:
        """Take more events into account."""
        for event in events:
            apply(self.run, event)
            if event.path:
                self._follow(event)
            else:
                self._follow_run(event)

    def trace(self, step: StepState) -> StepHistory:
        """Return the trace of a step; an empty one before its first event."""
        return self._traces.get(id(step)) or StepHistory()

    def spans(self) -> Iterator[Span]:
        """Yield the times of all steps, those included that a long list leaves out."""
        for trace in self._traces.values():
            yield from trace.spans

    def moved(self, at: datetime | None) -> datetime | None:
        """Return when something lies on the run's own time: what a fork shares ends where the fork begins."""
        return at if at is None or self._forked_at is None or at >= self._forked_at else at + self._gap

    def _follow(self, event: Event) -> None:
        self._last_at = event.at if self._last_at is None else max(self._last_at, event.at)
        follow = _FOLLOW.get(event.type)
        # An undo may be of a step in a former pass of a loop.
        undo = "number" in event.payload
        step = self.run.undoable[event.payload["number"] - 1] if undo else self.run.find(event.path)
        if follow is None or step is None:
            return
        trace = self._traces.get(id(step))
        if trace is None:
            trace = self._traces[id(step)] = StepHistory()
        trace.seq = event.seq
        # With its first text a call gets a place of its own, to which later ones are added.
        grows = isinstance(event.payload.get("chunk"), str) and bool(trace.streams and trace.streams[-1])
        if event.type != "step-progress" and not grows:
            trace.told = event.seq
        if event.type in STARTS:
            trace.began = trace.began or event.seq
        follow(trace, event)

    def _follow_run(self, event: Event) -> None:
        payload = event.payload
        match event.type:
            case "run-recovered":
                reason = str(payload.get("reason") or "the worker was lost")
                reason = f"worker lost: {reason}" if payload.get("lost") else reason
                self.notes.append(Note(seq=event.seq, at=event.at, kind="run", level="warning", text=reason))
                self._interrupt(payload.get("interrupted", ()), reason, event)
            case "run-succeeded" | "run-failed" | "run-canceled":
                for trace in self._traces.values():
                    trace.close(event.at)
            case "run-forked":
                self._join(event.at)
            case "step-log":
                self.notes.append(_log(event))
            case _:
                return

    def _join(self, at: datetime) -> None:
        """Move what was shared up to the fork; the time in between belongs to neither run."""
        self._forked_at, self._gap = at, at - (self._last_at or at)
        for trace in self._traces.values():
            for span in trace.spans:
                span.start, span.end = self.moved(span.start) or span.start, self.moved(span.end)
            for attempt in trace.attempts:
                attempt.started_at = self.moved(attempt.started_at) or attempt.started_at
                attempt.ended_at = self.moved(attempt.ended_at)

    def _interrupt(self, paths: Iterable[list[str | int]], reason: str, event: Event) -> None:
        for path in paths:
            step = self.run.find(tuple(path))
            trace = None if step is None else self._traces.get(id(step))
            if trace is None:
                continue
            if trace.attempts:
                trace.attempts[-1].interrupted = reason
                trace.attempts[-1].lost = bool(event.payload.get("lost"))
            trace.close(event.at)
            trace.seq = trace.told = event.seq


def _log(event: Event) -> Note:
    payload = event.payload
    return Note(
        seq=event.seq,
        at=event.at,
        kind="log",
        text=str(payload.get("message", "")),
        level=str(payload.get("level", "info")).lower(),
    )


def _started(trace: StepHistory, event: Event) -> None:
    number = event.payload.get("attempt", 1)
    trace.open("group" if event.payload.get("kind") == "workflow" else "run", event.at)
    if not trace.attempts or trace.attempts[-1].number != number:
        trace.attempts.append(Attempt(number, event.at))
        trace.called(number)


def _attempt_failed(trace: StepHistory, event: Event) -> None:
    next_at = event.payload.get("next_at")
    trace.close(event.at)
    if trace.attempts:
        trace.attempts[-1].error = event.payload.get("error")
        trace.attempts[-1].next_at = datetime.fromisoformat(next_at) if next_at else None
    if next_at:
        trace.open("retry", event.at)


def _suspended(trace: StepHistory, event: Event) -> None:
    if event.payload.get("rejected"):
        last = max((at for at, note in enumerate(trace.notes) if note.kind == "event"), default=None)
        if last is not None:
            trace.notes[last] = replace(trace.notes[last], text="refused")
    trace.open("wait", event.at)


def _resumed(trace: StepHistory, event: Event) -> None:
    by = event.payload.get("by")
    _decided(trace, event, event.payload.get("data"), f"by {by}" if by else "answered")


def _expired(trace: StepHistory, event: Event) -> None:
    text = "decided by default" if "default" in event.payload else "nobody answered in time"
    _decided(trace, event, event.payload.get("default"), text)


def _decided(trace: StepHistory, event: Event, value: Any, text: str) -> None:
    schema = event.payload.get("answer")
    trace.notes.append(Note(seq=event.seq, at=event.at, kind="event", value=value, text=text, schema=schema))
    trace.open("run", event.at)
    last = trace.streams[-1] if trace.streams else Stream()
    trace.called(last.attempt, last.questions + 1)


def _woken(trace: StepHistory, event: Event) -> None:
    by = event.payload.get("by")
    trace.woken = f"woken by {by}" if by else "woken"
    trace.notes.append(Note(seq=event.seq, at=event.at, kind="log", level="info", text=trace.woken))


def _waits(trace: StepHistory, event: Event) -> None:
    trace.open("wait", event.at)


def _ended(trace: StepHistory, event: Event) -> None:
    trace.close(event.at)


def _failed(trace: StepHistory, event: Event) -> None:
    trace.close(event.at)
    if trace.attempts:
        trace.attempts[-1].error = event.payload.get("error")


def _output(trace: StepHistory, event: Event) -> None:
    if not trace.streams:
        trace.called(1)
    trace.streams[-1].add(event.payload.get("chunk"))


def _progress(trace: StepHistory, event: Event) -> None:
    fraction = event.payload.get("fraction")
    trace.fraction = float(fraction) if isinstance(fraction, int | float) else None
    trace.message = str(event.payload.get("message") or "")


def _labeled(trace: StepHistory, event: Event) -> None:
    """What a step is called is in the fold."""


def _logged(trace: StepHistory, event: Event) -> None:
    trace.notes.append(_log(event))


def _undoes(trace: StepHistory, event: Event) -> None:
    trace.open("run", event.at)


def _undone(trace: StepHistory, event: Event) -> None:
    trace.close(event.at)
    trace.notes.append(Note(seq=event.seq, at=event.at, kind="log", level="info", text="undone"))


def _undo_failed(trace: StepHistory, event: Event) -> None:
    again, error = event.payload.get("next_at"), event.payload["error"]
    trace.close(event.at)
    text = f"undo failed{': tried again' if again else ''}: {error.get('type')}: {error.get('message')}"
    trace.notes.append(Note(seq=event.seq, at=event.at, kind="log", level="error", text=text))
    if again:
        trace.open("retry", event.at)


def _changed_state(trace: StepHistory, event: Event) -> None:
    trace.notes.append(Note(seq=event.seq, at=event.at, kind="state", value=event.payload.get("changes")))


_FOLLOW: dict[str, Callable[[StepHistory, Event], None]] = {
    "step-started": _started,
    "step-output": _output,
    "step-progress": _progress,
    "step-labeled": _labeled,
    "step-log": _logged,
    "step-attempt-failed": _attempt_failed,
    "step-suspended": _suspended,
    "step-resumed": _resumed,
    "step-expired": _expired,
    "step-woken": _woken,
    "step-succeeded": _ended,
    "step-failed": _failed,
    "step-canceled": _ended,
    "step-bailed": _ended,
    "step-undo-started": _undoes,
    "step-undone": _undone,
    "step-undo-failed": _undo_failed,
    "sleep-started": _waits,
    "sleep-ended": _ended,
    "event-awaited": _waits,
    "event-received": _ended,
    "state-changed": _changed_state,
}
