"""The database's time, by which leases and timers are measured on all machines alike."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import functions
from django.db.models.sql.compiler import SQLCompiler

# Six digits of the second, of which SQLite knows three: written like the stored times, so that they compare.
_SQLITE_FORMAT = "%%Y-%%m-%%d %%H:%%M:%%f000"


class Now(functions.Now):
    """The current time of the database, for Django's queries."""

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """Write it like the stored times."""
        # Django's templates are formatted once more than plain SQL.
        template = now_sql("sqlite").replace("%%", "%%%%")
        return self.as_sql(compiler, connection, template=template, **context)


def now_sql(vendor: str) -> str:
    """Return the current time of the database as plain SQL."""
    return f"STRFTIME('{_SQLITE_FORMAT}', 'NOW')" if vendor == "sqlite" else "STATEMENT_TIMESTAMP()"


def later_sql(vendor: str) -> str:
    """Return the time after an interval as plain SQL; its one value is an interval such as ``+10.0 seconds``."""
    return f"STRFTIME('{_SQLITE_FORMAT}', 'NOW', %s)" if vendor == "sqlite" else "STATEMENT_TIMESTAMP() + %s::interval"


def database_now() -> datetime:
    """Return the time of the database; for use inside its threads."""
    with connection.cursor() as cursor:
        # SQLite's is formatted by Python too, as Django's statements are.
        cursor.execute(f"SELECT {now_sql(connection.vendor)}", [])
        (now,) = cursor.fetchone()
    return datetime.fromisoformat(now).replace(tzinfo=UTC) if isinstance(now, str) else now
