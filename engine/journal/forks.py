"""Forks: a new run that shares the history of another one before a step."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.clock import Clock
from engine.errors import NotFailed, StepNotRun, UnknownRun
from engine.events import Draft, Event
from engine.journal.changed_code import check_known
from engine.journal.fold import fold
from engine.journal.requests import check_resumable, own_schema
from engine.journal.state import RunState
from engine.journal.store import Store
from engine.paths import Path, format_path
from engine.values.missing import MISSING

STARTS = frozenset({"step-started", "sleep-started", "event-awaited"})
UNDO = frozenset({"step-undo-started", "step-undone", "step-undo-failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """A failure that an attempt has caught, in the pass of the loops around it that counts."""

    seq: int
    body: tuple[Path, ...]
    """Where the steps of the attempt's body stand."""
    handler: tuple[Path, ...]
    """Where those of its handler stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """What a run has failed for."""

    steps: tuple[Path, ...]
    """The steps that failed, and what was cut off with them, in the order in which they began."""
    undone: tuple[Path, ...]
    """The steps that were undone since the run failed, or since an attempt did."""
    void: tuple[Caught, ...]
    """The attempts that failed themselves: their handler is forgotten, and the body tried again."""


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
    ways: Mapping[str, Any] | None = None,
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
        ways: how it is executed, as `engine.journal.requests.Start.ways` gives it.
        permit: asked before anything is recorded, unless the run rehearses, as its fork does then; raises to refuse,
            and returns whether the start needs no other check.

    Raises:
        UnknownRun: there is no such run.
        StepNotRun: the step has not begun in the run, or not at this seq.
        RunExists: the new id is taken.
        NewerJournal: what came before the step is not understood here.
    """
    events = await _journal(store, run_id)
    cut = beginning(events, path, exactly=step_input is not MISSING, began=began)
    before = events[: cut - 1]
    created = await _created(before, digest, ways or {}, permit)
    forked: dict[str, Any] = {"from_run_id": run_id, "step": list(path)}
    if step_input is not MISSING:
        forked["input"] = step_input
    open_steps = fold(before).open.items()
    # A wait that is over stays decided, as a branch does: what runs otherwise is a step of its own.
    decided = {open_path for open_path, step in open_steps if step.kind == "event" and step.status == "running"}
    unfinished = {open_path for open_path, _ in open_steps if open_path != path[: len(open_path)]} - decided
    shared = _shared(before, lambda event: any(event.path[: len(gone)] == gone for gone in unfinished))
    await _create(store, clock, new_run_id, created, shared, forked)


async def record_retry(
    store: Store,
    clock: Clock,
    *,
    run_id: str,
    new_run_id: str,
    digest: str,
    permit: Callable[[], Awaitable[bool]],
) -> None:
    """Make a new run that goes on from the steps that have failed in a run; all else that had ended is shared.

    Of an attempt whose handler failed too it is the body that is tried again. Where the run has undone something, it
    goes on from there instead, since what followed was built on it.

    Args:
        store: where the journals are kept.
        clock: gives the time of the new events.
        run_id: the run that has failed.
        new_run_id: the new run's id.
        digest: the digest of the workflow as it is now.
        permit: as for `record_fork`.

    Raises:
        UnknownRun: there is no such run.
        NotFailed: it has not failed.
        RunExists: the new id is taken.
        NewerJournal: the run is not understood here.
    """
    events = await _journal(store, run_id)
    run = fold(events)
    if run.status != "failed":
        raise NotFailed(
            f"run {run_id} is {run.status}: only what has failed is tried again; fork it from a step instead"
        )
    failures = failures_of(run, events)
    if failures.undone:
        first = min(failures.undone, key=lambda path: beginning(events, path, exactly=True))
        await record_fork(store, clock, run_id=run_id, new_run_id=new_run_id, digest=digest, path=first, permit=permit)
        return
    created = await _created(events, digest, {}, permit)
    again = failures.steps
    since = {path: beginning(events, path, exactly=True) for path in again}
    around = {path[:depth] for path in again for depth in range(1, len(path))}
    caught = {attempt.seq for attempt in failures.void}
    dropped = since | {path: attempt.seq for attempt in failures.void for path in attempt.handler}

    def is_gone(event: Event) -> bool:
        if event.path in around and event.type in ("step-failed", "step-canceled"):
            return any(event.seq > seq for path, seq in since.items() if path[: len(event.path)] == event.path)
        inside = any(event.seq >= seq and event.path[: len(path)] == path for path, seq in dropped.items())
        return inside or event.seq in caught

    forked: dict[str, Any] = {"from_run_id": run_id, "step": list(again[0]) if again else []}
    last = (
        event.payload["input"] for event in reversed(events) if event.path in again[:1] and "input" in event.payload
    )
    given: dict[str, Any] = next(last, {}) if len(again) == 1 else {}
    if "value" in given:
        # It may have been given something else than what came before gave, also at a later attempt.
        forked["input"] = given["value"]
    await _create(store, clock, new_run_id, created, _shared(events, is_gone), forked)


