"""Two playgrounds on one PostgreSQL, as on two machines: one starts, the other answers, the server restarts between."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from tests.command.commands import PROGRAM, end
from tests.command.running import Running, environment, playground
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.servers

FLOWS = """
from engine import Context, create_workflow, step

@step(resume_schema=int)
def ask(data: int, ctx: Context) -> int:
    return data + ctx.suspend({"have": data})

asking = create_workflow(id="asking", input_schema=int, output_schema=int).then(ask).commit()
"""


async def migrated(server: Postgres, folder: Path) -> dict[str, str]:
    """Make a database with its tables; return the environment that names it."""
    variables = environment(STEPYARD_DATABASE=server.new_database())
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "migrate", cwd=folder, env=variables, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    done = await end(process)
    assert done.code == 0, done.err
    return variables


def started(on: Running, data: int) -> str:
    """Start a run and return its id."""
    status, text = on.post("/api/workflows/asking/start", {"inputData": data})
    assert status == 200, text
    return str(json.loads(text)["runId"])


async def shown(on: Running, run_id: str, status: str) -> None:
    """Wait until a playground's page shows that a run has this status."""
    await on.until(f"/runs/{run_id}/", lambda _, text: f'data-run-status="{status}"' in text)


async def test_two_machines_share_their_runs(server: Postgres, tmp_path: Path) -> None:
    """What was started over one is answered over the other; an immediate restart of the server ends no process."""
    (tmp_path / "flows.py").write_text(FLOWS)
    variables = await migrated(server, tmp_path)
    async with (
        playground(tmp_path, "flows.py", env=variables) as one,
        playground(tmp_path, "flows.py", "--workers", "0", env=variables) as other,
    ):
        run_id = started(other, 1)
        await shown(one, run_id, "suspended")
        await asyncio.to_thread(server.stop, signal.SIGQUIT)
        asked = [asyncio.to_thread(on.get, f"/runs/{run_id}/") for on in (one, other)]
        answer, to = {"step": "ask", "resumeData": 2}, f"/api/workflows/asking/resume?runId={run_id}"
        answering = asyncio.create_task(asyncio.to_thread(other.post, to, answer))
        pages = asyncio.gather(*asked)
        await asyncio.sleep(1)
        assert not pages.done()
        await asyncio.to_thread(server.start)
        assert [status for status, _ in await pages] == [200, 200]
        assert (await answering)[0] == 200
        await shown(other, run_id, "success")
        doctor = other.get("/doctor/?thorough")[1]
        assert "postgresql 1" in doctor
        assert "whole" in doctor
        assert server.password not in doctor
        assert (one.process.returncode, other.process.returncode) == (None, None)
    assert not (tmp_path / ".stepyard").exists()
