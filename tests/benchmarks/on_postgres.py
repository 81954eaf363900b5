"""What `bench_postgres` measures of Stepyard, with ``STEPYARD_DATABASE`` set: arguments are the port and the log."""

import asyncio
import os
import sys
import time
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection, connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
django.setup()

from engine import Engine  # noqa: E402  Django must be set up first.
from playground.store import OrmStore  # noqa: E402
from tests.benchmarks.chains import chain, run_once  # noqa: E402
from tests.benchmarks.report import OURS, Stopwatch, report  # noqa: E402
from tests.servers.proxy import between  # noqa: E402

LONG = 1000
RUNS = 100
LENGTH = 100
SHORT = 5
MANY = 2000
"""Runs of which bytes are measured."""
TABLES = ("playground_run", "playground_event", "playground_wait")
SETTLED = 0.5
"""Seconds after which the server's processes have read their settings again."""


async def run(runs: int, length: int) -> None:
    """Run so many chains at once."""
    store = OrmStore()
    engine = Engine([chain(length)], store=store)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(runs):
            tasks.create_task(run_once(engine, length))
    store.close()


def rates() -> None:
    """Measure one long run, and many at once."""
    for section, runs, length in (("postgres-one", 1, LONG), ("postgres-many", RUNS, LENGTH)):
        watch = Stopwatch()
        asyncio.run(run(runs, length))
        watch.rate(section, OURS, runs * length)


def statements(log: Path) -> None:
    """Count what the server executes for a short run, from its creation to its end."""
    log_all("SET log_statement = 'all'")
    before = executed(log)
    asyncio.run(run(1, SHORT))
    report("postgres-statements", OURS, executed(log) - before)
    log_all("RESET log_statement")


def log_all(setting: str) -> None:
    """Change what the server writes into its log."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER SYSTEM {setting}")
        cursor.execute("SELECT pg_reload_conf()")
    time.sleep(SETTLED)


def executed(log: Path) -> int:
    """Return of how many statements the log tells; those of the settings of a connection are none of a run's."""
    lines = log.read_text().splitlines()
    return sum(("LOG:  statement:" in line or "LOG:  execute " in line) and ": SET " not in line for line in lines)


def bytes_of() -> None:
    """Measure what short runs leave in tables, indexes and the write-ahead log, each begun and ended by itself."""
    tables, log = stored(), position()
    for _ in range(MANY // RUNS):
        asyncio.run(run(RUNS, SHORT))
    report("postgres-log", OURS, (position() - log) / MANY)
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
    report("postgres-stored", OURS, (stored() - tables) / MANY)


def stored() -> int:
    """Return the bytes of the tables of runs, with their indexes."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' + '.join(f'pg_total_relation_size({table!r})' for table in TABLES)}")
        return int(cursor.fetchone()[0])


def position() -> int:
    """Return how far the write-ahead log is, in bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        return int(cursor.fetchone()[0])


def round_trips(port: int) -> None:
    """Count the turns on the wire that a longer run takes more than a shorter one."""
    with between(port) as wire:
        connections.settings["default"]["PORT"] = str(wire.port)
        asyncio.run(run(1, LENGTH))
        first = wire.round_trips
        asyncio.run(run(1, 2 * LENGTH))
        report("postgres-trips", OURS, (wire.round_trips - 2 * first) / LENGTH)


def main() -> None:
    """Measure one after the other."""
    port, log = sys.argv[1:]
    call_command("migrate", verbosity=0)
    asyncio.run(run(1, SHORT))
    rates()
    bytes_of()
    statements(Path(log))
    round_trips(int(port))


if __name__ == "__main__":
    main()
