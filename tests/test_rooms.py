"""The walls between the rooms: who may import whom."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
PLAYGROUND = sorted(path for path in (ROOT / "playground").rglob("*.py") if "migrations" not in path.parts)
PURE = ("forms", "diagram", "journal")


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, tree: ast.AST | None = None) -> Iterator[str]:
    """Yield the modules that a file imports; for ``from a import b`` both a and a.b."""
    for node in ast.walk(tree or ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(module: str, *rooms: str) -> bool:
    """Tell whether a module is one of the rooms or lies in one."""
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


@pytest.mark.parametrize("path", ENGINE, ids=name_of)
def test_the_engine_knows_no_django(path: Path) -> None:
    """The engine imports neither Django nor the playground."""
    assert not [name for name in imports(path) if inside(name, "django", "channels", "playground")]


@pytest.mark.parametrize("paths", [ENGINE, PLAYGROUND], ids=["engine", "playground"])
def test_no_module_imports_in_a_circle(paths: list[Path]) -> None:
    """Arrows run one way: the modules of a package can be put in an order."""
    faces = {name_of(path) for path in paths if path.name == "__init__.py"}
    modules = {name_of(path) for path in paths} - faces
    graph = {name_of(path): set(imports(path)) & modules - {name_of(path)} for path in paths}
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", ENGINE + PLAYGROUND, ids=name_of)
def test_no_import_is_hidden(path: Path) -> None:
    """No import stands in a function, and none behind TYPE_CHECKING."""
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    hidden = [name for function in functions for name in imports(path, function)]
    assert not hidden or name_of(path) in MAY_IMPORT_LATE
    assert "typing.TYPE_CHECKING" not in set(imports(path))


MAY_IMPORT_LATE: frozenset[str] = frozenset()
"""Modules that have to set Django up before its models can be imported."""


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_know_neither_database_nor_http(room: str) -> None:
    """Forms, diagram and journal work on values alone."""
    known = {name for path in (ROOT / "playground" / room).rglob("*.py") for name in imports(path)}
    foreign = ("django.db", "django.http", "channels", "playground.models", "playground.store", "playground.views")
    assert not [name for name in known if inside(name, *foreign)]


def test_only_the_worker_imports_user_code() -> None:
    """Nothing outside of the worker imports by name."""
    ways = {"importlib.util", "importlib.import_module", "runpy", "imp"}
    importers = {
        name_of(path) for path in PLAYGROUND if ways & set(imports(path)) or "import_module(" in path.read_text()
    }
    assert importers
    assert all(inside(name, "playground.worker") for name in importers), importers


def test_only_live_sends_on_the_channel_layer() -> None:
    """Whoever wants to nudge asks `playground.live.nudges`; the layer itself is its own room."""
    senders = {name_of(path) for path in PLAYGROUND if set(sent_on_layers(ast.parse(path.read_text())))}
    outside = {name for name in senders if not inside(name, "playground.layers")}
    assert outside == {"playground.live.nudges"}


def sent_on_layers(tree: ast.AST) -> Iterator[str]:
    """Yield the calls that send on a channel layer."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            call = ast.unparse(node.func)
            if node.func.attr == "group_send" or (node.func.attr == "send" and "layer" in call):
                yield call


def test_examples_import_only_the_engine() -> None:
    """The examples show what a user writes."""
    known = {name for path in (ROOT / "playground" / "examples").rglob("*.py") for name in imports(path)}
    assert not [name for name in known if inside(name, "django", "channels")]
    assert not [name for name in known if inside(name, "playground") and not inside(name, "playground.examples")]
