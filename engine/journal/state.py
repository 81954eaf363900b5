"""The state of a run: what its events come to, and the way to its steps and values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.events import FINAL, Draft, Event, RunStatus, StepStatus
from engine.journal.refs import Ref, resolve
from engine.journal.step_state import OPEN, StepState
from engine.paths import Path, format_path, ids_of
from engine.rehearsal import Rehearsal

Breakpoints = tuple[str, ...] | Literal["all"]
"""The written paths, without indexes, of the steps before which a run pauses."""


@dataclass(slots=True)
class RunState:
    """A run as its events tell it. Build it with `engine.journal.fold.fold`."""

    run_id: str = ""
    workflow_id: str = ""
    digest: str = ""
    status: RunStatus = "pending"
    resource_id: str | None = None
    request_context: dict[str, Any] = field(default_factory=dict)
    name: str | None = None
    """What people call it, if they have said so."""
    tags: tuple[str, ...] = ()
    schedule: str | None = None
    """The schedule that started it, if one did."""
    scheduled_for: datetime | None = None
    """The due time for which it was started."""
    rehearsal: Rehearsal | None = None
    """What it pretends; None for a run in earnest."""
    breakpoints: Breakpoints = ()
    stepping: bool = False
    """Whether the run pauses before whatever step comes next."""
    paused: dict[Path, Any] = field(default_factory=dict)
    """The steps before which the run paused last, and has not gone on since -> what each is given."""
    released: dict[Path, Any] = field(default_factory=dict)
    """The steps that may begin since somebody has said so -> what each is given instead, or MISSING."""
    result: Any = None
    error: dict[str, Any] | None = None
    reason: str = ""
    """Why it was cancelled, if that was said."""
    via: str = ""
    """The way on which it was started, where whoever recorded that knew one: ``page``, ``api``, ``command``."""
    started_by: str = ""
    """Who started or forked it, where whoever recorded that knew a name."""
    canceled_by: str = ""
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    last_seq: int = 0
    has_input: bool = False
    """False for a run that was created and not started yet."""
    root: StepState = field(default_factory=lambda: StepState(path=(), kind="workflow"))
    """The run itself as the outermost place: its input, and the steps as children."""
    state: dict[str, Any] = field(default_factory=dict)
    open: dict[Path, StepState] = field(default_factory=dict)
    """Every step that runs, waits or is suspended, in the order in which they began."""
    mailbox: dict[int, tuple[str, Any]] = field(default_factory=dict)
    """Events that came before a step waited for them: seq -> name, payload."""
    answered: dict[Path, set[str | None]] = field(default_factory=dict)
    """Every path of which a suspension is over, not counting refused answers -> the labels of its suspensions."""
    undoable: list[StepState] = field(default_factory=list)
    """The steps with an undo, in the order in which they succeeded; of a fork, only those that it ran itself."""
    undone: list[Path] = field(default_factory=list)
    """Those of them that were undone, in that order."""
    undoing: dict[str, Any] | None = None
    """How the run is about to end when what it did is undone: ``status``, and ``error`` or ``reason``."""
    forked_from: dict[str, Any] | None = None
    recovered_seq: int | None = None
    """The seq of the last recovery, or of what was said of the run right after it."""
    unknown: tuple[str, ...] = ()
    """Types of events that only a newer version knows: what they mean is missing here, so the run is only read."""
    stuck: int = 0
    """How many recoveries came one after the other up to then, with nothing done between them."""

    @property
    def ended(self) -> bool:
        """Tell whether the run has ended."""
        return self.status in FINAL

    @property
    def left_to_undo(self) -> list[StepState]:
        """Return the steps that are to be undone if the run fails or is cancelled, the last finished one first."""
        return [step for step in reversed(self.undoable) if step.undo is not None and step.undo.left]

    @property
    def suspended(self) -> list[StepState]:
        """Return the steps that wait for a person."""
        return [step for step in self.open.values() if step.status == "suspended"]

    @property
    def waiting(self) -> list[StepState]:
        """Return the timers and the waits for events that are open."""
        return [step for step in self.open.values() if step.status == "waiting"]

    def stops_before(self, path: Path, *, is_step: bool) -> bool:
        """Tell whether the run pauses before what is about to begin at ``path``; before a step, or something else."""
        if path in self.released:
            return False
        if is_step and (self.stepping or self.breakpoints == "all"):
            return True
        return self.breakpoints != "all" and format_path(ids_of(path)) in self.breakpoints

    @property
    def due_at(self) -> datetime | None:
        """Return when something next happens by itself: a timer, a wait for an event or for a person is over."""
        halted = (step for step in self.open.values() if step.status in ("waiting", "suspended"))
        return min((step.due_at for step in halted if step.due_at is not None), default=None)

    def closed_above(self, path: Path) -> bool:
        """Tell whether a nested workflow around ``path`` has ended, so that nothing below goes on."""
        parents = (self.find(path[:depth]) for depth in range(1, len(path)))
        return any(step is not None and step.status not in OPEN and step.kind != "items" for step in parents)

    def find(self, path: Sequence[str | int]) -> StepState | None:
        """Return the step at ``path``, or None when it has not begun."""
        step = self.root
        for part in path:
            found = step.children.get(part)
            if found is None:
                return None
            step = found
        return step

    def place(self, path: Path) -> StepState:
        """Return the step at ``path``, made when it is not there yet."""
        step, last = self.root, len(path) - 1
        for depth, part in enumerate(path):
            found = step.children.get(part)
            if found is None:
                found = StepState(path) if depth == last else StepState((*step.path, part), "items")
                step.children[part] = found
            step = found
        return step

    def steps(self) -> Iterator[StepState]:
        """Yield every step that has begun, parents first; foreach containers themselves are left out."""
        yield from _descend(self.root)

    def value_of(self, ref: Ref) -> Any:
        """Return the value that a ref stands for at this point of the journal."""
        # Most refs by far are to the step before.
        step = self.find(ref["step"]) if "step" in ref else None
        if step is not None and step.kind != "items":
            return step.output
        return resolve(ref, self._output, self._input)

    def begin(self, event: Event | Draft) -> StepState:
        """Open the step that an event begins, or begins again; return it."""
        path, payload = event.path, event.payload
        step = self.open[path] = self.place(path)
        self.released.pop(path, None)
        if self.forked_from is not None and tuple(self.forked_from["step"]) == path:
            self.forked_from = {key: value for key, value in self.forked_from.items() if key != "input"}
        if step.started_at is None:
            step.started_at = event.at
        if "input" in payload:
            step.input = self.value_of(payload["input"])
        if "iteration" in payload:
            step.iteration = payload["iteration"]
        return step

    def end(self, event: Event | Draft, status: StepStatus) -> StepState:
        """Give a step its last status; return it."""
        step = self.open.pop(event.path, None) or self.place(event.path)
        step.status = status
        step.ended_at = event.at
        if step.due_at is not None and step.due_at <= event.at:
            step.elapsed_at = step.due_at
        step.retry_at = step.due_at = step.delayed_until = None
        return step

    def _output(self, path: Sequence[str | int]) -> Any:
        step = self.find(path)
        if step is not None and step.kind == "items":
            return [step.children[index].output for index in sorted(step.children, key=int)]
        return None if step is None else step.output

    def _input(self, path: Path) -> Any:
        step = self.find(path)
        return None if step is None else step.input


def _descend(step: StepState) -> Iterator[StepState]:
    for child in step.children.values():
        if child.kind != "items":
            yield child
        yield from _descend(child)
