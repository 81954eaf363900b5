"""Floors: what the same work costs in plain Python, with sqlite3 alone, and with Django's models."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from django.core.management import call_command
from django.db import transaction

from tests.benchmarks.chains import Number
from tests.benchmarks.database import FOLDER
from tests.benchmarks.report import Stopwatch, report

# Models are imported after tests.benchmarks.database has set up Django.
from playground.models import Event, Run  # isort: skip

STEPS = 10_000
ROWS = 2000
RUNS = 100
BATCHES = 50

CREATE = """
    CREATE TABLE run (number INTEGER PRIMARY KEY, last_seq INTEGER, updated_at TEXT);
    CREATE TABLE event (
        run_id INTEGER, seq INTEGER, at TEXT, type TEXT, path TEXT, payload TEXT, PRIMARY KEY (run_id, seq)
    );
"""
ADVANCE = "UPDATE run SET last_seq = ?, updated_at = ? WHERE number = ? AND last_seq = ?"
INSERT = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)"


def plain_python() -> None:
    """Validate, call, dump and record two events a step, in a loop."""
    events: list[dict[str, Any]] = []
    value: dict[str, Any] = {"n": 0}
    watch = Stopwatch()
    for number in range(STEPS):
        path = (f"s{number % 100}",)
        events.append({"type": "step-started", "path": path})
        data = Number.model_validate(value)
        value = Number(n=data.n + 1).model_dump(mode="json")
        events.append({"type": "step-succeeded", "path": path, "output": value})
    watch.rate("memory", "plain Python that validates, dumps and records", STEPS)


def rows(run: int, seq: int, at: str) -> list[tuple[Any, ...]]:
    """Return a step's two events as rows."""
    output = json.dumps({"output": {"n": seq}}, separators=(",", ":"))
    return [
        (run, seq + 1, at, "step-succeeded", '["s1"]', output),
        (run, seq + 2, at, "step-started", '["s2"]', '{"attempt":1,"input":{"step":["s1"]}}'),
    ]


def raw_sqlite() -> None:
    """Advance the runs and insert their events, in a transaction for each step, then for 100 steps of 100 runs."""
    connection = sqlite3.connect(f"{FOLDER.name}/raw.sqlite3", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + CREATE)
    connection.executemany("INSERT INTO run VALUES (?, 0, '')", [(number,) for number in range(RUNS + 1)])
    watch = Stopwatch()
    for number in range(ROWS):
        write(connection, [RUNS], number * 2)
    watch.rate("one", "sqlite3, a transaction for each step", ROWS)
    watch = Stopwatch()
    for number in range(BATCHES):
        write(connection, range(RUNS), number * 2)
    watch.rate("many", "sqlite3, a transaction for each 100 steps", RUNS * BATCHES)
    connection.close()


def raw_question() -> None:
    """Write what comes before a question, open the file again, read it, and write the answer and what comes after."""
    path, questions = f"{FOLDER.name}/raw.sqlite3", 100
    watch = Stopwatch()
    for number in range(questions):
        run = RUNS + 1 + number
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("INSERT INTO run VALUES (?, 0, '')", [run])
            write(connection, [run], 0)
            write(connection, [run], 2)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=NORMAL")
            found = connection.execute("SELECT payload FROM event WHERE run_id = ? ORDER BY seq", [run]).fetchall()
            assert len([json.loads(payload) for (payload,) in found]) == 4
            write(connection, [run], 4)
            write(connection, [run], 6)
    report("question", "sqlite3, opened for each", watch.seconds / questions, watch.used / questions)


def write(connection: sqlite3.Connection, runs: Any, seq: int) -> None:
    """Append a step to each of the runs, in one transaction."""
    at = datetime.now(UTC).isoformat()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(ADVANCE, [(seq + 2, at, run, seq) for run in runs])
    connection.executemany(INSERT, [row for run in runs for row in rows(run, seq, at)])
    connection.execute("COMMIT")


def orm_create() -> None:
    """Create a step's two events with Django's models, in a transaction for each step."""
    now = datetime.now(UTC)
    run = Run.objects.create(run_id="floor", workflow_id="floor", created_at=now, updated_at=now)
    watch = Stopwatch()
    for number in range(ROWS):
        seq = number * 2
        with transaction.atomic():
            Run.objects.filter(number=run.number, last_seq=seq).update(last_seq=seq + 2)
            for _, at, time, type_, path, payload in rows(run.number, seq, ""):
                Event.objects.create(run_id=run.number, seq=at, at=time or now, type=type_, path=path, payload=payload)
    watch.rate("one", "Django's create(), a transaction for each step", ROWS)


def main() -> None:
    """Measure and tell."""
    with FOLDER:
        call_command("migrate", verbosity=0)
        plain_python()
        raw_sqlite()
        raw_question()
        orm_create()


if __name__ == "__main__":
    main()
