"""Whether the database has the tables of this version: a file gets them at once, a shared database by a command."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from playground.database_url import place


class DatabaseNotReady(ImproperlyConfigured):
    """The shared database cannot be reached, or has to be migrated first."""


def bring_up_to_date() -> None:
    """Migrate a file; of a shared database see only that it is migrated.

    Raises:
        DatabaseNotReady: it is not, or it cannot be reached.
    """
    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0, interactive=False)
    else:
        require_up_to_date()


def require_up_to_date() -> None:
    """See that a shared database is migrated: other processes, of other versions, may be at work on it.

    Raises:
        DatabaseNotReady: it is not, or it cannot be reached.
    """
    if connection.vendor == "sqlite":
        return
    where = place(connection.settings_dict)
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise DatabaseNotReady(
            f"the database {where} cannot be used: {str(error).strip()}. See that it runs and that STEPYARD_DATABASE "
            "is right."
        ) from error
    if missing:
        raise DatabaseNotReady(
            f"the database {where} lacks {len(missing)} migration{'' if len(missing) == 1 else 's'} of this version: "
            "run `stepyard migrate` once, before its processes are replaced."
        )
