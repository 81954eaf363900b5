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
    save(target, 300)
    assert sources.look([], since=200) == {target}


def write(folder: Path, name: str, text: str, at: float) -> Path:
    """Save a file with a text as of some time, in a folder that is made."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (at, at))
    return file


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", False),
        ("# helper is a word here, and so is a helper's", False),
        ("helper = 1", False),
        ("text = 'the helper of it'", False),
        ("import helper", True),
        ("def work():\n    from helper import price", True),
        ("def work():\n    from . import helper", True),
        ("import pkg.helper as other", True),
        ("importlib.import_module('helper')", True),
        ("runpy.run_path('helper.py')", True),
        ("import helper as (broken", True),
        ("import between", True),
    ],
)
def test_a_file_beside_counts_when_it_may_be_imported(text: str, counts: bool, tmp_path: Path) -> None:
    """Now or later, by the named file or by one that that imports; what is saved, comes or goes otherwise is not."""
    target, other = write(tmp_path, "flows.py", text, 100), write(tmp_path, "between.py", "import helper", 100)
    sources = Sources([target])
    helper = write(tmp_path, "helper.py", "", 100)
    found = [sources.look([], since=50)]
    write(tmp_path, "helper.py", "", 300)
    found.append(sources.look([], since=50))
    helper.unlink()
    found.append(sources.look([], since=50))
    assert found == [frozenset({helper} if counts else ())] * 3
    write(tmp_path, "other.py", "", 300)
    assert not sources.look([other], since=50)
    helper = write(tmp_path, "helper.py", "", 400)
    assert sources.look([], since=50) == {helper}


@pytest.mark.parametrize("package", [False, True])
def test_all_of_a_served_folder_counts_but_programs_of_others(package: bool, tmp_path: Path) -> None:
    """A package is one also where only a file of it is named; a test in it is nobody's to import."""
    folder = tmp_path / "flows"
    target = write(folder, "__init__.py", "", 100) if package else folder
    write(folder, "first.py", "", 100)
    for named in (target, folder / "first.py") if package else (target,):
        sources = Sources([named])
        new, test = write(folder, "second.py", "", 200), write(folder, "test_first.py", "", 200)
        assert sources.look([], since=50) == {new}
        new.unlink()
        test.unlink()
        assert sources.look([], since=50) == {new}


def test_a_package_that_was_missing_appears(tmp_path: Path) -> None:
    """A file that could not import it is tried again; a package that nobody mentions is not looked at."""
    sources = Sources([write(tmp_path, "flows.py", "from prices import vat", 100)])
    write(tmp_path / "other", "__init__.py", "", 200)
    assert not sources.look([], since=50)
    new = write(tmp_path / "prices", "__init__.py", "", 200)
    assert sources.look([], since=50) == {new}


def test_what_was_imported_counts_wherever_it_is(tmp_path: Path) -> None:
    """Also a test, and one that nothing mentions: a worker has said that it holds it."""
    target, test = write(tmp_path, "flows.py", "", 100), write(tmp_path, "test_flows.py", "", 100)
    sources = Sources([target])
    assert not sources.look([test], since=200)
    write(tmp_path, "test_flows.py", "", 300)
    assert sources.look([], since=200) == {test}


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
