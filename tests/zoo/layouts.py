"""Programs as people lay them out: small trees of files, what the command is given, and what has to come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent

HEAD = "from engine import create_workflow, step\n"
BODY = """
@step
def same(data: int) -> int:
    return data

{name} = create_workflow(id="{id}", input_schema=int, output_schema=int).then(same).commit()
"""


def flow(id: str, before: str = "", after: str = "") -> str:
    """Return the source of a module with one workflow, and what stands before and after it."""
    body = BODY.format(name=id.replace("-", "_"), id=id)
    return "\n".join([HEAD, dedent(before), body, dedent(after)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A program and what has to come of it."""

    files: Mapping[str, str]
    given: tuple[str, ...]
    served: tuple[str, ...]
    """The ids of the workflows, in any order."""
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each module with a problem, as it is called: the problem's type, and words of its message."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Symbolic links, and where each leads from its folder."""
    cwd: str = "."


def good(files: Mapping[str, str], *given: str, served: str, **more: object) -> Layout:
    """Return a layout of which everything is served."""
    return Layout(files=files, given=given, served=tuple(served.split()), **more)  # type: ignore[arg-type]


PAIR = {"flows/a.py": flow("a", "import b"), "flows/b.py": flow("b")}
RELATIVE = {"pk/__init__.py": "", "pk/one.py": flow("one", "from .two import two"), "pk/two.py": flow("two")}
SPACES = {name: text for name, text in RELATIVE.items() if "__init__" not in name}
CIRCLE = {
    "flows/a.py": flow("a", "import b", "def look(): return b.b"),
    "flows/b.py": flow("b", "import a", "def look(): return a.a"),
}
SOURCE = {
    "src/shop/__init__.py": "",
    "src/shop/prices.py": "PRICE = 3",
    "src/shop/flows.py": flow("w", "from shop.prices import PRICE\nfrom . import prices"),
}
LAYERS = {
    "app/__init__.py": "",
    "app/core/__init__.py": "",
    "app/core/rates.py": "RATE = 2",
    "app/flows/__init__.py": "from .first import first",
    "app/flows/first.py": flow("first", "from ..core.rates import RATE\nfrom app.core import rates"),
    "app/flows/second.py": flow("second", "from app.flows.first import first"),
}
OWN_PLAYGROUND = {
    "playground/__init__.py": "",
    "playground/helper.py": "H = 41",
    "playground/flows.py": flow("w", "from .helper import H\nfrom playground.helper import H as again"),
}
ONE_ID = {
    "a.py": flow("x", after=BODY.format(name="y", id="y")),
    "b.py": flow("x", after=BODY.format(name="z", id="z")),
}
NEIGHBOUR = {"good.py": flow("good")}
UNREADABLE = """
    class Odd(str):
        pass
    broken = create_workflow(id="broken", input_schema=int, output_schema=int, {option}).then(same).commit()
    {then}
"""
LAZY = """
    class Lazy:
        @property
        def __class__(self):
            raise RuntimeError("outside of any request")
    current_app = Lazy()
"""


def beside(code: str, kind: str, *words: str) -> Layout:
    """Return a good file beside a bad one that has one problem."""
    files = {**NEIGHBOUR, "bad.py": dedent(code)}
    return Layout(files=files, given=("bad.py", "good.py"), served=("good",), problems={"bad.py": (kind, *words)})


