"""Machines for tests: web processes and worker hosts on one database, which can be killed and halted as a whole.

With the rights for it, each host has a network, a host name and numbers of processes of its own, so that nothing but
the database connects it with the others; without them, hosts are processes with names of their own.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from tests.command.commands import PROGRAM
from tests.command.running import Running, environment, start
from tests.patience import PATIENCE
from tests.servers.postgres import Postgres

STARTING = 120
"""Seconds that a command may take to start, since several start at once."""
APART = ("unshare", "--net", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc")
RENAMED = "import os, socket, sys; socket.sethostname(sys.argv[1]); os.execv(sys.argv[2], sys.argv[2:])"


@cache
def can_be_apart() -> bool:
    """Tell whether this process may make namespaces."""
    try:
        return subprocess.run([*APART, "true"], capture_output=True, check=False, timeout=PATIENCE).returncode == 0
    except OSError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine on which a supervisor keeps workers."""

    name: str
    process: asyncio.subprocess.Process
    apart: bool
    """Whether it has numbers of processes of its own, in which the supervisor is a child of what was started."""

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to everything that runs on the machine."""
        for pid in (*descendants(self.process.pid), self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def terminate(self) -> None:
        """Tell the supervisor to end, as a deploy does."""
        first = next(iter(descendants(self.process.pid)), self.process.pid) if self.apart else self.process.pid
        os.kill(first, signal.SIGTERM)

    def workers(self) -> list[int]:
        """Return the numbers of the worker processes, as seen from outside."""
        return [pid for pid in descendants(self.process.pid) if b"playground.worker" in command_line(pid)]

    async def kill(self) -> None:
        """End the machine as when it loses power."""
        self.signal(signal.SIGKILL)
        await self.process.communicate()


@dataclass(slots=True, kw_only=True)
class Cluster:
    """Machines that share a database."""

    server: Postgres
    folder: Path
    database: str
    hosts: list[Host] = field(default_factory=list)
    further: Mapping[str, str] = field(default_factory=dict)
    """Variables of all its processes."""
    apart: bool = field(default_factory=can_be_apart)
    """Whether a host has a network of its own, from which it reaches the database alone."""

    def variables(self, **more: str) -> dict[str, str]:
        """Return the environment of its processes."""
        return environment(STEPYARD_DATABASE=self.database, STEPYARD_SECRET_KEY="for tests", **self.further, **more)

    async def host(self, name: str, *words: str, **more: str) -> Host:
        """Start a machine with workers; return when one of them takes runs."""
        command = (*PROGRAM, "worker", "flows.py", *words)
        variables = self.variables(**more)
        if self.apart:
            command = (*APART, sys.executable, "-c", RENAMED, name, *command)
            variables["STEPYARD_DATABASE"] = self.server.nearby(self.database)
        else:
            variables["STEPYARD_HOST_NAME"] = name
        process = await start(self.folder, command=command, env=variables)
        made = Host(name=name, process=process, apart=self.apart)
        self.hosts.append(made)
        await said(process, b"Stepyard works")
        return made

    @asynccontextmanager
    async def web(self, *words: str, **more: str) -> AsyncIterator[Running]:
        """Serve pages inside the block."""
        command = (*PROGRAM, "web", "--port", "0", *words)
        process = await start(self.folder, command=command, env=self.variables(**more))
        try:
            line = await said(process, b"Stepyard is ready")
            yield Running(process=process, port=int(line.rpartition("localhost:")[2].partition("/")[0]))
        finally:
            if process.returncode is None:
                process.terminate()
                await process.communicate()

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    async def until(self, holds: Callable[[], object], *, seconds: float = PATIENCE) -> None:
        """Wait until something holds."""

        def ask() -> None:
            until = time.monotonic() + seconds
            while not holds():
                assert time.monotonic() < until, self.ask("SELECT host, status, exit FROM playground_worker")
                time.sleep(0.05)

        await asyncio.to_thread(ask)

    def living(self, name: str = "%") -> list[str]:
        """Return the ids of the workers of a machine that take runs."""
        rows = self.ask(
            "SELECT worker_id FROM playground_worker WHERE host LIKE %s AND status = 'ready' ORDER BY id", name
        )
        return [worker_id for (worker_id,) in rows]

    def statuses(self) -> dict[str, str]:
        """Return the status of each run."""
        return dict(self.ask("SELECT run_id, status FROM playground_run"))

    def lost(self, run_id: str) -> int:
        """Return how many workers a run is said to have lost."""
        found = self.ask(
            "SELECT COALESCE(SUM((payload::json->>'lost')::int), 0) FROM playground_event JOIN playground_run"
            " ON number = playground_event.run_id WHERE playground_run.run_id = %s AND type = 'run-recovered'",
            run_id,
        )
        return int(found[0][0])


def command_line(pid: int) -> bytes:
    """Return how a process was called; nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes that a process has started, and theirs."""
    try:
        children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield child
        yield from descendants(child)


async def said(process: asyncio.subprocess.Process, words: bytes) -> str:
    """Return the line of a process that begins with these words."""
    assert process.stdout is not None
    output = line = b""
    async with asyncio.timeout(STARTING):
        while not line.startswith(words):
            line = await process.stdout.readline()
            assert line, output.decode()
            output += line
    return line.decode()


@asynccontextmanager
async def cluster(server: Postgres, folder: Path, flows: str, **further: str) -> AsyncIterator[Cluster]:
    """Give machines that share a database with its tables, the code of some workflows, and further variables."""
    (folder / "flows.py").write_text(flows)
    made = Cluster(server=server, folder=folder, database=server.new_database(), further=further)
    migrating = await start(folder, command=(*PROGRAM, "migrate"), env=made.variables())
    async with asyncio.timeout(STARTING):
        output, _ = await migrating.communicate()
    assert migrating.returncode == 0, output.decode()
    try:
        yield made
    finally:
        for host in made.hosts:
            if host.process.returncode is None:
                await host.kill()
