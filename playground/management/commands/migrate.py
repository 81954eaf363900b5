"""Django's command, for several machines at once."""

import time
from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper

from playground.commandline.options import DATABASE, TypedCommand, add_options

LOCK = 0x57E9_A4D0
"""The advisory lock under which a database is migrated; any number will do that nobody else takes."""

ASKING = 0.2
"""How many seconds pass before another that waits for the lock asks for it again."""


def _is_ours(cursor: CursorWrapper) -> bool:
    """Return whether the lock was free; `CONCURRENTLY` would wait for a statement that waits for it."""
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    return bool(cursor.fetchone()[0])


class Command(TypedCommand, migrate.Command):
    """Migrate the database; of several that are asked to, one does it and the others find it done."""

    help = "Give the database the tables that this version needs. A file is migrated by every command that uses it."

    stealth_options = ("database",)
    """Django's alias of the database, for programs: a person who types ``--database`` means a URL, as everywhere."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return a parser in which an option of ours takes the place of Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Take Django's options, and which database."""
        super().add_arguments(parser)
        add_options(parser, only=DATABASE)
        parser.set_defaults(database=DEFAULT_DB_ALIAS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate under a lock where the database is shared."""
        connection = connections[options["database"]]
        if connection.vendor == "sqlite":
            super().handle(*args, **options)
            return
        with connection.cursor() as cursor:
            # Asked again and again: one that waits inside the database would keep an index that is built
            # CONCURRENTLY from ever being whole, and whoever builds it from letting go.
            while not _is_ours(cursor):
                time.sleep(ASKING)
            try:
                super().handle(*args, **options)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
