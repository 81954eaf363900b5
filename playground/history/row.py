"""A row of the journal, how much of long lists is shown, and what a group's status is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.events import StepStatus
from engine.journal.step_state import StepState
from playground.history.trace import Span

RowKind = Literal[
    "step",
    "map",
    "sleep",
    "event",
    "workflow",
    "parallel",
    "race",
    "catch",
    "branch",
    "loop",
    "foreach",
    "item",
    "attempt",
    "more",
]

RowStatus = StepStatus | Literal["undone"]
"""How a row stands: as its step, unless that was undone after it had succeeded."""

GROUPS: frozenset[str] = frozenset(
    {"parallel", "race", "catch", "branch", "loop", "foreach", "item", "more", "attempt"}
)
"""Kinds of row that are no step of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the journal."""

    key: str
    """Names the row within the run, the same at every reading."""
    kind: RowKind
    title: str
    status: RowStatus
    depth: int
    word: str = ""
    """What the status is called where its own word would be wrong: nobody canceled what was interrupted."""
    path: str = ""
    """The written path of the step, as the engine's requests take it; empty for groups."""
    spans: tuple[Span, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    retry_at: datetime | None = None
    due_at: datetime | None = None
    iteration: int | None = None
    attempt: int = 0
    index: int | None = None
    fraction: float | None = None
    note: str = ""
    """One line: progress, question, error, condition, what is left out."""
    asked_at: datetime | None = None
    """When the step asked what it asks now."""
    state: StepState | None = None
    """The step in the fold, which goes on while the row stays what it was."""
    error: Mapping[str, Any] | None = None
    """What an attempt failed with; a step has it in its state."""
    began: int = 0
    """The seq at which the step began, which tells this pass of a loop from the others; 0 before it has."""
    start: int = 0
    """The first item that the link of a ``more`` row leads to."""
    shows: str = ""
    """Which items that link shows."""
    seq: int = 0
    """The last event that concerned the row; a row that stays the same keeps it."""
    revision: str = ""
    """Changes whenever anything that the row shows changes."""

    @property
    def opens(self) -> bool:
        """Tell whether there is something inside to be shown."""
        return self.error is not None or (self.state is not None and self.started_at is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How much of a long list of items is shown."""

    shown: int = 100
    """How many items of one foreach or iterations of one loop, at most, besides those that need attention."""
    focus: str = ""
    """The written path of the list that is paged."""
    start: int = 0
    """The first item shown of the list in focus."""


def together(statuses: Sequence[RowStatus]) -> RowStatus:
    """Return the one status that says most about a group: what is open first, then what went wrong."""
    present = set(statuses)
    status: RowStatus
    for status in ("running", "suspended", "waiting", "failed", "canceled", "bailed", "undone"):
        if status in present:
            return status
    if "success" in present:
        return "running" if "pending" in present else "success"
    return "skipped" if present == {"skipped"} else "pending"
