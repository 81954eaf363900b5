"""The part of the fold that is about waiting: for an answer, for a time, for an event."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from engine.errors import Issue
from engine.events import Draft, Event
from engine.journal.state import RunState
from engine.journal.step_state import Rejection, Reply, StepKind, StepState
from engine.values.missing import MISSING


def suspended(run: RunState, event: Event | Draft) -> None:
    """Take a question, which may be one that an answer did not fit."""
    step = run.place(event.path)
    step.status = "suspended"
    step.ready = False
    step.suspends = event.payload["call"]
    step.suspend_payload = event.payload.get("payload")
    step.label = event.payload.get("label")
    step.answer_schema = event.payload.get("answer")
    step.due_at = time_of(event.payload.get("due_at"))
    step.default = event.payload.get("default", MISSING)
    step.suspended_at = event.at
    if "rejected" in event.payload:
        _reject(run, step, event.payload["rejected"])


def _reject(run: RunState, step: StepState, found: Iterable[dict[str, Any]]) -> None:
    """Take the last answer back: its question is as open as if it had not come."""
    issues = tuple(Issue(path=tuple(issue["path"]), message=issue["message"]) for issue in found)
    step.rejected = Rejection(data=step.replies[-1].data if step.replies else None, issues=issues)
    step.replies = step.replies[:-1]
    if not step.replies:
        step.resumed_at = None
    if not any(past.replies for past in (step, *step.earlier)):
        run.answered.pop(step.path, None)


def resumed(run: RunState, event: Event | Draft) -> None:
    """Take an answer."""
    _reply(run, event, Reply(data=event.payload.get("data")))


def expired(run: RunState, event: Event | Draft) -> None:
    """Take the end of a deadline: the default answers, or nothing does."""
    payload = event.payload
    _reply(run, event, Reply(data=payload["default"], by="default") if "default" in payload else Reply(by="timeout"))


def woken(run: RunState, event: Event | Draft) -> None:
    """End the time that a step waits for.

    It is over since the step began to wait: so it is for every worker, whatever its clock says.
    """
    run.status = "running"
    if "number" in event.payload:
        # Of an undo, whose step may be in a former pass of a loop.
        undo = run.undoable[event.payload["number"] - 1].undo
        if undo is not None:
            undo.retry_at = undo.began_at
        return
    step = run.place(event.path)
    step.delayed_until = None
    if step.retry_at is not None:
        step.retry_at = step.started_at
    elif step.due_at is not None:
        step.due_at = step.suspended_at if step.status == "suspended" else step.started_at


def _reply(run: RunState, event: Event | Draft, reply: Reply) -> None:
    """End a suspension."""
    run.status = "running"
    step = run.place(event.path)
    step.status = "running"
    step.ready = True
    step.replies = (*step.replies, reply)
    step.rejected = None
    step.resumed_at = event.at
    if step.suspended_at is not None:
        step.asleep += event.at - step.suspended_at
    run.answered.setdefault(event.path, set()).add(step.label)


def sleep_started(run: RunState, event: Event | Draft) -> None:
    """Take a timer."""
    _begin_wait(run, event, "sleep").due_at = time_of(event.payload["until"])


def _begin_wait(run: RunState, event: Event | Draft, kind: StepKind) -> StepState:
    step = run.begin(event)
    step.kind = kind
    step.status = "waiting"
    return step


def sleep_ended(run: RunState, event: Event | Draft) -> None:
    """Let the value pass."""
    run.status = "running"
    step = run.end(event, "success")
    step.output = step.input


def event_awaited(run: RunState, event: Event | Draft) -> None:
    """Take a wait for an event."""
    step = _begin_wait(run, event, "event")
    step.event_name = event.payload["name"]
    step.due_at = time_of(event.payload.get("timeout_at"))


def event_received(run: RunState, event: Event | Draft) -> None:
    """Give an event to the wait that it was sent to, or keep it."""
    payload = event.payload
    if not event.path:
        run.mailbox[event.seq if isinstance(event, Event) else 0] = (payload["name"], payload["payload"])
        return
    run.status = "running"
    step = run.end(event, "success")
    kept = payload.get("from_seq")
    step.output = payload["payload"] if kept is None else run.mailbox.pop(kept)[1]


def event_expired(run: RunState, event: Event | Draft) -> None:
    """Go on with what is to run otherwise: the wait is over, and ends with that."""
    run.status = "running"
    step = run.place(event.path)
    step.status = "running"
    step.due_at = None


def time_of(text: str | None) -> datetime | None:
    """Return a time as it is recorded, or None where none is."""
    return None if text is None else datetime.fromisoformat(text)
