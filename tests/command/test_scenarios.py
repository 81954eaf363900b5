"""`stepyard test`: playing the scenarios of a folder."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.command.commands import FLOWS, command

pytestmark = pytest.mark.slow

DEADLY = """
import os
from engine import create_workflow, step

@step
def leave(code: int) -> int:
    os._exit(code)

deadly = create_workflow(id="deadly", input_schema=int, output_schema=int).then(leave).commit()
"""


def write(folder: Path, workflow: str, name: str, **parts: object) -> Path:
    """Write a scenario that expects success."""
    file = folder / "scenarios" / workflow / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"workflow": workflow, "expect": {"status": "success"}} | parts))
    return file


async def test_what_comes_as_expected_passes(tmp_path: Path) -> None:
    """The exit code is 0, the result is JSON for programs, and no database is made."""
    (tmp_path / "flows.py").write_text(FLOWS)
    answers = [{"step": "ask", "data": {"approved": True}}]
    write(tmp_path, "shopping", "tea", input={"article": "tea"}, answers=answers)
    said = await command(tmp_path, "test", "flows.py")
    assert (said.code, [one["passed"] for one in said.json]) == (0, [True])
    assert not (tmp_path / ".stepyard").exists()


async def test_what_differs_fails(tmp_path: Path) -> None:
    """The exit code is 1, the difference is shown as a diff and in the report, and `--update` takes it as right."""
    (tmp_path / "flows.py").write_text(FLOWS)
    expect = {"status": "success", "result": "bought milk"}
    file = write(tmp_path, "direct", "tea", input={"article": "tea"}, expect=expect)
    write(tmp_path, "direct", "other", input={"article": "tea"})
    said = await command(tmp_path, "test", "flows.py", "-k", "TEA direct", "--text", "--junitxml", "out/report.xml")
    assert said.code == 1
    assert '  -  "result": "bought milk",\n  +  "result": "bought tea",\n' in said.out
    report = ElementTree.parse(tmp_path / "out" / "report.xml").getroot()
    assert [(case.get("classname"), case.get("name")) for case in report.iter("testcase")] == [("direct", "tea")]
    assert '+  "result": "bought tea"' in (report.findtext(".//failure") or "")
    updated = await command(tmp_path, "test", "flows.py", "-k", "tea", "--update")
    assert (updated.code, updated.json[0]["updated"]) == (0, True)
    assert json.loads(file.read_text())["expect"]["result"] == "bought tea"
    assert (await command(tmp_path, "test", "flows.py")).code == 0


async def test_one_that_ends_the_process_hurts_no_other(tmp_path: Path) -> None:
    """What cannot be played is told as such, and all others are played."""
    (tmp_path / "flows.py").write_text(FLOWS + DEADLY)
    write(tmp_path, "deadly", "leaves", input=3)
    write(tmp_path, "direct", "tea", input={"article": "tea"})
    write(tmp_path, "direct", "wrong", answers=1)
    write(tmp_path, "unknown", "gone")
    said = await command(tmp_path, "test", "flows.py")
    assert said.code == 1
    problems = {one["name"]: one["problem"] for one in said.json}
    assert problems["leaves"] == "the process ended while it was played: exit code 3"
    assert problems["tea"] == ""
    assert "/answers: found 1. Expected a list" in problems["wrong"]
    assert problems["gone"] == "there is no workflow 'unknown'. There are: shopping, direct, deadly"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing.py"], "there is no file or folder"),
        (["flows.py"], "`Save as scenario` on a run's page makes one"),
        (["flows.py", "--fast"], "there is no option --fast."),
    ],
)
async def test_a_wrong_command_ends_with_2(tmp_path: Path, words: list[str], sentence: str) -> None:
    """A module that is not there, no scenario at all, an option that there is not."""
    (tmp_path / "flows.py").write_text(FLOWS)
    said = await command(tmp_path, "test", *words)
    assert said.code == 2
    assert sentence in said.err


async def test_no_name_fits(tmp_path: Path) -> None:
    """What `-k` asks for is told beside what there is."""
    write(tmp_path, "direct", "tea")
    said = await command(tmp_path, "test", "-k", "coffee")
    assert (said.code, said.out) == (2, "")
    assert "no scenario has 'coffee' in its name. There are: direct::tea" in said.err
