"""Inputs that people have given names, for each workflow."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet

from playground.forms import Json, dumps, parse_json
from playground.models import SavedInput as Row
from playground.store import in_database, in_transaction
from playground.store.rows import plain

LONGEST = 100
"""Characters of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedInput:
    """A named input."""

    saved_id: int
    name: str
    value: Json
    saved_at: datetime


async def save(workflow_id: str, name: str, value: Json) -> SavedInput:
    """Keep an input under a name; one that has the name already is replaced.

    Args:
        workflow_id: the workflow.
        name: what it is called; without spaces around it, and cut when it is long.
        value: the input, without its secrets.

    Raises:
        ValueError: the name is empty.
    """
    name = plain(name).strip()[:LONGEST].strip()
    if not name:
        raise ValueError("Give the input a name under which it is saved.")
    return await in_transaction(_save, workflow_id, name, dumps(value))


async def listing(workflow_id: str, *, limit: int = 100) -> list[SavedInput]:
    """Return a workflow's saved inputs, by name."""
    rows = Row.objects.filter(workflow_id=workflow_id).order_by("name")[:limit]
    return await in_database(lambda: [_of(row) for row in rows])


async def find(workflow_id: str, saved_id: str) -> SavedInput | None:
    """Return a saved input by its id as text; None when there is none."""
    return await in_database(lambda: next(map(_of, _rows(workflow_id, saved_id)), None))


async def delete(workflow_id: str, saved_id: str) -> bool:
    """Forget a saved input; False when there was none."""
    return bool((await in_transaction(lambda: _rows(workflow_id, saved_id).delete()))[0])


def _rows(workflow_id: str, saved_id: str) -> QuerySet[Row]:
    number = int(saved_id) if saved_id.isascii() and saved_id.isdigit() and len(saved_id) < 19 else 0
    return Row.objects.filter(workflow_id=workflow_id, id=number)


def _save(workflow_id: str, name: str, text: str) -> SavedInput:
    values = {"value": text, "saved_at": datetime.now(UTC)}
    row, _ = Row.objects.update_or_create(workflow_id=workflow_id, name=name, defaults=values)
    return _of(row)


def _of(row: Row) -> SavedInput:
    return SavedInput(saved_id=row.pk, name=row.name, value=parse_json(row.value), saved_at=row.saved_at)
