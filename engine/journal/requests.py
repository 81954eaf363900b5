"""What people and programs ask of a run, recorded in its journal by whoever took the request.

Each request is one transaction that reads the journal, checks that the request is still valid and records it. No
workflow code is needed, so the process that serves pages uses these as they are.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from engine.clock import Clock
from engine.errors import (
    AlreadyResumed,
    NotSuspended,
    RunAlreadyStarted,
    RunFinished,
    UnknownStep,
)
from engine.events import Draft, Event, EventType
from engine.failure import storable
from engine.journal.changed_code import check_known
from engine.journal.fold import apply, fold
from engine.journal.state import Breakpoints, RunState
from engine.journal.step_state import StepState
from engine.journal.store import Store
from engine.paths import Path, format_path, ids_of
from engine.rehearsal import Rehearsal
from engine.tags import Tagging, checked_tags


class Start(NamedTuple):
    """What a run starts with; all of it JSON.

    A tuple, since each run makes two, and a frozen dataclass of so many fields takes several times as long.
    """

    input: Any
    state: dict[str, Any] | None = None
    request_context: dict[str, Any] | None = None
    schedule: str | None = None
    """The schedule that starts the run, if one does."""
    scheduled_for: datetime | None = None
    """The due time for which it does."""
    rehearsal: Rehearsal | None = None
    """What it is to pretend."""
    breakpoints: Breakpoints = ()
    name: str | None = None
    tags: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """Return the keys of an event's payload; what was not given is left out."""
        payload = {"input": self.input, "state": self.state, "request_context": self.request_context}
        payload |= {"schedule": self.schedule, "name": self.name, "tags": list(self.tags)}
        if self.scheduled_for is not None:
            payload["scheduled_for"] = self.scheduled_for.astimezone(UTC).isoformat()
        return {key: value for key, value in payload.items() if key == "input" or value} | self.ways()

    def ways(self) -> dict[str, Any]:
        """Return of them what says how the run is executed, which a fork may be told too."""
        found: dict[str, Any] = {} if self.rehearsal is None else {"rehearsal": self.rehearsal.to_dict()}
        if self.breakpoints:
            found["breakpoints"] = "all" if self.breakpoints == "all" else list(self.breakpoints)
        return found


async def create_run(
    store: Store,
    clock: Clock,
    *,
    run_id: str,
    workflow_id: str,
    digest: str,
    start: Start | None = None,
    resource_id: str | None = None,
) -> RunState:
    """Record a new run; return the fold of what was recorded.

    Args:
        store: where the journal is kept.
        clock: gives the time of the event.
        run_id: the new run's id.
        workflow_id: the workflow it is a run of.
        digest: the digest of the workflow as it is now.
        start: the validated input; without it the run stays pending until `record_start`.
        resource_id: whom or what the run belongs to, in the user's own terms.

    Raises:
        RunExists: the id is taken.
    """
    payload: dict[str, Any] = {"workflow_id": workflow_id, "digest": digest}
    if resource_id is not None:
        payload["resource_id"] = resource_id
    if start is not None:
        payload |= start.payload()
    created = Draft(clock.now(), "run-created", (), payload)
    await store.create(run_id, [created])
    return fold([created.numbered(run_id, 1)])


async def record_start(store: Store, clock: Clock, run_id: str, start: Start, *, known: RunState | None = None) -> None:
    """Start a run that was created without input; ``known`` as for `record_resume`. It keeps the tags that it has.

    Raises:
        UnknownRun: there is no such run.
        RunAlreadyStarted: it has its input already.
        InvalidTag: with those that it has, the new tags are too many.
    """

    def decide(run: RunState) -> Sequence[Draft]:
        check_startable(run)
        tags = checked_tags([*run.tags, *start.tags]) if start.tags else ()
        return [Draft(clock.now(), "run-started", (), start._replace(tags=tags).payload())]

    await record(store, run_id, decide, known)


