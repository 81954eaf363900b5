"""A schedule of a committed workflow: checked, and as the graph carries it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal, Self

from engine.ids import LONGEST_ID
from engine.schedules.timing import Timing, timing_from_dict, timing_to_dict

Missed = Literal["once", "skip", "all"]
"""What becomes of due times at which nothing ran: one run for all of them, none, or one for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A schedule as it was checked when its workflow was committed."""

    id: str
    timing: Timing
    missed: Missed = "once"
    input: Any = None
    """What its runs are given, as JSON."""

    def to_dict(self) -> dict[str, Any]:
        """Return the schedule as the graph of its workflow carries it."""
        return {"id": self.id, **timing_to_dict(self.timing), "missed": self.missed, "input": self.input}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a schedule back from `to_dict`."""
        return cls(id=data["id"], timing=timing_from_dict(data), missed=data["missed"], input=data["input"])


def run_id_of(workflow_id: str, schedule_id: str, due: datetime) -> str:
    """Return the id of the run that a due time starts: the same for all who come to it, so that it is made once.

    Args:
        workflow_id: the workflow.
        schedule_id: the schedule, one of the workflow's.
        due: the due time, aware.
    """
    # Ids of workflows and schedules have no dot, so that no two schedules share an id.
    run_id = f"{workflow_id}.{schedule_id}.{due.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return run_id if len(run_id) <= LONGEST_ID else f"scheduled.{sha256(run_id.encode()).hexdigest()}"
