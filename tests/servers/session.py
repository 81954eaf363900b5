"""The server of this session of tests, when `tests.servers.on_postgres` has started one."""

from tests.servers.postgres import Postgres

SERVERS: list[Postgres] = []
"""One, or none: in the processes of pytest-xdist there is none to do something to."""