def check_startable(run: RunState) -> None:
    """Check that a run waits for its input; see `record_start` for what is raised."""
    if run.ended:
        raise RunAlreadyStarted(f"run {run.run_id} was started before and has ended: create another run, or fork it")
    if run.has_input:
        raise RunAlreadyStarted(
            f"run {run.run_id} was started before: create another run, or restart this one if it was interrupted"
        )


async def record_resume(
    store: Store,
    clock: Clock,
    run_id: str,
    path: Path,
    data: Any,
    *,
    suspension: str | None = None,
    known: RunState | None = None,
) -> None:
    """Record the answer to a suspended step.

    Args:
        store: where the journal is kept.
        clock: gives the time of the event.
        run_id: the run.
        path: the suspended step.
        data: the answer as JSON, validated before.
        suspension: the `StepState.suspension` that is answered; without it, the one that is open.
        known: the fold of the run's journal, as far as it was read; what came since is added to it, so whoever hands
            it on is done with it.

    Raises:
        UnknownRun: there is no such run.
        UnknownStep: the step has not begun in this run.
        AlreadyResumed: this suspension was answered before.
        RunFinished: the run has ended otherwise.
        NotSuspended: the step is not suspended.
    """

    def decide(run: RunState) -> Sequence[Draft]:
        step = check_resumable(run, path, suspension)
        return [Draft(clock.now(), "step-resumed", path, {"data": data} | own_schema(step))]

    await record(store, run_id, decide, known)


def check_resumable(run: RunState, path: Path, suspension: str | None = None) -> StepState:
    """Return the suspended step at ``path``; see `record_resume` for what is raised."""
    step, text = run.find(path), format_path(path)
    current = step is not None and suspension in (None, step.suspension)
    open_ = not run.ended and run.undoing is None and not run.closed_above(path)
    if step is not None and current and step.status == "suspended" and open_:
        return step
    if path in run.answered and (step is None or step.status != "suspended" or not current):
        raise AlreadyResumed(decided_before(run, path))
    check_open(run, ": start another one, or fork it")
    if step is None:
        raise UnknownStep(f"step {text!r} has not begun in run {run.run_id}. Suspended now: {names_suspended(run)}")
    raise NotSuspended(
        f"step {text!r} of run {run.run_id} is {step.status}, not suspended. Suspended now: {names_suspended(run)}"
    )


def check_open(run: RunState, so: str) -> None:
    """Refuse to change a run that has ended, or is about to end when what it did is undone.

    Args:
        run: the run.
        so: the rest of the message: what follows from it, or what to do.

    Raises:
        RunFinished: it names the status.
    """
    if run.ended:
        raise RunFinished(f"run {run.run_id} has ended ({run.status}){so}")
    if run.undoing is not None:
        raise RunFinished(f"run {run.run_id} ends ({run.undoing['status']}) when what it did is undone{so}")


def own_schema(step: StepState) -> dict[str, Any]:
    """Return the key under which an event tells what the answer to a step's question looks like, if that says so."""
    return {} if step.answer_schema is None else {"answer": step.answer_schema}


def decided_before(run: RunState, path: Path) -> str:
    """Return how the suspension of a step has ended, for whoever comes too late to answer it."""
    step = run.find(path)
    text = f"step {format_path(path)!r} of run {run.run_id}"
    if step is not None and step.replies and step.replies[-1].by != "answer":
        return f"{text} ran into its deadline before: what was decided then stands"
    return f"{text} was answered before: the first answer stands"


def names_suspended(run: RunState) -> str:
    """Return the written paths of the suspended steps, and their labels where those are other words, for messages."""
    return ", ".join(step.called for step in run.suspended) or "none"


