"""Runs as files: everything that is known of one run, as JSON."""

from typing import Any

from engine.errors import UnknownRun
from engine.events import Event
from playground import catalogue
from playground.masking import mask_event
from playground.requests import store

FORMAT = "stepyard-run"
VERSION = 1


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


def _masked(entry: catalogue.WorkflowEntry | None, event: Event) -> Event:
    return event if entry is None else mask_event(entry.graph, event)
