"""The journal as plain text, for terminals."""

from collections.abc import Sequence
from datetime import datetime

from playground.history.row import Row
from playground.history.step_history import History
from playground.history.timeline import length_text

MARKS = {
    "success": "+",
    "failed": "x",
    "running": ">",
    "suspended": "?",
    "waiting": "~",
    "canceled": "-",
    "bailed": "^",
    "undone": "<",
    "skipped": ".",
    "pending": ".",
}


def as_text(history: History, rows: Sequence[Row], *, now: datetime) -> str:
    """Return the run and its rows, one line each, indented by structure."""
    run = history.run
    lines = [f"{run.workflow_id}  {run.run_id}  {run.status}"]
    if run.name is not None:
        lines.append(f"name {run.name}")
    if run.tags:
        lines.append(f"tags {', '.join(run.tags)}")
    if run.created_at:
        length = length_text(((run.ended_at or now) - run.created_at).total_seconds())
        lines.append(f"created {run.created_at:%Y-%m-%d %H:%M:%S} UTC, {length}")
    if run.started_by:
        lines.append(f"started by {run.started_by}")
    if run.schedule is not None:
        due = "" if run.scheduled_for is None else f", due at {run.scheduled_for:%Y-%m-%d %H:%M:%S} UTC"
        lines.append(f"schedule {run.schedule}{due}")
    if run.reason or run.canceled_by:
        by = f" by {run.canceled_by}" if run.canceled_by else ""
        lines.append(f"canceled{by}{': ' if run.reason else ''}{run.reason}")
    lines.append("")
    lines += [_line(one, now) for row in rows for one in (row, *row.tries)]
    if run.error:
        lines += ["", f"error: {run.error.get('type', 'Error')}: {run.error.get('message', '')}"]
    return "\n".join(lines) + "\n"


def _line(row: Row, now: datetime) -> str:
    name = row.path or row.title
    if row.kind in ("attempt", "more"):
        name = row.title
    iteration = f" #{row.iteration}" if row.iteration else ""
    left = f"{'  ' * row.depth}{MARKS[row.status]} {name}{iteration}"
    length = "" if row.started_at is None else length_text(((row.ended_at or now) - row.started_at).total_seconds())
    note = f"  {row.note.splitlines()[0]}" if row.note else ""
    return f"{left:<48} {row.word or row.status:<11} {length:>10}{note}".rstrip()
