"""A cancelled step that goes on in its thread: it is named, and its worker is replaced when nothing else runs there."""

import json
from pathlib import Path

import pytest

from tests.command.running import Running, playground

pytestmark = pytest.mark.slow

FLOWS = """
import asyncio
from pathlib import Path
from engine import Context, create_workflow, step

@step
def spin(data: str) -> str:
    Path("spins").touch()
    while True:
        pass

@step
async def wait(data: str, ctx: Context) -> str:
    while not Path("go").exists():
        await asyncio.sleep(0.05)
    return f"attempt {ctx.attempt}"

def flow(id, step):
    return create_workflow(id=id, input_schema=str, output_schema=str).then(step).commit()

endless, calm = flow("endless", spin), flow("calm", wait)
"""


def start(running: Running, workflow: str) -> str:
    """Start a run and return its id."""
    _, text = running.post(f"/api/workflows/{workflow}/start", {"inputData": "x"})
    return str(json.loads(text)["runId"])


async def test_a_cancelled_loop_does_not_burn_for_ever(tmp_path: Path) -> None:
    """The doctor names the step and its line; once the other run has ended, unhurt, the worker goes."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as running:
        calm, endless = start(running, "calm"), start(running, "endless")
        await running.until("/workflows/", lambda status, text: (tmp_path / "spins").exists())
        assert running.post(f"/api/workflows/endless/runs/{endless}/cancel", {})[0] == 200
        named = f"step spin of run {endless} has ended, but goes on in its thread at {tmp_path / 'flows.py'}:"
        doctor = await running.until("/doctor/", lambda status, text: named in text)
        assert "ended</span>" not in doctor
        (tmp_path / "go").touch()
        doctor = await running.until("/doctor/", lambda status, text: "ended</span>" in text)
        assert named in doctor
        run = json.loads(running.get(f"/api/workflows/calm/runs/{calm}")[1])
        assert run["result"] == "attempt 1"
        assert running.post("/api/workflows/calm/start-async", {"inputData": "x"})[1].count('"success"')
