"""The passes of a loop: how each stands, and its place as it was then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.journal.step_state import OPEN, StepState
from playground.history.row import Pass, standing, together
from playground.history.step_history import History

MOST_PASSES = 24
"""So many passes of a loop are told of; the last ones."""


@dataclass(frozen=True, slots=True)
class Past:
    """A place as it was in a former iteration of a loop."""

    now: StepState
    ids: Sequence[str]
    index: int | None
    round: int

    def place(self) -> StepState:
        """Return the place with the steps of that pass."""
        children = dict(self.now.children)
        for step_id in self.ids:
            step = child_of(self.now, step_id, self.index)
            if step is None or self.round >= len(step.earlier):
                children.pop(step_id, None)
            elif self.index is None:
                children[step_id] = step.earlier[self.round]
            else:
                children[step_id] = StepState(
                    (*self.now.path, step_id), children={self.index: step.earlier[self.round]}
                )
        return replace(self.now, children=children)


def passes_of(history: History, current: Sequence[StepState | None], count: int, chosen: int) -> tuple[Pass, ...]:
    """Return the passes of a loop; of very many, the last ones.

    Args:
        history: the run's events, folded.
        current: the steps of the loop's body as they stand now; None for those that have not begun.
        count: how many passes there are.
        chosen: the pass whose rows alone are shown; 0 for all.
    """
    return tuple(_passes(history, current, count, chosen))


def _passes(history: History, current: Sequence[StepState | None], count: int, chosen: int) -> Iterator[Pass]:
    for number in range(max(1, count - MOST_PASSES + 1), count + 1):
        steps = [step for now in current if now and (step := _in_pass(now, number))]
        starts = [at for step in steps if (at := history.moved(step.started_at))]
        ends = [at for step in steps if (at := history.moved(step.ended_at))]
        status = together([standing(step) for step in steps])
        end = None if status in OPEN or status == "pending" else max(ends, default=None)
        start = min(starts, default=None)
        yield Pass(number=number, status=status, started_at=start, ended_at=end, chosen=number == chosen)


def _in_pass(now: StepState, number: int) -> StepState | None:
    """Return a loop's step as it was in a pass, from 1; None when that pass did not come to it."""
    every = (*now.earlier, now)
    return every[number - 1] if number <= len(every) and every[number - 1].started_at else None


def child_of(place: StepState, step_id: str, index: int | None) -> StepState | None:
    """Return a step of a place, or its item of a foreach; None before it has begun."""
    found = place.children.get(step_id)
    return found if index is None or found is None else found.children.get(index)
