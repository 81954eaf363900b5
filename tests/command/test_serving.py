"""What the one command does from start to end."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.command.running import FLOWS, Running, environment, playground, start
from tests.patience import PATIENCE

together = pytest.mark.asyncio(loop_scope="module")
"""Of tests that share one playground, and the event loop on which it was started."""


@asynccontextmanager
async def held(folder: Path) -> AsyncIterator[asyncio.Task[bytes]]:
    """Write a workflow whose processes all hold a pipe open; the task ends when the last of them has ended."""
    pipe = folder / "held"
    os.mkfifo(pipe)
    (folder / "my_flows.py").write_text(f"held = open({str(pipe)!r}, 'w')\n" + FLOWS % "greeting")
    reading = asyncio.create_task(asyncio.to_thread(pipe.read_bytes))
    try:
        yield reading
    finally:
        # If none has opened it, nobody would ever end the thread that reads.
        os.close(os.open(pipe, os.O_RDWR))


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A playground that serves a file of the user's."""

    running: Running
    folder: Path

    async def shows(self, code: str, words: str) -> None:
        """Save the file, and wait until the list of workflows shows some words."""
        (self.folder / "my_flows.py").write_text(code)
        await self.running.until("/workflows/", lambda status, text: words in text and status == 200)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """Give a playground that these tests share, in a folder where a package is called as ours."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "playground").mkdir()
    (folder / "playground" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    (folder / "my_flows.py").write_text(FLOWS % "greeting")
    async with playground(folder, "my_flows.py") as running:
        yield Served(running=running, folder=folder)


@together
async def test_the_users_workflow_is_served(served: Served) -> None:
    """In an empty folder the command makes its database, serves the list, and shows the workflow of the file.

    A package named like ours in the current folder is not imported in place of it.
    """
    await served.shows(FLOWS % "greeting", "greeting")
    assert (served.folder / ".stepyard" / ".gitignore").read_text() == "*\n"
    assert served.running.get("/static/css/base.css")[0] == 200
    assert served.running.get("/no/such/page/")[0] == 404
    assert served.running.get("/workflows/", Host="evil.example")[0] == 403


@together
async def test_a_saved_file_shows_new_code(served: Served) -> None:
    """The page shows what the file says now, without a restart of the page."""
    await served.shows(FLOWS % "before", "before")
    await served.shows(FLOWS % "afterwards", "afterwards")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_without_a_trace(number: signal.Signals, tmp_path: Path) -> None:
    """The command ends with nothing to say, and no process of it is left."""
    async with held(tmp_path) as reading, playground(tmp_path, "my_flows.py") as running:
        await running.until("/workflows/", lambda status, text: "greeting" in text)
        assert await running.stop(number) == (0, "")
        async with asyncio.timeout(PATIENCE):
            assert await reading == b""  # the end of the file: no worker holds it any more


async def test_sigkill_leaves_no_worker(tmp_path: Path) -> None:
    """When the command is killed, its workers end by themselves."""
    async with held(tmp_path) as reading, playground(tmp_path, "my_flows.py") as running:
        await running.until("/workflows/", lambda status, text: "greeting" in text)
        running.process.kill()
        async with asyncio.timeout(PATIENCE):
            assert await reading == b""
            await running.process.communicate()


@together
@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("def broken(:\n", "SyntaxError"),
        ("import os; os._exit(7)\n", "exit code 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)\n", "SIGSEGV"),
    ],
)
async def test_broken_code_leaves_the_page_up(code: str, shown: str, served: Served) -> None:
    """A module that does not import, or ends its process, is named on the page; mended, it shows its workflow."""
    await served.shows(code, shown)
    await served.shows(FLOWS % "mended", "mended")


async def test_the_token_opens_the_page(tmp_path: Path) -> None:
    """With a token, only who knows it is let in."""
    async with playground(tmp_path, "--token", "correct-horse", "--workers", "0") as running:
        assert running.get("/workflows/")[0] == 401
        assert running.get("/workflows/?token=correct-horse")[0] == 303
        assert running.get("/workflows/", Authorization="Bearer correct-horse")[0] == 200


async def test_the_database_is_where_it_was_asked_for(tmp_path: Path) -> None:
    """The option, or else the variable, says where the database is; nothing else is made."""
    async with playground(tmp_path, "--db", "here/one.sqlite3", "--workers", "0"):
        assert (tmp_path / "here" / "one.sqlite3").is_file()
    async with playground(tmp_path, "--workers", "0", env=environment(STEPYARD_DB="there/two.sqlite3")):
        assert (tmp_path / "there" / "two.sqlite3").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "there"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "0.0.0.0"], "Give a secret with --token"),
        (["--host", "192.0.2.1", "--token", "t"], "cannot be served"),
        (["--port", "http"], "STEPYARD_PORT is 'http'; a whole number from 0 to 65535 is expected."),
        (["--workers", "-1"], "STEPYARD_WORKERS is '-1'"),
        (["--prt", "4111"], "dev: there is no option --prt. Did you mean --port? All options: manage.py dev --help"),
        (["--nonsense"], "dev: there is no option --nonsense."),
    ],
)
async def test_what_cannot_be_served_is_explained(arguments: list[str], message: str, tmp_path: Path) -> None:
    """A wrong option ends the command with a sentence and no traceback."""
    process = await start(tmp_path, *arguments)
    output, _ = await process.communicate()
    assert message in output.decode()
    assert "Traceback" not in output.decode()
    assert process.returncode != 0


@together
async def test_a_taken_port_is_explained(served: Served, tmp_path: Path) -> None:
    """A second playground on the same port says so and leaves the first one alone."""
    process = await start(tmp_path, "--port", str(served.running.port))
    output, _ = await process.communicate()
    assert f"Port {served.running.port} is taken, perhaps by another playground." in output.decode()
    assert process.returncode == 1
    assert served.running.get("/workflows/")[0] == 200
