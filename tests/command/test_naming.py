"""Which run, database or command is meant by what is typed."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import load_command_class

from engine import create_workflow, step
from playground.actions import actions
from playground.cli import ALIASES
from playground.commandline.run_report import run_json, whole_text
from playground.runpage.loaded_run import load
from tests.command.commands import command
from tests.docs.test_commands import OURS
from tests.pages.conftest import stage
from tests.pages.stage import Stage
from tests.parity.conftest import working
from tests.parity.ways import Commands

__all__ = ["stage"]


@step
def same(n: int) -> int:
    """Give it back."""
    return n


SAME = create_workflow(id="same", input_schema=int, output_schema=int).then(same).commit()


@pytest.mark.parametrize(
    ("named", "code", "says"),
    [
        ("aaaaaaaa", 2, "aaaaaaaa-2, aaaaaaaa-1"),
        ("aaaaaaaa-1", 0, ""),
        ("bbbbbbbb", 0, ""),
        ("bbbbbbb", 2, "no run has the id 'bbbbbbb'"),
        ("BBBBBBBB", 2, "no run has the id 'BBBBBBBB'"),
        ("bbbb%%%%", 2, "no run has the id"),
        ("cccccccc", 0, ""),
    ],
)
async def test_a_run_is_named_by_the_beginning_of_its_id(stage: Stage, named: str, code: int, says: str) -> None:
    """Eight characters or more name a run if only one begins so; a whole id always does."""
    async with working(stage, SAME):
        for run_id in ("aaaaaaaa-1", "aaaaaaaa-2", "bbbbbbbb-1", "cccccccc", "cccccccc-1"):
            assert (await Commands().start("same", 1, run_id=run_id)).code == 0
        told = await Commands().type("show", named)
        assert (told.code, says in told.words) == (code, True), told


FILELESS = {"web", "worker"}
"""Commands that serve a database which machines share, and so take no file."""


WITHOUT = {"check_workflows", "scenarios", "docs", "fuzz", "mcp"}
"""Commands that open no database."""


@pytest.mark.parametrize("name", sorted(OURS - WITHOUT))
def test_every_command_that_opens_a_database_takes_which_one(name: str) -> None:
    """One rule for all: a file by --db, a shared database by --database."""
    parser = load_command_class("playground", name).create_parser("stepyard", name)
    flags: dict[str, Any] = {flag: action.dest for action in parser._actions for flag in action.option_strings}
    assert flags["--database"] == "STEPYARD_DATABASE"
    assert flags.get("--db") == (None if name in FILELESS else "STEPYARD_DB")


@pytest.mark.parametrize(
    ("typed", "says"),
    [("rnu", "Did you mean 'run'?"), ("send_evnt", "Did you mean 'send-event'?"), ("qqqq", "All commands: ")],
)
async def test_an_unknown_command_ends_with_2(typed: str, says: str, tmp_path: Path) -> None:
    """The nearest one is named, and nothing is made."""
    said = await command(tmp_path, typed)
    assert (said.code, f"there is no command {typed!r}" in said.err, says in said.err) == (2, True, True), said.err
    assert list(tmp_path.iterdir()) == []


SPOKEN = {command: typed for typed, command in ALIASES.items()}


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_misspelled_option_is_told_by_every_command(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest one that the help shows is named, as is the command that was typed; no usage stands before it."""
    made = load_command_class("playground", name)
    parser = made.create_parser("stepyard", name)
    flags = [flag for action in parser._actions for flag in action.option_strings if len(flag) > 4]
    for flag in [flag for flag in flags if flag in parser.format_help()]:
        with pytest.raises(SystemExit) as ended:
            made.run_from_argv(["stepyard", name, f"{flag}x", "4420"])
        told = capsys.readouterr().err
        assert (ended.value.code, told.count("\n")) == (2, 1), told
        assert told.startswith(f"stepyard {SPOKEN.get(name, name)}: there is no option --")
        assert f"Did you mean {flag}?" in told


async def test_the_reason_of_a_cancel_is_shown(stage: Stage) -> None:
    """Whoever looks at a run that was canceled finds why, in text, as JSON and on its page."""
    await stage.publish(SAME)
    run_id = await actions.start("same", 1)
    await actions.cancel(run_id, "wrong input")
    loaded = await load(run_id)
    assert "canceled: wrong input" in await whole_text(loaded.history, lambda *words: "")
    told = await run_json(loaded.history)
    assert (told["reason"], told["input"], "input" in told["steps"]) == ("wrong input", 1, False)
    assert "canceled: wrong input" in (await stage.client.get(f"/runs/{run_id}/")).content.decode()
