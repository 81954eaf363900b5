"""User code that cannot be imported, or ends the process: the catalogue stays usable and says what happened."""

import os

import pytest

from playground.actions import actions
from playground.catalogue import catalogue
from playground.fleet import workers
from tests.worker.project import Yard
from tests.worker.test_worker import GREET


async def test_a_broken_module_keeps_its_last_good_workflows(yard: Yard) -> None:
    """A syntax error shows with file, line and source, while the workflows of before stay; mended, it is gone."""
    module = yard.write("greet.py", GREET)
    await yard.start(module)
    before = await catalogue.workflows()
    yard.write("greet.py", "def broken(:\n")
    second = await yard.start(module)
    (problem,) = await catalogue.import_errors()
    assert (problem.type, problem.file, problem.line, problem.source) == ("SyntaxError", module, 1, "def broken(:")
    assert await catalogue.workflows() == before
    run_id = await actions.start("greeting", {"name": "Ada"})
    assert run_id
    yard.write("greet.py", GREET)
    await yard.start(module)
    assert await catalogue.import_errors() == []
    await yard.run(run_id, lambda run: run.status == "suspended")
    assert second.worker_id == "w2"


async def test_what_is_saved_twice_within_a_second_is_the_last(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the same size, saved in the same second, is imported anew; nothing compiled is left beside it."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    module = yard.write("greet.py", GREET)
    for word in ("greeting", "farewell"):
        os.utime(yard.write("greet.py", GREET.replace('id="greeting"', f'id="{word}"')), (1e9, 1e9))
        await yard.start(module)
        assert [one.workflow_id for one in await catalogue.workflows()] == [word]
    assert {path.name for path in yard.folder.rglob("*.py*")} == {"greet.py"}


async def test_a_workflow_that_is_gone_is_listed_no_more(yard: Yard) -> None:
    """Code that is deleted leaves the list; the version stays for the runs that were made with it."""
    module = yard.write("greet.py", GREET)
    await yard.start(module)
    (entry,) = await catalogue.workflows()
    yard.write("greet.py", GREET.replace('id="greeting"', 'id="welcome"'))
    await yard.start(module)
    assert [one.workflow_id for one in await catalogue.workflows()] == ["welcome"]
    kept = await catalogue.version("greeting", entry.digest)
    assert kept is not None
    assert not kept.current


async def test_a_module_that_ends_the_process_is_named(yard: Yard) -> None:
    """A worker that dies in an import leaves the module, its exit code and its last words as the problem."""
    await yard.start(yard.write("greet.py", GREET))
    code = "import os, sys\nsys.stderr.write('last words')\nsys.stderr.flush()\nos._exit(7)\n"
    child = await yard.start(yard.write("dead.py", code), until="ended")
    await yard.gone(child)
    (problem,) = [problem for problem in await catalogue.import_errors() if problem.type == "WorkerDied"]
    assert problem.module.endswith("dead.py")
    assert "exit code 7" in problem.message
    assert "last words" in problem.traceback
    (row,) = [row for row in await workers.listing() if row.worker_id == child.worker_id]
    assert (row.status, row.exit, row.tail) == ("ended", "exit code 7", "last words")
