"""Where in a run the executor is: which workflow, at which path, in which item and iteration."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.journal.step_state import StepState
from engine.paths import Path
from engine.tree.nodes import Flow


@dataclass(frozen=True, slots=True)
class Scope:
    """A workflow in execution, and the foreach item or loop iteration inside it."""

    flow: Flow
    path: Path
    """The path of the workflow itself; empty for the outermost."""
    place: StepState
    """What is recorded of the workflow; its children are the steps."""
    init: Any
    """The workflow's input as JSON."""
    outer: "Scope | None" = None
    index: int | None = None
    """The item of a foreach of this workflow; see `item_index` for those around it."""
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
        return next((scope.index for scope in self.outwards() if scope.index is not None), None)

    def path_of(self, step_id: str) -> Path:
        """Return the path of a step here."""
        return (*self.path, step_id) if self.index is None else (*self.path, step_id, self.index)

    def record(self, step_id: str) -> StepState | None:
        """Return what is recorded of a step here; None when it has not begun in this iteration."""
        record = self.place.children.get(step_id)
        if record is not None and self.index is not None:
            record = record.children.get(self.index)
        return None if record is None or record.status == "pending" else record

    def item(self, index: int) -> "Scope":
        """Return the scope of one item of a foreach."""
        return replace(self, index=index)

    def pass_of(self, iteration: int) -> "Scope":
        """Return the scope of one iteration of a loop, from 1."""
        return replace(self, passes=(*self._around, iteration))

    @property
    def _around(self) -> tuple[int, ...]:
        """Return the iterations of the loops around this workflow, without those inside it."""
        return () if self.outer is None else self.outer.passes

    def outwards(self) -> Iterator["Scope"]:
        """Yield this scope and those around it, the innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer
