"""One bad module beside good ones, names that lead nowhere, and variables from a file, through the commands."""

from pathlib import Path

import pytest

from tests.command.commands import command
from tests.command.running import environment, playground

pytestmark = pytest.mark.slow

GOOD = """
import os
from engine import create_workflow, step

@step
def say(number: int) -> str:
    return f"{number} {os.environ.get('WORD')}"

word = os.environ.get("WORD", "")
good = create_workflow(id="good", input_schema=int, output_schema=str, description=word).then(say).commit()
"""
NAN = GOOD.replace("good", "bad") + "\nbad.flow.metadata['most'] = float('nan')\n"
NAN = NAN.replace("output_schema=str", "output_schema=str, metadata={}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a good module and bad ones."""
    words = GOOD.replace("input_schema=int", "input_schema={'x': int}")
    texts = {
        "good": GOOD,
        "nan": NAN,
        "words": words,
        "dies": "import os\nos._exit(7)\n",
        "blocks": "while True: pass\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


async def test_check_finds_what_the_others_hold(folder: Path) -> None:
    """Modules that end the process are named, in their places, and the rest is checked without them."""
    said = await command(folder, "check", "dies.py", "nan.py", "words.py", "good.py")
    assert said.code == 1
    assert [one["id"] for one in said.json["workflows"]] == ["good"]
    assert [(one["module"], one["type"], one["workflow"]) for one in said.json["problems"]] == [
        ("dies.py", "ProcessEnded", None),
        ("nan.py", "DefinitionError", "bad"),
        ("words.py", "InvalidSchema", None),
    ]


async def test_a_run_works_beside_bad_neighbours(folder: Path) -> None:
    """The command's own worker leaves out what ended the one before it, and gets the variables of a file."""
    (folder / "my.env").write_text("export WORD='open sesame'\n")
    modules = ("dies.py", "nan.py", "words.py", "good.py")
    said = await command(folder, "run", "good", "--input", "1", *modules, "--env-file", "my.env")
    assert (said.code, said.json["result"]) == (0, "1 open sesame")
    assert "nan.py holds a workflow that cannot be served, 'bad'" in said.err
    refused = await command(folder, "run", "bad", "--input", "1", "nan.py", "good.py")
    assert (refused.code, refused.err.count("it holds NaN, which JSON does not have")) == (2, 1)


@pytest.mark.parametrize("words", [("check",), ("dev", "--port", "0"), ("run", "good")])
async def test_what_is_not_there_ends_a_command(words: tuple[str, ...], folder: Path) -> None:
    """A wrong name ends with 2 before anything is served or run, and says what was meant perhaps."""
    said = await command(folder, *words, "good.py", "goood.py", "no.such")
    assert said.code == 2
    assert f"there is no file or folder {folder}/goood.py. Did you mean good.py" in said.err
    assert "there is no module no.such" in said.err
    said = await command(folder, *words, "good.py", "--env-file", "nowhere.env")
    assert (said.code, f"there is no file {folder}/nowhere.env" in said.err) == (2, True)


async def test_a_playground_serves_the_others(folder: Path) -> None:
    """What ends or blocks workers is left out and named on the pages; a saved file of variables counts at once."""
    (folder / "my.env").write_text("WORD=before\n")
    words = ("dies.py", "nan.py", "blocks.py", "words.py", "good.py", "--env-file", "my.env")
    async with playground(folder, *words, env=environment(STEPYARD_BLOCKED_SECONDS="3")) as running:
        listed = await running.until("/workflows/", lambda _, text: 'data-workflow="good"' in text)
        assert "before" in listed
        for page in (listed, running.get("/doctor/")[1]):
            assert "dies.py does not import: <strong>" in page
            assert "nan.py holds a workflow that cannot be served, &#x27;bad&#x27;" in page
            assert "blocks.py does not import: <strong>TimeLimit" in page
            assert "words.py does not import: <strong>InvalidSchema" in page
        (folder / "dies.py").write_text(GOOD.replace("good", "mended"))
        (folder / "blocks.py").write_text(GOOD.replace("good", "freed"))
        (folder / "my.env").write_text("WORD=afterwards\n")
        await running.until("/workflows/", lambda _, text: "freed" in text and "afterwards" in text)
