"""Runs the zoo with the oldest and the newest pydantic and Django that are allowed, on every Python found here."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / ".venv" / "zoo"
MINORS = range(11, 15)
BOUND = ("pydantic", "django")
TOOLS = ("hypothesis", "pytest", "pytest-asyncio", "pytest-django", "pytest-randomly", "pytest-timeout", "pytest-xdist")
FOUND = "import sys, django, pydantic; print(sys.version.split()[0], pydantic.VERSION, django.__version__)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """An interpreter and which of the allowed versions it gets."""

    minor: int
    interpreter: str
    oldest: bool

    @property
    def place(self) -> Path:
        """Where it is installed."""
        return PLACE / f"3.{self.minor}-{'oldest' if self.oldest else 'newest'}"

    @property
    def python(self) -> str:
        """Its interpreter, once it is made."""
        return str(self.place / "bin" / "python")


def interpreter(minor: int) -> str | None:
    """Return a Python 3.``minor`` that starts: of the PATH, or of pyenv, whose names on the PATH may lead nowhere."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    known = [shutil.which(f"python3.{minor}"), *root.glob(f"versions/3.{minor}.*/bin/python")]
    for candidate in map(str, filter(None, known)):
        told = subprocess.run([candidate, "-c", "import sys, venv; print(sys.version_info.minor)"], capture_output=True)
        if told.returncode == 0 and int(told.stdout) == minor:
            return candidate
    return None


def combinations() -> Iterator[Combination]:
    """Walk both ends of what is allowed on the first Python, and the newest on each other."""
    first = True
    for minor in MINORS:
        if found := interpreter(minor):
            for oldest in (True, False) if first else (False,):
                yield Combination(minor=minor, interpreter=found, oldest=oldest)
            first = False


def requirements(*, oldest: bool) -> list[str]:
    """Return what to install: the project's dependencies, the bound ones at their lower bound if asked for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    given = [*project["dependencies"], *TOOLS]
    if not oldest:
        return given
    return [one.replace(">=", "==") if re.split("[<>=]", one)[0] in BOUND else one for one in given]


def install(combination: Combination) -> None:
    """Make the environment and put the packages in."""
    uv, wanted = shutil.which("uv"), requirements(oldest=combination.oldest)
    if uv:
        if not Path(combination.python).exists():
            run(uv, "venv", "--quiet", "--python", combination.interpreter, str(combination.place))
        run(uv, "pip", "install", "--quiet", "--upgrade", "--python", combination.python, *wanted)
    else:
        run(combination.interpreter, "-m", "venv", str(combination.place))
        quiet = ("--quiet", "--disable-pip-version-check")
        run(combination.python, "-m", "pip", "install", *quiet, "--upgrade", *wanted)


def run(*command: str) -> None:
    """Run a command; what it prints is shown."""
    subprocess.run(command, check=True, cwd=ROOT)


def passes(combination: Combination) -> bool:
    """Run the zoo, and tell whether it passed."""
    spread = ("--numprocesses", "auto", "--maxprocesses", "4")
    command = [combination.python, "-m", "pytest", "-q", "--no-header", "-m", "not slow", *spread, "tests/zoo"]
    return subprocess.run(command, cwd=ROOT).returncode == 0


def main() -> int:
    """Try every combination, say what was tried, and return the exit code."""
    said, failed = [], False
    for combination in combinations():
        install(combination)
        ok = passes(combination)
        failed = failed or not ok
        versions = subprocess.run([combination.python, "-c", FOUND], capture_output=True, text=True, check=True)
        python, pydantic, django = versions.stdout.split()
        said.append(f"Python {python}, pydantic {pydantic}, Django {django}: {'passed' if ok else 'FAILED'}")
    missing = [f"3.{minor}" for minor in MINORS if interpreter(minor) is None]
    print("The zoo ran on", *said, sep="\n  ")
    if missing:
        print("No interpreter was found here for Python", ", ".join(missing))
    return int(failed or not said)


if __name__ == "__main__":
    sys.exit(main())