async def record_copy(
    store: Store,
    clock: Clock,
    *,
    run_id: str,
    new_run_id: str,
    digest: str,
    path: Path,
    data: Any,
    suspension: str | None = None,
    by: str = "",
    permit: Callable[[], Awaitable[bool]],
) -> None:
    """Make a new run that stands where a suspended run does, and answer the question there; the run itself waits on.

    What ran then beside the question runs again in the new run; what waits there waits there, too.

    Args:
        store: where the journals are kept.
        clock: gives the time of the new events.
        run_id: the run that is suspended.
        new_run_id: the new run's id.
        digest: the digest of the workflow as it is now.
        path: the suspended step.
        data: the answer as JSON, validated before.
        suspension: the `StepState.suspension` that is answered; without it, the one that is open.
        by: who answers, where he has a name.
        permit: as for `record_fork`.

    Raises:
        UnknownRun: there is no such run.
        AlreadyResumed, NotSuspended, RunFinished, UnknownStep: as for `record_resume`.
        RunExists: the new id is taken.
        NewerJournal: the run is not understood here.
    """
    events = await _journal(store, run_id)
    run = fold(events)
    step = check_resumable(run, path, suspension)
    created = await _created(events, digest, {}, permit)
    at_work = {
        open_path
        for open_path, one in run.open.items()
        if one.kind == "step" and one.status == "running" and not one.ready
    }
    shared = _shared(events, lambda event: event.path in at_work)
    answered = {"data": data} | own_schema(step) | ({"by": by} if by else {})
    answer = Draft(clock.now(), "step-resumed", path, answered)
    await _create(store, clock, new_run_id, created, [*shared, answer], {"from_run_id": run_id, "step": list(path)})


def failures_of(run: RunState, events: Sequence[Event]) -> Failures:
    """Return what a run has failed for.

    Of nested workflows it is the steps inside. What an attempt has caught has failed, and the run not for it; unless
    the handler failed too. Then the attempt has failed, which is its body: the handler only answers to that.

    Args:
        run: the run, which has failed.
        events: its whole journal.
    """
    caught = _caught(run, events)
    # A body lies deeper than the attempt around it, so an outer attempt is judged before those inside.
    held: set[Path] = set()
    void: list[Caught] = []
    for one in sorted(caught, key=lambda one: len(one.body[0])):
        if _lies_in(one.body[0], held):
            continue
        if any((step := run.find(path)) is not None and step.status == "failed" for path in one.handler):
            void.append(one)
            held.update(one.handler)
        else:
            held.update(one.body)
    over = [
        step
        for step in run.steps()
        if step.status in ("failed", "canceled", "running", "paused") and not _lies_in(step.path, held)
    ]
    around = {step.path[:depth] for step in over for depth in range(1, len(step.path))}
    waits = {step.path for step in over if step.kind == "event" and _has_expired(events, step.path)}
    return Failures(
        steps=tuple(step.path for step in over if step.path not in around | waits),
        undone=tuple(path for path in run.undone if not _lies_in(path, held)),
        void=tuple(void),
    )