LAYOUTS: dict[str, Layout] = {
    # One file is one module.
    "a file": good({"w.py": flow("w")}, "w.py", served="w"),
    "a file by its full path, twice": good({"w.py": flow("w")}, "{here}/w.py", "./w.py", served="w"),
    "a file that is named twice": good(PAIR, "flows/b.py", "flows/b.py", served="b"),
    "a file and its module": good({"app/__init__.py": "", "app/w.py": flow("w")}, "app/w.py", "app.w", served="w"),
    "a module and its file": good({"app/__init__.py": "", "app/w.py": flow("w")}, "app.w", "app/w.py", served="w"),
    "a file and the folder around it": good(PAIR, "flows/a.py", "flows/", served="a b"),
    "a folder and a file in it": good(PAIR, "flows", "flows/b.py", served="a b"),
    "neighbours, importer first": good(PAIR, "flows/a.py", "flows/b.py", served="a b"),
    "neighbours, importer last": good(PAIR, "flows/b.py", "flows/a.py", served="a b"),
    "neighbours as modules of no package": good(PAIR, "flows.b", "flows.a", served="a b"),
    "neighbours, a link and its file": good(PAIR, "link.py", "flows/b.py", served="b", links={"link.py": "flows/b.py"}),
    "files that import each other": good(CIRCLE, "flows/a.py", "flows/b.py", served="a b"),
    "files that import each other, other way": good(CIRCLE, "flows/b.py", "flows/a.py", served="a b"),
    "a folder of files that import each other": good(CIRCLE, "flows", served="a b"),
    "a workflow that another file hands on": good(
        {"flows.py": flow("w"), "app.py": "from flows import w\nfrom engine import Engine\napp = Engine([w])"},
        "app.py",
        "flows.py",
        served="w",
    ),
    # Folders.
    "a folder of scripts": good(
        {"other/helper.py": "H = 1", "other/w.py": flow("w", "import helper")}, "other", served="w"
    ),
    "a folder of scripts, with a slash": good(
        {"other/helper.py": "H = 1", "other/w.py": flow("w", "import helper")}, "other/", served="w"
    ),
    "the current folder": good({"w.py": flow("w"), "helper.py": "H = 1"}, ".", served="w"),
    "the current folder with programs of other tools": good(
        {
            "w.py": flow("w"),
            "setup.py": "raise SystemExit('usage: setup.py')",
            "conftest.py": "import no_such_plugin",
            "test_w.py": "import no_such_test_library",
            "__main__.py": "1 / 0",
        },
        ".",
        served="w",
    ),
    "a folder below the folder": good({"a/b/w.py": flow("w", "import near"), "a/b/near.py": ""}, "a/b", served="w"),
    "from within a folder of the project": good(PAIR, "../flows", served="a b", cwd="elsewhere"),
    "a folder with a dash": good(
        {"my-flows/w.py": flow("w", "import near"), "my-flows/near.py": ""}, "my-flows", served="w"
    ),
    "a linked folder": good(PAIR, "linked", "flows", served="a b", links={"linked": "flows"}),
    # Packages.
    "a package by folder": good(RELATIVE, "pk/", served="one two"),
    "a package by name": good(RELATIVE, "pk", served="one two"),
    "files of a package": good(RELATIVE, "pk/one.py", "pk/two.py", served="one two"),
    "files of a package, other way": good(RELATIVE, "pk/two.py", "pk/one.py", served="one two"),
    "a package by its first file": good(
        {**RELATIVE, "pk/__init__.py": flow("pk")}, "pk/__init__.py", "pk", served="pk one two"
    ),
    "modules of a package": good(RELATIVE, "pk.two", "pk.one", served="one two"),
    "packages in a package": good(LAYERS, "app/flows", served="first second"),
    "packages in a package, by names and paths": good(
        LAYERS, "app/flows/second.py", "app.flows", "app/flows/first.py", served="first second"
    ),
    "a package of which a part is given from inside": good(RELATIVE, "one.py", served="one two", cwd="pk"),
    "a namespace package by folder": good(SPACES, "pk", served="one two"),
    "files of a namespace package": good(SPACES, "pk/one.py", "pk/two.py", served="one two"),
    "modules of a namespace package": good(SPACES, "pk.one", "pk.two", served="one two"),
    "a namespace package that calls itself by name": good(
        {"ns/part/w.py": flow("w", "from ns.part.near import N\nfrom .near import N"), "ns/part/near.py": "N = 1"},
        "ns/part/w.py",
        served="w",
    ),
    "a package in a namespace": good(
        {f"ns/{name}": text for name, text in RELATIVE.items()}, "ns/pk", "ns.pk.one", served="one two"
    ),
    "two packages of a namespace": good(
        {
            "ns/one/__init__.py": "",
            "ns/one/w.py": flow("one", "from ns.two.w import two"),
            "ns/two/__init__.py": "",
            "ns/two/w.py": flow("two"),
        },
        "ns/one/w.py",
        "ns/two/w.py",
        served="one two",
    ),
    "src by name": good(SOURCE, "shop.flows", served="w"),
    "src by file": good(SOURCE, "src/shop/flows.py", served="w"),
    "src by folder and name": good(SOURCE, "src/shop", "shop", served="w"),
    "src without __init__.py": good(
        {name: text for name, text in SOURCE.items() if "__init__" not in name}, "src/shop/flows.py", served="w"
    ),
    "src beside scripts that use it": good(
        {**SOURCE, "scripts/s.py": flow("s", "from shop.flows import w")}, "scripts/s.py", served="s w"
    ),
    # Names.
    "a name with a dash": good({"my-flow.py": flow("w", "import near"), "near.py": ""}, "my-flow.py", served="w"),
    "a name with a dash in a package": good(
        {**RELATIVE, "pk/my-flow.py": flow("w", "from .two import two")}, "pk/my-flow.py", served="w two"
    ),
    "a name with a dot and a space": good({"w 1.2.py": flow("w")}, "w 1.2.py", served="w"),
    "a name that is a keyword": good({"class.py": flow("w")}, "class.py", served="w"),
    "a name beyond ASCII": good({"größe.py": flow("w")}, "größe.py", "größe", served="w"),
    "email.py": good({"email.py": flow("w", "import smtplib")}, "email.py", served="w"),
    "queue.py by name": good({"queue.py": flow("w", "import queue; queue.Queue")}, "queue", served="w"),
    "statistics.py beside a user of statistics": good(
        {"statistics.py": flow("w"), "b.py": flow("b", "from statistics import mean")},
        "b.py",
        "statistics.py",
        served="w b",
    ),
    "a folder email": good({"email/w.py": flow("w", "import near"), "email/near.py": ""}, "email/", served="w"),
    "a package email": good(
        {"email/__init__.py": "", "email/w.py": flow("w", "from .near import N"), "email/near.py": "N = 1"},
        "email/w.py",
        "email",
        served="w",
    ),
    "a folder like an installed package": good({"django/w.py": flow("w")}, "django", served="w"),
    "engine.py": good({"engine.py": flow("w")}, "engine.py", served="w"),
    "engine.py in a package": good(
        {"pk/__init__.py": "", "pk/engine.py": "E = 1", "pk/w.py": flow("w", "from .engine import E")}, "pk", served="w"
    ),
    "a folder engine": good(
        {"engine/__init__.py": "", "engine/rates.py": "R = 1", "w.py": flow("w", "from engine.rates import R")},
        "w.py",
        served="w",
    ),
    "a package playground": good(OWN_PLAYGROUND, "playground/flows.py", served="w"),
    "a package playground by name": good(OWN_PLAYGROUND, "playground.flows", "playground/", served="w"),
    "a package playground with a file like ours": good(
        {**OWN_PLAYGROUND, "playground/models.py": flow("m", "from .helper import H")},
        "playground/models.py",
        served="m",
    ),
    "a folder playground that a script uses": good(
        {"playground/helper.py": "H = 1", "w.py": flow("w", "from playground import helper\nimport playground.helper")},
        "w.py",
        served="w",
    ),
    "two folders with a helper each": Layout(
        files={
            "x/w.py": flow("x", "import helper"),
            "x/helper.py": "",
            "y/w.py": flow("y", "import helper"),
            "y/helper.py": "",
        },
        given=("x", "y"),
        served=("x",),
        problems={"y.w": ("ImportError", "{here}/x/helper.py has this name already", "Rename one of the two")},
    ),
    "two packages with a helper each": good(
        {
            "x/__init__.py": "",
            "x/w.py": flow("x", "from . import helper"),
            "x/helper.py": "",
            "y/__init__.py": "",
            "y/w.py": flow("y", "from . import helper"),
            "y/helper.py": "",
        },
        "x",
        "y",
        served="x y",
    ),
    "two files of one name": good({"x/w.py": flow("x"), "y/w.py": flow("y")}, "x/w.py", "y/w.py", served="x y"),
    "what engine.py hides": Layout(
        files={"engine.py": "RATE = 1", "w.py": flow("w", "from engine import RATE")},
        given=("w.py",),
        served=(),
        problems={
            "w.py": ("ImportError", "{here}/engine.py is hidden by Stepyard's own package 'engine'", "Rename yours")
        },
    ),
    "what a module of Python hides": Layout(
        files={"secrets.py": "KEY = 1", "w.py": flow("w", "import secrets; secrets.KEY")},
        given=("w.py",),
        served=(),
        problems={"w.py": ("AttributeError", "{here}/secrets.py is hidden by Python's own module 'secrets'")},
    ),
    # Ordinary programs.
    "a script with a main": good(
        {"w.py": flow("w", after="if __name__ == '__main__':\n    1 / 0")}, "w.py", served="w"
    ),
    "a script that reads its arguments": good(
        {"w.py": flow("w", "import argparse\nargparse.ArgumentParser().parse_args()")}, "w.py", served="w"
    ),
    "a script that goes elsewhere": good(
        {"a.py": flow("a", "import os\nos.chdir('/')"), "b.py": flow("b"), "pk/c.py": flow("c")},
        "a.py",
        "b.py",
        "pk.c",
        served="a b c",
    ),
    "a script that runs a loop": good(
        {"w.py": flow("w", "import asyncio\nasyncio.run(asyncio.sleep(0))")}, "w.py", served="w"
    ),
    "a module with a lazy object": good({"w.py": flow("w", LAZY)}, "w.py", served="w"),
    "a module that puts another object in its place": good(
        {"w.py": flow("w", after="import sys, types\nsys.modules[__name__] = types.SimpleNamespace(w=w)")},
        "w.py",
        served="w",
    ),
    # One bad thing does not take the rest.
    "half a module": beside(flow("half", after="1 / 0"), "ZeroDivisionError"),
    "a module that ends": beside("import sys\nsys.exit(3)", "SystemExit", "3", "if __name__ == '__main__'"),
    "a module that raises what is no Exception": beside("class Odd(BaseException): ...\nraise Odd('x')", "Odd", "x"),
    "an error that has no words": beside(
        "class Odd(Exception):\n    def __str__(self): raise self\nraise Odd", "Odd", "its message cannot be read"
    ),
    "a module that is no Python": beside("def f(:\n", "SyntaxError"),
    "a file that is no text": beside("x = '\0'", "SyntaxError"),
    "a module that needs what is not there": beside(
        "import no_such_thing", "ModuleNotFoundError", "Is it installed for"
    ),
    "a module that recurses": beside("def f(): f()\nf()", "RecursionError"),
    "a module without a workflow": beside("x = 1", "NoWorkflows", "assign what .commit() returns"),
    "a definition that cannot work": beside(
        "from engine import create_workflow\ncreate_workflow(id='bad id', input_schema=int, output_schema=int)",
        "InvalidId",
    ),
    "a neighbour that is broken": Layout(
        files={**NEIGHBOUR, "flows/a.py": flow("a", "import b"), "flows/b.py": "1 / 0", "flows/c.py": flow("c")},
        given=("flows", "good.py"),
        served=("c", "good"),
        problems={"flows.a": ("ZeroDivisionError",), "flows.b": ("ZeroDivisionError",)},
    ),
    "a package that is broken": Layout(
        files={**NEIGHBOUR, **RELATIVE, "pk/__init__.py": "1 / 0"},
        given=("pk", "good.py"),
        served=("good",),
        problems={"pk": ("ZeroDivisionError",)},
    ),
    "one id in two modules": Layout(
        files=ONE_ID,
        given=("a.py", "b.py"),
        served=("x", "y", "z"),
        problems={"b.py": ("DuplicateId", "'x': one in a.py, one in b.py", "Rename one of them")},
    ),
    "metadata that is changed to what is no JSON": Layout(
        files={
            **NEIGHBOUR,
            "bad.py": flow(
                "fine", after=UNREADABLE.format(option="metadata={}", then="broken.flow.metadata['f'] = print")
            ),
        },
        given=("bad.py", "good.py"),
        served=("fine", "good"),
        problems={"bad.py": ("DefinitionError", "'broken' cannot be shown as JSON")},
    ),
    "metadata that is changed to nan": Layout(
        files={
            **NEIGHBOUR,
            "bad.py": flow(
                "fine", after=UNREADABLE.format(option="metadata={}", then="broken.flow.metadata['f'] = float('nan')")
            ),
        },
        given=("bad.py", "good.py"),
        served=("fine", "good"),
        problems={"bad.py": ("DefinitionError", "it holds NaN, which JSON does not have")},
    ),
    "metadata that holds itself": Layout(
        files={
            **NEIGHBOUR,
            "bad.py": flow(
                "fine", after=UNREADABLE.format(option="metadata={}", then="m = broken.flow.metadata; m['m'] = m")
            ),
        },
        given=("bad.py", "good.py"),
        served=("fine", "good"),
        problems={"bad.py": ("DefinitionError", "'broken' cannot be shown as JSON")},
    ),
    "a description that is no text": Layout(
        files={**NEIGHBOUR, "bad.py": flow("fine", after=UNREADABLE.format(option="description=5", then=""))},
        given=("bad.py", "good.py"),
        served=("good",),
        problems={"bad.py": ("DefinitionError", "Workflow 'broken' has description=5", "Expected text")},
    ),
    "a description that no database takes": good(
        {"w.py": flow("fine", after=UNREADABLE.format(option=r"description='a\0\ud800'", then=""))},
        "w.py",
        served="fine broken",
    ),
    # Names that lead nowhere.
    "a file that is not there": Layout(
        files=NEIGHBOUR,
        given=("nowhere.py", "good.py"),
        served=("good",),
        problems={"nowhere.py": ("FileNotFoundError", "there is no file {here}/nowhere.py")},
    ),
    "a module that is not there": Layout(
        files=NEIGHBOUR,
        given=("not.there", "good.py"),
        served=("good",),
        problems={"not.there": ("ModuleNotFoundError", "No module named 'not'")},
    ),
    "a file that is no Python file": Layout(
        files={**NEIGHBOUR, "notes.txt": "x"},
        given=("notes.txt", "good.py"),
        served=("good",),
        problems={"notes.txt": ("ImportError", "is no Python file: its name must end in .py")},
    ),
    "a folder without workflows": Layout(
        files={**NEIGHBOUR, "docs/deep/w.py": flow("w"), "docs/x.py": ""},
        given=("docs", "good.py"),
        served=("good",),
        problems={"docs": ("NoWorkflows", "Folders inside of it are not looked through")},
    ),
}
