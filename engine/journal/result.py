"""Results: a run and its steps as frozen values, and as the JSON that is shown everywhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Self

from engine.events import RunStatus, StepStatus
from engine.failure import ErrorDetail
from engine.journal.state import RunState
from engine.journal.step_state import Rejection, StepState
from engine.paths import format_path
from engine.values.schema import ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What became of one step. Values are JSON, and copies of what is recorded; times are aware, in UTC."""

    status: StepStatus
    input: Any = None
    output: Any = None
    error: str | None = None
    error_detail: ErrorDetail | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 0
    iteration: int | None = None
    """Which time a loop ran the step, from 1."""
    name: str | None = None
    """What this execution calls itself, by `Context.label`."""
    suspend_payload: Any = None
    """What the step asked when it suspended last."""
    resume_data: Any = None
    """The last answer."""
    rejected: Rejection | None = None
    """The answer that the step's own code refused after it was recorded; the step is suspended again."""
    suspended_at: datetime | None = None
    resumed_at: datetime | None = None
    label: str | None = None
    answer_schema: Mapping[str, Any] | None = None
    """The JSON Schema of the answer to the last suspension, when that has one of its own."""
    due_at: datetime | None = None
    """The deadline of the suspension, or the end of the timer or wait, that is open."""
    undone_at: datetime | None = None
    """When the step was undone, after it had succeeded."""
    undo_error: str | None = None
    """What its undo failed with last."""
    decided_by: Literal["answer", "default", "timeout"] | None = None
    """How the last suspension that is over has ended: by an answer, or by its deadline, with or without a default."""

    @classmethod
    def of(cls, step: StepState) -> Self:
        """Return the result of a step as the fold has it."""
        return cls(
            status=step.status,
            input=ANY.load(step.input),
            output=ANY.load(step.output) if step.status in ("success", "bailed") else None,
            error=step.error["message"] if step.error else None,
            error_detail=step.error,
            started_at=step.started_at,
            ended_at=step.ended_at,
            attempts=step.attempts,
            iteration=step.iteration,
            name=step.name,
            suspend_payload=ANY.load(step.suspend_payload),
            resume_data=ANY.load(step.replies[-1].data) if step.replies else None,
            rejected=step.rejected,
            suspended_at=step.suspended_at,
            resumed_at=step.resumed_at,
            label=step.label,
            answer_schema=step.answer_schema,
            due_at=step.due_at if step.status in ("suspended", "waiting") else None,
            undone_at=step.undone_at,
            undo_error=None if step.undo is None or step.undo.error is None else step.undo.error["message"],
            decided_by=step.replies[-1].by if step.replies else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON; what does not apply is left out."""
        data: dict[str, Any] = {"status": self.status, "input": self.input}
        if self.status in ("success", "bailed"):
            data["output"] = self.output
        if self.error is not None:
            data |= {"error": self.error, "error_detail": self.error_detail}
        if self.suspended_at is not None:
            data |= {"suspend_payload": self.suspend_payload, "suspended_at": _text(self.suspended_at)}
        if self.resumed_at is not None:
            data |= {"resume_data": self.resume_data, "resumed_at": _text(self.resumed_at)}
        if self.decided_by not in (None, "answer"):
            data["decided_by"] = self.decided_by
        if self.answer_schema is not None:
            data["answer_schema"] = dict(self.answer_schema)
        if self.due_at is not None:
            data["due_at"] = _text(self.due_at)
        if self.rejected is not None:
            data["rejected"] = self.rejected.to_dict()
        if self.undone_at is not None:
            data["undone_at"] = _text(self.undone_at)
        if self.undo_error is not None:
            data["undo_error"] = self.undo_error
        if self.iteration is not None:
            data["iteration"] = self.iteration
        if self.name is not None:
            data["name"] = self.name
        if self.label is not None:
            data["label"] = self.label
        return data | {
            "started_at": _text(self.started_at),
            "ended_at": _text(self.ended_at),
            "attempts": self.attempts,
        }


class RunResult(NamedTuple):
    """A run at one moment. ``steps`` are keyed by written path, in the order in which they began.

    A tuple, since each run gives one, and a frozen dataclass of so many fields costs as much as a step.
    """

    run_id: str
    workflow_id: str
    status: RunStatus
    input: Any
    result: Any
    steps: Mapping[str, StepResult]
    suspended: list[list[str | int]]
    """The paths of the steps that wait for an answer."""
    paused: list[list[str | int]]
    """The paths of the steps before which the run has paused."""
    undone: list[list[str | int]]
    """The paths of the steps that were undone, in that order."""
    error: str | None
    error_detail: ErrorDetail | None
    state: Mapping[str, Any]
    name: str | None
    """What people call it, if they have said so."""
    tags: tuple[str, ...]
    schedule: str | None
    """The schedule that started it, if one did."""
    scheduled_for: datetime | None
    """The due time for which it was started."""
    rehearsal: Mapping[str, Any] | None
    """What it pretended, as JSON; None for a run in earnest."""
    reason: str | None
    """Why it was cancelled, if that was said."""
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, run: RunState) -> Self:
        """Return the run as the fold has it."""
        return cls(
            run_id=run.run_id,
            workflow_id=run.workflow_id,
            status=run.status,
            input=ANY.load(run.root.input),
            result=ANY.load(run.result),
            steps=_Steps(run),
            suspended=[list(step.path) for step in run.suspended],
            paused=[list(path) for path in run.paused] if run.status == "paused" else [],
            undone=[list(path) for path in run.undone],
            error=run.error["message"] if run.error else None,
            error_detail=run.error,
            state=ANY.load(run.state),
            name=run.name,
            tags=run.tags,
            schedule=run.schedule,
            scheduled_for=run.scheduled_for,
            rehearsal=None if run.rehearsal is None else run.rehearsal.to_dict(),
            reason=run.reason or None,
            created_at=run.created_at,
            started_at=run.started_at,
            ended_at=run.ended_at,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the run as JSON; what does not apply is left out."""
        data: dict[str, Any] = {
            "run_id": self.run_id,
            "workflow_id": self.workflow_id,
            "status": self.status,
            "input": self.input,
        }
        if self.status == "success":
            data["result"] = self.result
        if self.error is not None:
            data |= {"error": self.error, "error_detail": self.error_detail}
        if self.suspended:
            data["suspended"] = self.suspended
        if self.paused:
            data["paused"] = self.paused
        if self.undone:
            data["undone"] = self.undone
        if self.state:
            data["state"] = dict(self.state)
        if self.name is not None:
            data["name"] = self.name
        if self.tags:
            data["tags"] = list(self.tags)
        if self.schedule is not None:
            data |= {"schedule": self.schedule, "scheduled_for": _text(self.scheduled_for)}
        if self.rehearsal is not None:
            data["rehearsal"] = dict(self.rehearsal)
        if self.reason is not None:
            data["reason"] = self.reason
        return data | {
            "steps": {path: step.to_dict() for path, step in self.steps.items()},
            "created_at": _text(self.created_at),
            "started_at": _text(self.started_at),
            "ended_at": _text(self.ended_at),
        }


class _Steps(Mapping[str, StepResult]):
    """The steps of a fold that has ended, made into results when someone looks."""

    __slots__ = ("_made", "_run")

    def __init__(self, run: RunState) -> None:
        self._run: RunState | None = run
        self._made: dict[str, StepResult] = {}

    def __getitem__(self, path: str) -> StepResult:
        return self._all[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return repr(self._all)

    @property
    def _all(self) -> dict[str, StepResult]:
        if self._run is not None:
            steps = self._run.steps()
            self._made = {format_path(step.path): StepResult.of(step) for step in steps if step.status != "pending"}
            self._run = None
        return self._made


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
