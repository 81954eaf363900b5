"""The server under these tests, which may do to it what they want."""

from collections.abc import Iterator

import pytest
from django.db import connections

from playground.store import database
from tests.browser.conftest import CHROMIUM
from tests.servers.composed import HAPROXY
from tests.servers.postgres import Postgres
from tests.servers.proxy import Proxy, between
from tests.servers.session import SERVERS
from tests.worker.conftest import yard

__all__ = ["yard"]

collect_ignore = [] if HAPROXY and CHROMIUM else ["test_deploy.py"]
"""What is left out, as `make servers` says, where a program is not installed that it needs."""


@pytest.fixture
def server(transactional_db: None) -> Iterator[Postgres]:
    """Give the session's server, which keeps what it has acknowledged whatever happens, and runs again afterwards."""
    assert SERVERS, "these tests are run by make servers, which starts a PostgreSQL for them"
    (running,) = SERVERS
    if not running.durable:
        running.durable = True
        running.restart()
        connections.close_all()
    yield running
    if not running.is_running:
        running.start()
    # That of this thread, with which the tables are emptied next.
    connections.close_all()


@pytest.fixture
def wire(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Have all connections that are made from now on go over a wire that may lose an answer."""
    with between(server.port) as proxy:
        monkeypatch.setitem(connections.settings["default"], "PORT", str(proxy.port))
        # Threads that are there have connections already.
        database._readers.cache_clear()
        database._writers.cache_clear()
        yield proxy
        database._readers.cache_clear()
        database._writers.cache_clear()
