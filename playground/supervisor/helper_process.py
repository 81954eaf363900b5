"""A process that imports the user's code and tells what it finds, a line of JSON each, over a descriptor of its own."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from playground.supervisor.child import worker_environment

Heard = Callable[[dict[str, Any]], object]

LONGEST = 1 << 30
"""Bytes of one line."""


async def listen_to(module: str, arguments: Sequence[str], *, silence: float, heard: Heard) -> int | None:
    """Run a module of ours as a process, hand on each line that it tells, and return how it ended.

    What it prints goes to stderr. When it has ended, or is ended here, so is all that it started.

    Args:
        module: its dotted name; it is given ``--fd`` and the arguments.
        arguments: what else it is given.
        silence: seconds without a line after which the process is ended.
        heard: is given each line.

    Returns:
        The exit code, as of `subprocess`; None when it was silent for too long.
    """
    reads, writes = os.pipe()
    words = [sys.executable, "-P", "-X", "faulthandler", "-m", module, "--fd", str(writes), *arguments]
    with os.fdopen(writes, "wb"):
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            pass_fds=[writes],
            env=_environment(module),
            start_new_session=True,
        )
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(silence)

    def took(line: dict[str, Any]) -> None:
        if process.returncode is None and not limit.expired():
            with suppress(RuntimeError):  # It is over already.
                limit.reschedule(loop.time() + silence)
        heard(line)

    reading = asyncio.create_task(_read(reads, took))
    code: int | None = None
    try:
        async with limit:
            code = await process.wait()
    except TimeoutError:
        code = None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await reading
    return code


def _environment(module: str) -> Mapping[str, str]:
    return worker_environment(module.rpartition(".")[2])


async def _read(fd: int, heard: Heard) -> None:
    """Read until all who could write have ended; a line that was cut off in the middle is no line."""
    stream = asyncio.StreamReader(limit=LONGEST)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(fd, "rb"))
    try:
        async for line in stream:
            if line.endswith(b"}\n"):
                heard(json.loads(line))
    finally:
        transport.close()
