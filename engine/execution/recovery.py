"""What a run is told when it is taken over from a worker that was lost, and when its workers die again and again."""

from engine.errors import WorkerLost
from engine.events import RunStatus
from engine.execution.outcome import Failed
from engine.execution.ports import Observer
from engine.execution.recorder import Recorder
from engine.execution.walker import Walker
from engine.failure import describe
from engine.journal.lost_workers import MAX_LOST
from engine.journal.step_state import StepState
from engine.journal.store import Claim
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


async def take_over(journal: Recorder, claim: Claim, status: RunStatus, observer: Observer | None) -> Failed | None:
    """Record what a worker before this one left interrupted; tell why when the run cannot go on.

    Args:
        journal: the run's.
        claim: this worker's.
        status: what the run was before this claim.
        observer: is told when there was something.
    """
    state, lost = journal.state, claim.interrupted
    at_work = [step for step in state.open.values() if step.kind == "step" and step.status == "running"]
    interrupted = [list(step.path) for step in at_work if step.retry_at is None and (lost or not step.ready)]
    if state.undoing is not None:
        if lost:
            _record_recovery(journal, claim, [], observer)
        return None
    # Conditions and timer functions leave no trace until they have ended: a worker may have died of one.
    unseen = lost and not at_work and status in ("pending", "running")
    deaths = state.stuck + 1 if state.recovered_seq == state.last_seq else 1
    if unseen and deaths >= MAX_LOST:
        return Failed(describe(_lost_between(deaths, claim.lost or "")))
    if interrupted or unseen:
        _record_recovery(journal, claim, interrupted, observer)
        if unseen:
            await journal.flush()
    return None


def _record_recovery(
    journal: Recorder, claim: Claim, interrupted: list[list[str | int]], observer: Observer | None
) -> None:
    if observer is not None:
        observer.taken_over(journal.run_id)
    lost = claim.interrupted
    reason = claim.lost or ("its worker was lost" if lost else "its worker was stopped")
    journal.emit("run-recovered", (), {"reason": reason, "interrupted": interrupted, "lost": int(lost)})


def _lost_between(times: int, how: str) -> WorkerLost:
    """Return the error of a run whose workers died ``times`` times with no step at work, the last one ``how``."""
    return WorkerLost(
        f"the worker process died {times} times while no step ran: at a condition or a timer function{_how(how)}"
    )


def _how(lost: str) -> str:
    return f" (the last one: {lost})" if lost else ""
