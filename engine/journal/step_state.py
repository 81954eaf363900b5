"""What the fold keeps of one step: its status, values, attempts, suspensions, and the steps inside it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from engine.errors import Issue
from engine.events import StepStatus
from engine.paths import Path, format_path
from engine.values.missing import MISSING

StepKind = Literal["step", "workflow", "sleep", "event", "items"]

OPEN: frozenset[str] = frozenset({"running", "suspended", "waiting", "paused"})
"""The statuses of a step that has begun and not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """An answer that the step's own code refused after it was recorded, so that its question is open again."""

    data: Any
    """The answer."""
    issues: tuple[Issue, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the rejection as JSON: ``{data, issues: [{path, message}]}``."""
        issues = [{"path": list(issue.path), "message": issue.message} for issue in self.issues]
        return {"data": self.data, "issues": issues}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How one suspension of a step ended."""

    data: Any = None
    """The answer, or the default that held instead; None after a deadline without a default."""
    by: Literal["answer", "default", "timeout"] = "answer"
    """Who decided: a person, or the deadline."""


@dataclass(slots=True)
class UndoState:
    """What is known of the undo of a step that has succeeded."""

    attempts: int = 0
    failures: int = 0
    lost: int = 0
    """How many workers died while it ran."""
    running: bool = False
    began_at: datetime | None = None
    retry_at: datetime | None = None
    ended_at: datetime | None = None
    """When the step was undone, or its undo was given up."""
    error: dict[str, Any] | None = None
    """What it failed with last."""

    @property
    def left(self) -> bool:
        """Tell whether the undo has neither succeeded nor was given up."""
        return self.ended_at is None


@dataclass(slots=True)
class StepState:
    """What is known of one step, nested workflow, timer or wait, at one path.

    Only the fold writes it. ``children`` holds the steps of a nested workflow by id, or the items of a foreach by
    index; ``earlier`` the former iterations of a loop's step, oldest first.
    """

    path: Path
    kind: StepKind = "step"
    status: StepStatus = "pending"
    input: Any = None
    output: Any = None
    error: dict[str, Any] | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 0
    """The number of the latest attempt; the first is 1."""
    failures: int = 0
    """How many attempts failed; retries count these, not interrupted ones."""
    retry_at: datetime | None = None
    delayed_until: datetime | None = None
    """When this attempt goes on that a rehearsal delays; None for others, and once somebody has ended the delay."""
    lost: int = 0
    """How many workers died while this step ran."""
    iteration: int | None = None
    name: str | None = None
    """What this execution calls itself, if it does."""
    suspends: int = 0
    """How many suspend() calls of the function have been recorded."""
    suspend_payload: Any = None
    suspended_at: datetime | None = None
    label: str | None = None
    answer_schema: dict[str, Any] | None = None
    """What the answer to the last suspension looks like, when it has a schema of its own."""
    default: Any = MISSING
    """What holds when nobody answers the last suspension in time."""
    replies: tuple[Reply, ...] = ()
    """How the suspensions so far ended, oldest first."""
    resumed_at: datetime | None = None
    asleep: timedelta = timedelta()
    """How long the step has waited for persons so far."""
    rejected: Rejection | None = None
    """The last answer, when it was refused and none has come since."""
    ready: bool = False
    """Answered, and not yet known to have gone on: the function is called again without a new attempt."""
    due_at: datetime | None = None
    """When a timer ends, a wait for an event times out, or the deadline for an answer comes."""
    elapsed_at: datetime | None = None
    """When the time was over that has ended it; `ended_at` is when somebody was there who recorded that."""
    event_name: str | None = None
    undo: UndoState | None = None
    """What became of its undo, once it has succeeded; None for a step without one."""
    children: dict[str | int, "StepState"] = field(default_factory=dict)
    earlier: "list[StepState] | tuple[()]" = ()
    decisions: dict[str, list[str]] = field(default_factory=dict)
    """Branches, races and attempts inside, once decided: node id -> ids of the arms that go on."""
    loops: dict[str, "LoopState"] = field(default_factory=dict)

    @property
    def first_due_at(self) -> datetime | None:
        """Return the first time for which it, or what is inside it, waits; None when it waits for none."""
        dues = [self.due_at, *(child.first_due_at for child in self.children.values())]
        return min((due for due in dues if due is not None), default=None)

    @property
    def over_at(self) -> datetime | None:
        """Return when it, or the last that is inside it, was over, whoever recorded it when; None while it is not."""
        if self.ended_at is None or not self.children:
            return self.elapsed_at or self.ended_at
        return max((at for child in self.children.values() if (at := child.over_at) is not None), default=self.ended_at)

    @property
    def undone_at(self) -> datetime | None:
        """Return when the step was undone; None when it was not."""
        return self.undo.ended_at if self.undo is not None and self.undo.error is None else None

    @property
    def wakes_at(self) -> datetime | None:
        """Return when the time is over that the step waits for: a timer, a next attempt of it or its undo, a deadline.

        None when it waits for no time, or when somebody has ended it already.
        """
        if self.undo is not None:
            began, due = self.undo.began_at, self.undo.retry_at
        elif self.status in ("waiting", "suspended"):
            began, due = self.suspended_at if self.status == "suspended" else self.started_at, self.due_at
        else:
            began, due = self.started_at, self.retry_at or self.delayed_until
        return None if due == began else due

    def is_asleep(self, now: datetime) -> bool:
        """Tell whether it waits for a time at this moment, which somebody could end.

        The end of a delay is recorded by nobody; all other times are waited for until it is.
        """
        due = self.wakes_at
        return due is not None and (due != self.delayed_until or due > now)

    @property
    def called(self) -> str:
        """Return the written path, with the label of the suspension where that is another word."""
        path = format_path(self.path)
        names = {"", None, path, next((part for part in reversed(self.path) if isinstance(part, str)), None)}
        return path if self.label in names else f"{path} ({self.label})"

    @property
    def suspension(self) -> str:
        """Tell this suspension of the step from its earlier ones: ``iteration.call``."""
        return f"{self.iteration or 0}.{self.suspends}"

    @property
    def asked(self) -> dict[str, Any]:
        """Return what the last suspension asks, as the payload of its event has it."""
        asked: dict[str, Any] = {"payload": self.suspend_payload, "label": self.label}
        if self.answer_schema is not None:
            asked["answer"] = self.answer_schema
        if self.due_at is not None:
            asked["due_at"] = self.due_at.isoformat()
        if self.default is not MISSING:
            asked["default"] = self.default
        return asked


@dataclass(slots=True)
class LoopState:
    """How often the body of a loop has ended, and whether the loop is over."""

    iterations: int = 0
    over: bool = False
