"""What the type checkers say about right and wrong wirings."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def refused(marks: tuple[str, ...]) -> set[int]:
    """Return the lines of wrong.py that carry one of the marks."""
    lines = (HERE / "wrong.py").read_text().splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith(marks)}


def mypy(*files: str) -> set[tuple[str, int]]:
    """Return the places at which mypy finds an error."""
    paths = [str(HERE / file) for file in files]
    options = ["--strict", "--no-error-summary", "--hide-error-context", "--output=json"]
    run = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *paths], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == bool(found), run.stdout + run.stderr
    return {(Path(each["file"]).name, each["line"]) for each in found if each["severity"] == "error"}


def pyright(*files: str) -> set[tuple[str, int]]:
    """Return the places at which pyright finds an error."""
    paths = [str(HERE / file) for file in files]
    run = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(run.stdout)["generalDiagnostics"]
    return {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1) for each in found if each["severity"] == "error"
    }


def test_mypy_accepts_right_wirings_and_refuses_wrong_ones() -> None:
    """mypy --strict has no word against right.py, and finds each marked line of wrong.py and no other."""
    assert mypy("right.py", "wrong.py") == {("wrong.py", line) for line in refused(("# refused",))}


def test_pyright_accepts_right_wirings_and_refuses_wrong_ones() -> None:
    """Pyright has no word against right.py, and finds each marked line of wrong.py and no other."""
    marked = refused(("# refused", "# refused by pyright"))
    assert pyright("right.py", "wrong.py") == {("wrong.py", line) for line in marked}


def test_the_public_api_is_completely_typed(tmp_path: Path) -> None:
    """Pyright --verifytypes finds a type for every public name of the engine."""
    command = [sys.executable, "-m", "pyright", "--verifytypes", "engine", "--ignoreexternal", "--outputjson"]
    # From elsewhere and by the search path: pyright takes a package beside it for source that nobody publishes.
    path = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [*command, "--pythonpath", sys.executable], cwd=tmp_path, env=path, capture_output=True, text=True, check=False
    )
    report = json.loads(run.stdout)["typeCompleteness"]
    unknown = [each["name"] for each in report["symbols"] if each["isExported"] and not each["isTypeKnown"]]
    assert (unknown, report["completenessScore"]) == ([], 1.0)


def test_right_wirings_are_right_at_run_time_too() -> None:
    """Every workflow in right.py passes the check that commit makes."""
    subprocess.run([sys.executable, "-m", "tests.typing.right"], cwd=ROOT, check=True)
