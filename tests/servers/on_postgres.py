"""Plugin of pytest (``-p tests.servers.on_postgres``): the tests that use the database use a PostgreSQL of their own.

One server serves the whole session; each process of pytest-xdist has a database of its own in it.
"""

import os
import threading
from typing import Any

import pytest
from django.db.backends.postgresql.base import DatabaseWrapper

from tests.patience import PATIENCE
from tests.servers.postgres import Postgres
from tests.servers.session import SERVERS

if "PYTEST_XDIST_WORKER" not in os.environ:
    # Before the settings are read, and before the processes start that inherit the variable.
    SERVERS.append(Postgres(durable=False))
    SERVERS[0].start()
    os.environ["STEPYARD_DATABASE"] = SERVERS[0].url("stepyard")


def pytest_configure(config: pytest.Config) -> None:
    """Leave the databases to the end of their server, for threads still hold connections to them."""
    config.option.reuse_db = True
    DatabaseWrapper.ops_class.sql_flush = _emptied


def _emptied(operations: Any, style: object, tables: list[str], **options: Any) -> list[str]:
    """Empty tables by deleting the little that a test has left: new files for all of them take ten times as long."""
    _let_threads_finish()
    names = [operations.quote_name(table) for table in tables]
    # The lock waits for threads that still write, as TRUNCATE would, so that no row comes behind its parent's end.
    # One that was left open by a test is an error then, and no end of everything.
    lock = f"SET LOCAL lock_timeout = '30s'; LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE;"
    return [lock + "".join(f"DELETE FROM {name};" for name in names)] if names else []


def _let_threads_finish() -> None:
    """Return when the database's threads have nothing to do any more.

    Once a test is over, pytest-django refuses the database to everyone, also to those in the middle of something.
    """
    from playground.store import database  # noqa: PLC0415 - its settings are read with it

    for threads in (database._writers(), database._readers()):
        met = threading.Barrier(threads._max_workers + 1)
        for _ in range(threads._max_workers):
            threads.submit(met.wait, PATIENCE)
        met.wait(PATIENCE)


def pytest_collection_finish() -> None:
    """Let the server settle while the tests are collected, so that no test waits for it."""
    for server in SERVERS:
        server.settle()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished() -> None:
    """Do so, too, where other processes collect."""
    pytest_collection_finish()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """End the server."""
    for server in SERVERS:
        server.remove()
