"""The one command in a process of its own, in an empty folder, as a person starts it."""

import asyncio
import http.client
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
MANAGE = (sys.executable, str(ROOT / "manage.py"), "playground")

FLOWS = """
from engine import create_workflow, step

@step
def greet(name: str) -> str:
    return f"hello {name}"

hello = create_workflow(id="%s", input_schema=str, output_schema=str).then(greet).commit()
"""


def environment(**changes: str) -> dict[str, str]:
    """Return the environment without what this test run, or a make around it, put there."""
    ours = ("STEPYARD_", "DJANGO_", "MAKE", "MFLAGS", "ARGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **changes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A playground that serves."""

    process: asyncio.subprocess.Process
    port: int

    def get(self, path: str, *, method: str = "GET", **headers: str) -> tuple[int, str]:
        """Return the status and text of a page."""
        return self._ask(method, path, None, headers)

    def post(self, path: str, body: Any) -> tuple[int, str]:
        """Post JSON, and return the status and text of the answer."""
        return self._ask("POST", path, json.dumps(body), {"Content-Type": "application/json"})

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> tuple[int, str]:
        """Ask on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers={"Host": f"localhost:{self.port}", **headers})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    async def until(self, path: str, holds: Callable[[int, str], bool]) -> str:
        """Ask for a page until it is as wanted, and return its text."""
        async with asyncio.timeout(PATIENCE):
            while True:
                status, text = await asyncio.to_thread(self.get, path)
                if holds(status, text):
                    return text
                await asyncio.sleep(0.05)

    async def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int | None, str]:
        """End the command, and return its exit code and what it printed since."""
        self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            output, _ = await self.process.communicate()
        return self.process.returncode, output.decode()


async def start(
    folder: Path, *arguments: str, command: Sequence[str] = MANAGE, env: Mapping[str, str] | None = None
) -> asyncio.subprocess.Process:
    """Start the command; stderr goes where stdout goes."""
    return await asyncio.create_subprocess_exec(
        *command,
        *arguments,
        cwd=folder,
        env=env or environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@asynccontextmanager
async def playground(
    folder: Path, *arguments: str, command: Sequence[str] = MANAGE, env: Mapping[str, str] | None = None
) -> AsyncIterator[Running]:
    """Run a playground on a free port, and end it with its workers."""
    process = await start(folder, *arguments, "--port", "0", command=command, env=env)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            said = line = await process.stdout.readline()
            # What the user's code printed while it was imported comes before.
            while line and b"Stepyard is ready" not in line:
                said += (line := await process.stdout.readline())
        assert line.startswith(b"Stepyard is ready: http://localhost:"), said.decode()
        port = int(line.decode().rpartition("localhost:")[2].partition("/")[0])
        yield Running(process=process, port=port)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()
