"""What lists show of a run without reading its journal, and what the run waits for.

Both follow from the events alone, so that every store derives the same columns in the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from engine.events import FINAL, Draft, Event, RunStatus
from engine.paths import Path

WaitKind = Literal["person", "sleep", "event"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A run as a line of a list. Times are aware and in UTC."""

    run_id: str
    workflow_id: str
    status: RunStatus
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    digest: str = ""
    resource_id: str | None = None
    error: str | None = None
    last_seq: int = 0
    epoch: int = 0
    has_input: bool = False
    """False for a run that was created and not started yet."""
    schedule: str | None = None
    """The schedule that started it, if one did."""
    rehearsal: bool = False
    """Whether it pretends something."""
    name: str | None = None
    """What people call it, if they have said so."""
    tags: tuple[str, ...] = ()
    via: str = ""
    """The way on which it was started: ``page``, ``api``, ``command``; empty when nobody has said."""
    forked_from: str | None = None
    """The run that it is a fork of."""

    @property
    def ended(self) -> bool:
        """Tell whether the run has ended."""
        return self.status in FINAL

    @property
    def runnable(self) -> bool:
        """Tell whether a worker has something to do now, timers aside."""
        return self.status == "running" or (self.status == "pending" and self.has_input)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something that an unfinished run waits for: a person's answer, a timer, or an event."""

    path: Path
    kind: WaitKind
    since: datetime
    due_at: datetime | None = None
    """When a timer ends, an event times out, or the deadline for an answer comes."""
    event_name: str | None = None
    payload: Any = None
    """What the step asks the person."""
    label: str | None = None


def summarize(summary: RunSummary | None, events: Iterable[Event]) -> RunSummary:
    """Return the summary after some more events.

    Args:
        summary: the summary before them, None before ``run-created``.
        events: numbered events of one run, in order.
    """
    for event in events:
        summary = _created(event) if summary is None else _next(summary, event)
    if summary is None:
        raise ValueError("a run has at least its run-created event")
    return summary


def _created(event: Event) -> RunSummary:
    payload = event.payload
    return RunSummary(
        run_id=event.run_id,
        workflow_id=payload["workflow_id"],
        status="pending",
        created_at=event.at,
        updated_at=event.at,
        digest=payload.get("digest", ""),
        resource_id=payload.get("resource_id"),
        last_seq=event.seq,
        has_input="input" in payload,
        schedule=payload.get("schedule"),
        rehearsal="rehearsal" in payload,
        name=payload.get("name"),
        tags=tuple(payload.get("tags", ())),
        via=payload.get("via", ""),
    )


def _next(summary: RunSummary, event: Event) -> RunSummary:
    status = status_after(event)
    summary = replace(summary, **called(event)) if event.type in NAMES else summary
    if status is None:
        return replace(summary, last_seq=event.seq, updated_at=event.at)
    return replace(
        summary,
        last_seq=event.seq,
        updated_at=event.at,
        status=status,
        ended_at=event.at if status in FINAL else None,
        error=event.payload["error"]["message"] if status == "failed" else None,
        has_input=summary.has_input or "input" in event.payload,
        rehearsal=summary.rehearsal or "rehearsal" in event.payload,
    )


NAMES: frozenset[str] = frozenset({"run-created", "run-forked", "run-started", "run-tagged"})
"""The events that may tell what a run is called, or how it was started."""


def called(event: Event | Draft) -> dict[str, Any]:
    """Return what an event of `NAMES` tells of a run's name, tags, way and origin, by the fields of `RunSummary`."""
    payload = event.payload
    found: dict[str, Any] = {key: payload[key] for key in ("name", "via") if key in payload}
    if "tags" in payload:
        found["tags"] = tuple(payload["tags"])
    return found | ({"forked_from": payload["from_run_id"]} if event.type == "run-forked" else {})


def status_after(event: Event | Draft) -> RunStatus | None:
    """Return the run's status after this event, or None when the event does not change it."""
    if event.type == "event-received" and not event.path:
        return None
    return _STATUS.get(event.type)


_STATUS: dict[str, RunStatus] = {
    "run-forked": "pending",
    "run-started": "running",
    "run-suspended": "suspended",
    "run-waiting": "waiting",
    "run-paused": "paused",
    "run-proceeded": "running",
    "run-undoing": "running",
    "run-succeeded": "success",
    "run-failed": "failed",
    "run-canceled": "canceled",
    "run-recovered": "running",
    "step-resumed": "running",
    "step-expired": "running",
    "step-woken": "running",
    "sleep-ended": "running",
    "event-received": "running",
    "event-expired": "running",
}


def opened_wait(event: Event | Draft) -> Wait | None:
    """Return the wait that this event begins, if it begins one."""
    payload = event.payload
    match event.type:
        case "step-suspended":
            return Wait(
                path=event.path,
                kind="person",
                since=event.at,
                payload=payload.get("payload"),
                label=payload.get("label"),
                due_at=_time(payload.get("due_at")),
            )
        case "sleep-started":
            return Wait(path=event.path, kind="sleep", since=event.at, due_at=_time(payload["until"]))
        case "event-awaited":
            return Wait(
                path=event.path,
                kind="event",
                since=event.at,
                due_at=_time(payload.get("timeout_at")),
                event_name=payload["name"],
            )
        case _:
            return None


CLOSES_WAIT: frozenset[str] = frozenset(
    {"step-resumed", "step-expired", "sleep-ended", "event-received", "event-expired", "step-failed", "step-canceled"}
)
"""The events that end the wait at their path; the end of the run ends all that are left."""

QUIET: frozenset[str] = frozenset({"step-started", "step-succeeded", "step-output", "step-progress", "step-log"}) | {
    "step-labeled",
    "branch-decided",
    "loop-decided",
    "state-changed",
}
"""Events that change neither the status nor, being no waits' ends, what the run waits for."""

CLOSES_ALL: frozenset[str] = frozenset({"run-succeeded", "run-failed", "run-canceled"})
"""The events with which a run has ended."""

CLOSES_WAITS: frozenset[str] = CLOSES_ALL | {"run-undoing"}
"""The events after which nothing is waited for any more."""


def leaves_hooks(event: Event | Draft) -> bool:
    """Tell whether a run ends with this event and hooks may still have to be called.

    Who cancels a run need not know the workflow's hooks; then whoever has the code looks.
    """
    return event.type in CLOSES_ALL and bool(event.payload.get("hooks", event.type == "run-canceled"))


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
