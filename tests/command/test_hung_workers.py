"""A worker that hangs: it is shown, it is ended after a while or on demand, and other runs go on."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command.commands import command
from tests.command.running import Running, environment, playground
from tests.faults.tally import DONE

pytestmark = pytest.mark.faults

FLOWS = r"""
import asyncio, re, time
from engine import Context, create_workflow, step

@step
async def shut(data: str, ctx: Context) -> str:
    if ctx.attempt == 1:
        time.sleep(1000)
    return f"attempt {ctx.attempt}"

@step
async def catastrophe(data: str, ctx: Context) -> str:
    if ctx.attempt == 1:
        re.match(r"(a+)+$", "a" * 60 + "b")
    return f"attempt {ctx.attempt}"

@step
def stuck(data: str) -> str:
    while True:
        time.sleep(0.1)

@step
async def patient(data: str, ctx: Context) -> str:
    if ctx.attempt == 1:
        await asyncio.sleep(1000)
    return f"attempt {ctx.attempt}"

def flow(id, step):
    return create_workflow(id=id, input_schema=str, output_schema=str).then(step).commit()

blocking, greedy, calm = flow("blocking", shut), flow("greedy", catastrophe), flow("calm", patient)
endless = flow("endless", stuck)
quick = create_workflow(id="quick", input_schema=str, output_schema=str).map(lambda text: text).commit()
"""


def start(running: Running, workflow: str) -> str:
    """Start a run and return its id."""
    _, text = running.post(f"/api/workflows/{workflow}/start", {"inputData": "x"})
    return str(json.loads(text)["runId"])


async def ended(running: Running, workflow: str, run_id: str) -> dict[str, Any]:
    """Wait for a run's end and return the run."""
    path = f"/api/workflows/{workflow}/runs/{run_id}"
    text = await running.until(path, lambda _, text: json.loads(text)["status"] in ("success", "failed", "canceled"))
    run: dict[str, Any] = json.loads(text)
    return run


async def recovery(running: Running, run_id: str) -> dict[str, Any]:
    """Return what the journal says of the run's recovery."""
    events = json.loads(running.get(f"/api/runs/{run_id}/events")[1])["events"]
    (found,) = [event["payload"] for event in events if event["type"] == "run-recovered"]
    payload: dict[str, Any] = found
    return payload


@pytest.mark.parametrize(("workflow", "why"), [("blocking", "ended because step shut blocked it for"), ("greedy", "")])
async def test_a_worker_that_hangs_is_ended(workflow: str, why: str, tmp_path: Path) -> None:
    """After its time a blocked worker is replaced: the step runs again, the journal says why, other runs go on."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py", env=environment(STEPYARD_BLOCKED_SECONDS="2")) as running:
        await running.until("/workflows/", lambda _, text: "calm" in text)
        calm = start(running, "calm")
        await running.until(f"/runs/{calm}/", lambda _, text: 'data-run-status="running"' in text)
        hung = start(running, workflow)
        assert (await ended(running, workflow, hung))["result"] == "attempt 2"
        assert (await ended(running, "calm", calm))["result"] == "attempt 2"
        DONE["kills"] += 1
        found = await recovery(running, hung)
        assert found["lost"] == 1
        assert why or "ended because" in found["reason"]
        if workflow == "blocking":
            assert found["reason"].startswith(why)
            assert (await recovery(running, calm))["lost"] == 0
        assert "ended because" in running.get("/doctor/")[1]


async def test_cancel_frees_a_blocked_worker(tmp_path: Path) -> None:
    """Pages say what blocks; a cancel of that run replaces the worker, and the runs beside it go on."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as running:
        await running.until("/workflows/", lambda _, text: "calm" in text)
        calm = start(running, "calm")
        await running.until(f"/runs/{calm}/", lambda _, text: 'data-run-status="running"' in text)
        hung = start(running, "blocking")
        page = await running.until(f"/runs/{hung}/", lambda _, text: "has blocked its worker" in text)
        assert "step shut has blocked its worker" in page
        assert "has blocked its worker" in running.get(f"/runs/{calm}/")[1]
        doctor = running.get("/doctor/")[1]
        assert "blocked" in doctor
        assert "time.sleep(1000)" in doctor
        status, _ = running.post(f"/api/workflows/blocking/runs/{hung}/cancel", {})
        assert status == 200
        assert (await ended(running, "blocking", hung))["status"] == "canceled"
        assert (await ended(running, "calm", calm))["result"] == "attempt 2"


async def test_restart_frees_a_blocked_worker(tmp_path: Path) -> None:
    """A restart of the run that blocks replaces the worker too; the step begins again and nothing counts as lost."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as running:
        await running.until("/workflows/", lambda _, text: "calm" in text)
        hung = start(running, "blocking")
        await running.until(f"/runs/{hung}/", lambda _, text: "has blocked its worker" in text)
        assert running.post(f"/api/workflows/blocking/restart?runId={hung}", {})[0] == 200
        assert (await ended(running, "blocking", hung))["result"] == "attempt 2"
        assert (await recovery(running, hung))["lost"] == 0


async def test_a_step_that_is_stuck_in_its_thread_is_cancelled(tmp_path: Path) -> None:
    """The page says for how long it has been running; a cancel ends the run at once, and the worker takes the next."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as running:
        await running.until("/workflows/", lambda _, text: "endless" in text)
        run_ids = [start(running, "endless") for _ in range(10)]
        await running.until(f"/runs/{run_ids[0]}/", lambda _, text: "stuck has been running" in text)
        for run_id in run_ids:
            assert running.post(f"/api/workflows/endless/runs/{run_id}/cancel", {})[0] == 200
            assert (await ended(running, "endless", run_id))["status"] == "canceled"
        assert running.post("/api/workflows/quick/start-async", {"inputData": "x"})[1].count('"success"')


async def test_a_cancel_from_the_command_line_frees_the_worker(tmp_path: Path) -> None:
    """The command cannot reach the worker that the run blocks; the playground hears of it and replaces that one."""
    (tmp_path / "flows.py").write_text(FLOWS)
    async with playground(tmp_path, "flows.py") as running:
        run_id = start(running, "blocking")
        await running.until("/doctor/", lambda _, text: "</svg>blocked<" in text)
        said = await command(tmp_path, "cancel", run_id)
        assert (said.code, said.json) == (0, {"runId": run_id, "status": "canceled"})
        quick = await command(tmp_path, "run", "quick", "--input", '"x"')
        assert (quick.code, quick.json["result"]) == (0, "x")
