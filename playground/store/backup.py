"""A copy of the database, made while others write to it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

PAGES = 1000
"""Pages copied at a time; in between others write."""


class BackupError(Exception):
    """The database could not be copied."""


def back_up(path: Path) -> int:
    """Copy the database to a new file and check the copy; return its size in bytes.

    The copy appears under its name when it is whole. It is the state of one moment: what was acknowledged before the
    copying began is in it.

    Raises:
        BackupError: the file exists, cannot be written, or the database is no SQLite file.
    """
    if connection.vendor != "sqlite":
        raise BackupError(f"this is for SQLite: copy a {connection.vendor} database with its own tools")
    if path.exists():
        raise BackupError(f"{path} exists already: choose another name")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _copy(unfinished)
        unfinished.rename(path)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{path} could not be written: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return path.stat().st_size


def _copy(path: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy, pages=PAGES)
        # A single file, whose journal is no second one beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        (found,) = copy.execute("PRAGMA integrity_check").fetchone()
        if found != "ok":
            raise BackupError(f"the copy is not whole, as the database itself may not be: {found}")
