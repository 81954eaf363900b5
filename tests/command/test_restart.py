"""`restart`: an interrupted run goes on from the terminal."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.command.commands import command, end, start
from tests.command.running import SECONDS
from tests.command.test_run import printed, shell

pytestmark = pytest.mark.slow

FLOW = """
import asyncio
from pathlib import Path
from engine import create_workflow, step

@step
async def wait(data: str) -> str:
    await asyncio.sleep(0 if Path("go").exists() else 60)
    return data

slow = create_workflow(id="slow", input_schema=str, output_schema=str).then(wait).commit()
"""


async def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    """Whoever starts it again is told the command, which brings it to its end; then it is too late."""
    (tmp_path / "slow.py").write_text(FLOW)
    typed = ("run", "slow", "slow.py", "--input", '"x"', "--run-id", "slow-run-1")
    process = await start(tmp_path, *typed, "--watch")
    assert process.stderr is not None
    async with asyncio.timeout(SECONDS):
        while b"> wait" not in await process.stderr.readline():
            assert process.returncode is None
    process.send_signal(signal.SIGINT)
    assert (await end(process)).code == 130
    shown = await command(tmp_path, "show", "slow-run")
    assert (shown.json["status"], "no worker is connected" in shown.err) == ("running", True), shown
    (tmp_path / "go").touch()
    done = await shell(tmp_path, printed(shown.err, "Go on with it: "))
    assert (done.code, done.json["result"]) == (0, "x"), done
    assert (await command(tmp_path, "restart", "slow-run")).code == 5
    assert "was started before and has ended" in (await command(tmp_path, *typed)).err
