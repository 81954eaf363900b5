"""Events: what the journal of a run is made of.

A run is its events, numbered from 1 without a gap. The payload of each type:

=====================  ==========================================================================
run-created            workflow_id, digest, input, request_context, state, resource_id; of a run that a schedule
                       started: schedule: its id, scheduled_for: ISO time; of one that pretends: rehearsal; of one that
                       pauses: breakpoints: list of written paths, or "all"; and name, tags, as in run-tagged
run-forked             from_run_id, step: path, input: the step's new input, if given; the shared steps' events precede
run-started            (empty), or input, state, request_context, rehearsal, breakpoints when the run was created
                       without them, or with an input that no worker had read: as its schema has it, with defaults
run-suspended          suspended: list of paths
run-paused             before: the path of a step that is about to begin, input: a Ref; one event for each such step
run-proceeded          before: list of paths of those that go on, input: what the only one is given instead, step: true
                       when the run pauses again before what comes next, breakpoints: new ones, as in run-created
run-waiting            until: ISO time or null, events: names
run-undoing            status: how the run ends ("failed", "canceled") when what it did is undone, error or reason
run-succeeded          result: a Ref, and, when hooks follow: hooks: their names
run-failed             error: an ErrorDetail, hooks, undone: list of paths, if any
run-canceled           reason, hooks, undone; without hooks it is not known whether any follow
run-tagged             of those that have changed, as they are from then on: name: text or null, tags: list of texts
run-recovered          reason, interrupted: list of paths, lost: 1 when a worker died, 0 when it was stopped
step-started           attempt, input: a Ref (first attempt only), kind ("workflow" when nested), iteration
step-output            chunk
step-progress          fraction (0 to 1), message
step-labeled           label: what this execution of the step is called from then on; empty for nothing
step-log               level, logger, message; of a hook also error, or deaths: how many workers died before it ended
step-attempt-failed    attempt, error, next_at; or, when the attempts are used up and the run pauses, exhausted: true
step-suspended         payload, label, call (1 for the first suspend() of the function), and, when the code
                       refused the last answer, which counts no more: rejected: list of {path, message}
                       of a question with its own schema: answer: a JSON Schema; of one with a deadline:
                       due_at: ISO time, default: the answer that holds then, if there is one
step-resumed           data, and, if the question has its own schema: answer
step-woken             somebody has ended the time that the step waits for, as if it had come; of its undo: number
step-expired           default, if there is one: the deadline came before an answer; answer
step-succeeded         output: a value, or output_ref: a Ref when it is handed on unchanged; undo: true when it has one
step-failed            error
step-canceled          reason
step-bailed            value
step-undo-started      attempt, number: which of the run's steps with an undo, from 1 in the order of their ends
step-undone            number
step-undo-failed       number, error, next_at: when it is tried again; without it the undo is given up
branch-decided         arms: ids of the arms that run, input: a Ref
race-decided           arms: the id of the arm that won, as a list
attempt-caught         arms: the id of what runs now, as a list, step: the path of the step whose failure it was,
                       body, handler: ids of their steps
loop-decided           iteration (from 1), again: bool, steps: ids of the body
sleep-started          until: ISO time, input: a Ref
sleep-ended            (empty)
event-awaited          name, timeout_at: ISO time or null, input: a Ref
event-received         name, payload; the path is the waiting step's, or empty when nothing waits yet,
                       or from_seq instead of payload: the kept event of that seq is delivered
event-expired          (empty): the event did not come in time; what runs otherwise begins, and the wait ends with it
state-changed          changes: dict
=====================  ==========================================================================

A Ref says where a value comes from, so that a value that is handed on is stored once; see `engine.journal.refs`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple, Self, get_args

from engine.paths import Path

EventType = Literal[
    "run-created",
    "run-forked",
    "run-started",
    "run-suspended",
    "run-waiting",
    "run-paused",
    "run-proceeded",
    "run-undoing",
    "run-succeeded",
    "run-failed",
    "run-canceled",
    "run-tagged",
    "run-recovered",
    "step-started",
    "step-output",
    "step-progress",
    "step-labeled",
    "step-log",
    "step-attempt-failed",
    "step-suspended",
    "step-resumed",
    "step-expired",
    "step-woken",
    "step-succeeded",
    "step-failed",
    "step-canceled",
    "step-bailed",
    "step-undo-started",
    "step-undone",
    "step-undo-failed",
    "branch-decided",
    "race-decided",
    "attempt-caught",
    "loop-decided",
    "sleep-started",
    "sleep-ended",
    "event-awaited",
    "event-received",
    "event-expired",
    "state-changed",
]

EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)

RunStatus = Literal["pending", "running", "waiting", "suspended", "paused", "success", "failed", "canceled"]
StepStatus = Literal[
    "pending", "running", "waiting", "paused", "suspended", "success", "failed", "canceled", "bailed", "skipped"
]

FINAL: frozenset[str] = frozenset({"success", "failed", "canceled"})
"""The statuses in which a run has ended."""

RESTING: frozenset[str] = FINAL | {"suspended", "paused"}
"""The statuses in which nothing of a run moves unless somebody asks for it."""


class Event(NamedTuple):
    """One thing that happened in a run.

    ``at`` is an aware UTC time; ``path`` is empty for events of the run itself. A tuple, since it is made whenever a
    journal is read, and a frozen dataclass takes three times as long.
    """

    run_id: str
    seq: int
    at: datetime
    type: EventType
    path: Path
    payload: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the event as JSON: ``{run_id, seq, at, type, path, payload}``."""
        return {
            "run_id": self.run_id,
            "seq": self.seq,
            "at": self.at.isoformat(),
            "type": self.type,
            "path": list(self.path),
            "payload": self.payload,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read an event back from `to_dict`."""
        return cls(
            run_id=data["run_id"],
            seq=data["seq"],
            at=datetime.fromisoformat(data["at"]),
            type=data["type"],
            path=tuple(data["path"]),
            payload=data["payload"],
        )


class Draft(NamedTuple):
    """An event before the store has numbered it; a tuple, since two are made for each step."""

    at: datetime
    type: EventType
    path: Path
    payload: dict[str, Any]

    def numbered(self, run_id: str, seq: int) -> Event:
        """Return the event that this draft becomes."""
        return Event(run_id, seq, self.at, self.type, self.path, self.payload)
