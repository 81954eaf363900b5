"""Indexes on tables that are in use while the database is migrated."""

from django.db import migrations


class AddIndexOnline(migrations.AddIndex):
    """Add an index while others write to the table, however many rows it has.

    On PostgreSQL it is built ``CONCURRENTLY``, which cannot be part of a transaction and leaves an index that is not
    valid where it is cut off: so its migration says ``atomic = False`` and does nothing else, and what an earlier
    attempt has left is dropped or, if whole, kept.
    """

    atomic = False

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        """Add it unless it is there and whole."""
        model = to_state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        if not self.allow_migrate_model(connection.alias, model):
            return
        online = {"concurrently": True} if connection.vendor == "postgresql" else {}
        if online and connection.in_atomic_block:
            raise RuntimeError(f"{self.index.name} is built beside writers: its migration has to say `atomic = False`.")
        if online and _is_broken(connection, self.index.name):
            schema_editor.remove_index(model, self.index, concurrently=True)
        if not _is_there(connection, model, self.index.name):
            schema_editor.add_index(model, self.index, **online)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        """Remove it."""
        model = from_state.apps.get_model(app_label, self.model_name)
        online = {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(model, self.index, **online)


def _is_there(connection, model, name):
    with connection.cursor() as cursor:
        return name in connection.introspection.get_constraints(cursor, model._meta.db_table)


def _is_broken(connection, name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        found = cursor.fetchone()
    return found is not None and not found[0]
