"""A terminal or pipe that stops reading: what is said waits there, and nothing else does."""

import asyncio
import json
import os
import select
import signal
from pathlib import Path

import pytest

from tests.command.running import MANAGE, Running, environment
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow

FLOWS = """
from engine import create_workflow, step

@step
def chatter(data: str) -> str:
    for number in range(4_000):
        print(number, "x" * 1000)
    return "all said"

chatty = create_workflow(id="chatty", input_schema=str, output_schema=str).then(chatter).commit()
"""


def until_ready(fd: int) -> int:
    """Read what the command says until it is ready, and return its port."""
    said = b""
    while b"Stepyard is ready: http://localhost:" not in said or not said.endswith(b"\n"):
        assert select.select([fd], [], [], PATIENCE)[0], f"the command was not ready in time; it said {said.decode()!r}"
        part = os.read(fd, 4096)
        assert part, f"the command ended before it was ready; it said {said.decode()!r}"
        said += part
    return int(said.decode().rpartition("localhost:")[2].split("/")[0])


@pytest.mark.parametrize("together", [True, False], ids=["one pipe", "two pipes"])
async def test_pages_answer_while_nobody_reads_what_is_printed(together: bool, tmp_path: Path) -> None:
    """Megabytes are printed into pipes that are full: the run ends, pages answer, and Ctrl-C ends all soon."""
    (tmp_path / "flows.py").write_text(FLOWS)
    reads, writes = os.pipe()
    others = (reads, writes) if together else os.pipe()
    process = await asyncio.create_subprocess_exec(
        *MANAGE,
        *("flows.py", "--port", "0"),
        cwd=tmp_path,
        env=environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=writes,
        stderr=others[1],
    )
    try:
        # The command alone holds the ends into which it writes; those from which nobody reads stay open.
        for end in {writes, others[1]}:
            os.close(end)
        running = Running(process=process, port=await asyncio.to_thread(until_ready, reads))
        run_id = json.loads(running.post("/api/workflows/chatty/start", {"inputData": "x"})[1])["runId"]
        path = f"/api/workflows/chatty/runs/{run_id}"
        text = await running.until(path, lambda _, text: json.loads(text)["status"] == "success")
        assert json.loads(text)["result"] == "all said"
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        for end in {reads, others[0]}:
            os.close(end)
