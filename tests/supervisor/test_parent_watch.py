"""Workers whose supervisor is gone."""

import asyncio
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.supervisor.supervised import script

PARENT = """
import asyncio, sys
from playground.layers import LocalLayer
from playground.supervisor import Supervisor

async def told(end):
    print(end.worker_id, end.code)

async def main():
    layer = LocalLayer()
    command = lambda fd: [sys.executable, sys.argv[1], str(fd)]
    supervisor = Supervisor(layer=layer, command=command, on_worker_exit=told, show=print)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(supervisor.run())
        await layer.receive("tests")
        print("ready", flush=True)

asyncio.run(main())
"""
HANGS = {
    "waits": "await asyncio.sleep(1000)",
    "blocks": "time.sleep(1000)",
    "spins": "while True: pass",
    "ignores": "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)",
}


@pytest.mark.parametrize("kind", HANGS)
async def test_a_worker_ends_with_its_supervisor(kind: str, tmp_path: Path) -> None:
    """After SIGKILL of the supervisor the worker ends too, whatever it is doing, with the processes that it started."""
    fifo = tmp_path / "open"
    os.mkfifo(fifo)
    body = f"""
    leave_behind({str(fifo)!r})
    await say()
    await asyncio.sleep(0.05)
    {HANGS[kind]}
    """
    worker = script(tmp_path, textwrap.dedent(body))
    held = asyncio.create_task(asyncio.to_thread(fifo.read_bytes))
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(worker), stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}
    )
    assert parent.stdout is not None
    assert await parent.stdout.readline() == b"ready\n"
    parent.send_signal(signal.SIGKILL)
    async with asyncio.timeout(PATIENCE):
        await parent.communicate()
        assert await held == b""  # the end of the file: nobody holds it any more
