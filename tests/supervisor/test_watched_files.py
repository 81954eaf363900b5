"""Which files are watched, and what counts as a change."""

import os
from pathlib import Path

import pytest

from playground.supervisor.watched_files import Sources, locate


def save(path: Path, at: float) -> None:
    """Write a file as of some time."""
    path.write_text("")
    os.utime(path, (at, at))


def test_a_file_is_found_by_path_or_dotted_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files, modules and packages of the current directory and of the import path are found without an import."""
    (tmp_path / "here").mkdir()
    (tmp_path / "there" / "pkg" / "inner").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    for name in ("here/my_flows.py", "there/pkg/__init__.py", "there/pkg/flows.py", "there/pkg/inner/__init__.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')")
    found = locate(["my_flows.py", "my_flows", "pkg", "pkg.flows", "pkg.inner"], search=[str(tmp_path / "there")])
    assert [str(path.relative_to(tmp_path)) for path in found] == [
        "here/my_flows.py",
        "here/my_flows.py",
        "there/pkg/__init__.py",
        "there/pkg/flows.py",
        "there/pkg/inner/__init__.py",
    ]


def test_a_missing_module_is_expected_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not there yet is watched for in the current directory."""
    monkeypatch.chdir(tmp_path)
    assert locate(["later.flows"], search=[]) == (tmp_path / "later" / "flows.py",)


def test_a_file_that_is_new_in_a_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is found by its name, with a slash or without, and what comes into it is a change."""
    (tmp_path / "flows").mkdir()
    monkeypatch.chdir(tmp_path)
    assert locate(["flows", "flows/"], search=[]) == (tmp_path / "flows",) * 2
    sources = Sources([tmp_path / "flows"])
    save(tmp_path / "flows" / "new.py", 100)
    assert sources.look([], since=200) == {tmp_path / "flows" / "new.py"}


def test_only_a_change_is_a_change(tmp_path: Path) -> None:
    """Looking twice finds nothing; saving, removing and adding are found once each."""
    target = tmp_path / "flows.py"
    save(target, 100)
    sources = Sources([target])
    assert not sources.look([], since=200)
    save(target, 300)
    assert sources.look([], since=200) == {target}
    assert not sources.look([], since=200)
    target.unlink()
    assert sources.look([], since=200) == {target}
    save(tmp_path / "helper.py", 100)
    assert sources.look([], since=200) == {tmp_path / "helper.py"}


def test_an_imported_file_is_a_change_only_when_it_is_newer(tmp_path: Path) -> None:
    """A file is watched from its report on; one saved after the worker began may have been read before that."""
    old, new = tmp_path / "lib" / "old.py", tmp_path / "lib" / "new.py"
    old.parent.mkdir()
    save(old, 100)
    save(new, 300)
    sources = Sources([])
    assert sources.look([old, new], since=200) == {new}
    assert not sources.look([old, new], since=200)
    save(old, 400)
    assert sources.look([], since=200) == {old}
