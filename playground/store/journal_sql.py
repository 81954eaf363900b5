"""SQL that writes journals: one statement for all quiet events of a transaction, a few more for each loud one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from engine.errors import Conflict, StaleEpoch, StoreError
from engine.events import Draft
from engine.journal.summary import Wait
from playground.store.rows import Changes, changes, path_text, plain, to_text

ADVANCE = """
    UPDATE playground_run SET last_seq = %s, updated_at = %s
    WHERE number = %s AND epoch = %s AND last_seq = %s AND ended_at IS NULL
"""
INSERT_EVENT = "INSERT INTO playground_event (run_id, seq, at, type, path, payload) VALUES (%s, %s, %s, %s, %s, %s)"
INSERT_WAIT = """
    INSERT INTO playground_wait (run_id, path, kind, since, due_at, event_name, payload, label)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (run_id, path) DO UPDATE SET
        kind = excluded.kind, since = excluded.since, due_at = excluded.due_at,
        event_name = excluded.event_name, payload = excluded.payload, label = excluded.label
"""
DELETE_WAIT = "DELETE FROM playground_wait WHERE run_id = %s AND path = %s"
DELETE_WAITS = "DELETE FROM playground_wait WHERE run_id = %s"
NEXT_WAKE = """
    UPDATE playground_run SET wake_at = (SELECT min(due_at) FROM playground_wait WHERE run_id = number)
    WHERE number = %s AND ended_at IS NULL
"""


Outcome = dict[int, BaseException]
"""Why appends were refused, by their place in the batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """What one owner wants to add to its run, made ready so that only the database can refuse it."""

    number: int
    epoch: int
    after: int
    last: int
    """The seq of the last event."""
    at: Any
    """The time of the last event, as the database takes it."""
    rows: list[tuple[Any, ...]]
    changes: Changes | None
    ends: bool
    """True when the run ends with it and no hooks are left, so that the claim is given back."""


class JournalWriter:
    """Writes to the journals over one connection of Django's; its caller holds the transaction.

    It uses a cursor and plain SQL, since it also runs where Django's models refuse to: on the event loop.
    """

    def __init__(self, connection: BaseDatabaseWrapper, cursor: Any) -> None:
        """Take an open cursor and the connection that it belongs to."""
        self._cursor = cursor
        self._time: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
        if connection.vendor == "sqlite":
            self._time = sqlite_time

    def prepare(self, number: int, *, epoch: int, after: int, drafts: Sequence[Draft]) -> Append:
        """Turn events into rows; what cannot become JSON is refused here, before other runs are concerned."""
        rows = self._rows(number, after, drafts)
        found = changes(drafts)
        return Append(
            number=number,
            epoch=epoch,
            after=after,
            last=after + len(drafts),
            at=rows[-1][2],
            rows=rows,
            changes=found,
            ends=found is not None and found.columns.get("leased_until", True) is None,
        )

    def write(self, appends: Sequence[Append]) -> bool:
        """Write all appends; False when an owner has lost its claim or lags behind, and all has to be undone."""
        self._cursor.executemany(ADVANCE, [(a.last, a.at, a.number, a.epoch, a.after) for a in appends])
        if self._cursor.rowcount != len(appends):
            return False
        for append in appends:
            if append.changes is not None:
                self.apply(append.number, append.changes)
        self._cursor.executemany(INSERT_EVENT, [row for append in appends for row in append.rows])
        return True

    def refusal(self, append: Append) -> StoreError:
        """Return why an append could not be written."""
        self._cursor.execute(
            "SELECT epoch, last_seq FROM playground_run WHERE number = %s AND ended_at IS NULL", [append.number]
        )
        row = self._cursor.fetchone()
        return Conflict() if row is not None and row[0] == append.epoch else StaleEpoch()

    def record(self, number: int, after: int, drafts: Sequence[Draft], more: dict[str, Any]) -> None:
        """Write events of a run that nobody else can write to at this moment, and more columns with them."""
        found = changes(drafts) or Changes()
        found.columns |= {"last_seq": after + len(drafts), "updated_at": drafts[-1].at, **more}
        self.apply(number, found)
        self._cursor.executemany(INSERT_EVENT, self._rows(number, after, drafts))

    def apply(self, number: int, found: Changes) -> None:
        """Write what events change apart from the journal itself."""
        if found.columns:
            names = ", ".join(f"{name} = %s" for name in found.columns)
            values = [self._value(value) for value in found.columns.values()]
            self._cursor.execute(f"UPDATE playground_run SET {names} WHERE number = %s", [*values, number])
        if found.closes_all:
            self._cursor.execute(DELETE_WAITS, [number])
        if found.closed and not found.closes_all:
            self._cursor.executemany(DELETE_WAIT, [(number, path_text(path)) for path in found.closed])
        if found.opened:
            self._cursor.executemany(INSERT_WAIT, [self._wait(number, wait) for wait in found.opened.values()])
        if found.touches_waits:
            self._cursor.execute(NEXT_WAKE, [number])

    def _rows(self, number: int, after: int, drafts: Sequence[Draft]) -> list[tuple[Any, ...]]:
        time = self._time
        return [
            (number, seq, time(draft.at), draft.type, path_text(draft.path), to_text(draft.payload))
            for seq, draft in enumerate(drafts, after + 1)
        ]

    def _wait(self, number: int, wait: Wait) -> tuple[Any, ...]:
        since, due_at = self._value(wait.since), self._value(wait.due_at)
        name = None if wait.event_name is None else plain(wait.event_name)
        label = None if wait.label is None else plain(wait.label)
        return number, path_text(wait.path), wait.kind, since, due_at, name, to_text(wait.payload), label

    def _value(self, value: Any) -> Any:
        return self._time(value) if isinstance(value, datetime) else value


def outcome_of_all(appends: Sequence[Append], error: Exception) -> Outcome:
    """Return that all appends were refused for one reason."""
    return dict.fromkeys(range(len(appends)), error)


def sqlite_time(at: datetime) -> str:
    """Write a time as Django keeps it in SQLite; Django's own way takes three times as long."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(" ", "microseconds")[:26]
