"""Plugin of pytest (``-p tests.servers.on_postgres``): the tests that use the database use a PostgreSQL of their own.

One server serves the whole session; each process of pytest-xdist has a database of its own in it.
"""

import os

import pytest

from tests.servers.postgres import Postgres
from tests.servers.session import SERVERS

if "PYTEST_XDIST_WORKER" not in os.environ:
    # Before the settings are read, and before the processes start that inherit the variable.
    SERVERS.append(Postgres(durable=False))
    SERVERS[0].start()
    SERVERS[0].settle()
    os.environ["STEPYARD_DATABASE"] = SERVERS[0].url("stepyard")


def pytest_configure(config: pytest.Config) -> None:
    """Leave the databases to the end of their server, for threads still hold connections to them."""
    config.option.reuse_db = True


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """End the server."""
    for server in SERVERS:
        server.remove()
