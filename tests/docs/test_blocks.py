"""The Python in the documentation: every block runs, and its assertions hold."""

import asyncio
import inspect
import linecache
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.pages import NAMES, ROOT, Block, blocks


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Return the module that the blocks of one page fill, in an empty folder, as if it were run as a program."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = ModuleType("__main__")
    known = set(sys.modules)
    monkeypatch.setitem(sys.modules, "__main__", module)
    yield module
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def run(block: Block, module: ModuleType) -> None:
    """Run a block in a module, and the tests that it defines; a block that shows a file makes that file."""
    name = f"{block.page.relative_to(ROOT)}:{block.line}"
    linecache.cache[name] = (len(block.code), None, block.code.splitlines(keepends=True), name)
    if block.file is not None:
        Path(block.file).write_text(block.code, encoding="utf-8")
        sys.modules.pop(Path(block.file).stem, None)  # of an earlier state of the file
    before = dict(vars(module))
    exec(compile("\n" * (block.line - 1) + block.code, str(block.page), "exec"), vars(module))  # noqa: S102
    for key, value in list(vars(module).items()):
        if key.startswith("test_") and before.get(key) is not value:
            result = value()
            if inspect.isawaitable(result):
                asyncio.run(_finish(result))


async def _finish(work: object) -> None:
    assert inspect.isawaitable(work)
    await work


@pytest.mark.parametrize("name", NAMES)
def test_every_block_of_a_page_runs(name: str, module: ModuleType) -> None:
    """The blocks of a page are read from top to bottom as one program."""
    for block in blocks(ROOT / name, "python"):
        run(block, module)


@pytest.mark.parametrize("name", NAMES)
def test_no_block_runs_a_loop_when_it_is_imported(name: str) -> None:
    """Whoever copies a block into a file that is served does not start a run with each import of it."""
    lines = [line for block in blocks(ROOT / name, "python") for line in block.code.splitlines()]
    assert [line for line in lines if "asyncio.run(" in line and not line.startswith(" ")] == []
