"""A supervisor over stand-in workers, which are small scripts."""

import asyncio
import os
import sys
import textwrap
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.layers import LocalLayer
from playground.supervisor import Supervisor, WorkerExit
from tests.patience import PATIENCE

SCRIPT = """
import asyncio, os, signal, subprocess, sys, time
from playground.layers import LocalLayer
from playground.worker.parent_watch import end_with_parent

def leave_behind(fifo):
    held = os.open(fifo, os.O_WRONLY)
    code = "import time; time.sleep(1000)"
    return subprocess.Popen([sys.executable, "-c", code], pass_fds=[held])

async def main():
    layer = LocalLayer()
    fd = int(sys.argv[1])
    end_with_parent(fd)
    await layer.join(fd)
    async def say(**facts):
        await layer.report({"imported": ["my_flows"]})
        await layer.send("tests", {"worker_id": os.environ["STEPYARD_WORKER_ID"], "pid": os.getpid(), **facts})
BODY

asyncio.run(main())
"""


def script(folder: Path, body: str) -> Path:
    """Write a stand-in worker, whose body may `say` something to the test."""
    path = folder / "worker.py"
    path.write_text(SCRIPT.replace("BODY", textwrap.indent(textwrap.dedent(body), "    ")))
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """A supervisor that runs, and what came of it."""

    layer: LocalLayer
    supervisor: Supervisor
    task: "asyncio.Task[None]"
    ends: "asyncio.Queue[tuple[str, int, str]]" = field(default_factory=asyncio.Queue)

    async def said(self) -> dict[str, Any]:
        """Return the next thing that a worker said."""
        async with asyncio.timeout(PATIENCE):
            return await self.layer.receive("tests")

    async def ended(self) -> tuple[str, int, str]:
        """Return the id, code and last words of the next worker that ended."""
        async with asyncio.timeout(PATIENCE):
            return await self.ends.get()

    async def stop(self) -> None:
        """End the supervisor, as Ctrl-C does."""
        self.task.cancel()
        await asyncio.wait([self.task])


@asynccontextmanager
async def supervised(path: Path, *, targets: Sequence[Path] = (), **settings: Any) -> AsyncIterator[Yard]:
    """Run a supervisor over stand-ins of one script."""
    layer, ends = LocalLayer(), asyncio.Queue()

    async def on_worker_exit(end: WorkerExit) -> None:
        await ends.put((end.worker_id, end.code, end.tail))

    supervisor = Supervisor(
        layer=layer,
        command=lambda fd: [sys.executable, str(path), str(fd)],
        on_worker_exit=settings.pop("on_worker_exit", on_worker_exit),
        show=lambda chunk: None,
        targets=targets,
        **settings,
    )
    yard = Yard(layer=layer, supervisor=supervisor, task=asyncio.create_task(supervisor.run()), ends=ends)
    try:
        yield yard
    finally:
        await yard.stop()
        await layer.close()


def is_alive(pid: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
