"""What `stepyard web` and `stepyard worker` need, and what they say when it is missing."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.command.commands import PROGRAM, Said, end
from tests.command.running import environment
from tests.servers.hosts import cluster
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.servers

LONG = 90
"""Seconds; much more than it takes, and much less than a worker waits for its database."""
FLOWS = """
import asyncio
from engine import create_workflow, step

@step
async def wait(data: int) -> int:
    await asyncio.sleep(600)
    return data

slow = create_workflow(id="slow", input_schema=int, output_schema=int).then(wait).commit()
"""


async def said(folder: Path, *words: str, env: Mapping[str, str]) -> Said:
    """Run a command to its end."""
    null, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, *words, cwd=folder, env=environment(**env), stdin=null, stdout=pipe, stderr=pipe
    )
    return await end(process)


@pytest.mark.parametrize("words", [["web"], ["worker", "flows.py"]], ids=["web", "worker"])
async def test_without_a_shared_database_they_say_how_to_name_one(tmp_path: Path, words: list[str]) -> None:
    """A file is no place to meet; nothing is made in the folder."""
    (tmp_path / "flows.py").touch()
    refused = await said(tmp_path, *words, env={"STEPYARD_SECRET_KEY": "k"})
    assert refused.code == 2
    assert f"stepyard {words[0]} shares its runs with other machines and needs STEPYARD_DATABASE" in refused.err
    assert not (tmp_path / ".stepyard").exists()


async def test_a_web_process_needs_the_key_that_all_have(server: Postgres, tmp_path: Path) -> None:
    """A key of its own would count nowhere else; the message makes one."""
    refused = await said(tmp_path, "web", env={"STEPYARD_DATABASE": server.new_database()})
    assert refused.code == 2
    assert "needs STEPYARD_SECRET_KEY" in refused.err
    assert "secrets.token_urlsafe" in refused.err


async def test_a_worker_that_is_told_to_end_does_not_wait_for_its_database(server: Postgres, tmp_path: Path) -> None:
    """It waits for ten minutes while it works; what it cannot say any more, its silence says."""
    async with cluster(server, tmp_path, FLOWS) as machines:
        host = await machines.host("host-a", STEPYARD_GRACE="1")
        async with machines.web() as web:
            status, text = web.post("/api/workflows/slow/start", {"inputData": 1})
            assert status == 200, text
            await machines.until(lambda: machines.ask("SELECT 1 FROM playground_event WHERE type = 'step-started'"))
        await asyncio.to_thread(server.stop, signal.SIGQUIT)
        try:
            host.terminate()
            async with asyncio.timeout(LONG):
                output, _ = await host.process.communicate()
        finally:
            await asyncio.to_thread(server.start)
        assert b"could not be recorded: the database could not be reached" in output
        assert b"Traceback" not in output
        assert set(machines.statuses().values()) == {"running"}


@pytest.mark.parametrize("words", [["web"], ["worker", "flows.py"]], ids=["web", "worker"])
async def test_missing_tables_are_left_to_migrate(server: Postgres, tmp_path: Path, words: list[str]) -> None:
    """Only `stepyard migrate` touches them."""
    (tmp_path / "flows.py").touch()
    refused = await said(tmp_path, *words, env={"STEPYARD_DATABASE": server.new_database(), "STEPYARD_SECRET_KEY": "k"})
    assert refused.code == 1
    assert "run `stepyard migrate` once" in refused.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "needs MODULES"),
        (["missing.py"], "there is no file or folder"),
        (["flows.py", "--processes", "0"], "--processes is 0"),
    ],
)
async def test_a_worker_needs_something_to_run(tmp_path: Path, words: list[str], sentence: str) -> None:
    """Modules that are nowhere, none at all, and no process to run them in end the command with code 2."""
    (tmp_path / "flows.py").touch()
    refused = await said(tmp_path, "worker", *words, env={})
    assert (refused.code, sentence in refused.err) == (2, True), refused.err
