"""Forks: a new run that shares the history of another one before a step."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from engine.clock import Clock
from engine.errors import StepNotRun, UnknownRun
from engine.events import Draft, Event
from engine.journal.fit import check_known
from engine.journal.fold import fold
from engine.journal.state import RunState
from engine.journal.store import Store
from engine.paths import Path, format_path
from engine.values.missing import MISSING

STARTS = frozenset({"step-started", "sleep-started", "event-awaited"})
UNDO = frozenset({"step-undo-started", "step-undone", "step-undo-failed"})


async def record_fork(
    store: Store,
    clock: Clock,
    *,
    run_id: str,
    new_run_id: str,
    digest: str,
    path: Path,
    step_input: Any = MISSING,
    began: int | None = None,
    permit: Callable[[], Awaitable[bool]],
) -> None:
    """Make a new run that goes on from before a step; the run itself stays as it is.

    Args:
        store: where the journals are kept.
        clock: gives the time of the new events.
        run_id: the run to fork.
        new_run_id: the new run's id.
        digest: the digest of the workflow as it is now.
        path: the step from which the new run executes again; it has begun in the run.
        step_input: what that step is given instead of what it had, as JSON.
        began: the seq at which the step began, of several times in a loop; by default the last.
        permit: asked before anything is recorded, unless the run rehearses, as its fork does then; raises to refuse,
            and returns whether the start needs no other check.

    Raises:
        UnknownRun: there is no such run.
        StepNotRun: the step has not begun in the run, or not at this seq.
        RunExists: the new id is taken.
        NewerJournal: what came before the step is not understood here.
    """
    events = await store.read(run_id)
    if not events:
        raise UnknownRun(f"no run has the id {run_id!r}")
    cut = beginning(events, path, exactly=step_input is not MISSING, began=began)
    before = events[: cut - 1]
    shared = fold(before)
    check_known(shared)
    created = {**events[0].payload, "digest": digest} | _late_input(before)
    created.pop("unchecked", None)
    created.pop("breakpoints", None)
    if shared.rehearsal is not None:
        created["rehearsal"] = shared.rehearsal.to_dict()
    elif not await permit():
        created["unchecked"] = True
    forked: dict[str, Any] = {"from_run_id": run_id, "step": list(path)}
    if step_input is not MISSING:
        forked["input"] = step_input
    now = clock.now()
    # The fork comes after what is shared: the shared events tell of a run that went on, this one waits for its start.
    drafts = [Draft(now, "run-created", (), created), *_shared(before, path), Draft(now, "run-forked", (), forked)]
    await store.create(new_run_id, drafts)


def not_begun(run: RunState, path: Path) -> StepNotRun:
    """Return the error for a step from which a run cannot be forked."""
    begun = ", ".join(format_path(step.path) for step in run.steps()) or "none"
    return StepNotRun(f"step {format_path(path)!r} has not begun in run {run.run_id}. Begun: {begun}")


def beginning(events: Sequence[Event], path: Path, *, exactly: bool, began: int | None = None) -> int:
    """Return the seq at which a step began last, or would begin if the run were not paused before it.

    That is the seq of the first item when the path names a whole foreach.

    Args:
        events: the whole journal.
        path: the step.
        exactly: whether a step inside of the path does not do, as when it is to be given an input.
        began: the seq at which it must have begun, of several times in a loop.

    Raises:
        StepNotRun: it has not begun, nor is the run paused before it, or not at this seq.
    """
    seen = events if began is None else events[began - 1 : began]
    own = [event.seq for event in seen if event.path == path and _starts(event)]
    if own:
        return own[-1]
    if began is None and path in (run := fold(events)).paused and run.status == "paused":
        return run.last_seq + 1
    inside = (event.seq for event in events if event.path[: len(path)] == path and _starts(event))
    first = None if exactly or began is not None else next(inside, None)
    if first is None:
        raise not_begun(fold(events), path)
    return first


def _starts(event: Event) -> bool:
    return event.type in STARTS and event.payload.get("attempt", 1) == 1


def _late_input(events: Sequence[Event]) -> dict[str, Any]:
    """Return the input that a run began with, where that is not the one it was created with."""
    started = [event.payload for event in events if event.type == "run-started" and "input" in event.payload]
    return started[-1] if started else {}


def _shared(events: Sequence[Event], path: Path) -> Iterator[Draft]:
    """Yield what both runs share: steps that had ended by then, decisions, state, kept events.

    What still ran then, beside the step, runs again in the fork; the workflows around the step stay open. An event
    that was sent to something that runs again is kept for whoever waits for it there, since nobody sends it twice.
    """
    open_steps = fold(events).open.items()
    # A wait that is over stays decided, as a branch does: what runs otherwise is a step of its own.
    decided = {open_path for open_path, step in open_steps if step.kind == "event" and step.status == "running"}
    unfinished = {open_path for open_path, _ in open_steps if open_path != path[: len(open_path)]} - decided
    seqs: dict[int, int] = {}
    undos: list[int | None] = []
    for event in events:
        payload, again = event.payload, any(event.path[: len(gone)] == gone for gone in unfinished)
        sent = event.type == "event-received" and "payload" in payload
        dropped = event.type.startswith("run-") or (again and not sent)
        if event.type == "step-succeeded" and "undo" in payload:
            undos.append(None if dropped else 1 + sum(number is not None for number in undos))
        if dropped:
            continue
        seqs[event.seq] = len(seqs) + 2  # run-created is the first
        if "from_seq" in payload:
            payload = {**payload, "from_seq": seqs[payload["from_seq"]]}
        elif event.type in UNDO:
            payload = {**payload, "number": undos[payload["number"] - 1]}
        yield Draft(event.at, event.type, () if again else event.path, payload)
