"""Streams of runs over real connections: live, to clients that leave, and to clients that hardly read."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.command.running import Running, playground
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow

FLOWS = """
import asyncio
from engine import Context, create_workflow, step

@step
async def wait(data: str, ctx: Context) -> str:
    ctx.write("waiting")
    while ctx.run_id == data:
        await asyncio.sleep(0.05)
        ctx.check_cancelled()
    return data

@step
async def much(data: int, ctx: Context) -> int:
    for number in range(data):
        ctx.write("x" * 1_000_000)
        await asyncio.sleep(0)
    return data

waiting = create_workflow(id="waiting", input_schema=str, output_schema=str).then(wait).commit()
large = create_workflow(id="large", input_schema=int, output_schema=int).then(much).commit()
"""
SIZE = 120
"""Megabytes of output."""


@asynccontextmanager
async def opened(running: Running, path: str, body: object = None) -> AsyncIterator[asyncio.StreamReader]:
    """Send a request, read the head of the answer, and give the rest; the client leaves at the end of the block."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port, limit=2**22)
    text = "" if body is None else json.dumps(body)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost:{running.port}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(text)}\r\n\r\n{text}".encode())
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in answer.splitlines()[0]
        yield reader
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def until(reader: asyncio.StreamReader, *words: bytes) -> None:
    """Read until a stream has said something."""
    async with asyncio.timeout(PATIENCE):
        for word in words:
            await reader.readuntil(word)


def memory(pid: int) -> int:
    """Return the resident memory of a process in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("a process has memory")


async def test_a_stream_is_live_and_its_run_does_not_mind_who_reads(tmp_path: Path) -> None:
    """Chunks arrive while the run goes on; a client that leaves touches neither the run nor who else reads it."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as running:
        await running.until("/workflows/", lambda _, text: "large" in text)
        assert (await asyncio.to_thread(running.post, "/api/workflows/waiting/create-run?runId=r", {}))[0] == 200
        async with opened(running, "/api/workflows/waiting/observe?runId=r") as other:
            async with opened(running, "/api/workflows/waiting/stream?runId=r", {"inputData": "r"}) as first:
                await until(first, b"workflow-start", b"workflow-step-start", b"waiting")
            await until(other, b"workflow-start", b"workflow-step-start", b"waiting")
            _, run = await asyncio.to_thread(running.get, "/api/workflows/waiting/runs/r")
            assert json.loads(run)["status"] == "running"
            assert (await asyncio.to_thread(running.post, "/api/workflows/waiting/runs/r/cancel", {}))[0] == 200
            await until(other, b"workflow-canceled", b"workflow-finish", b"\r\n0\r\n\r\n")


async def test_a_client_that_does_not_read_fills_no_memory(tmp_path: Path) -> None:
    """The journal is read as fast as the client takes it; what it did not take comes when it reads on."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as running:
        await running.until("/workflows/", lambda _, text: "large" in text)
        for run_id in ("small", "r"):
            body = {"inputData": SIZE if run_id == "r" else 1}
            path = f"/api/workflows/large/start-async?runId={run_id}"
            assert (await asyncio.to_thread(running.post, path, body))[0] == 200
        async with opened(running, "/api/workflows/large/observe?runId=small") as reader:
            await until(reader, b"workflow-finish")
            before = memory(running.process.pid)
        async with opened(running, "/api/workflows/large/observe?runId=r") as reader:
            await until(reader, b"workflow-step-output")
            for _ in range(20):  # others are answered, while everything that there is room for is written
                assert (await asyncio.to_thread(running.get, "/api/workflows/run-counts"))[0] == 200
            held = memory(running.process.pid) - before
            await until(reader, *[b"workflow-step-output"] * (SIZE - 1), b"workflow-finish")
        assert held < SIZE * 1_000_000, f"the server holds {held} bytes"
