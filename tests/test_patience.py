"""No test depends on how fast the machine is: what it waits for has `PATIENCE`, and times are not compared."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.test_rooms import tree_of

ROOT = Path(__file__).parent
FILES = [path for path in ROOT.rglob("*.py") if "benchmarks" not in path.parts]
LIMITS = (
    "asyncio.timeout",
    "asyncio.wait_for",
    "subprocess.run",
    "http.client.HTTPConnection",
    ".communicate",
    ".join",
    ".wait",
)
"""What takes a number of seconds for which it waits, at the end of its name."""
CLOCKS = ("monotonic", "perf_counter", "time")
"""What others do on the machine moves these, unlike `time.thread_time` and `time.process_time`."""


def limits(tree: ast.AST) -> Iterator[tuple[int, float]]:
    """Yield the lines of a file in which something is waited for, with the number of seconds that is written there."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        given = [word.value for word in node.keywords if word.arg == "timeout"]
        if name.endswith(LIMITS):
            for value in (*node.args, *given):
                if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
                    yield node.lineno, value.value
        elif name.startswith("expect("):
            yield from ((node.lineno, value.value / 1000) for value in given if isinstance(value, ast.Constant))


def comparisons(tree: ast.AST) -> Iterator[int]:
    """Yield the lines in which the time that something took is compared."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (part.lineno for part in (node.left, *node.comparators) if _is_elapsed(part))


def _is_elapsed(part: ast.AST) -> bool:
    """Tell whether this is the difference of a clock and a time before."""
    return (
        isinstance(part, ast.BinOp)
        and isinstance(part.op, ast.Sub)
        and isinstance(part.left, ast.Call)
        and ast.unparse(part.left.func).rpartition(".")[2] in CLOCKS
    )


def test_what_must_come_is_waited_for_patiently() -> None:
    """A limit in numbers is none at all, or too long to strike on a slow machine; others are `PATIENCE` or `MOMENT`."""
    found = {
        f"{path.relative_to(ROOT)}:{line}: {seconds}"
        for path in FILES
        for line, seconds in limits(tree_of(path))
        if 0 < seconds < PATIENCE
    }
    assert found == set()


def test_no_test_compares_how_long_something_took() -> None:
    """A timing is a benchmark, never a test."""
    found = {f"{path.relative_to(ROOT)}:{line}" for path in FILES for line in comparisons(tree_of(path))}
    assert found == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("asyncio.timeout(5)", [5]),
        ("await asyncio.wait_for(moved(), timeout=2.5)", [2.5]),
        ("await expect(page.locator('a')).to_be_visible(timeout=5000)", [5]),
        ("process.communicate(timeout=10)", [10]),
        ("asyncio.timeout(PATIENCE)", []),
        ("ctx.suspend(timeout=60)", []),
    ],
)
def test_limits_are_found(text: str, found: list[float]) -> None:
    """In each of the ways in which they are written; those of workflows are no limits of a test."""
    assert [seconds for _, seconds in limits(ast.parse(f"async def test():\n    {text}"))] == found
