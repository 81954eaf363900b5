"""`retry` and `fork`: what has failed is tried again from the terminal, and a run begun again from one of its steps."""

from pathlib import Path

import pytest

from tests.command.commands import command
from tests.command.test_run import printed, shell

pytestmark = pytest.mark.slow

FLOW = """
from pathlib import Path
from engine import create_workflow, step

@step
def look(data: str) -> str:
    with Path("looked").open("a") as file:
        file.write(data)
    return data

@step
def buy(data: str) -> str:
    if not Path("open").exists():
        raise RuntimeError("the shop is closed")
    return f"bought {data}"

shop = create_workflow(id="shop", input_schema=str, output_schema=str).then(look).then(buy).commit()
"""


async def test_a_failed_run_is_tried_again_and_forked(tmp_path: Path) -> None:
    """What `show` says to type does it; a step may be given something else."""
    (tmp_path / "shop.py").write_text(FLOW)
    assert (await command(tmp_path, "run", "shop", "shop.py", "--input", '"a"', "--run-id", "first-run")).code == 1
    (tmp_path / "open").touch()
    shown = await command(tmp_path, "show", "first-run")
    again = await shell(tmp_path, printed(shown.err, "Try it again: "))
    assert (again.code, again.json["result"], (tmp_path / "looked").read_text()) == (0, "bought a", "a"), again
    other = await command(tmp_path, "fork", "first-run", "look", "--input", '"b"')
    assert (other.code, other.json["result"], (tmp_path / "looked").read_text()) == (0, "bought b", "ab"), other
