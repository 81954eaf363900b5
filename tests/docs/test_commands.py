"""The commands, addresses and settings in the documentation: each exists, and each that exists is there."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import django.core.management
import pytest
from django.core.management import find_commands, get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.urls import resolve

from playground.cli import ALIASES
from playground.commandline.options import OPTIONS
from tests.docs.pages import NAMES, ROOT, blocks

COMMAND_LINE = ROOT / "docs" / "reference" / "command-line.md"
DJANGOS = set(find_commands(str(Path(django.core.management.__file__).parent)))
OURS = {name for name, app in get_commands().items() if app == "playground"}


def commands(name: str) -> Iterator[list[str]]:
    """Yield the words of every command in the shell blocks of a page."""
    for block in blocks(ROOT / name, "sh"):
        for line in block.code.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words:
                yield words


def targets() -> set[str]:
    """Return the targets of the Makefile."""
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def flags_of(command: str) -> set[str]:
    """Return the options that a command takes."""
    if command == "help":
        return set()
    parser = load_command_class("playground", command).create_parser("stepyard", command)
    return {flag for action in parser._actions for flag in action.option_strings}


def check(words: list[str]) -> None:
    """Check one command against what there is."""
    match words:
        case ["make", *rest]:
            assert {word for word in rest if "=" not in word} <= targets()
        case ["stepyard", command, *_] | ["python", "manage.py", command, *_]:
            assert command in ALIASES or command in OURS or command == "help"
            flags = {word for word in words if word.startswith("--")}
            assert flags <= flags_of(ALIASES.get(command, command))
        case ["curl", *rest]:
            check_request(rest)
        case ["python", "-m", "pip" | "pytest", *_] | ["cd" | "mkdir", _] | [".", ".venv/bin/activate"]:
            pass
        case ["python", file]:
            assert file.endswith(".py")
        case _:
            pytest.fail(f"no known command: {words}")


def check_request(words: list[str]) -> None:
    """Check that a curl command asks for an address that there is, with JSON in its body."""
    addresses = [word for word in words if "localhost:4111" in word]
    assert len(addresses) == 1
    path = addresses[0].split("localhost:4111")[1].partition("?")[0]
    assert resolve(path)
    if "-d" in words:
        assert isinstance(json.loads(words[words.index("-d") + 1]), dict)


@pytest.mark.parametrize("name", NAMES)
def test_the_commands_of_a_page_exist(name: str) -> None:
    """Every line in a block of shell names a command, a target or an address that there is."""
    for words in commands(name):
        check(words)


def test_every_option_is_documented() -> None:
    """The page of the command line names each option and its variable."""
    text = COMMAND_LINE.read_text("utf-8")
    assert [option.flag for option in OPTIONS if f"`{option.flag}" not in text or option.variable not in text] == []


def test_every_command_is_documented() -> None:
    """The page of the command line has a heading for each command a person types."""
    text = COMMAND_LINE.read_text("utf-8")
    typed = {alias for alias, name in ALIASES.items() if name in OURS} | (OURS - set(ALIASES.values()))
    assert [name for name in typed if f"`stepyard {name}" not in text] == []


def test_every_setting_is_documented() -> None:
    """The page of the command line has the environment variables that the code knows, and no others."""
    text = COMMAND_LINE.read_text("utf-8")
    read: set[str] = set()
    for path in Path(ROOT / "playground").rglob("*.py"):
        read |= set(re.findall(r"\"((?:STEPYARD|PLAYGROUND)_[A-Z_]*[A-Z])\"", path.read_text("utf-8")))
    assert sorted(read ^ set(re.findall(r"\| `((?:STEPYARD|PLAYGROUND)_[A-Z_]+)", text))) == []


def test_every_dependency_is_explained() -> None:
    """The page of the dependencies names each one that pyproject.toml does."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(need for extra in project["optional-dependencies"].values() for need in extra),
    ]
    names = {re.split(r"[<>=!~; ]", need)[0] for need in wanted}
    text = (ROOT / "docs" / "explanation" / "dependencies.md").read_text("utf-8")
    assert sorted(name for name in names if f"`{name}`" not in text) == []


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_flag_of_a_command_is_documented(name: str) -> None:
    """The page of the command line names the options of each command, but for those of Django."""
    text = COMMAND_LINE.read_text("utf-8")
    theirs = [BaseCommand(), *([load_command_class("django.core", name)] if name in DJANGOS else [])]
    foreign = {
        flag for one in theirs for action in one.create_parser("x", "x")._actions for flag in action.option_strings
    }
    assert sorted(flag for flag in flags_of(name) - foreign if f"`{flag}" not in text) == []