def _caught(run: RunState, events: Sequence[Event]) -> Iterator[Caught]:
    # The last one at a path is of the latest pass; a pass that has not caught anything knows no decision.
    last = {event.path: event for event in events if event.type == "attempt-caught"}
    for path, event in last.items():
        place = run.find(path[:-1])
        if place is not None and path[-1] in place.decisions:
            payload, around = event.payload, path[:-1]
            # Journals of former versions know one step of the body, and a handler that is a single step.
            body = payload.get("body") or [payload["step"][len(around)]]
            handler = payload.get("handler") or payload["arms"]
            yield Caught(
                seq=event.seq,
                body=tuple((*around, step_id) for step_id in body),
                handler=tuple((*around, step_id) for step_id in handler),
            )


def _lies_in(path: Path, places: set[Path]) -> bool:
    return any(path[:depth] in places for depth in range(1, len(path) + 1))


def _has_expired(events: Sequence[Event], path: Path) -> bool:
    return any(event.type == "event-expired" and event.path == path for event in events)


async def _journal(store: Store, run_id: str) -> Sequence[Event]:
    events = await store.read(run_id)
    if not events:
        raise UnknownRun(f"no run has the id {run_id!r}")
    return events


async def _created(
    before: Sequence[Event], digest: str, ways: Mapping[str, Any], permit: Callable[[], Awaitable[bool]]
) -> dict[str, Any]:
    """Return the payload with which the new run is created; it rehearses what the other one did, and pauses nowhere."""
    shared = fold(before)
    check_known(shared)
    created = {**before[0].payload, "digest": digest} | _late_input(before)
    for own in ("unchecked", "breakpoints", "name", "tags", "via"):
        created.pop(own, None)
    if shared.rehearsal is not None:
        created["rehearsal"] = shared.rehearsal.to_dict()
    created |= ways
    if "rehearsal" not in created and not await permit():
        created["unchecked"] = True
    return created


async def _create(
    store: Store,
    clock: Clock,
    run_id: str,
    created: dict[str, Any],
    shared: Iterable[Draft],
    forked: dict[str, Any],
) -> None:
    now = clock.now()
    # The fork comes after what is shared: the shared events tell of a run that went on, this one waits for its start.
    drafts = [Draft(now, "run-created", (), created), *shared, Draft(now, "run-forked", (), forked)]
    await store.create(run_id, drafts)


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


def _shared(events: Sequence[Event], runs_again: Callable[[Event], bool]) -> Iterator[Draft]:
    """Yield what both runs share: steps that had ended by then, decisions, state, kept events.

    What still ran then, beside the step, runs again in the fork; the workflows around the step stay open. An event
    that was sent to something that runs again is kept for whoever waits for it there, since nobody sends it twice.
    """
    seqs: dict[int, int] = {}
    undos: list[int | None] = []
    for event in events:
        payload, again = event.payload, runs_again(event)
        sent = event.type == "event-received" and "payload" in payload
        dropped = event.type.startswith("run-") or (again and not sent)
        if event.type == "step-succeeded" and "undo" in payload:
            undos.append(None if dropped else 1 + sum(number is not None for number in undos))
        if dropped:
            continue
        seqs[event.seq] = len(seqs) + 2  # run-created is the first
        if "from_seq" in payload:
            payload = {**payload, "from_seq": seqs[payload["from_seq"]]}
        elif "number" in payload:
            payload = {**payload, "number": undos[payload["number"] - 1]}
        yield Draft(event.at, event.type, () if again else event.path, payload)
