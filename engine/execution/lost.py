"""What a run is told when its workers die again and again."""

from engine.errors import WorkerLost
from engine.execution.outcome import Failed
from engine.execution.walker import Walker
from engine.failure import describe
from engine.journal.lost import MAX_LOST
from engine.journal.step_state import StepState
from engine.paths import Path, format_path


def fail_lost(run: Walker, path: Path, record: StepState | None) -> Failed | None:
    """Record that a step fails under which too many workers died; None when it may be tried again."""
    if record is None or record.lost < MAX_LOST:
        return None
    error = WorkerLost(
        f"the worker process died {record.lost} times while step {format_path(path)!r} ran{_how(run.lost)}"
    )
    detail = describe(error)
    run.journal.emit("step-failed", path, {"error": detail})
    return Failed(detail)


def lost_between(times: int, how: str) -> WorkerLost:
    """Return the error of a run whose workers died with no step at work.

    Args:
        times: how often.
        how: how the last one was lost, when known.
    """
    return WorkerLost(
        f"the worker process died {times} times while no step ran: at a condition or a timer function{_how(how)}"
    )


def _how(lost: str) -> str:
    return f" (the last one: {lost})" if lost else ""
