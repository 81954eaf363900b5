"""What people and programs ask of runs: checked, recorded in one transaction, and handed to the workers.

Whether values fit is `playground.actions.value_checks`.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine import errors
from engine.clock import SystemClock
from engine.errors import InvalidInput, Issue, UnknownRun
from engine.journal import requests as journal
from engine.journal.answer_target import Places, find_suspended, path_of
from engine.journal.fold import fold
from engine.journal.forks import beginning, record_fork
from engine.journal.requests import check_resumable, check_startable
from engine.journal.state import RunState
from engine.journal.step_state import StepState
from engine.paths import Path, format_path, ids_of
from engine.rehearsal import Rehearsal
from engine.tags import Tagging
from engine.values.missing import MISSING
from playground.actions import value_checks
from playground.actions.attribution import AttributingStore
from playground.actions.run_options import places_in, ways_of
from playground.catalogue import catalogue
from playground.catalogue.catalogue import WorkflowEntry
from playground.fleet import host, hung_workers
from playground.graph.nodes import UNKNOWN
from playground.graph.tree import read_tree
from playground.live import nudges

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}")

store = AttributingStore()
"""The store of this process, for reading runs too: `read`, `summary`, `waits`."""

clock = SystemClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A run as it was read, and the version it was made with: read once where a request comes in, and handed on."""

    run: RunState
    entry: WorkflowEntry | None
    """None when nothing is known of the version any more."""


async def read_run(run_id: str) -> Known:
    """Return a run, to be asked something of.

    Raises:
        UnknownRun: there is no such run.
    """
    run = await state_of(run_id)
    return Known(run=run, entry=await catalogue.version(run.workflow_id, run.digest))


async def state_of(run_id: str) -> RunState:
    """Return the fold of a run's journal.

    Raises:
        UnknownRun: there is no such run.
    """
    events = await store.read(run_id)
    if not events:
        raise UnknownRun(f"no run has the id {run_id!r}")
    return fold(events)


async def start(
    workflow_id: str,
    value: Any,
    *,
    run_id: str | None = None,
    resource_id: str | None = None,
    state: dict[str, Any] | None = None,
    request_context: dict[str, Any] | None = None,
    breakpoints: Any = None,
    rehearsal: Rehearsal | None = None,
    schedule: str | None = None,
    scheduled_for: datetime | None = None,
    entry: WorkflowEntry | None = None,
) -> str:
    """Start a new run, or one that was made by `create` and has no input yet; return its id.

    Args:
        workflow_id: the workflow.
        value: the input as JSON.
        run_id: the id that the run gets or has; made up when it is not given.
        resource_id: whom or what a new run belongs to, in the user's own terms.
        state: the state to begin with.
        request_context: a JSON dict that every step finds in its context.
        breakpoints: the steps before which it pauses, by path or id, or ``"all"``.
        rehearsal: what it is to pretend.
        schedule: the schedule that starts it, if one does.
        scheduled_for: the due time for which it does.
        entry: the workflow's entry, where it was read before.

    Raises:
        UnknownWorkflow, InvalidInput, StartRefused, UnknownStep, RehearsalRefused: no run was made.
        RunAlreadyStarted: the run has its input already.
        UnknownRun: a run with this id is one of another workflow.
    """
    entry = entry or await catalogue.workflow(workflow_id)
    given, run_id = run_id, checked_id(run_id)
    # A run whose id is made up here cannot be there yet.
    known = RunState() if given is None else fold(await store.read(run_id))
    if known.run_id and known.workflow_id != workflow_id:
        raise UnknownRun(f"run {run_id} is a run of workflow {known.workflow_id!r}, not of {workflow_id!r}")
    check_startable(known)
    wanted = replace(
        ways_of(entry, breakpoints, rehearsal),
        input=value,
        state=state,
        request_context=request_context,
        schedule=schedule,
        scheduled_for=scheduled_for,
    )
    checked = await value_checks.check_start(entry, wanted)
    if not known.run_id:
        await journal.create_run(
            store,
            clock,
            run_id=run_id,
            workflow_id=workflow_id,
            digest=entry.digest,
            start=checked,
            resource_id=resource_id,
        )
    else:
        await journal.record_start(store, clock, run_id, checked, known=known)
    await announce(run_id)
    return run_id


