"""`stepyard fuzz`: looking for inputs that make a workflow fail."""

from pathlib import Path

import pytest

from tests.command.commands import command

pytestmark = pytest.mark.slow

FLOWS = """
from engine import create_workflow, step

@step
def share(people: list[str]) -> int:
    return 12 // len(people)

fair = create_workflow(id="fair", input_schema=list[str], output_schema=int).then(share).commit()
"""


async def test_what_is_found_ends_with_1(tmp_path: Path) -> None:
    """With the smallest input, for programs and for people; no database is made, and nothing else."""
    (tmp_path / "flows.py").write_text(FLOWS)
    said = await command(tmp_path, "fuzz", "fair", "flows.py", "-n", "5", "--seed", "1")
    assert said.code == 1
    (finding,) = said.json["findings"]
    assert (finding["type"], finding["place"], finding["input"]) == ("ZeroDivisionError", "flows.py:6", [])
    assert [file.name for file in tmp_path.iterdir()] == ["flows.py"]


async def test_what_is_not_found_is_counted(tmp_path: Path) -> None:
    """A step that returns something else is not called, and the code is 0."""
    (tmp_path / "flows.py").write_text(FLOWS)
    said = await command(
        tmp_path, "fuzz", "fair", "flows.py", "-n", "5", "--seed", "1", "--rehearse", "share=4", "--text"
    )
    assert (said.code, said.out.partition(" in ")[0]) == (0, "Found nothing: 5 inputs, 1 of 1 steps")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["fair", "nothing.py"], "there is no file or folder"),
        (["none", "flows.py"], "there is no workflow 'none'. There are: fair"),
        (["fair", "flows.py", "-n", "0"], "runs: found 0. Expected a number from 1 to 100000"),
        (["fair", "flows.py", "--rehearse", "none"], "workflow 'fair' has no step 'none'"),
        (["fair", "flows.py", "--rehearse", "share=x"], "--rehearse is not JSON"),
    ],
)
async def test_what_cannot_be_done_ends_with_2(tmp_path: Path, words: list[str], sentence: str) -> None:
    """Each is told, and nothing is tried."""
    (tmp_path / "flows.py").write_text(FLOWS)
    said = await command(tmp_path, "fuzz", *words)
    assert said.code == 2
    assert sentence in said.err
