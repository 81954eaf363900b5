"""One pass of a loop as a journal has it: the step as it was then, known to that pass's end."""

from collections.abc import Sequence

from engine.events import Event
from engine.journal.fold import fold
from engine.journal.forks import not_begun
from engine.journal.step_state import StepState
from engine.paths import Path


def step_of_pass(events: Sequence[Event], path: Path, began: int | None = None) -> StepState:
    """Return a step of a run as it was at the end of one of its passes.

    Args:
        events: the whole journal.
        path: the step.
        began: the seq at which it began, of several times in a loop; by default the last.

    Raises:
        StepNotRun: it has not begun, or not at this seq.
    """
    run = fold(events if began is None else events[:began])
    step = run.find(path)
    if step is None or step.started_at is None or (began is not None and run.last_seq != began):
        raise not_begun(run, path)
    # The fold never replaces a step's own object, so that this pass is known to its end.
    fold(events[run.last_seq :], run)
    return step