async def create(workflow_id: str, *, run_id: str | None = None, resource_id: str | None = None) -> str:
    """Make a run without input, to be started later by `start`; return its id.

    Raises:
        UnknownWorkflow: there is no such workflow.
        RunExists: the id is taken.
    """
    entry = await catalogue.workflow(workflow_id)
    run_id = checked_id(run_id)
    await journal.create_run(
        store, clock, run_id=run_id, workflow_id=workflow_id, digest=entry.digest, resource_id=resource_id
    )
    await nudges.nudge(run_id)
    return run_id


async def resume(
    run_id: str,
    step: str | Sequence[str | int] | None,
    data: Any,
    *,
    label: str | None = None,
    index: int | None = None,
    suspension: str | None = None,
    known: Known | None = None,
) -> Path:
    """Answer a suspended step; return its path.

    Args:
        run_id: the run.
        step: its path as text or as a list; None for the only one that is suspended.
        data: the answer as JSON.
        label: the label that the step suspended with.
        index: the item of a foreach.
        suspension: the `StepState.suspension` that is answered; without it, the one that is open.
        known: the run, where it was read before; whoever hands it on is done with it.

    Raises:
        UnknownRun, UnknownStep, NotSuspended, AmbiguousResume, AlreadyResumed, RunFinished, WorkflowChanged,
        InvalidResumeData: nothing was changed.
    """
    known = known or await read_run(run_id)
    asked = suspended_step(known, step, label=label, index=index)
    path = asked.path
    check_resumable(known.run, path, suspension)
    answer = await value_checks.check_answer(known.run, known.entry, path, data)
    await journal.record_resume(store, clock, run_id, path, answer, suspension=asked.suspension, known=known.run)
    await announce(run_id)
    return path


def suspended_step(
    known: Known, step: str | Sequence[str | int] | None, *, label: str | None = None, index: int | None = None
) -> StepState:
    """Return the suspended step that is meant, as `engine.Run.resume` finds it; see `resume`."""
    run, entry = known.run, known.entry
    recorded = {ids_of(begun.path) for begun in run.steps()}
    paths = recorded if entry is None else read_tree(entry.graph).paths()
    return find_suspended(Places(workflow_id=run.workflow_id, paths=paths), run, step, label, index)


async def cancel(run_id: str, reason: str = "") -> None:
    """Cancel a run.

    Raises:
        UnknownRun: there is no such run.
        RunFinished: it has ended before and stays as it was.
    """
    await journal.record_cancel(store, clock, run_id, reason)
    # The worker that executes it stops; and hooks may be left, of which only a worker knows.
    await announce(run_id)
    await _unblock(run_id)


async def tag(run_id: str, wanted: Tagging) -> None:
    """Give a run a name or tags, at any time, also after its end.

    Raises:
        UnknownRun: there is no such run.
        InvalidTag: a name or a tag cannot be like that; nothing was changed.
    """
    await journal.record_tags(store, clock, run_id, wanted)
    await nudges.nudge(run_id)


async def restart(run_id: str) -> None:
    """Have a worker take a run over at once: what ran is interrupted and runs again, what has ended stays.

    Whoever executes it now can write no more.

    Raises:
        UnknownRun: there is no such run.
        RunFinished: it has ended.
        RequestError: it has no input yet.
    """
    summary = await store.summary(run_id)
    if not summary.ended and not summary.has_input:
        raise errors.RequestError(f"run {run_id} was not started: start it with its input")
    if not await store.free(run_id):
        status = (await store.summary(run_id)).status
        raise errors.RunFinished(f"run {run_id} has ended ({status}): start another one, or fork it")
    await nudges.restart(run_id)
    await _unblock(run_id)


