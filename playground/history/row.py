"""A row of the journal, how much of long lists is shown, and what a group's status is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.events import StepStatus
from engine.journal.step_state import OPEN, StepState
from playground.history.step_history import Span
from playground.history.step_output import Written

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
    "skipped",
]

Show = Literal["", "failed", "waiting", "slow"]
"""Which rows of a journal are shown."""

RowStatus = StepStatus | Literal["undone"]
"""How a row stands: as its step, unless that was undone after it had succeeded."""

GROUPS: frozenset[str] = frozenset(
    {"parallel", "race", "catch", "branch", "loop", "foreach", "item", "more", "attempt", "skipped"}
)
"""Kinds of row that are no step of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How far a list is."""

    done: int
    """Items that ended well."""
    begun: int
    total: int | None
    """Of how many, as far as that is known."""
    counts: "tuple[tuple[RowStatus, int], ...]" = ()
    """How many of the others that have begun stand how, the most first."""
    path: str = ""
    """The written path of the list, by which a part of it is asked for."""
    first: int = 0
    """The first item that is shown."""
    last: int = 0
    """The last one."""
    paged: bool = False
    """Whether it has more items than a page shows."""
    again: bool = False
    """Whether items can be retried: the run has ended without them, and what succeeded still holds."""
    rate: float | None = None
    """Items that ended a second; None when too few have, or no item runs any more."""

    @property
    def others(self) -> str:
        """Return how the others stand that have begun, such as ``2 failed, 15 running``."""
        return ", ".join(f"{count:,} {status}" for status, count in self.counts)

    @property
    def fraction(self) -> float | None:
        """Return how much is done, 0 to 1."""
        return self.done / self.total if self.total else None

    @property
    def left(self) -> float | None:
        """Return how many seconds the rest takes at this rate."""
        return (self.total - self.done) / self.rate if self.total and self.rate else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One pass of a loop."""

    number: int
    status: RowStatus
    started_at: datetime | None
    ended_at: datetime | None
    chosen: bool = False
    """Whether its rows alone are shown."""


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
    spare: bool = False
    """Whether it handles a failure that has not come."""
    fraction: float | None = None
    note: str = ""
    """One line: progress, question, error, condition, what is left out."""
    asked_at: datetime | None = None
    """When the step asked what it asks now."""
    state: StepState | None = None
    """The step in the fold, which goes on while the row stays what it was."""
    error: Mapping[str, Any] | None = None
    """What an attempt failed with; a step has it in its state."""
    tries: "tuple[Row, ...]" = ()
    """The attempts of a step that was tried more than once."""
    among: "tuple[Row, ...]" = ()
    """The rows that one line stands for: what was skipped."""
    tally: Tally | None = None
    """How far a list is."""
    passes: tuple[Pass, ...] = ()
    """The passes of a loop."""
    written: Written | None = None
    """What the step wrote while it ran."""
    began: int = 0
    """The seq at which the step began, which tells this pass of a loop from the others; 0 before it has."""
    start: int = 0
    """The first item that the link of a ``more`` row leads to."""
    shows: str = ""
    """Which items that link shows."""
    seq: int = 0
    """The last event that concerned the row; a row that stays the same keeps it."""
    told: int = 0
    """The last one that changes what the opened row shows, beside the text that it writes."""
    revision: str = ""
    """Changes whenever anything that the row shows changes."""

    @property
    def opens(self) -> bool:
        """Tell whether there is something inside to be shown."""
        return self.error is not None or (self.state is not None and self.started_at is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How much of a long list of items is shown."""

    shown: int = 50
    """How many items of one foreach or passes of one loop stand on a page."""
    passes: int = 5
    """How many passes of a loop have rows when none is chosen; the last ones."""
    focus: str = ""
    """The written path of the list that is paged."""
    start: int = 0
    """The first item shown of the list in focus."""
    loop: str = ""
    """The key of the loop of which one pass is shown."""
    number: int = 0
    """That pass, from 1."""
    show: Show = ""
    """Which rows are shown; empty for all."""
    text: str = ""
    """What the rows shown have in their names and notes."""

    @property
    def filtered(self) -> bool:
        """Tell whether rows are left out that are not asked for."""
        return bool(self.show or self.text)


def status_of(step: StepState, *, over: bool = False) -> RowStatus:
    """Return how a step stands, as people are told.

    Args:
        step: the step in the fold.
        over: whether the run has ended, so that what has not begun never will.
    """
    if step.undone_at is not None:
        return "undone"
    if step.status == "running" and step.retry_at is not None:
        return "waiting"
    return "skipped" if over and step.status == "pending" else step.status


def standing(step: StepState) -> RowStatus:
    """Return how a step stands with all that is inside: a nested workflow waits while all that is open in it waits."""
    status = status_of(step)
    if step.kind not in ("workflow", "items") or status not in ("running", "pending"):
        return status
    inside = [child for child in step.children.values() if child.kind == "items" or child.status in OPEN]
    # A wait that has expired only waits for what runs otherwise, beside it.
    found = [standing(child) for child in inside if (child.kind, child.status) != ("event", "running")]
    return together([one for one in found if one in OPEN] or [status])


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
