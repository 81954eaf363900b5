"""Where in a run the executor is: which workflow, at which path, in which item and iteration."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from engine.journal.step_state import StepState
from engine.paths import Path
from engine.tree.nodes import Flow


class Scope(NamedTuple):
    """A workflow in execution, and the foreach item or loop iteration inside it.

    A tuple, since one is made for each item and each iteration.
    """

    flow: Flow
    path: Path
    """The path of the workflow itself; empty for the outermost."""
    place: StepState
    """What is recorded of the workflow; its children are the steps."""
    init: Any
    """The workflow's input as JSON."""
    outer: "Scope | None" = None
    number: int | None = None
    """Which item of a foreach of this workflow, from 0; see `item_index` for those around it."""
    passes: tuple[int, ...] = ()
    """The iterations of the loops around, from the outermost, each from 1."""

    @property
    def workflow_id(self) -> str:
        """Return the id of the workflow."""
        return self.flow.id

    @property
    def iteration(self) -> int | None:
        """Return the iteration of the innermost loop; None outside of loops."""
        return self.passes[-1] if self.passes else None

    @property
    def item_index(self) -> int | None:
        """Return the index of the innermost item of a foreach around; None outside."""
        return next((scope.number for scope in self.outwards() if scope.number is not None), None)

    def path_of(self, step_id: str) -> Path:
        """Return the path of a step here."""
        return (*self.path, step_id) if self.number is None else (*self.path, step_id, self.number)

    def record(self, step_id: str) -> StepState | None:
        """Return what is recorded of a step here; None when it has not begun in this iteration."""
        record = self.place.children.get(step_id)
        if record is not None and self.number is not None:
            record = record.children.get(self.number)
        return None if record is None or record.status == "pending" else record

    def item(self, index: int) -> "Scope":
        """Return the scope of one item of a foreach."""
        return Scope(self.flow, self.path, self.place, self.init, self.outer, index, self.passes)

    def pass_of(self, iteration: int) -> "Scope":
        """Return the scope of one iteration of a loop, from 1."""
        passes = (iteration,) if self.outer is None else (*self.outer.passes, iteration)
        return Scope(self.flow, self.path, self.place, self.init, self.outer, self.number, passes)

    def outwards(self) -> Iterator["Scope"]:
        """Yield this scope and those around it, the innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer
