"""Forks: a new run that shares the history of another one before a step."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.clock import Clock
from engine.errors import RequestError, StepNotRun, UnknownRun
from engine.events import Draft, Event
from engine.journal.fit import check_known
from engine.journal.fold import fold
from engine.journal.state import RunState
from engine.journal.step_state import OPEN
from engine.journal.store import Store
from engine.journal.summary import RunSummary
from engine.paths import Path, format_path
from engine.values.missing import MISSING

ENDS = frozenset({"step-failed", "step-canceled"})
LEFT = frozenset({"failed", "canceled"}) | OPEN
"""How a step stands that executes again when its run goes on from its end."""
STARTS = frozenset({"step-started", "sleep-started", "event-awaited"})
UNDO = frozenset({"step-undo-started", "step-undone", "step-undo-failed"})


async def record_fork(
    store: Store,
    clock: Clock,
    *,
    run_id: str,
    new_run_id: str,
    digest: str,
    path: Path | None,
    step_input: Any = MISSING,
    began: int | None = None,
    permit: Callable[[], Awaitable[bool]],
) -> RunSummary:
    """Make a new run that goes on from before a step; the run itself stays as it is.

    Without a step it goes on from the end: what succeeded is kept, and what failed or was canceled executes again.

    Args:
        store: where the journals are kept.
        clock: gives the time of the new events.
        run_id: the run to fork.
        new_run_id: the new run's id.
        digest: the digest of the workflow as it is now.
        path: the step from which the new run executes again; it has begun in the run. None for what did not succeed.
        step_input: what that step is given instead of what it had, as JSON.
        began: the seq at which the step began, of several times in a loop; by default the last.
        permit: asked before anything is recorded; raises to refuse, and returns whether the start needs no other check.

    Raises:
        UnknownRun: there is no such run.
        StepNotRun: the step has not begun in the run, or not at this seq.
        RunExists: the new id is taken.
        NewerJournal: what came before the step is not understood here.
        RequestError: the run is to go on from its end, and has not failed, or has undone what its steps did.
    """
    events = await store.read(run_id)
    if not events:
        raise UnknownRun(f"no run has the id {run_id!r}")
    cut = len(events) + 1
    if path is None:
        check_retriable(fold(events))
    else:
        cut = beginning(events, path, exactly=step_input is not MISSING, began=began)
    before = events[: cut - 1]
    check_known(fold(before))
    created = {**events[0].payload, "digest": digest} | _late_input(before)
    created.pop("unchecked", None)
    if not await permit():
        created["unchecked"] = True
    forked: dict[str, Any] = {"from_run_id": run_id, "step": list(path or ())}
    if step_input is not MISSING:
        forked["input"] = step_input
    now = clock.now()
    # The fork comes after what is shared: the shared events tell of a run that went on, this one waits for its start.
    drafts = [
        Draft(now, "run-created", (), created),
        *_shared(before, _unfinished(before, path)),
        Draft(now, "run-forked", (), forked),
    ]
    return await store.create(new_run_id, drafts)


def not_begun(run: RunState, path: Path) -> StepNotRun:
    """Return the error for a step from which a run cannot be forked."""
    begun = ", ".join(format_path(step.path) for step in run.steps()) or "none"
    return StepNotRun(f"step {format_path(path)!r} has not begun in run {run.run_id}. Begun: {begun}")


def beginning(events: Sequence[Event], path: Path, *, exactly: bool, began: int | None = None) -> int:
    """Return the seq at which a step began last; that of the first item when the path names a whole foreach.

    Args:
        events: the whole journal.
        path: the step.
        exactly: whether a step inside of the path does not do, as when it is to be given an input.
        began: the seq at which it must have begun, of several times in a loop.

    Raises:
        StepNotRun: it has not begun, or not at this seq.
    """
    seen = events if began is None else events[began - 1 : began]
    own = [event.seq for event in seen if event.path == path and _starts(event)]
    if own:
        return own[-1]
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


def check_retriable(run: RunState) -> None:
    """Check that a run has ended with something left to be done.

    Raises:
        RequestError: it has not, or what it did was undone.
    """
    if run.status not in ("failed", "canceled"):
        raise RequestError(f"run {run.run_id} is {run.status}: only what failed or was canceled can be retried")
    if run.undone:
        raise RequestError(f"run {run.run_id} has undone what its steps did, which cannot be kept: run it again")


@dataclass(frozen=True, slots=True)
class _Unfinished:
    """What executes again in the new run."""

    since: Mapping[Path, int]
    """The steps that do, with all that is inside, each by its path, and the seq from which on."""
    reopened: frozenset[Path]
    """The nested workflows whose end does not count, while what is inside does."""

    def has(self, event: Event) -> bool:
        """Tell whether an event is of something that executes again."""
        if event.path in self.reopened and event.type in ENDS:
            return True
        around = (event.path[:depth] for depth in range(1, len(event.path) + 1))
        return any(event.seq >= self.since[place] for place in around if place in self.since)


def _unfinished(events: Sequence[Event], path: Path | None) -> _Unfinished:
    """Return what executes again: what still runs when ``path`` begins; without one, whatever did not succeed."""
    run = fold(events)
    if path is not None:
        # A wait that is over stays decided, as a branch does: what runs otherwise is a step of its own.
        decided = {place for place, step in run.open.items() if step.kind == "event" and step.status == "running"}
        return _Unfinished(
            dict.fromkeys((p for p in run.open if p != path[: len(p)] and p not in decided), 0), frozenset()
        )
    caught = {tuple(event.payload["step"]) for event in events if event.type == "attempt-caught"}
    left = [step for step in run.steps() if step.status in LEFT and not any(step.path[: len(p)] == p for p in caught)]
    begun = {event.path: event.seq for event in events if _starts(event)}
    return _Unfinished(
        {step.path: begun[step.path] for step in left if step.kind != "workflow" and step.path in begun},
        frozenset(step.path for step in left if step.kind == "workflow"),
    )


def _shared(events: Sequence[Event], unfinished: _Unfinished) -> Iterator[Draft]:
    """Yield what both runs share: steps that had ended by then, decisions, state, kept events.

    What is unfinished runs again in the fork; the workflows around it stay open. An event that was sent to something
    that runs again is kept for whoever waits for it there, since nobody sends it twice.
    """
    seqs: dict[int, int] = {}
    undos: list[int | None] = []
    for event in events:
        payload, again = event.payload, unfinished.has(event)
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
