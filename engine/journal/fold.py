"""The fold: a run's state, computed from its events and from nothing else."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from engine.events import Draft, Event, RunStatus
from engine.journal import suspensions
from engine.journal.state import RunState
from engine.journal.step_state import LoopState, StepState, UndoState
from engine.journal.suspensions import time_of
from engine.paths import format_path, ids_of
from engine.rehearsal import Rehearsal
from engine.values.missing import MISSING


def fold(events: Iterable[Event], known: RunState | None = None) -> RunState:
    """Return the run that the events tell of.

    Args:
        events: all events of one run, in the order of ``seq``.
        known: what the events before these tell; these are added to it.
    """
    state = RunState() if known is None else known
    for event in events:
        apply(state, event)
    return state


def apply(run: RunState, event: Event | Draft) -> None:
    """Take one more event into account."""
    _APPLY.get(event.type, _unknown)(run, event)
    if isinstance(event, Event):
        run.last_seq = event.seq


def _run_created(run: RunState, event: Event | Draft) -> None:
    payload = event.payload
    run.run_id = event.run_id if isinstance(event, Event) else run.run_id
    run.workflow_id = payload["workflow_id"]
    run.digest = payload.get("digest", "")
    run.resource_id = payload.get("resource_id")
    run.created_at = event.at
    run.started_by = payload.get("by", "")
    run.via = payload.get("via", "")
    run.schedule = payload.get("schedule")
    _run_tagged(run, event)
    run.scheduled_for = time_of(payload.get("scheduled_for"))
    _take_input(run, payload)


def _run_tagged(run: RunState, event: Event | Draft) -> None:
    run.name = event.payload.get("name", run.name)
    run.tags = tuple(event.payload.get("tags", run.tags))


def _run_tagged_later(run: RunState, event: Event | Draft) -> None:
    _run_tagged(run, event)
    if isinstance(event, Event) and run.recovered_seq == run.last_seq:
        # What it is called is no progress: the next death at the same place is one more.
        run.recovered_seq = event.seq


def _take_input(run: RunState, payload: dict[str, Any]) -> None:
    """Take the input, which comes with the creation of a run or with its start."""
    if "input" in payload:
        run.has_input = True
        run.root.input = payload["input"]
        run.state = dict(payload.get("state") or {})
        run.request_context = payload.get("request_context") or {}
    if "rehearsal" in payload:
        run.rehearsal = Rehearsal.from_dict(payload["rehearsal"])
    _take_breakpoints(run, payload)


def _take_breakpoints(run: RunState, payload: dict[str, Any]) -> None:
    if "breakpoints" in payload:
        found = payload["breakpoints"]
        run.breakpoints = "all" if found == "all" else tuple(found)


def _run_forked(run: RunState, event: Event | Draft) -> None:
    run.status = "pending"
    run.forked_from = event.payload
    run.started_by = event.payload.get("by", "")
    run.via = event.payload.get("via", "")
    # What is shared belongs to the run that did it.
    run.undoable, run.undone = [], []


def _run_started(run: RunState, event: Event | Draft) -> None:
    run.status = "running"
    run.started_at = event.at
    run.started_by = event.payload.get("by", run.started_by)
    run.via = event.payload.get("via", run.via)
    _run_tagged(run, event)
    _take_input(run, event.payload)


def _run_suspended(run: RunState, event: Event | Draft) -> None:
    run.status = "suspended"


def _run_waiting(run: RunState, event: Event | Draft) -> None:
    run.status = "waiting"


def _run_paused(run: RunState, event: Event | Draft) -> None:
    if run.status != "paused":
        run.status = "paused"
        run.paused = {}
    run.paused[tuple(event.payload["before"])] = run.value_of(event.payload["input"])


def _run_proceeded(run: RunState, event: Event | Draft) -> None:
    run.status = "running"
    run.stepping = event.payload.get("step", False)
    _take_breakpoints(run, event.payload)
    for path in map(tuple, event.payload["before"]):
        run.paused.pop(path, None)
        run.released[path] = event.payload.get("input", MISSING)


def _run_recovered(run: RunState, event: Event | Draft) -> None:
    run.status = "running"
    if isinstance(event, Event):
        again = run.recovered_seq is not None and run.recovered_seq == event.seq - 1
        run.stuck = run.stuck + 1 if again else 1
        run.recovered_seq = event.seq
    for undo in (done.undo for done in run.undoable):
        if undo is not None and undo.running:
            undo.lost += event.payload.get("lost", 1)
    for path in event.payload.get("interrupted", ()):
        step = run.find(tuple(path))
        if step is not None:
            step.lost += event.payload.get("lost", 1)
            step.ready = False


def _run_undoing(run: RunState, event: Event | Draft) -> None:
    run.status = "running"
    run.undoing = event.payload
    run.canceled_by = event.payload.get("by", "")


def _run_succeeded(run: RunState, event: Event | Draft) -> None:
    _end_run(run, event, "success")
    run.result = run.value_of(event.payload["result"])


def _run_failed(run: RunState, event: Event | Draft) -> None:
    _end_run(run, event, "failed")
    run.error = event.payload["error"]


def _run_canceled(run: RunState, event: Event | Draft) -> None:
    _end_run(run, event, "canceled")
    run.reason = event.payload.get("reason") or ""
    run.canceled_by = event.payload.get("by", run.canceled_by)


def _end_run(run: RunState, event: Event | Draft, status: RunStatus) -> None:
    run.status = status
    run.ended_at = event.at


def _step_started(run: RunState, event: Event | Draft) -> None:
    step = run.begin(event)
    payload = event.payload
    if step.status == "paused":
        _begin_anew(step, event)
    step.kind = payload.get("kind", "step")
    step.status = "running"
    step.attempts = payload["attempt"]
    step.retry_at = None
    step.ready = False
    if run.rehearsal is not None:
        delay = run.rehearsal.delays.get(format_path(ids_of(step.path)))
        step.delayed_until = None if delay is None else event.at + timedelta(seconds=delay)


def _begin_anew(step: StepState, event: Event | Draft) -> None:
    """Give a step whose attempts were used up as many, and as much time for them, as it had at first."""
    step.failures = step.lost = 0
    step.asleep = event.at - (step.started_at or event.at)


def _step_note(run: RunState, event: Event | Draft) -> None:
    """Output, progress and logs are read from the journal itself; they change no state."""


def _step_labeled(run: RunState, event: Event | Draft) -> None:
    # A condition has no step that could be called anything.
    step = run.find(event.path)
    if step is not None:
        step.name = event.payload["label"] or None


def _step_attempt_failed(run: RunState, event: Event | Draft) -> None:
    step = run.place(event.path)
    step.failures += 1
    step.ready = False
    step.error = event.payload["error"]
    step.retry_at = time_of(event.payload.get("next_at"))
    if event.payload.get("exhausted"):
        step.status = "paused"


def _step_succeeded(run: RunState, event: Event | Draft) -> None:
    step = run.end(event, "success")
    step.error = None
    ref = event.payload.get("output_ref")
    step.output = event.payload["output"] if ref is None else run.value_of(ref)
    if "undo" in event.payload:
        step.undo = UndoState()
        run.undoable.append(step)


def _step_failed(run: RunState, event: Event | Draft) -> None:
    run.end(event, "failed").error = event.payload["error"]


def _step_canceled(run: RunState, event: Event | Draft) -> None:
    run.end(event, "canceled")


def _step_bailed(run: RunState, event: Event | Draft) -> None:
    run.end(event, "bailed").output = event.payload["value"]


def _step_undo_started(run: RunState, event: Event | Draft) -> None:
    undo = _undo_of(run, event)
    undo.attempts, undo.running, undo.retry_at = event.payload["attempt"], True, None
    undo.began_at = undo.began_at or event.at


def _step_undone(run: RunState, event: Event | Draft) -> None:
    undo = _undo_of(run, event)
    undo.ended_at, undo.running, undo.error = event.at, False, None
    run.undone.append(event.path)


def _step_undo_failed(run: RunState, event: Event | Draft) -> None:
    undo = _undo_of(run, event)
    undo.failures += 1
    undo.running, undo.error = False, event.payload["error"]
    undo.retry_at = time_of(event.payload.get("next_at"))
    if undo.retry_at is None:
        undo.ended_at = event.at


def _undo_of(run: RunState, event: Event | Draft) -> UndoState:
    undo = run.undoable[event.payload["number"] - 1].undo
    return undo if undo is not None else UndoState()


def _branch_decided(run: RunState, event: Event | Draft) -> None:
    """Keep which arms go on: those that were chosen, the one that won, the one that handles a failure."""
    run.place(event.path[:-1]).decisions[str(event.path[-1])] = event.payload["arms"]


def _loop_decided(run: RunState, event: Event | Draft) -> None:
    """Count the iteration; when there is another, the body's steps become history."""
    place = run.place(event.path[:-1])
    name = str(event.path[-1])
    loop = place.loops.get(name) or place.loops.setdefault(name, LoopState())
    loop.iterations = event.payload["iteration"]
    loop.over = not event.payload["again"]
    if loop.over:
        return
    # What was let go in this iteration and did not begin is not let go in the next.
    if run.released:
        inside, depth = [(*place.path, step_id) for step_id in event.payload["steps"]], len(place.path) + 1
        run.released = {path: given for path, given in run.released.items() if path[:depth] not in inside}
    for step_id in event.payload["steps"]:
        last = place.children.pop(step_id, None)
        if last is not None:
            fresh = place.children[step_id] = StepState(last.path, last.kind, output=last.output)
            earlier, last.earlier = last.earlier or [], ()
            earlier.append(last)
            fresh.earlier = earlier


