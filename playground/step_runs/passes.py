"""One pass of a loop as a journal has it: the step as it was then, known to that pass's end."""

from collections.abc import Sequence

from engine.errors import StepNotRun
from engine.events import Event
from engine.journal.fold import fold
from engine.journal.forks import STARTS, not_begun
from engine.journal.step_state import StepState
from engine.paths import Path, format_path


def step_of_pass(events: Sequence[Event], path: Path, began: int | None = None) -> StepState:
    """Return a step of a run as it was at the end of one of its passes.

    Args:
        events: the whole journal.
        path: the step.
        began: the seq at which it began, of several times in a loop; by default the last.

    Raises:
        StepNotRun: it has not begun, or not at this seq; or it is a list, of which an item has to be named.
    """
    if began is not None and not _begins(events, path, began):
        raise _not_then(events, path, began)
    run = fold(events if began is None else events[:began])
    step = run.find(path)
    if step is not None and step.kind == "items":
        items = ", ".join(format_path(item.path) for item in list(step.children.values())[:5])
        raise StepNotRun(f"step {format_path(path)!r} runs once for each item: name one of {items}")
    if step is None or step.started_at is None:
        raise not_begun(run, path)
    # The fold never replaces a step's own object, so that this pass is known to its end.
    fold(events[run.last_seq :], run)
    return step


def _begins(events: Sequence[Event], path: Path, seq: int) -> bool:
    return 0 < seq <= len(events) and events[seq - 1].path == path and events[seq - 1].type in STARTS


def _not_then(events: Sequence[Event], path: Path, began: int) -> StepNotRun:
    """Return the error for a pass that there is not."""
    seqs = ", ".join(str(event.seq) for event in events if event.path == path and event.type in STARTS) or "never"
    which = f"step {format_path(path)!r} of run {events[0].run_id}"
    return StepNotRun(f"{which} did not begin with event {began}. It began with: {seqs}")
