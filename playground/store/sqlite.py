"""SQLite without Django's cursor, which costs several times what the statements of a journal do."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


class DirectCursor:
    """Takes statements as Django writes them to the driver's own cursor, and raises Django's errors."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        """Take an open connection to SQLite."""
        self._cursor = connection.connection.cursor()
        self._errors = connection.wrap_database_errors

    @property
    def rowcount(self) -> int:
        """Return how many rows the last statement changed."""
        return int(self._cursor.rowcount)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Execute one statement."""
        with self._errors:
            self._cursor.execute(_with_question_marks(sql), values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement for each row."""
        with self._errors:
            self._cursor.executemany(_with_question_marks(sql), rows)

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row of the result."""
        row: tuple[Any, ...] | None = self._cursor.fetchone()
        return row


@lru_cache(maxsize=256)
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?")
