"""The reference: written from the docstrings, and complete."""

import importlib.util
import re
from types import ModuleType
from typing import get_args

import pytest

import engine
import engine.errors
import engine.testing
from engine.events import EVENT_TYPES, RunStatus, StepStatus
from tests.docs.pages import ROOT

REFERENCE = ROOT / "docs" / "reference"


def make_reference() -> ModuleType:
    """Return the program that writes the reference, imported from its file."""
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_as_the_docstrings_are() -> None:
    """Whoever changes a docstring runs `make docs` in the same commit."""
    stale = [path.name for path, text in make_reference().pages().items() if path.read_text("utf-8") != text]
    assert stale == [], "run `make docs`"


@pytest.mark.parametrize(
    ("page", "module"), [("engine.md", engine), ("testing.md", engine.testing), ("errors.md", engine.errors)]
)
def test_every_public_name_is_documented(page: str, module: ModuleType) -> None:
    """Each name that a user can import has a heading and text below it."""
    lines = (REFERENCE / page).read_text("utf-8").splitlines()
    names = make_reference().public_names(module)
    assert names
    assert [name for name in names if f"### `{name}`" not in lines] == []


def test_every_public_name_has_a_docstring() -> None:
    """A heading without text below it would be no documentation."""
    classes_and_functions = [getattr(engine, name) for name in engine.__all__]
    assert [found.__name__ for found in classes_and_functions if not (found.__doc__ or "").strip()] == []


def test_every_event_type_is_documented() -> None:
    """A program that reads the journal finds each type and its payload."""
    text = (REFERENCE / "events.md").read_text("utf-8")
    assert [type for type in EVENT_TYPES if f"| `{type}` |" not in text] == []


def test_every_status_is_documented() -> None:
    """Each word that a run or a step can have is explained once."""
    text = (REFERENCE / "events.md").read_text("utf-8")
    _, told = text.split("## The status of a run")
    told = told.partition("\n## ")[0]
    rows = [name for row in re.findall(r"^\| (`.*?`) \|", told, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert sorted(rows) == sorted(get_args(RunStatus))
    assert [status for status in get_args(StepStatus) if f"`{status}`" not in told] == []
