"""A shared database is made and changed by one command, and used by all others as it is."""

import asyncio
import sys
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from tests.command.commands import PROGRAM, Said, end
from tests.command.running import environment
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.servers

LANDED = sorted(path.stem for path in (Path(__file__).parents[2] / "playground" / "migrations").glob("0*.py"))
RUN = """
    INSERT INTO playground_run (run_id, workflow_id, digest, status, created_at, updated_at, ended_at, last_seq,
        has_input, input_text, epoch, owner) VALUES ('old', 'flow', 'd', 'success', now(), now(), now(), 3, true, '1',
        1, 'w');
    INSERT INTO playground_event (run_id, seq, at, type, path, payload) SELECT number, seq, now(), type, '[]', payload
    FROM playground_run, (VALUES
        (1, 'run-created', '{"workflow_id":"flow","digest":"d","input":1}'), (2, 'run-started', '{}'),
        (3, 'run-succeeded', '{"result":{"value":2}}')) AS events (seq, type, payload)
"""

BUILDING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'
"""
NOT_WHOLE = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"


async def said(folder: Path, database: str, *words: str) -> Said:
    """Run a command on a database."""
    null, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *words,
        cwd=folder,
        env=environment(STEPYARD_DATABASE=database),
        stdin=null,
        stdout=pipe,
        stderr=pipe,
    )
    return await end(process)


async def test_several_deploys_migrate_at_once(server: Postgres, tmp_path: Path) -> None:
    """One does the work, the others wait and find it done; afterwards every command works."""
    database = server.new_database()
    done = await asyncio.gather(*(said(tmp_path, database, "migrate") for _ in range(3)))
    assert [one.code for one in done] == [0, 0, 0], [one.err for one in done]
    assert sum("Applying playground.0001_initial... OK" in one.out for one in done) == 1
    assert (await said(tmp_path, database, "runs")).json == {"runs": [], "next": None}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["runs"], ["playground", "--port", "0"], ["prune", "--keep", "1"], ["export", "r"]])
async def test_others_say_what_to_do_instead(server: Postgres, tmp_path: Path, words: list[str]) -> None:
    """A database that lacks migrations is left as it is; whoever finds it so names the command that mends it."""
    database = server.new_database()
    refused = await said(tmp_path, database, *words)
    assert refused.code == (6 if words == ["runs"] else 1)
    assert f"lacks {len(LANDED)} migrations of this version: run `stepyard migrate` once" in refused.err
    assert server.password not in refused.err
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


async def test_a_database_that_cannot_be_reached_is_told(server: Postgres, tmp_path: Path) -> None:
    """A wrong password and a wrong host end a command at once, with where it looked and what to look at."""
    wrong = server.url("nowhere").replace(server.password, "wrong")
    refused = await said(tmp_path, wrong, "runs")
    assert refused.code == 6
    assert f"postgres://stepyard@127.0.0.1:{server.port}/nowhere cannot be used: " in refused.err
    assert "password authentication failed" in refused.err
    assert "See that it runs and that STEPYARD_DATABASE is right." in refused.err
    refused = await said(tmp_path, "postgres://127.0.0.1:1/x", "runs")
    assert (refused.code, "Connection refused" in refused.err) == (6, True)


async def test_a_missing_driver_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    """Without the extra, the message is a line that can be typed."""
    hiding = "import sys; sys.modules['psycopg'] = None; from playground.cli import manage; manage(sys.argv)"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        hiding,
        "runs",
        cwd=Path(__file__).parents[2],
        env=environment(STEPYARD_DATABASE="postgres://host/name"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    refused = await end(process)
    assert refused.code == 1
    assert "pip install 'stepyard[postgres]'" in refused.err
    assert "Traceback" not in refused.err


async def asked_until_found(connection: psycopg.Connection, query: LiteralString) -> Any:
    """Ask until there is a row, and return it."""
    while True:
        if row := connection.execute(query).fetchone():
            return row
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("landed", LANDED)
async def test_a_database_of_any_landed_version_opens(server: Postgres, tmp_path: Path, landed: str) -> None:
    """What was recorded with an older version is there after the migration, and can be shown."""
    database = server.new_database()
    assert (await said(tmp_path, database, "migrate", "playground", landed)).code == 0
    with psycopg.connect(database) as connection:
        connection.execute(RUN)
    done = await said(tmp_path, database, "migrate")
    assert done.code == 0, done.err
    shown = await said(tmp_path, database, "show", "old")
    assert (shown.code, shown.json["status"], shown.json["result"]) == (0, "success", 2), shown.err


async def test_runs_go_on_while_an_index_is_built(server: Postgres, tmp_path: Path) -> None:
    """Who writes to the table does not wait for it; one that was cut off is built again, not taken for whole."""
    database = server.new_database()
    assert (await said(tmp_path, database, "migrate", "playground", "0015")).code == 0
    with psycopg.connect(database) as writing, psycopg.connect(database, autocommit=True) as other:
        writing.execute("UPDATE playground_run SET status = status; LOCK playground_run IN ROW EXCLUSIVE MODE")
        cut = asyncio.create_task(said(tmp_path, database, "migrate"))
        waiting = await asked_until_found(other, BUILDING)
        other.execute("SET lock_timeout = '30s'")
        other.execute(RUN)
        other.execute("SELECT pg_terminate_backend(%s)", waiting)
        assert (await cut).code == 1
        writing.commit()
        assert other.execute(NOT_WHOLE).fetchall() == [("run_counted",)]
        again = await said(tmp_path, database, "migrate")
        assert again.code == 0, again.err
        assert other.execute(NOT_WHOLE).fetchall() == []


async def test_what_is_written_by_each_step_is_cheap(server: Postgres, tmp_path: Path) -> None:
    """Events are not held against their runs by a key, and a run's row is updated in its page."""
    database = server.new_database()
    assert (await said(tmp_path, database, "migrate")).code == 0
    with psycopg.connect(database) as connection:
        keys = connection.execute("SELECT count(*) FROM pg_constraint WHERE conrelid = 'playground_event'::regclass")
        assert keys.fetchone() == (1,)
        options = connection.execute("SELECT reloptions FROM pg_class WHERE relname = 'playground_run'")
        assert options.fetchone() == (["fillfactor=70"],)
