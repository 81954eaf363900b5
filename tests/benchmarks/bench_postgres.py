"""PostgreSQL: durable steps a second beside a pipeline without a journal and other engines; statements and bytes."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.benchmarks.report import Stopwatch
from tests.servers.brokers import RedisServer, broker, missing
from tests.servers.postgres import programs, running

HERE = Path(__file__).resolve().parent

RUNS = 100
ROWS = 2000
BATCHES = 50

CREATE = """
    CREATE TABLE run (number bigint PRIMARY KEY, last_seq bigint, updated_at timestamptz) WITH (fillfactor = 70);
    CREATE TABLE event (
        run_id bigint, seq bigint, at timestamptz, type text, path text, payload text, PRIMARY KEY (run_id, seq)
    )
"""
ADVANCE = "UPDATE run SET last_seq = %s, updated_at = %s WHERE number = %s AND last_seq = %s"
INSERT = "INSERT INTO event VALUES (%s, %s, %s, %s, %s, %s)"
OUTPUT, INPUT = '{"output":{"n":1}}', '{"attempt":1,"input":{"step":["s1"]}}'


def raw_pipeline(url: str) -> None:
    """Advance runs and insert their events through psycopg's pipeline, in a transaction for each step, then for 100."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CREATE)
        connection.cursor().executemany("INSERT INTO run VALUES (%s, 0, now())", [(n,) for n in range(RUNS + 1)])
        watch = Stopwatch()
        for number in range(ROWS):
            write(connection, [RUNS], number * 2)
        watch.rate("postgres-one", "psycopg, a pipeline for each step", ROWS)
        watch = Stopwatch()
        for number in range(BATCHES):
            write(connection, range(RUNS), number * 2)
        watch.rate("postgres-many", "psycopg, a pipeline for each 100 steps", RUNS * BATCHES)


def write(connection: "psycopg.Connection[Any]", runs: Any, seq: int) -> None:
    """Append a step to each of the runs, in one round trip."""
    now = datetime.now(UTC)
    with connection.pipeline(), connection.transaction():
        cursor = connection.cursor()
        cursor.executemany(ADVANCE, [(seq + 2, now, run, seq) for run in runs])
        rows = [(run, seq + 1, now, "step-succeeded", '["s1"]', OUTPUT) for run in runs]
        rows += [(run, seq + 2, now, "step-started", '["s2"]', INPUT) for run in runs]
        cursor.executemany(INSERT, rows)


def main() -> None:
    """Measure and tell; what Stepyard itself does is measured by a process of its own."""
    if programs() is None:
        print("PostgreSQL is not installed, so it is left out", file=sys.stderr)
        return
    with running() as server:
        raw_pipeline(server.new_database())
        command = [sys.executable, "-m", "tests.benchmarks.on_postgres", str(server.port), server.folder / "log"]
        subprocess.run(command, env=os.environ | {"STEPYARD_DATABASE": server.new_database()}, check=True)
        beside("dbos_chain.py", server.new_database())
    if not missing(RedisServer):
        with broker(RedisServer) as redis:
            beside("celery_chain.py", redis.url)


def beside(program: str, url: str) -> None:
    """Have another engine do the same, with a server of its own choice; one that is not installed says so."""
    python = HERE.parents[1] / ".bench/venv/bin/python"
    if python.exists():
        subprocess.run([python, HERE / "peers" / program, url], cwd=HERE / "peers", check=False)


if __name__ == "__main__":
    main()
