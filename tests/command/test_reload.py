"""Code that is saved broken while runs go: the last good code goes on, and pages say what is wrong."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.command.running import Running, playground

pytestmark = pytest.mark.slow

FLOWS = """
import asyncio, os
from pathlib import Path
from engine import Context, create_workflow, step

@step
async def wait(data: str, ctx: Context) -> str:
    Path("pid").write_text(str(os.getpid()))
    while not Path("go").exists():
        await asyncio.sleep(0.05)
    return f"%s at attempt {ctx.attempt}"

slow = create_workflow(id="slow", input_schema=str, output_schema=str).then(wait).commit()
"""


def start(running: Running) -> str:
    """Start a run and return its id."""
    _, text = running.post("/api/workflows/slow/start", {"inputData": "x"})
    return str(json.loads(text)["runId"])


async def result(running: Running, run_id: str) -> str:
    """Wait for a run's end and return its result."""
    path = f"/api/workflows/slow/runs/{run_id}"
    text = await running.until(path, lambda _, text: json.loads(text)["status"] == "success")
    return str(json.loads(text)["result"])


async def test_a_broken_save_stops_nothing(tmp_path: Path) -> None:
    """Runs from before and after the save end with the good code, nothing is interrupted; mended, new code is used."""
    flows = tmp_path / "my_flows.py"
    flows.write_text(FLOWS % "old")
    async with playground(tmp_path, "my_flows.py") as running:
        first = start(running)
        await running.until(f"/runs/{first}/", lambda _, text: 'data-status="running"' in text)
        flows.write_text("def broken(:\n")
        gave_way = "gave way to the worker before it, since my_flows.py did not import"
        await running.until("/doctor/", lambda _, text: "SyntaxError" in text and gave_way in text)
        second = start(running)
        page = await running.until(f"/runs/{second}/", lambda _, text: 'data-status="running"' in text)
        assert "so the run waits until it does" not in page
        (tmp_path / "go").touch()
        assert await result(running, first) == "old at attempt 1"
        assert await result(running, second) == "old at attempt 1"
        assert "SyntaxError" in running.get("/workflows/")[1]
        flows.write_text(FLOWS % "new")
        await running.until("/workflows/", lambda _, text: "SyntaxError" not in text)
        assert await result(running, start(running)) == "new at attempt 1"


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("import os; os._exit(7)\n", "exit code 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)\n", "killed by SIGSEGV"),
    ],
)
async def test_code_that_ends_its_process_is_shown_and_waited_for(code: str, how: str, tmp_path: Path) -> None:
    """The worker before it goes on; when that one dies too, runs say why they wait, and go on with what is saved."""
    flows = tmp_path / "my_flows.py"
    flows.write_text(FLOWS % "old")
    async with playground(tmp_path, "my_flows.py") as running:
        run_id = start(running)
        await running.until(f"/runs/{run_id}/", lambda _, text: 'data-status="running"' in text)
        await running.until("/doctor/", lambda _, text: (tmp_path / "pid").exists())
        flows.write_text(code)
        problem = f"the worker process ended while it imported this module: {how}"
        await running.until("/workflows/", lambda _, text: problem in text)
        assert "the run waits until it does" not in running.get(f"/runs/{run_id}/")[1]
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        why = f"my_flows.py does not import (WorkerDied: {problem}), so the run waits until it does"
        await running.until(f"/runs/{run_id}/", lambda _, text: why in text)
        (tmp_path / "go").touch()
        flows.write_text(FLOWS % "mended")
        assert await result(running, run_id) == "mended at attempt 2"


async def test_a_crash_that_passes_needs_no_other_save(tmp_path: Path) -> None:
    """What killed the new worker is over: it is tried again, and the code that was saved is used."""
    flows = tmp_path / "my_flows.py"
    flows.write_text(FLOWS % "old")
    async with playground(tmp_path, "my_flows.py") as running:
        crash = "import os, pathlib\npathlib.Path('fixed').exists() or os._exit(7)\n"
        flows.write_text(crash + FLOWS % "new")
        await running.until("/workflows/", lambda _, text: "exit code 7" in text)
        (tmp_path / "fixed").touch()
        await running.until("/workflows/", lambda _, text: "exit code 7" not in text)
        (tmp_path / "go").touch()
        assert await result(running, start(running)) == "new at attempt 1"


async def test_what_it_serves_is_there_when_it_says_that_it_is_ready(tmp_path: Path) -> None:
    """The command is ready when its code was imported: the first look finds the workflow."""
    (tmp_path / "my_flows.py").write_text("import time\ntime.sleep(0.5)\n" + FLOWS % "old")
    async with playground(tmp_path, "my_flows.py") as running:
        assert list(json.loads(running.get("/api/workflows")[1])) == ["slow"]


async def test_code_that_was_broken_from_the_start_is_named_by_the_runs_that_wait_for_it(tmp_path: Path) -> None:
    """A run from an earlier day says which module does not import, and goes on once it is mended."""
    flows = tmp_path / "my_flows.py"
    flows.write_text(FLOWS % "old")
    async with playground(tmp_path, "my_flows.py") as running:
        run_id = start(running)
        await running.until(f"/runs/{run_id}/", lambda _, text: 'data-status="running"' in text)
    flows.write_text("x = 1\ndef broken(:\n")
    (tmp_path / "go").touch()
    async with playground(tmp_path, "my_flows.py") as running:
        why = "my_flows.py does not import (SyntaxError in line 2), so the run waits until it does"
        await running.until(f"/runs/{run_id}/", lambda _, text: why in text)
        flows.write_text(FLOWS % "mended")
        assert await result(running, run_id) == "mended at attempt 2"
