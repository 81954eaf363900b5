"""Django's backend for PostgreSQL, which is loaded only where ``STEPYARD_DATABASE`` names such a database."""

from django.core.exceptions import ImproperlyConfigured

try:
    import psycopg
except ImportError as error:
    raise ImproperlyConfigured(
        "STEPYARD_DATABASE needs a driver that is not installed: pip install 'stepyard[postgres]'"
    ) from error

from django.db.backends.postgresql import base

from playground.postgres.listener import NotificationListener
from playground.postgres.pipeline import Pipeline


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection as Django keeps it, and the makings of those that Django has no use for."""

    def pipe(self) -> Pipeline:
        """Return a pipe to the same database, not yet open."""
        return Pipeline(self._connect, self.wrap_database_errors)

    def listener(self) -> NotificationListener:
        """Return what hears notifications in the same database."""
        return NotificationListener(self._connect, self.wrap_database_errors)

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        given = self.get_connection_params()
        wanted = {name: value for name, value in given.items() if name not in ("context", "cursor_factory")}
        return psycopg.connect(**wanted, autocommit=True)
