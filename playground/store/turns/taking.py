"""Turns: how many runs of a workflow are executed at once, over all workers, and which of those that wait is next.

A run holds a place from its claim until that is given back, so one that rests holds none. Those that wait go in the
order in which they have come, as many as there are places; of those with the same key in their input, one after the
other. The claim sees to it. A run whose turn it is gets called when another one has to wait for it; if nobody claims it
then, since no worker can go on with it, it holds up nobody any more.

What looks for runs asks only whether there is room for them (`HAS_ROOM`), and may find more than can be claimed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from playground.store.rows import to_text
from playground.store.turns.statements import (
    AHEAD,
    CALL,
    FREE_IN_LANE,
    IN_LANE,
    KEY,
    LANE,
    LOCK,
    MOST,
    NEXT,
    PLACES,
    WAIT_ON,
    statement,
)

LONGEST = 200
"""Characters of a key that stand in a run's row as they are."""
MOST_NEXT = 50
"""How many runs of a workflow, each with a key of its own, are handed over at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What keeps a run from being executed that a worker could take."""

    running: int = 0
    """How many runs of its workflow are executed."""
    most: int | None = None
    """How many are at most, when that is why it waits."""
    key: str | None = None
    """The path into the input at which one that is executed has the same, when that is why it waits."""
    before: tuple[int, ...] = field(default=(), repr=False)
    """The numbers of runs whose turn it is, when there is room."""


def lane_of(workflow_id: str, value: Any) -> str | None:
    """Return what an input has at its workflow's key, as text; None when there is nothing, or no key.

    Args:
        workflow_id: the workflow.
        value: the input as JSON.
    """
    path = _key_of(workflow_id)
    part = None if path is None else _part(value, path)
    if part is None:
        return None
    text = to_text(part)
    return text if len(text) <= LONGEST else hashlib.sha256(text.encode()).hexdigest()


def renew_lane(run_id: str, workflow_id: str, value: Any) -> None:
    """Note what an input has at its workflow's key once a worker has checked it; for use in a transaction.

    Before that, a run stands with those of the input as it was posted, in which what has a default may be left out.

    Args:
        run_id: the run, which has not begun.
        workflow_id: its workflow.
        value: the checked input as JSON.
    """
    with connection.cursor() as cursor:
        cursor.execute(LANE, [lane_of(workflow_id, value), run_id])


def take_turn(number: int, workflow_id: str, most: int | None, lane: str | None) -> bool:
    """Tell whether a run may be claimed now, in the transaction that then claims it; otherwise it waits on.

    Args:
        number: the run, which holds no place; where rows can be locked, its is.
        workflow_id: its workflow.
        most: how many runs of that are executed at once; None for as many as there is room for.
        lane: what its input has at the workflow's key; see `lane_of`.
    """
    if most is None and lane is None:
        return True
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            # Whoever else claims one of them waits here, and then sees this claim. A file takes one writer at a time.
            cursor.execute(LOCK, [f"turns of {workflow_id}" if most is not None else f"turns of {workflow_id} {lane}"])
        turn = _look(cursor, number, workflow_id, most, lane)
        if turn is None:
            return True
        cursor.execute(statement(WAIT_ON), [number])
        for other in turn.before:
            cursor.execute(statement(CALL), [other])
        return False


def next_in_turn(workflow_ids: Sequence[str] | None = None) -> list[str]:
    """Return the runs that are next of workflows that have turns, locked; for a database that machines share.

    Args:
        workflow_ids: of which workflows; of all when left out.
    """
    which = None if workflow_ids is None else list(workflow_ids)
    with connection.cursor() as cursor:
        cursor.execute(statement(NEXT), [which, which, MOST_NEXT])
        return [run_id for (run_id,) in cursor.fetchall()]


def turn_of(number: int) -> Turn | None:
    """Return what keeps a run that is due from being executed, workers aside; None when nothing does."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT workflow_id, lane, {MOST} FROM playground_run WHERE number = %s", [number])
        workflow_id, lane, most = cursor.fetchone()
        turn = None if most is None and lane is None else _look(cursor, number, workflow_id, most, lane)
    return turn if turn is None or turn.key is None else replace(turn, key=_key_of(workflow_id) or "")


def _look(cursor: Any, number: int, workflow_id: str, most: int | None, lane: str | None) -> Turn | None:
    """Return what keeps a run from being claimed."""
    cursor.execute(PLACES, [lane, workflow_id, number])
    running, in_lane = cursor.fetchone()
    if in_lane:
        return Turn(running=running, key="")
    if most is not None and running >= most:
        return Turn(running=running, most=most)
    if lane is not None:
        cursor.execute(_ahead(IN_LANE), [number, 1])
        if found := cursor.fetchall():
            return Turn(running=running, before=tuple(other for (other,) in found))
    if most is not None:
        cursor.execute(_ahead(FREE_IN_LANE), [number, most - running])
        if len(found := cursor.fetchall()) == most - running:
            return Turn(running=running, before=tuple(other for (other,) in found))
    return None


def _key_of(workflow_id: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(KEY, [workflow_id])
        found = cursor.fetchone()
    return None if found is None else found[0]


def _part(value: Any, path: str) -> Any:
    """Return the part of an input at a path; None when there is nothing."""
    for name in path.split("."):
        if isinstance(value, list) and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _ahead(which: str) -> str:
    return statement(AHEAD.replace("{which}", which))
