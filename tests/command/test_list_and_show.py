"""`list`, `runs`, `show` and `cancel`: what is known of workflows and runs, for programs and for people."""

import asyncio
import os
import pty
from pathlib import Path

import pytest

from playground.commandline.help_text import COMMANDS
from tests.command.commands import FLOWS, PROGRAM, command
from tests.command.running import environment
from tests.patience import PATIENCE

pytestmark = pytest.mark.slow


async def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    """In a folder without a database the commands say so with code 2, and leave it as it is."""
    for words in (["list"], ["runs"], ["show", "r"], ["cancel", "r"]):
        said = await command(tmp_path, *words)
        assert (said.code, "there is no database" in said.err, said.out) == (2, True, "")
    assert list(tmp_path.iterdir()) == []


async def test_workflows_and_runs_are_listed(tmp_path: Path) -> None:
    """Both lists are JSON in a pipe, and hold what the pages show; filters that mean nothing are refused."""
    (tmp_path / "flows.py").write_text(FLOWS)
    await command(tmp_path, "run", "direct", "flows.py", "--input", '{"article": "lamp"}', "--run-id", "r1")
    shopping, direct = (await command(tmp_path, "list")).json
    assert (shopping["id"], shopping["steps"], shopping["runs"]) == ("shopping", ["ask", "buy"], {})
    assert (direct["runs"], direct["module"]) == ({"success": 1}, "flows.py")
    found = await command(
        tmp_path, "runs", "--workflow", "direct", "--status", "success,failed", "--since", "2026-01-01"
    )
    assert [run["runId"] for run in found.json["runs"]] == ["r1"]
    assert (await command(tmp_path, "runs", "--status", "failed", "--text")).out == "There are no runs.\n"
    for wrong in (["--status", "done"], ["--since", "monday"], ["--limit", "0"], ["--after", "x"]):
        assert (await command(tmp_path, "runs", *wrong)).code == 2


async def test_a_terminal_gets_tables(tmp_path: Path) -> None:
    """On a terminal the list is a table, and what would command the terminal is written as an escape."""
    (tmp_path / "flows.py").write_text(FLOWS)
    value = '{"article": "\\u001b[31mred"}'
    await command(tmp_path, "run", "direct", "flows.py", "--input", value, "--run-id", "r1")
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "show", "r1", cwd=tmp_path, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    async with asyncio.timeout(PATIENCE):
        assert await process.wait() == 0
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "+ buy" in shown
    assert '"bought \\u001b[31mred"' in shown
    assert "\x1b" not in shown


async def test_help_names_every_command(tmp_path: Path) -> None:
    """Without a command all are listed, and one explains itself without a database."""
    said = await command(tmp_path)
    assert (said.code, [name for name in COMMANDS if f"  {name} " not in said.out]) == (0, [])
    helped = await command(tmp_path, "check", "--help")
    assert (helped.code, helped.out.startswith("usage: manage.py check")) == (0, True)
    assert list(tmp_path.iterdir()) == []
