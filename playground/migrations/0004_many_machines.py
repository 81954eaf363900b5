from django.db import migrations, models

UNUSED = """
    DO $$
    DECLARE unused text;
    BEGIN
        FOR unused IN
            SELECT indexname FROM pg_indexes
            WHERE schemaname = current_schema() AND tablename IN ('playground_run', 'playground_worker')
                AND indexname LIKE '%\\_like'
        LOOP
            EXECUTE format('DROP INDEX %I', unused);
        END LOOP;
    END $$
"""
FOREIGN = """
    DO $$
    DECLARE kept text;
    BEGIN
        FOR kept IN
            SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'playground_event'::regclass
        LOOP
            EXECUTE format('ALTER TABLE playground_event DROP CONSTRAINT %I', kept);
        END LOOP;
    END $$
"""


def fit_for_many(apps, schema_editor):
    """Make the tables cheap to write on PostgreSQL; a file of SQLite is rewritten by such changes and gains nothing.

    A foreign key from each event to its run costs two more reads a step; a run's row is updated by each of its steps,
    in place when its page has room; and what begins with a text is looked for in no id.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in (FOREIGN, UNUSED, "ALTER TABLE playground_run SET (fillfactor = 70)"):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("playground", "0003_saved_input")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(fit_for_many, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField(
                    model_name="event",
                    name="run",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=models.deletion.CASCADE,
                        related_name="events",
                        to="playground.run",
                    ),
                ),
            ],
        ),
    ]