async def record_cancel(
    store: Store, clock: Clock, run_id: str, reason: str = "", *, hooks: Sequence[str] | None = None
) -> None:
    """Cancel a run: every step that has begun ends as canceled, and the run with them.

    A run with steps that are to be undone ends when whoever executes it has undone them.

    Args:
        store: where the journal is kept.
        clock: gives the time of the events.
        run_id: the run.
        reason: why.
        hooks: the names of the hooks that follow; None when that is not known here, so that a worker has to look.

    Raises:
        UnknownRun: there is no such run.
        RunFinished: the run has ended before and stays as it was.
    """

    reason = storable(reason)

    def decide(run: RunState) -> Sequence[Draft]:
        check_open(run, " and stays as it is")
        now = clock.now()
        closed = [Draft(now, "step-canceled", path, {"reason": reason}) for path in reversed(run.open)]
        if run.left_to_undo:
            return [*closed, Draft(now, "run-undoing", (), {"status": "canceled", "reason": reason})]
        follow = [] if run.rehearsal is not None else hooks
        last: dict[str, Any] = {"reason": reason} if follow is None else {"reason": reason, "hooks": list(follow)}
        if run.undone:
            last["undone"] = [list(path) for path in run.undone]
        return [*closed, Draft(now, "run-canceled", (), last)]

    await record(store, run_id, decide)


async def record_event(
    store: Store,
    clock: Clock,
    run_id: str,
    name: str,
    payload: Any,
    *,
    path: Path | None = None,
    takers: Collection[Path] | None = None,
    known: RunState | None = None,
) -> None:
    """Send an event to a run: to the first step that waits for it, else it is kept for the next one.

    Args:
        store: where the journal is kept.
        clock: gives the time of the event.
        run_id: the run.
        name: the event.
        payload: what it carries, as JSON, validated before.
        path: the one waiting step that it is meant for; then it is not kept for another one.
        takers: the waits that it fits, as paths without indexes; all when left out.
        known: as for `record_resume`.

    Raises:
        UnknownRun: there is no such run.
        RunFinished: the run has ended.
        NotSuspended: the step that it is meant for does not wait for it.
    """

    def decide(run: RunState) -> Sequence[Draft]:
        waiting = check_takes_event(run, name, path)
        waiting = [at for at in waiting if takers is None or ids_of(at) in takers]
        place = path or (waiting[0] if waiting else ())
        return [Draft(clock.now(), "event-received", place, {"name": name, "payload": payload})]

    await record(store, run_id, decide, known)


def check_takes_event(run: RunState, name: str, path: Path | None = None) -> list[Path]:
    """Return the steps that wait for an event, the oldest first; see `record_event` for what is raised."""
    check_open(run, f" and takes no event {name!r}")
    waiting = [step.path for step in run.waiting if step.event_name == name]
    if path is not None and path not in waiting:
        raise NotSuspended(
            f"step {format_path(path)!r} of run {run.run_id} does not wait for an event {name!r} (any more)"
        )
    return waiting


async def record_tags(store: Store, clock: Clock, run_id: str, wanted: Tagging) -> None:
    """Record a new name or other tags of a run, at any time, also after its end; nothing when they are as they were.

    Raises:
        UnknownRun: there is no such run.
        InvalidTag: see `Tagging.of`.
    """

    def decide(run: RunState) -> Sequence[Draft]:
        name, tags = wanted.of(run.name, run.tags)
        said: dict[str, Any] = {} if name == run.name else {"name": name}
        if tags != run.tags:
            said["tags"] = list(tags)
        return [Draft(clock.now(), "run-tagged", (), said)] if said else []

    await record(store, run_id, decide)


async def record_note(store: Store, clock: Clock, run_id: str, type: EventType, payload: dict[str, Any]) -> None:
    """Record something about the run itself that changes nothing, also after its end."""
    await store.transact(run_id, after=0, decide=lambda events: [Draft(clock.now(), type, (), payload)])


async def record(
    store: Store, run_id: str, decide: Callable[[RunState], Sequence[Draft]], known: RunState | None = None
) -> None:
    """Read the run up to now and record what ``decide`` makes of it.

    The journal is folded before the transaction, so that inside it only what came since is read.

    Raises:
        NewerJournal: whether the request is valid cannot be known here.
    """
    run = known or fold(await store.read(run_id))

    def with_news(events: Sequence[Event]) -> Sequence[Draft]:
        for event in events:
            if event.seq > run.last_seq:
                apply(run, event)
        check_known(run)
        return decide(run)

    await store.transact(run_id, after=run.last_seq, decide=with_news)
