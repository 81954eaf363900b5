"""CONTRIBUTING.md: the map from folders to responsibilities is the one that stands in the tree."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text()


@pytest.mark.parametrize("package", ["engine", "playground"])
def test_every_room_is_on_the_map(package: str) -> None:
    """Each folder of a package stands in its table, and each folder in the table is there."""
    table = TEXT.split(f"### `{package}/`")[1].split("\n## ")[0].split("\n### ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name for cell in cells for name in re.findall(r"`(\w+)/`", cell)}
    rooms = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")} | {
        path.name for path in (ROOT / package).glob("*/") if list(path.glob("*.py"))
    }
    assert named == rooms


def test_every_file_that_answers_a_question_is_there() -> None:
    """The ten questions lead to files that exist."""
    files = re.findall(r"\?\s*\| `([\w/.]+)` \|", TEXT)
    assert len(files) == 10
    assert all((ROOT / file).is_file() for file in files)


def test_every_word_of_the_field_leads_to_a_file() -> None:
    """The files of the table of words exist."""
    table = TEXT.split("## Words of the field")[1].split("\n## ")[0]
    files = re.findall(r"\| `([\w/.]+)` \|$", table, re.MULTILINE)
    assert len(files) == table.count("\n|") - 2
    assert not [file for file in files if not (ROOT / file).is_file()]


def test_the_ways_lead_through_files_that_are_there() -> None:
    """The way of a start and of an answer names files as they stand in the tree."""
    files = re.findall(r"`((?:engine|playground)/[\w/]+\.py)`", (ROOT / "docs/explanation/architecture.md").read_text())
    assert len(files) > 20
    assert not [file for file in files if not (ROOT / file).is_file()]


def test_the_decisions_are_all_listed() -> None:
    """Each record stands in the table of the decisions."""
    folder = ROOT / "docs" / "explanation" / "decisions"
    listed = set(re.findall(r"\((\S+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {path.name for path in folder.glob("*.md")} - {"README.md"}
