"""`restart`: an interrupted run goes on from the terminal."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.command.commands import command, end, start
from tests.command.running import playground
from tests.command.test_run import printed, shell
from tests.patience import PATIENCE

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


TYPED = ("run", "slow", "slow.py", "--input", '"x"', "--run-id", "slow-run-1")


async def interrupted(folder: Path) -> None:
    """Leave a run in the middle of its step."""
    (folder / "slow.py").write_text(FLOW)
    process = await start(folder, *TYPED, "--watch")
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while b"> wait" not in await process.stderr.readline():
            assert process.returncode is None
    process.send_signal(signal.SIGINT)
    assert (await end(process)).code == 130


async def test_a_playground_says_once_what_it_has_taken_over(tmp_path: Path) -> None:
    """A run that was interrupted goes on as soon as a playground is there, whose page says so with a link."""
    await interrupted(tmp_path)
    (tmp_path / "go").touch()
    async with playground(tmp_path, "slow.py") as running:
        page = await running.until("/runs/", lambda status, text: "After the restart" in text)
        assert "After the restart 1 run went on, 1 step was run again." in page
        assert 'href="/runs/slow-run-1/"' in page
        assert "After the restart" not in running.get("/runs/")[1]


async def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    """Whoever starts it again is told the command, which brings it to its end; then it is too late."""
    await interrupted(tmp_path)
    shown = await command(tmp_path, "show", "slow-run")
    assert (shown.json["status"], "no worker is connected" in shown.err) == ("running", True), shown
    (tmp_path / "go").touch()
    done = await shell(tmp_path, printed(shown.err, "Go on with it: "))
    assert (done.code, done.json["result"]) == (0, "x"), done
    assert (await command(tmp_path, "restart", "slow-run")).code == 5
    assert "was started before and has ended" in (await command(tmp_path, *TYPED)).err