def _unknown(run: RunState, event: Event | Draft) -> None:
    if event.type not in run.unknown:
        run.unknown = (*run.unknown, event.type)


def _state_changed(run: RunState, event: Event | Draft) -> None:
    run.state = {**run.state, **event.payload["changes"]}


_APPLY: dict[str, Callable[[RunState, Event | Draft], None]] = {
    "run-created": _run_created,
    "run-forked": _run_forked,
    "run-started": _run_started,
    "run-suspended": _run_suspended,
    "run-waiting": _run_waiting,
    "run-paused": _run_paused,
    "run-proceeded": _run_proceeded,
    "run-undoing": _run_undoing,
    "run-succeeded": _run_succeeded,
    "run-failed": _run_failed,
    "run-canceled": _run_canceled,
    "run-tagged": _run_tagged_later,
    "run-recovered": _run_recovered,
    "step-started": _step_started,
    "step-output": _step_note,
    "step-progress": _step_note,
    "step-labeled": _step_labeled,
    "step-log": _step_note,
    "step-attempt-failed": _step_attempt_failed,
    "step-suspended": suspensions.suspended,
    "step-resumed": suspensions.resumed,
    "step-expired": suspensions.expired,
    "step-woken": suspensions.woken,
    "step-succeeded": _step_succeeded,
    "step-failed": _step_failed,
    "step-canceled": _step_canceled,
    "step-bailed": _step_bailed,
    "step-undo-started": _step_undo_started,
    "step-undone": _step_undone,
    "step-undo-failed": _step_undo_failed,
    "branch-decided": _branch_decided,
    "race-decided": _branch_decided,
    "attempt-caught": _branch_decided,
    "loop-decided": _loop_decided,
    "sleep-started": suspensions.sleep_started,
    "sleep-ended": suspensions.sleep_ended,
    "event-awaited": suspensions.event_awaited,
    "event-received": suspensions.event_received,
    "event-expired": suspensions.event_expired,
    "state-changed": _state_changed,
}
