"""Why a run is not moving: one sentence for whatever holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.paths import Path, format_path
from playground.history.step_history import History
from playground.history.timeline import length_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that an unfinished run waits for."""

    kind: Literal["person", "pause", "sleep", "event", "retry", "worker", "turn", "start", "step"]
    text: str
    path: str = ""
    row: str = ""
    """The key of the row that shows it, if one does."""
    due_at: datetime | None = None
    """When it ends by itself, if it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What is known of the processes that could execute the run."""

    workers: int | None = None
    """How many are connected; None when that is not known."""
    owned: bool = True
    """Whether one of them holds the run."""
    ahead: int = 0
    """How many runs have waited for longer."""
    queue: str = ""
    """The distributed queue that the run waits in, if its next step names one."""
    turn: str = ""
    """For which others of its workflow the run has to wait, as the end of a sentence."""
    blocked: str = ""
    """What keeps the worker that holds the run from going on, or all workers from taking it, as a sentence."""


def reasons(history: History, *, now: datetime, holder: Holder) -> tuple[Reason, ...]:
    """Return what an unfinished run waits for; nothing for one that has ended, unless it is not wholly understood.

    Args:
        history: the run's events, folded.
        now: this moment.
        holder: who could execute it.
    """
    run = history.run
    if run.unknown:
        return (Reason(kind="worker", text=_newer(run.unknown)),)
    if run.ended:
        return ()
    if not run.has_input:
        return (Reason(kind="start", text="was created and not started yet"),)
    found = [reason for step in run.open.values() if (reason := _of_step(step, now))] if run.undoing is None else []
    if run.status == "paused":
        found = [*(_of_pause(run, path) for path in run.paused), *found]
    if run.undoing is not None:
        left = ", ".join(format_path(step.path) for step in run.left_to_undo)
        found = [Reason(kind="step", text=f"is {run.undoing['status']}, and takes back what it did: {left}")]
    found += [_of_undo(step) for step in run.left_to_undo if step.wakes_at]
    if holder.blocked:
        found.insert(0, Reason(kind="worker", text=holder.blocked))
    elif run.status in ("pending", "running") and holder.workers == 0:
        found.insert(0, Reason(kind="worker", text="no worker is connected, so nothing runs until one is back"))
    elif holder.turn and run.status in ("pending", "running"):
        found.insert(0, Reason(kind="turn", text=f"waits for its turn: {holder.turn}"))
    elif not holder.owned and run.status in ("pending", "running"):
        of = f" of the queue {holder.queue}" if holder.queue else ""
        before = f"; {holder.ahead} other runs are before it" if holder.ahead > 1 else ""
        found.insert(0, Reason(kind="worker", text=f"waits for a free worker{of}{before}"))
    return tuple(found)


def _of_pause(run: RunState, path: Path) -> Reason:
    written, step = format_path(path), run.find(path)
    if step is None or step.status != "paused":
        return Reason(kind="pause", text=f"paused before {written}, which begins when you say so")
    tries = "its attempt" if step.failures == 1 else f"all {step.failures} of its attempts"
    return Reason(kind="pause", text=f"{written} has used up {tries}, and is tried again when you say so", path=written)


def _of_undo(step: StepState) -> Reason:
    path = format_path(step.path)
    return Reason(kind="retry", text=f"the undo of {path} failed and is tried again", path=path, due_at=step.wakes_at)


def _newer(types: Sequence[str]) -> str:
    listed = ", ".join(types)
    return f"a newer version of Stepyard has recorded events that this one does not know ({listed}): upgrade to see all"


def _of_step(step: StepState, now: datetime) -> Reason | None:
    path = format_path(step.path)
    match step.status:
        case "suspended":
            since = _since(step.suspended_at, now)
            return Reason(
                kind="person", text=f"{step.called} waits for an answer{since}", path=path, due_at=step.due_at
            )
        case "waiting" if step.event_name:
            text = f"{path} waits for the event {step.event_name}{_since(step.started_at, now)}"
            return Reason(kind="event", text=text, path=path, due_at=step.due_at)
        case "waiting":
            return Reason(kind="sleep", text=f"{path} sleeps", path=path, due_at=step.due_at)
        case "running" if step.retry_at:
            text = f"{path} failed and tries again (attempt {step.attempts + 1})"
            return Reason(kind="retry", text=text, path=path, due_at=step.retry_at)
        case "running" if step.is_asleep(now):
            return Reason(kind="sleep", text=f"{path} is delayed by its rehearsal", path=path, due_at=step.wakes_at)
        case "running" if step.kind == "step" and now - (step.started_at or now) > timedelta(seconds=10):
            return Reason(kind="step", text=f"{path} has been running{_since(step.started_at, now, ' for')}", path=path)
        case _:
            return None


def _since(start: datetime | None, now: datetime, word: str = " since") -> str:
    if start is None or now - start < timedelta(seconds=1):
        return ""
    length = length_text((now - start).total_seconds())
    return f"{word} {length}" if word == " for" else f" for {length}"


def first_words(found: Sequence[Reason], most: int = 3) -> tuple[Reason, ...]:
    """Return the reasons to show at once; those that need a person come first."""
    order = {"worker": 0, "turn": 0, "pause": 1, "person": 1, "start": 2, "event": 3, "retry": 4, "sleep": 5, "step": 6}
    return tuple(sorted(found, key=lambda reason: order[reason.kind])[:most])
