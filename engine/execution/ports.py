"""What a context needs of the executor that runs its function, and who is told of what is executed."""

from collections.abc import Awaitable, Sized
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from engine.events import EventType
from engine.execution.outcome import Outcome
from engine.journal.state import RunState
from engine.paths import Path
from engine.tree.step import Step

T = TypeVar("T", bound=Outcome | BaseException)


class StepPlace(Protocol):
    """Where a function stands in a run, as the executor knows it."""

    @property
    def workflow_id(self) -> str:
        """Return the id of the workflow around."""
        ...

    @property
    def item_index(self) -> int | None:
        """Return which item of the innermost foreach around this is."""
        ...

    @property
    def passes(self) -> tuple[int, ...]:
        """Return the iterations of the loops around, from the outermost, each from 1."""
        ...

    @property
    def iteration(self) -> int | None:
        """Return the iteration of the innermost loop."""
        ...


class Host(Protocol):
    """What a context needs of the executor. Its methods may be called on any thread.

    ``scope`` is a `StepPlace`, of which the executor knows more.
    """

    @property
    def run_id(self) -> str:
        """Return the id of the run."""
        ...

    @property
    def request_context(self) -> dict[str, Any]:
        """Return what the run was started with."""
        ...

    @property
    def scheduled_for(self) -> datetime | None:
        """Return the due time for which a schedule started the run."""
        ...

    def now(self) -> datetime:
        """Return the time, in UTC."""
        ...

    def emit(self, type: EventType, path: Path, payload: dict[str, Any]) -> None:
        """Record an event of the step."""
        ...

    @property
    def told(self) -> Sized:
        """Return what other threads have told and nobody has recorded yet."""
        ...

    def leave(self) -> None:
        """Serve steps that are left behind, and begin nothing for them any more: the segment is over."""
        ...

    def gather(self) -> None:
        """Record what other threads have told of their steps so far; called on the executor's own thread."""
        ...

    def output_of(self, step_id: str, scope: Any) -> Any:
        """Return the typed output of an earlier step, or raise UnknownStep or StepNotRun."""
        ...

    def init_of(self, scope: Any) -> Any:
        """Return the workflow's input as its own type."""
        ...

    def read_state(self, scope: Any, step: Step[Any, Any] | None) -> Any:
        """Return the run's state as the step's, else the workflow's, state type."""
        ...

    def change_state(self, scope: Any, step: Step[Any, Any] | None, path: Path, changes: dict[str, Any]) -> None:
        """Merge changes into the run's state, validated and recorded."""
        ...

    def dump(self, path: Path, name: str, value: Any) -> Any:
        """Return any value as JSON, or raise NotSerializable that names the step and what the value is."""
        ...


class Attempted(NamedTuple):
    """One call of a step's function."""

    run_id: str
    workflow_id: str
    """The workflow that the step belongs to; a nested one inside a nested workflow."""
    step_id: str
    path: Path
    attempt: int
    """1 for the first try."""


class Observer(Protocol):
    """Is told of runs in execution, for figures and traces.

    What it raises would be taken for the run's own trouble, so it raises nothing.
    """

    async def attempt(self, of: Attempted, work: Awaitable[T]) -> T:
        """Await an attempt and return what comes of it; what it raises, such as a cancel, is raised."""
        ...

    def taken_over(self, run_id: str) -> None:
        """Take notice that a run was claimed whose former owner was lost."""
        ...

    def ended(self, run: RunState) -> None:
        """Take notice that a run has ended; told again when a worker dies right after that."""
        ...
