"""What comes of walking a node: a value, a halt, a failure, or an early end."""

from dataclasses import dataclass
from typing import Literal

from engine.failure import ErrorDetail
from engine.journal.refs import Value
from engine.journal.step_state import StepState
from engine.paths import Path


class Halted:
    """Nothing more can be done here now: a person, a timer or an event is waited for, or the run is about to pause."""

    __slots__ = ()


class Canceled:
    """The node was cancelled because a sibling failed or ended the run."""

    __slots__ = ()


HALTED = Halted()
HELD = Halted()
"""The run pauses before a step here. Its place in a window stays taken: what comes after it has to wait for it."""
CANCELED = Canceled()


@dataclass(frozen=True, slots=True)
class Failed:
    """The node failed with this error."""

    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class Bailed:
    """A step ended the workflow early with this result."""

    value: Value


AttemptEnd = Literal["success", "failed", "suspended", "bailed"]
"""How an attempt of a step is left."""

Outcome = Value | Halted | Canceled | Failed | Bailed


def recorded(record: StepState | None, path: Path) -> Outcome | None:
    """Return the outcome that the journal holds for a step, or None when it is still to be run."""
    if record is None:
        return None
    match record.status:
        case "success":
            return Value(record.output, {"step": list(path)})
        case "suspended":
            # A deadline has to be looked at.
            return HALTED if record.due_at is None else None
        case "failed":
            return Failed(record.error or {})
        case "canceled":
            return CANCELED
        case "bailed":
            return Bailed(Value(record.output, {"step": list(path)}))
        case _:
            return None


def end_of(outcome: Outcome | BaseException) -> AttemptEnd:
    """Return how an attempt of a step was left, of which this came."""
    match outcome:
        case Halted():
            return "suspended"
        case Bailed():
            return "bailed"
        case Failed() | Canceled() | BaseException():
            return "failed"
        case _:
            return "success"
