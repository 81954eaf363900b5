"""The first steps as they are typed: the shell of the tutorial and of the README, in a fresh clone."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command.running import environment
from tests.docs.pages import ROOT, Block, blocks
from tests.patience import PATIENCE

pytestmark = pytest.mark.wheel

SERVES = ("stepyard dev", "make run")
STAYS = re.compile(r"(cd |\. )")
"""What a command changes for those that are typed after it in the same shell."""
CODES = {"stepyard run": (0, 3), "make run": (-signal.SIGINT, 2)}
"""How commands may end: a run that waits for a person ends with 3, and Make says that it was interrupted."""


class Shell:
    """Types commands one after the other, as in one shell."""

    def __init__(self, folder: Path) -> None:
        """Take the folder to begin in."""
        self._before = [f"cd '{folder}'"]

    def folder(self) -> Path:
        """Return where the shell is."""
        return Path(self.type("pwd").strip())

    def type(self, line: str) -> str:
        """Run a command to its end and return what it printed; one that serves is stopped once it is ready."""
        words = ["bash", "-ec", "\n".join([*self._before, f"exec {line}" if line.startswith(SERVES) else line])]
        given = {"text": True, "env": environment(STEPYARD_PORT="0"), "start_new_session": True}
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **given) as typed:
            said = ""
            if line.startswith(SERVES):
                assert typed.stdout is not None
                said = next((text for text in typed.stdout if "Stepyard is ready" in text), "")
                assert said, f"{line} was never ready"
                os.killpg(typed.pid, signal.SIGINT)  # as Ctrl-C does, which reaches all that run there
            said += typed.communicate(timeout=PATIENCE)[0]
        assert typed.returncode in CODES.get(" ".join(line.split()[:2]), (0,)), f"{line}: {said}"
        if STAYS.match(line):
            self._before.append(line)
        return said


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone of this checkout, as it is now, that `make install` has nothing to download for."""
    clone = tmp_path_factory.mktemp("fresh") / "stepyard"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, files.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(clone / ".venv")], check=True)
    # The libraries are borrowed, and so is pip itself: what they hold counts as installed.
    borrowed = sysconfig.get_path("purelib")
    place = sysconfig.get_path("purelib", "venv", {"base": str(clone / ".venv"), "platbase": str(clone / ".venv")})
    Path(place, "borrowed.pth").write_text(f"import sys; sys.path.append({borrowed!r})\n")
    install = [str(clone / ".venv/bin/python"), "-m", "pip", "install", "--quiet", "--no-deps", "--ignore-installed"]
    subprocess.run([*install, "--no-index", "--no-build-isolation", str(clone)], check=True)
    (clone / ".venv" / ".installed-run").touch()
    return clone


def parts(page: str) -> Iterator[Block]:
    """Yield the files and the commands of a page, in their order."""
    found = [block for language in ("python", "ini", "sh") for block in blocks(ROOT / page, language)]
    yield from sorted(found, key=lambda block: block.line)


def follow(page: str, shell: Shell, *, leaving_out: str = "") -> list[str]:
    """Do what a page says, from top to bottom; return what the commands printed."""
    said = []
    for block in parts(page):
        if block.file is not None:
            (shell.folder() / block.file).write_text(block.code)
        elif block.language == "sh":
            said += [shell.type(line) for line in block.code.splitlines() if line != leaving_out]
    return said


def test_the_tutorial_works_when_it_is_typed(clone: Path) -> None:
    """Files are made and commands typed as the page says, and each does what it should."""
    said = "".join(follow("docs/tutorial/first-workflow.md", Shell(clone)))
    assert ".venv/bin/stepyard" in said
    assert "{'city': 'London', 'total': 280.0}" in said
    assert "Lisbon is booked for 190.0" in said
    assert "2 passed" in said


def test_the_readme_works_when_it_is_typed(clone: Path) -> None:
    """From the clone to the first workflow; the tests are left out, of which this is one."""
    said = "".join(follow("README.md", Shell(clone), leaving_out="make test"))
    assert said.count("Stepyard is ready") == 2
    assert "Buy a lamp for 9.5?" in said


def test_make_says_what_it_does(clone: Path) -> None:
    """Before something takes a minute, a line says what."""
    words = ["make", "run", "--dry-run", "--always-make", "--old-file", ".venv/bin/python"]
    planned = subprocess.run(words, cwd=clone, check=True, capture_output=True, text=True).stdout
    assert planned.index("Installing Stepyard") < planned.index("pip install") < planned.index("manage.py playground")
