"""The journal in PostgreSQL, written through a pipeline: a batch of appends is one round trip, whatever it holds.

What moves the runs' rows also counts them, and fails when one was not moved, which undoes all of the batch. Then each
append is tried alone. An answer that was lost is no news of what was written: the batch is sent again, which moves
nothing a second time, and what is refused then is compared with the journal.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any, Protocol, cast

from django.db import DataError, Error, IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper

from engine.errors import Conflict, StaleEpoch
from playground.store.arrays import integers, texts, times
from playground.store.database import DatabaseBusy, Patience, note_outage
from playground.store.database_errors import is_lost, is_refused
from playground.store.journal_sql import Append, JournalWriter, Outcome, outcome_of_all

Statement = tuple[str, Sequence[bytes | None], int]
"""SQL with $1, $2, …; its values as the wire takes them; 1 when they are binary, 0 when they are text."""

ADVANCE = """
    WITH moved AS (
        UPDATE playground_run SET last_seq = wanted.last, updated_at = wanted.at
        FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::timestamptz[])
            AS wanted (number, epoch, after, last, at)
        WHERE playground_run.number = wanted.number AND playground_run.epoch = wanted.epoch
            AND last_seq = wanted.after AND ended_at IS NULL
        RETURNING 1
    )
    SELECT 1 / (count(*) = cardinality($1))::int FROM moved
"""
NOT_ALL_MOVED = "22012"
"""Division by zero: the cheapest way to undo what was sent with it, without waiting to see how it went."""

INSERT = """
    INSERT INTO playground_event (run_id, seq, at, type, path, payload)
    SELECT * FROM unnest($1::int8[], $2::int8[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])
"""
STANDING = "SELECT epoch, last_seq FROM playground_run WHERE number = $1 AND ended_at IS NULL"
WRITTEN = """
    SELECT count(*) FROM playground_event
        JOIN unnest($1::int8[], $2::int8[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])
        AS wanted (run_id, seq, at, type, path, payload) USING (run_id, seq, at, type, path, payload)
"""


class Pipeline(Protocol):
    """See `playground.postgres.pipeline.Pipeline`."""

    @property
    def is_open(self) -> bool:
        """Tell whether there is a connection."""
        ...

    async def open(self) -> None:
        """Connect."""
        ...

    async def send(self, statements: Sequence[Statement]) -> list[list[tuple[bytes | None, ...]]]:
        """Execute statements as one transaction."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class PostgresSink:
    """Writes journals to PostgreSQL, on the event loop itself."""

    def __init__(self, connection: BaseDatabaseWrapper, patience: float | None) -> None:
        """Take what makes connections, and the seconds for which a database that is away is waited for."""
        self._pipe: Pipeline = cast(Any, connection).pipe()
        self._queue = Queue()
        self._patience = patience
        self.journal: JournalWriter = JournalWriter(connection, self._queue)

    async def open(self) -> None:
        """Leave it to the first write, which knows how to wait; see `Sink`."""

    async def write(self, appends: Sequence[Append]) -> Outcome:
        """Write, however often it takes; see `Sink`."""
        waiting = Patience(self._patience)
        doubtful = False
        while True:
            try:
                if not self._pipe.is_open:
                    await self._pipe.open()
                return await self._write(appends, doubtful)
            except Error as error:
                if is_lost(error):
                    note_outage()
                    self._pipe.close()
                try:
                    pause = waiting.judge(error)
                except (Error, DatabaseBusy) as final:
                    return outcome_of_all(appends, final)
            await asyncio.sleep(pause)
            doubtful = True

    def close(self) -> None:
        """Close the connection; see `Sink`."""
        self._pipe.close()

    async def _write(self, appends: Sequence[Append], doubtful: bool) -> Outcome:
        """Write the appends in one transaction; return why some were refused.

        Raises:
            Error: Django's; waiting may mend it, or nothing can be written at all.
        """
        try:
            # Sorted, so that whoever else locks several runs in order meets no deadlock.
            await self._pipe.send(self._statements(sorted(appends, key=lambda append: append.number)))
        except (IntegrityError, DataError):
            return await self._write_each(appends, doubtful)
        return {}

    async def _write_each(self, appends: Sequence[Append], doubtful: bool) -> Outcome:
        """Write what can be written, so that no run suffers from another's."""
        outcome: Outcome = {}
        for place, append in enumerate(appends):
            try:
                await self._pipe.send(self._statements([append]))
            except (IntegrityError, DataError) as error:
                refused = is_refused(error, NOT_ALL_MOVED)
                why = await self._refusal(append, doubtful) if refused else error
                if why is not None:
                    outcome[place] = why
        return outcome

    async def _refusal(self, append: Append, doubtful: bool) -> Exception | None:
        """Return why a run was not moved; None when it was, and only the answer was lost."""
        if doubtful:
            (((written,),),) = await self._pipe.send([(WRITTEN, _columns(append.rows), 1)])
            if int(written or 0) == len(append.rows):
                return None
        (rows,) = await self._pipe.send([(STANDING, [b"%d" % append.number], 0)])
        return Conflict() if rows and int(rows[0][0] or 0) == append.epoch else StaleEpoch()

    def _statements(self, appends: Sequence[Append]) -> Sequence[Statement]:
        queue = self._queue
        queue.statements = [
            (
                ADVANCE,
                [
                    integers([append.number for append in appends]),
                    integers([append.epoch for append in appends]),
                    integers([append.after for append in appends]),
                    integers([append.last for append in appends]),
                    times([append.at for append in appends]),
                ],
                1,
            )
        ]
        for append in appends:
            if append.changes is not None:
                self.journal.apply(append.number, append.changes)
        queue.statements.append((INSERT, _columns([row for append in appends for row in append.rows]), 1))
        return queue.statements


class Queue:
    """Stands where a cursor does, and keeps what it is told to execute."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.statements: list[Statement] = []

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Keep one statement."""
        self.statements.append((_numbered(sql), [_as_text(value) for value in values], 0))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Keep a statement for each row."""
        for row in rows:
            self.execute(sql, row)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[bytes]:
    numbers, seqs, ats, types, paths, payloads = zip(*rows, strict=True)
    return [integers(numbers), integers(seqs), times(ats), texts(types), texts(paths), texts(payloads)]


def _as_text(value: Any) -> bytes | None:
    match value:
        case None:
            return None
        case bool():
            return b"t" if value else b"f"
        case datetime():
            return value.isoformat().encode()
        case _:
            return str(value).encode()


@lru_cache(maxsize=256)
def _numbered(sql: str) -> str:
    numbers = count(1)
    first, *rest = sql.split("%s")
    return first + "".join(f"${next(numbers)}{part}" for part in rest)
