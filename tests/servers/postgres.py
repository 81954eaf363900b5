"""A PostgreSQL of the tests' own: on loopback, as an unprivileged user, in a folder that goes with it."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.patience import PATIENCE
from tests.servers.processes import account, free_port, give, spawn

USER = "stepyard"
"""For how long a server may take to start, after a crash too."""
SETTLED = 10.5
"""Seconds after its start, a little more than `playground.store.database.SETTLE`."""
PAUSE = 0.05
FAST = ("fsync=off", "full_page_writes=off")
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "max_connections=300",
    "log_min_messages=warning",
    "logging_collector=off",
)


def programs() -> Path | None:
    """Return the folder of the newest server's programs; None when there is none, or nobody to run it as."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    found += sorted(installed, key=lambda path: float(path.parent.name), reverse=True)
    return found[0] if found and (os.geteuid() != 0 or account("postgres") is not None) else None


class Postgres:
    """A server that can be stopped, killed and started again; its data stay until `remove`."""

    def __init__(self, *, durable: bool = True) -> None:
        """Make the data; not durable means that a loss of power would lose them, which few tests are about."""
        found = programs()
        assert found is not None, "PostgreSQL is not installed: apt-get install postgresql"
        self._programs = found
        self.durable = durable
        self.password = secrets.token_urlsafe(12)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="stepyard-postgres-"))
        secret = self.folder / "password"
        secret.write_text(self.password)
        give(account("postgres"), self.folder, secret)
        self._run("initdb", "-U", USER, "--auth=scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-sync")

    def url(self, database: str = "postgres") -> str:
        """Return where one of its databases is."""
        return f"postgres://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def nearby(self, url: str) -> str:
        """Return the same place by way of the file system, for those who have no network to it."""
        return url.replace(f"@127.0.0.1:{self.port}", f"@{quote(str(self.folder), safe='')}:{self.port}")

    @property
    def is_running(self) -> bool:
        """Tell whether it was started and not ended."""
        return self._process is not None

    def new_database(self) -> str:
        """Make an empty database; return where it is."""
        name = f"stepyard_{secrets.token_hex(4)}"
        self.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def execute(self, statement: sql.Composable, database: str = "postgres") -> None:
        """Execute a statement on its own."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)

    def start(self) -> None:
        """Start it and return when it takes connections; what a crash left is put right by it before."""
        assert self._process is None
        until = time.monotonic() + PATIENCE
        while not self._is_up(until):
            # The one that was killed may hold its memory for a moment.
            assert time.monotonic() < until, (self.folder / "log").read_text()[-2000:]

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: with SIGINT in order, with SIGQUIT at once, with SIGKILL like a machine that loses power."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)
            self._process = None

    def restart(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it and start it again."""
        self.stop(how)
        self.start()

    def settle(self) -> None:
        """Return when nobody takes it for one that was away a moment ago, in whose runs nobody has died."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_sleep_until(pg_postmaster_start_time() + %s * interval '1 s')", [SETTLED])

    def remove(self) -> None:
        """End it and remove its data."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    def _is_up(self, until: float) -> bool:
        """Start the process unless it runs, and wait until it takes connections; False when it has ended."""
        own = (f"port={self.port}", f"unix_socket_directories={self.folder}")
        settings = [word for setting in (*self._settings(), *own) for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._process = self._popen("postgres", *settings, log=log.fileno())
        while time.monotonic() < until:
            if self._process.poll() is not None:
                self._process = None
                return False
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(PAUSE)
            else:
                return True
        return False

    def _settings(self) -> tuple[str, ...]:
        return SETTINGS if self.durable else (*SETTINGS, *FAST)

    def _run(self, *words: str) -> None:
        process = self._popen(*words, log=subprocess.DEVNULL)
        assert process.wait(PATIENCE) == 0, words

    def _popen(self, program: str, *words: str, log: int) -> "subprocess.Popen[bytes]":
        command = [self._programs / program, "-D", self.folder / "data", *words]
        return spawn(command, owner=account("postgres"), folder=self.folder, log=log)


@contextmanager
def running(*, durable: bool = True) -> Iterator[Postgres]:
    """Give a server that runs."""
    server = Postgres(durable=durable)
    try:
        server.start()
        yield server
    finally:
        server.remove()
