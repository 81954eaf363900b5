"""What a worker finds in the user's modules, and what it says of those that it cannot import."""

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from playground.catalogue.problems import complaints, told
from playground.worker.loading.discovery import EXAMPLES, Discovery, discover, site

FLOW = """
    from engine import create_workflow, step

    @step
    async def same(data: int) -> int:
        return data

    flow = create_workflow(id="{name}", input_schema=int, output_schema=int, description="It {name}s")
    {name} = flow.then(same).commit()
"""


@pytest.fixture(autouse=True)
def own_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in an empty folder and forget what was imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(path: str, code: str = FLOW, *, name: str = "") -> str:
    """Write a module, by default one with a workflow of this name; return its path."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(dedent(code).replace("{name}", name))
    return path


def ids(discovery: Discovery) -> list[str]:
    """Return the ids of the workflows that were found."""
    return [found.workflow.id for found in discovery.found]


def test_a_file_gives_its_workflows() -> None:
    """A committed workflow is found with its description, file and line, under the module that holds it."""
    found = discover([write("flows.py", name="walk")])
    assert found.problems == ()
    (entry,) = [one.entry for one in found.found]
    assert (entry.workflow_id, entry.description, entry.module) == ("walk", "It walks", "flows.py")
    assert entry.file == str(Path("flows.py").resolve())
    assert entry.graph["steps"][0]["id"] == "same"


def test_files_are_named_without_detours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those of a package beside the folder in which the command was called."""
    write("flows/__init__.py", "")
    write("flows/morning.py", name="rise")
    Path("called").mkdir()
    monkeypatch.chdir("called")
    (found,) = discover(["../flows/morning.py"]).found
    assert (found.entry.file, found.workflow.flow.file) == ((str(Path("../flows/morning.py").resolve()),) * 2)


def test_an_engine_gives_its_workflows() -> None:
    """An Engine in a module gives what is registered in it, once."""
    write("flows.py", name="walk")
    more = write(
        "app.py", "import flows\nfrom engine import Engine\napp = Engine(workflows=[flows.walk])\nsame = flows.walk\n"
    )
    found = discover([more])
    assert (ids(found), found.problems) == (["walk"], ())


def test_files_import_their_neighbours_and_their_package() -> None:
    """A file is imported as from its own folder, or as a part of the package around it."""
    write("deep/shared.py", name="swim")
    alone = write("deep/flows.py", "from shared import swim\n")
    write("pkg/__init__.py", "")
    write("pkg/base.py", name="fly")
    inside = write("pkg/flows.py", "from .base import fly\n")
    assert ids(discover([alone, inside])) == ["swim", "fly"]


def test_a_package_and_a_folder_give_all_their_modules() -> None:
    """A package is looked through module by module, a folder file by file; one that fails does not hide the others."""
    write("pkg/__init__.py", "")
    write("pkg/one.py", name="one")
    write("pkg/two.py", "1 / 0")
    write("pkg/three.py", name="three")
    write("some/folder/four.py", name="four")
    found = discover(["pkg", "some/folder"])
    assert ids(found) == ["one", "three", "four"]
    assert [(problem.module, problem.type) for problem in found.problems] == [("pkg.two", "ZeroDivisionError")]


def test_a_file_may_have_the_name_of_a_module_of_the_standard_library() -> None:
    """A file named like a standard module is imported beside it."""
    assert ids(discover([write("json.py", name="walk")])) == ["walk"]


@pytest.mark.parametrize(
    ("code", "kind", "line", "source"),
    [
        ("x = 1\ndef broken(:\n", "SyntaxError", 2, "def broken(:"),
        ("def f():\n    1 / 0\n\nf()\n", "ZeroDivisionError", 2, "    1 / 0"),
        ("import nowhere_at_all\n", "ModuleNotFoundError", 1, "import nowhere_at_all"),
        ("import sys\nsys.exit(3)\n", "SystemExit", 2, "sys.exit(3)"),
        ("class Odd(BaseException): ...\nraise Odd('x')\n", "Odd", 2, "raise Odd('x')"),
        (
            "from engine import create_workflow\ncreate_workflow(id='bad id', input_schema=int, output_schema=int)\n",
            "InvalidId",
            2,
            "create_workflow(id='bad id', input_schema=int, output_schema=int)",
        ),
    ],
)
def test_a_module_that_does_not_import_says_where(code: str, kind: str, line: int, source: str) -> None:
    """The problem names the exception, the user's innermost line and its text; other modules are imported."""
    found = discover([write("bad.py", code), write("good.py", name="walk")])
    assert ids(found) == ["walk"]
    (problem,) = found.problems
    assert (problem.module, problem.type, problem.line) == ("bad.py", kind, line)
    assert problem.file == str(Path("bad.py").resolve())
    assert problem.source == source
    assert kind in problem.traceback


@pytest.mark.parametrize("code", ["value = 1\nvalu\n", "class Flow:\n    value = 1\nFlow.valu\n"])
def test_the_name_that_was_probably_meant_is_told(code: str) -> None:
    """As Python's own traceback does it, which is not a part of the error's message."""
    (problem,) = discover([write("bad.py", code)]).problems
    assert problem.message.endswith(". Did you mean value?")


