"""Runs as files: everything that is known of one run, as JSON."""

from collections.abc import Sequence
from typing import Any

from engine.errors import RequestError, RunExists, UnknownRun
from engine.events import Draft, Event
from engine.journal.fold import fold
from playground.actions import actions, proceed_retry
from playground.actions.actions import store
from playground.catalogue import catalogue
from playground.forms.schema.mask import MASK
from playground.runs.masking import mask_event

FORMAT = "stepyard-run"
VERSION = 1


class InvalidArchive(RequestError):
    """This is no exported run."""


async def export(run_id: str) -> dict[str, Any]:
    """Return a run as JSON: ``{format, version, run_id, workflow_id, digest, workflow, events}``, secrets masked.

    Raises:
        UnknownRun: there is no such run.
    """
    events = await store.read(run_id)
    if not events:
        raise UnknownRun(f"no run has the id {run_id!r}")
    created = events[0].payload
    entry = await catalogue.version(created["workflow_id"], created.get("digest", ""))
    return {
        "format": FORMAT,
        "version": VERSION,
        "run_id": run_id,
        "workflow_id": created["workflow_id"],
        "digest": created.get("digest", ""),
        "workflow": entry.graph if entry else None,
        "events": [_masked(entry, event).to_dict() for event in events],
    }


async def restore(data: Any) -> str:
    """Bring an exported run back, under its own id; return the id.

    Secrets stay masked, so that a run which has not ended could not go on truthfully and is refused.

    Raises:
        RunExists: a run with this id is there already.
        InvalidArchive: this is no exported run, or one that has not ended.
    """
    match data:
        case {"format": "stepyard-run", "version": 1, "run_id": str(run_id), "events": [_, *_] as found}:
            pass
        case _:
            raise InvalidArchive("expected what `export` gives: format stepyard-run, version 1, run_id, events")
    try:
        events = [Event.from_dict(event) for event in found]
        run = fold(events)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidArchive(f"the events are no journal: {type(error).__name__}: {error}") from error
    if [event.seq for event in events] != list(range(1, len(events) + 1)) or run.run_id != run_id:
        raise InvalidArchive("the events are not those of one run, from its first to its last")
    if not run.ended:
        raise InvalidArchive(f"run {run_id} had not ended when it was exported ({run.status})")
    await store.create_as_it_was(run_id, [Draft(event.at, event.type, event.path, event.payload) for event in events])
    return run_id


async def restore_and_fork(data: Any, step: str = "") -> str:
    """Bring an exported run back, unless it is here already, and go on from a step of it; return the new run's id.

    Args:
        data: what `export` gives.
        step: the written path of the step; empty to go on from what has failed.

    Raises:
        InvalidArchive: this is no exported run, or one that has not ended; or it has stars in place of secrets, which
            steps would be given. Then it is here now, as after the following errors.
        RunExists: another run has this id here.
        UnknownWorkflow, UnknownStep, StepNotRun, NotFailed, StartRefused: no new run was made.
    """
    try:
        run_id = await restore(data)
    except RunExists:
        run_id = str(data["run_id"])
        if not _is_that(data, await store.read(run_id)):
            raise
    if _has_stars(data["events"]):
        raise InvalidArchive(
            f"run {run_id} was imported, but cannot be gone on with: in place of secrets it has {MASK}, and its "
            "steps would be given that. Start a new run with its input, and give the secrets there"
        )
    return await actions.fork(run_id, step) if step else await proceed_retry.retry(run_id)


def _is_that(data: Any, events: Sequence[Event]) -> bool:
    """Tell whether a run that is here is the one that was exported, however its secrets are masked there."""
    told = [(event["seq"], event["type"], Event.from_dict(event).at) for event in data["events"]]
    return told == [(event.seq, event.type, event.at) for event in events]


def _has_stars(value: Any) -> bool:
    """Tell whether the mask of a secret stands anywhere in a value."""
    match value:
        case dict():
            return any(map(_has_stars, value.values()))
        case list():
            return any(map(_has_stars, value))
        case _:
            return bool(value == MASK)


def _masked(entry: catalogue.WorkflowEntry | None, event: Event) -> Event:
    return event if entry is None else mask_event(entry.graph, event)
