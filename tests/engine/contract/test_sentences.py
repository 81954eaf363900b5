"""The index of the contract: each promise has its tests, and each file of tests has its promise."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent
PAGE = (HERE / "sentences.md").read_text("utf-8")
PROMISES = [promise.strip() for promise in re.findall(r"^- (.*?)(?=^- |^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)]
NAMED = re.compile(r"^ *`([\w/]+\.py)::(\w+)`$", re.MULTILINE)


def file_of(name: str) -> Path:
    """Return a file of tests by the name that the index gives it."""
    return ROOT / name if "/" in name else HERE / name


@cache
def names_in(path: Path) -> Counter[str]:
    """Return the tests of a file, read without importing it."""
    functions = ast.parse(path.read_text("utf-8")).body
    return Counter(node.name for node in functions if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_promise_names_its_tests() -> None:
    """A promise without a test would be a wish."""
    assert len(PROMISES) > 200
    assert [promise for promise in PROMISES if not NAMED.search(promise)] == []
    # A name in another form would be no name at all.
    assert PAGE.count("::") == sum(len(NAMED.findall(promise)) for promise in PROMISES)


def test_every_named_test_is_there() -> None:
    """Whoever renames a test mends the index."""
    named = NAMED.findall(PAGE)
    assert [name for name, _ in named if not file_of(name).exists()] == []
    assert [f"{name}::{test}" for name, test in named if names_in(file_of(name))[test] != 1] == []


def test_every_file_of_contract_tests_is_named() -> None:
    """A file that no promise leads to would not be found from the contract."""
    named = {name for name, _ in NAMED.findall(PAGE)}
    files = {path.name for path in HERE.glob("test_*.py")} - {Path(__file__).name}
    assert sorted(files - named) == []


def test_every_section_has_promises() -> None:
    """No heading stands over nothing."""
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    assert len(sections) == 10
    parts = [part for section in sections for part in re.split(r"^### ", section, flags=re.MULTILINE)]
    # One line and no more: the heading of a section that has parts only.
    assert [part for part in parts if not NAMED.search(part) and len(part.splitlines()) > 2] == []