def test_a_broken_module_is_complained_of_once() -> None:
    """All that need it are named, whether it was given itself or not; what is wrong with others is told apart."""
    write("helper.py", "from . import other\n")
    for module in ("one.py", "two.py"):
        write(module, "import helper\n")
    empty = write("empty.py", "")
    first, second = complaints(discover(["one.py", "two.py", empty]).problems)
    assert complaints(discover(["one.py", "helper.py", "two.py", empty]).problems) == [first, second]
    place = f"ImportError in line 1 of {Path('helper.py').resolve()}"
    start = "helper.py does not import, and is needed by one.py and two.py"
    assert first.startswith(f"{start} ({place}: attempted relative import")
    assert first.endswith("put an __init__.py into its folder)")
    assert second.startswith("empty.py gives no workflow (NoWorkflows: ")


def test_a_wrong_call_of_a_good_module_is_the_fault_of_the_caller() -> None:
    """The place is where it went wrong, in the other file; what does not import is the file that calls."""
    write("helper.py", "def half(n):\n    return n / 0\n")
    for module in ("one.py", "two.py"):
        write(module, "import helper\nhelper.half(1)\n")
    found = told(discover(["one.py", "two.py"]).problems)
    assert [(problem.module, problem.needed_by, Path(problem.file or "").name) for problem in found] == [
        ("one.py", (), "helper.py"),
        ("two.py", (), "helper.py"),
    ]


def test_a_traceback_begins_in_the_users_code() -> None:
    """How a module is imported is nobody's concern."""
    (problem,) = discover([write("bad.py", "import json\njson.loads('{')\n")]).problems
    assert problem.traceback.splitlines()[1].startswith(f'  File "{Path("bad.py").resolve()}", line 2')


def test_a_missing_module_is_a_problem() -> None:
    """Files and names that are not there are named."""
    found = discover(["nowhere.py", "not.there"])
    assert [problem.module for problem in found.problems] == ["nowhere.py", "not.there"]
    assert "there is no file" in found.problems[0].message


def test_a_module_without_workflows_says_what_is_expected() -> None:
    """An empty module and an uncommitted workflow are no success."""
    (problem,) = discover([write("empty.py", "x = 1")]).problems
    assert problem.type == "NoWorkflows"
    assert ".commit()" in problem.message


def test_two_workflows_with_one_id_are_a_problem() -> None:
    """The second module that uses an id is told of the first."""
    found = discover([write("a.py", name="walk"), write("b.py", name="walk")])
    assert ids(found) == ["walk"]
    assert "'walk': one in a.py, one in b.py" in found.problems[0].message


MAKING = """
    from engine import create_workflow, step

    @step
    async def same(data: int) -> int:
        return data

    begun = create_workflow(id="begun", input_schema=int, output_schema=int)
    kept = begun.then(same).commit()
    forgotten = create_workflow(id="lost", input_schema=int, output_schema=int).then(same)
    called = create_workflow(id="half", input_schema=int, output_schema=int).then(same).commit
    inner = create_workflow(id="inner", input_schema=int, output_schema=int).then(same)
    outer = create_workflow(id="outer", input_schema=int, output_schema=int).then(inner.commit()).commit()
"""


def test_a_workflow_that_nobody_commits_is_a_problem() -> None:
    """It is named with its variable, file and line, beside committed ones; what others begin with is none."""
    write("parts.py", MAKING)
    write("app.py", "from parts import forgotten, kept")
    found = discover(["app.py", "parts.py"])
    assert ids(found) == ["begun", "outer"]
    assert [(problem.type, problem.workflow, problem.line) for problem in found.problems] == [
        ("NotCommitted", "lost", 10),
        ("NotCommitted", "half", 11),
    ]
    assert found.problems[0].message.startswith("forgotten is a workflow that was not committed: call .commit()")
    assert str(found.problems[0].file).endswith("parts.py")
    assert (found.problems[0].source or "").startswith("forgotten = create_workflow")


def test_the_only_workflow_that_is_not_committed_is_named() -> None:
    """The problem is that, and not that the module holds none; committed elsewhere it is no problem at all."""
    write(
        "alone.py",
        "from engine import create_workflow\nf = create_workflow(id='f', input_schema=int, output_schema=int)",
    )
    assert [problem.type for problem in discover(["alone.py"]).problems] == ["NotCommitted"]
    write(
        "user.py", "from alone import f\nfrom engine import step\ng = f.then(step(lambda data: data, id='s')).commit()"
    )
    assert discover(["alone.py", "user.py"]).problems == ()


def test_the_name_of_the_distribution_is_told_from_that_of_the_library() -> None:
    """Who imports stepyard is told how the library is called."""
    (problem,) = discover([write("wrong.py", "from stepyard import step")]).problems
    assert "The library is called engine: `from engine import step, create_workflow`." in problem.message


def test_each_module_is_announced_before_it_is_imported() -> None:
    """Whoever dies in an import can be named."""
    told: list[str] = []
    discover([write("a.py", "x = 1"), write("b.py", "x = 1")], told.append)
    assert told == ["a.py", "b.py", ""]


def test_the_site_is_found_in_order() -> None:
    """Arguments come first, then what is configured, then the examples."""
    assert site([], ()) == (EXAMPLES,)
    assert site([], ("a.py", "pkg.b")) == ("a.py", "pkg.b")
    assert site(["c.py"], ("a.py",)) == ("c.py",)
