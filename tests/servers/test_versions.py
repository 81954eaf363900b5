"""Hosts with two versions of the code, as in the middle of a deploy: each run goes on with its own."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.servers.hosts import cluster
from tests.servers.postgres import Postgres
from tests.servers.test_hosts import started

pytestmark = pytest.mark.servers

FLOWS = """
from engine import Context, create_workflow, step

@step(resume_schema=int)
def {ask}(data: int, ctx: Context) -> int:
    return {times} * (data + ctx.suspend(None))

asking = create_workflow(id="asking", input_schema=int, output_schema=int).then({ask}).commit()
"""
OLD, NEW = FLOWS.format(ask="ask", times=2), FLOWS.format(ask="inquire", times=3)


async def test_a_rolling_deploy(server: Postgres, tmp_path: Path) -> None:
    """Runs go on with the code they began with while a worker has it, and new ones get the newest, whoever restarts."""
    await asyncio.to_thread(server.settle)
    async with cluster(server, tmp_path, OLD) as machines, machines.web() as web:
        old = await machines.host("old")
        (before,) = machines.living()
        first, second = started(web, "asking", 1), started(web, "asking", 1)
        for run_id in (first, second):
            await web.until(f"/runs/{run_id}/", lambda _, text: 'data-run-status="suspended"' in text)
        (tmp_path / "flows.py").write_text(NEW)
        await machines.host("new")
        third = started(web, "asking", 1)
        await web.until(f"/runs/{third}/", lambda _, text: 'data-run-status="suspended"' in text)

        def answer(run_id: str) -> None:
            status, text = web.post(f"/api/workflows/asking/resume-no-wait?runId={run_id}", {"resumeData": 4})

            assert status == 200, text

        def result(run_id: str) -> int:
            found = machines.ask(
                "SELECT payload::json->>'output' FROM playground_event JOIN playground_run ON number ="
                " playground_event.run_id WHERE playground_run.run_id = %s AND type = 'step-succeeded'",
                run_id,
            )
            return int(found[0][0])

        for run_id in (first, third):
            answer(run_id)
            await web.until(f"/runs/{run_id}/", lambda _, text: 'data-run-status="success"' in text)
        ran = machines.ask("SELECT run_id, host FROM playground_run JOIN playground_worker ON owner = worker_id")
        assert dict(ran) == {first: "old", second: "old", third: "new"}
        doctor = web.get("/doctor/")[1]
        assert "1 on old" in doctor
        assert "1 on new" in doctor
        assert "get a newer one" in doctor
        # A worker with the old code that starts again, while its file still holds that, publishes nothing older.
        (tmp_path / "flows.py").write_text(OLD)
        for pid in old.workers():
            os.kill(pid, signal.SIGKILL)
        await machines.until(lambda: machines.living("old") not in ([], [before]))
        current = machines.ask("SELECT graph FROM playground_workflowversion WHERE current")
        assert len(current) == 1
        assert "inquire" in current[0][0]
        # When nobody has its code any more, a run that does not fit is left, and does not fail.
        await old.kill()
        answer(second)
        await machines.until(lambda: not machines.living("old"))
        await asyncio.sleep(5)
        assert machines.statuses()[second] not in ("failed", "success")
        assert machines.lost(second) == 0
        await machines.host("again")
        await web.until(f"/runs/{second}/", lambda _, text: 'data-run-status="success"' in text)
        assert (result(first), result(second), result(third)) == (10, 10, 15)
