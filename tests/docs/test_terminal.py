"""The commands for workflows and runs in the documentation as they are typed: each does what the page says."""

import json
import shlex
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.management import load_command_class

from engine import Workflow
from playground import examples
from playground.actions import actions
from playground.commandline.runs_command import RunsCommand
from tests.docs.pages import NAMES, ROOT, blocks
from tests.examples.conftest import short_pauses
from tests.pages.conftest import stage
from tests.pages.stage import Stage
from tests.parity.conftest import working
from tests.parity.ways import Commands

__all__ = ["short_pauses", "stage"]

RUN = "5f0c1d2e"
"""The id of a run in the pages."""
WISH = {"article": "a lamp"}
CLAIM = {"employee": "Ada", "spent_on": "2026-06-01", "items": [{"what": "desk", "amount": "80"}]}
FILES: dict[str, Any] = {"wish.json": WISH, "input.json": WISH, "answer.json": {"approved": True}}
WAITS = ("run", "resume", "restart", "fork")
"""Commands that may also end with 3."""


def defined(page: str, name: str) -> Workflow[Any, Any]:
    """Return a workflow that the first block of a page with its name defines."""
    block = next(block for block in blocks(ROOT / page, "python") if f"{name} = " in block.code)
    module = ModuleType("my_flows")
    exec(compile(block.code, page, "exec"), vars(module))  # noqa: S102
    found: Workflow[Any, Any] = getattr(module, name)
    return found


def commands() -> list[Any]:
    """Return the commands for workflows and runs of all pages; README and tutorial are typed in a shell elsewhere."""
    found = []
    for name in (name for name in NAMES if name.startswith(("docs/how-to/", "docs/reference/"))):
        for block in blocks(ROOT / name, "sh"):
            for line in block.code.replace("\\\n", " ").splitlines():
                words = shlex.split(line.partition(" > ")[0], comments=True)
                command = _command(words[1]) if words[:1] == ["stepyard"] else None
                # What imports the modules by itself has tests of its own.
                if isinstance(command, RunsCommand) and command.uses_database:
                    found.append(pytest.param(words[1:], id=f"{name}: {line}"))
    return found


def _command(name: str) -> object:
    try:
        return load_command_class("playground", name)
    except ModuleNotFoundError:
        return None


@pytest.mark.parametrize("words", commands())
async def test_a_command_does_what_its_page_says(
    stage: Stage, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder with the files that it names; the run that it names waits for the answer that it gives."""
    monkeypatch.chdir(tmp_path)
    for name, value in FILES.items():
        (tmp_path / name).write_text(json.dumps(value))
    (tmp_path / "my_flows.py").write_text("")  # nobody imports it: a worker has its workflow
    flows = (defined("README.md", "shopping"), defined("docs/how-to/schedules.md", "nightly"))
    flows += tuple(getattr(examples, name) for name in examples.__all__)
    async with working(stage, *flows):
        if RUN in words:
            claims = "manager_approval" in words
            await actions.start("expenses" if claims else "shopping", CLAIM if claims else WISH, run_id=RUN)
            await stage.rests(RUN)
        told = await Commands().type(*words)
    if words[0] == "retry":
        assert (told.code, "only what has failed is tried again" in str(told)) == (5, True), told
        return
    assert told.code in ((0, 3) if words[0] in WAITS or "--watch" in words else (0,)), told