async def _unblock(run_id: str) -> None:
    """Have the worker replaced that a run blocks, for it cannot hear of anything.

    On one machine, a process outside of the playground does not reach it; the playground itself sees to it soon.
    """
    if not host.is_reached():
        return
    if (worker_id := await hung_workers.holder_of(run_id)) is not None:
        await hung_workers.give_up(worker_id)
        await host.order(worker_id, "replace")


async def send_event(
    run_id: str, name: str, payload: Any, *, path: Path | None = None, known: Known | None = None
) -> None:
    """Send an event to a run.

    Args:
        run_id: the run.
        name: the event.
        payload: what it carries, as JSON.
        path: the waiting step that it is meant for; without it, the first that waits, or the next one that will.
        known: as for `resume`.

    Raises:
        UnknownRun, RunFinished: there is no such run, or it has ended.
        UnknownStep: nothing in its workflow waits for an event of this name.
        WorkflowChanged: the code no longer has the steps that the run recorded.
        InvalidEventPayload: the payload does not fit.
        NotSuspended: the step that it is meant for does not wait for it.
    """
    known = known or await read_run(run_id)
    event = await value_checks.check_event(known.run, known.entry, name, payload, path)
    await journal.record_event(
        store, clock, run_id, name, event.payload, path=path, takers=event.takers, known=known.run
    )
    await announce(run_id)


async def fork(
    run_id: str,
    step: str | Sequence[str | int],
    value: Any = MISSING,
    *,
    new_id: str | None = None,
    began: int | None = None,
    breakpoints: Any = None,
    rehearsal: Rehearsal | None = None,
) -> str:
    """Make and start a new run that shares the history of another one before a step; return its id.

    Args:
        run_id: the run, which stays as it is.
        step: the path of a step that has begun in it.
        value: what that step is given instead of what it had, as JSON.
        new_id: the new run's id.
        began: the seq at which the step began, of several times in a loop; by default the last.
        breakpoints: as for `start`.
        rehearsal: as for `start`; without it, a fork rehearses what the run did.

    Raises:
        UnknownRun, UnknownWorkflow, UnknownStep, StepNotRun, RunExists, InvalidInput, StartRefused, RehearsalRefused,
            NewerJournal: no run was made.
    """
    # Its journal is read once, by what copies it; and before that where a value is judged only if the step has begun.
    entry = await catalogue.workflow((await store.summary(run_id)).workflow_id)
    path, ways = forked_step(entry, step), ways_of(entry, breakpoints, rehearsal)
    if value is not MISSING:
        beginning(await store.read(run_id), path, exactly=True, began=began)
    node = read_tree(entry.graph).at(path) or UNKNOWN
    if value is not MISSING:
        await value_checks.check_schema(node.input_schema or {}, value, InvalidInput, f"step {format_path(path)!r}")
    new_id = checked_id(new_id)
    await record_fork(
        store,
        clock,
        run_id=run_id,
        new_run_id=new_id,
        digest=entry.digest,
        path=path,
        step_input=value,
        began=began,
        ways=ways.ways(),
        permit=lambda: value_checks.permit_fork(entry.workflow_id),
    )
    await announce(new_id)
    return new_id


def forked_step(entry: WorkflowEntry, step: str | Sequence[str | int]) -> Path:
    """Return the path of the step that is meant, in the workflow as it is now.

    Raises:
        UnknownStep: it has none there (any more).
    """
    return path_of(places_in(entry), step)


async def announce(run_id: str) -> None:
    """Have workers and pages look at a run whose journal has grown."""
    await nudges.wake(run_id)
    await nudges.nudge(run_id)


def checked_id(run_id: str | None) -> str:
    """Return the id that a new run gets: the one that is given, or one that is made up.

    Raises:
        InvalidInput: it is no id.
    """
    if run_id is None:
        return str(uuid.uuid4())
    if not RUN_ID.fullmatch(run_id):
        message = "expected 1 to 200 letters, digits and . : _ -, a letter or digit first"
        raise InvalidInput(f"this is no id of a run: {run_id!r}", [Issue(path=(), message=message)])
    return run_id
