"""Between the engine's values and the rows of the tables: JSON as text, and the columns that follow from events."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC
from functools import lru_cache
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import QuerySet

from engine.events import FINAL, Draft, Event, RunStatus
from engine.journal.summary import (
    CLOSES_WAIT,
    CLOSES_WAITS,
    NAMES,
    RunSummary,
    Wait,
    WaitKind,
    called,
    leaves_hooks,
    opened_wait,
    status_after,
)
from engine.paths import Path
from engine.values import jsontext
from playground.models import Run as RunRow
from playground.models import Wait as WaitRow

T = TypeVar("T")

INPUT_TEXT = 10_000
"""How many characters of the input the list's search can see."""

QUIET: frozenset[str] = frozenset({"step-started", "step-succeeded", "step-output", "step-progress", "step-log"}) | {
    "step-labeled"
}
"""Events after which no column but ``last_seq`` and ``updated_at`` differs."""


def to_text(value: Any) -> str:
    """Write JSON as text that every database takes."""
    return jsontext.to_text(value).decode()


from_text = jsontext.from_text


def record_from(kind: type[T], data: Mapping[str, Any] | None) -> T | None:
    """Return a dataclass from JSON that this version has written, or another one whose fields had other names.

    Args:
        kind: the dataclass; what it does not know of the JSON is passed over.
        data: the JSON; None for nothing.

    Returns:
        None for nothing, and when something is missing that it cannot be without.
    """
    known = {field.name: field for field in fields(cast(Any, kind))}
    given = {name: value for name, value in (data or {}).items() if name in known}
    optional = (name for name, one in known.items() if one.default is not MISSING or one.default_factory is not MISSING)
    return kind(**given) if given and known.keys() <= {*given, *optional} else None


def records_from(kind: type[T], text: str) -> list[T]:
    """Return the dataclasses of a JSON list; see `record_from`."""
    return [found for data in from_text(text) if (found := record_from(kind, data)) is not None]


@lru_cache(maxsize=8192)
def path_text(path: Path) -> str:
    """Write a path as JSON."""
    return to_text(path)


@lru_cache(maxsize=8192)
def path_from(text: str) -> Path:
    """Read a path from `path_text`."""
    return tuple(from_text(text))


def plain(text: str) -> str:
    """Return text that every database takes: what is no character is written as an escape."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def input_text(value: Any) -> str:
    """Return an input as the text that the search of the list looks into."""
    return plain(json.dumps(value, ensure_ascii=False))[:INPUT_TEXT]


@dataclass(slots=True)
class Changes:
    """What events change apart from the journal: columns of the run, and the waits that begin and end."""

    columns: dict[str, Any] = field(default_factory=dict)
    opened: dict[Path, Wait] = field(default_factory=dict)
    closed: set[Path] = field(default_factory=set)
    closes_all: bool = False

    @property
    def touches_waits(self) -> bool:
        """Tell whether any wait begins or ends."""
        return bool(self.opened or self.closed or self.closes_all)


def changes(events: Iterable[Draft | Event]) -> Changes | None:
    """Return what the events change apart from the journal; None when nothing."""
    loud = [event for event in events if event.type not in QUIET]
    if not loud:
        return None
    found = Changes()
    for event in loud:
        _change_columns(found.columns, event)
        _change_waits(found, event)
    return found


def _change_columns(columns: dict[str, Any], event: Draft | Event) -> None:
    if event.type in NAMES:
        found = called(event)
        columns |= found | ({"tags": to_text(found["tags"])} if "tags" in found else {})
    if event.type == "run-created":
        payload = event.payload
        columns |= {"workflow_id": payload["workflow_id"], "digest": payload.get("digest", ""), "status": "pending"}
        columns |= {"resource_id": payload.get("resource_id"), "created_at": event.at}
        columns["schedule"] = payload.get("schedule")
    elif (status := status_after(event)) is not None:
        columns["status"] = status
        if status in FINAL:
            # Nothing of an ended run is looked for by the sweep, but for hooks; who ends it calls them under its claim.
            columns |= {"ended_at": event.at, "queued_at": event.at, "wake_at": None}
            if not leaves_hooks(event):
                columns |= {"leased_until": None, "queued_at": None}
        elif status in ("suspended", "waiting", "paused"):
            columns["queued_at"] = None
        columns["error"] = plain(event.payload["error"]["message"]) if status == "failed" else None
    if event.type in ("run-created", "run-started") and "input" in event.payload:
        columns |= {"has_input": True, "input_text": input_text(event.payload["input"])}
    if event.type in ("run-created", "run-started") and "rehearsal" in event.payload:
        columns["rehearsal"] = True


def _change_waits(found: Changes, event: Draft | Event) -> None:
    wait = opened_wait(event)
    if wait is not None:
        found.opened[event.path] = wait
    elif event.type in CLOSES_WAITS:
        found.opened.clear()
        found.closes_all = True
    elif event.type in CLOSES_WAIT and found.opened.pop(event.path, None) is None:
        found.closed.add(event.path)


def runnable(columns: dict[str, Any], run: RunRow) -> bool:
    """Tell whether a worker has something to do once the columns are written."""
    status = columns.get("status", run.status)
    return status == "running" or (status == "pending" and bool(columns.get("has_input", run.has_input)))


def locked(runs: QuerySet[RunRow]) -> list[str]:
    """Lock runs before they are changed, in the order in which everyone locks them; return their ids."""
    return list(runs.select_for_update().order_by("number").values_list("run_id", flat=True))


READ = """
    SELECT seq, at, type, path, payload FROM playground_event
    WHERE run_id = (SELECT number FROM playground_run WHERE run_id = %s) AND seq > %s ORDER BY seq
"""


def events_of(run_id: str, after: int, limit: int | None) -> list[Event]:
    """Read the events of a run after a seq; of an unknown run, none."""
    sql = READ
    values: list[str | int] = [run_id, after]
    if limit is not None:
        sql += " LIMIT %s"
        values.append(limit)
    # Plain SQL, because Django takes twice as long to hand out rows, and a run may have very many.
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [
            # SQLite keeps no time zone: all its times are in UTC.
            Event(run_id, seq, at if at.tzinfo else at.replace(tzinfo=UTC), type, path_from(path), from_text(payload))
            for seq, at, type, path, payload in cursor.fetchall()
        ]


def number_events(run_id: str, after: int, drafts: Sequence[Draft]) -> list[Event]:
    """Return drafts as the events that they become after seq ``after``."""
    return [draft.numbered(run_id, seq) for seq, draft in enumerate(drafts, after + 1)]


def summary_of(run: RunRow) -> RunSummary:
    """Read a run's summary from its row."""
    return RunSummary(
        run_id=run.run_id,
        workflow_id=run.workflow_id,
        status=cast(RunStatus, run.status),
        created_at=run.created_at,
        updated_at=run.updated_at,
        ended_at=run.ended_at,
        digest=run.digest,
        resource_id=run.resource_id,
        error=run.error,
        last_seq=run.last_seq,
        epoch=run.epoch,
        has_input=run.has_input,
        schedule=run.schedule,
        rehearsal=run.rehearsal,
        name=run.name,
        tags=tuple(from_text(run.tags)),
        via=run.via,
        forked_from=run.forked_from,
    )


def wait_of(row: WaitRow) -> Wait:
    """Read a wait from its row."""
    return Wait(
        path=path_from(row.path),
        kind=cast(WaitKind, row.kind),
        since=row.since,
        due_at=row.due_at,
        event_name=row.event_name,
        payload=from_text(row.payload),
        label=row.label,
    )
