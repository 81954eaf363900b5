"""Whatever way people lay out their programs, each file is imported once and everything that can be is served."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.worker.loading.discovery import discover
from tests.zoo.layouts import LAYOUTS, Layout


@pytest.fixture(autouse=True)
def own_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget what was imported, and how."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def lay_out(layout: Layout, root: Path) -> None:
    """Write the files, each of which prints when it is executed."""
    for name, text in layout.files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text if "\0" in text or "f(:" in text else f"print('RAN', __file__)\n{text}")
    for name, target in layout.links.items():
        (root / name).symlink_to(target)
    (root / layout.cwd).mkdir(exist_ok=True)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_served(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every workflow is found, each file runs once, and what is wrong is one named problem of one module."""
    layout, here = LAYOUTS[name], str(tmp_path.resolve())
    lay_out(layout, tmp_path)
    monkeypatch.chdir(tmp_path / layout.cwd)
    found = discover([given.replace("{here}", here) for given in layout.given])
    said = {problem.module: (problem.type, problem.message) for problem in found.problems}
    assert sorted(said) == sorted(layout.problems), said
    for module, (kind, *words) in layout.problems.items():
        assert said[module][0] == kind, said
        assert [word for word in words if word.replace("{here}", here) not in said[module][1]] == [], said
    assert len(said) == len(found.problems)
    assert sorted(one.workflow.id for one in found.found) == sorted(layout.served)
    # As pages and tracebacks show them.
    assert [one.entry.file for one in found.found if one.entry.file != os.path.normpath(str(one.entry.file))] == []
    ran = [line for line in capsys.readouterr().out.splitlines() if line.startswith("RAN ")]
    broken = [line for line in ran if "1 / 0" in Path(line.removeprefix("RAN ")).read_text()]
    once = [line for line in ran if line not in broken]
    assert sorted(once) == sorted(set(once))


def test_there_are_enough_layouts() -> None:
    """The table stays as wide as first contact is."""
    assert len(LAYOUTS) >= 60
