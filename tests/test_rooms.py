"""The walls between the rooms: who may import whom."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).parent.parent
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
PLAYGROUND = sorted(path for path in (ROOT / "playground").rglob("*.py") if "migrations" not in path.parts)
PURE = ("forms", "diagram", "history", "graph", "comparison")

ENGINE_FLOORS = [
    "paths",
    "clock",
    "shown",
    "errors",
    "events",
    "ids",
    "failure",
    "rehearsal",
    "names",
    "validation",
    "values",
    "schedules",
    "tree",
    "journal",
    "scenarios",
    "execution",
    "runs",
    "building",
    "registry",
    "testing",
    "playing",
]
"""The rooms of the engine and its loose modules, bottom up: each imports only from those before it."""

PLAYGROUND_FLOORS = [
    *[
        "configuration",
        "database_url",
        "broadcast",
        "queues",
        "postgres",
        "graph",
        "layers",
        "models",
        "guard",
        "display",
        "forms",
        "diagram",
        "history",
        "comparison",
        "server",
        "supervisor",
        "store",
        "access",
        "live",
        "catalogue",
        "fleet",
    ],
    *["actions", "schedules", "runs", "scenarios", "runpage", "templatetags", "views", "consumers", "api", "worker"],
    *["handbook", "agents", "commandline", "examples", "pytest_plugin"],
]
"""The rooms of the playground, bottom up; Django's own files stand above them."""

FORMS_FLOORS = ["values", "schema", "validation", "fields", "html", "form"]

OF_THE_ENGINE = ["paths", "clock", "shown", "errors", "events", "ids", "failure", "rehearsal", "validation", "values"]
OF_THE_ENGINE += ["schedules", "journal", "scenarios"]
"""What every room of the playground may import of the engine, beside the face: its vocabulary and its journals."""

DJANGO = ["apps", "asgi", "cli", "management", "migrations", "settings", "urls"]
"""Django\'s own files and the console script, which tie the rooms together and stand above them all."""


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


@pytest.mark.parametrize(
    ("package", "floors"),
    [("engine", ENGINE_FLOORS), ("playground", [*PLAYGROUND_FLOORS, *DJANGO]), ("playground.forms", FORMS_FLOORS)],
)
def test_every_arrow_points_down(package: str, floors: list[str]) -> None:
    """A room imports only from rooms below it, and every room stands on a floor."""
    order = {f"{package}.{room}": floor for floor, room in enumerate(floors)}
    wrong = []
    for path in ENGINE + PLAYGROUND:
        room = room_of(name_of(path), package)
        if room is None or room.removeprefix("playground.") in DJANGO:
            continue
        assert room in order, f"{name_of(path)} stands on no floor"
        targets = {room_of(name, package) for name in imports(path)} & set(order)
        wrong += [f"{name_of(path)} -> {target}" for target in targets if target and order[target] > order[room]]
    assert not wrong


def room_of(module: str, package: str) -> str | None:
    """Return the room of a package that a module lies in, or None when it lies in none."""
    inner = module.removeprefix(f"{package}.")
    return None if inner == module else f"{package}.{inner.split('.')[0]}"


@pytest.mark.parametrize("path", PLAYGROUND, ids=name_of)
def test_the_playground_takes_its_share_of_the_engine(path: Path) -> None:
    """Rooms know the engine's vocabulary and journals; only the worker knows what executes and builds workflows."""
    allowed = {"engine", *(f"engine.{name}" for name in OF_THE_ENGINE)}
    if inside(name_of(path), "playground.worker"):
        allowed |= {f"engine.{name}" for name in ("tree", "execution", "runs", "building", "registry", "playing")}
    taken = {name for name in imports(path) if inside(name, "engine")} - FACE
    assert not [name for name in taken if not (name in allowed or inside(name, *(allowed - {"engine"})))]


FACE = {f"engine.{name}" for name in engine.__all__}


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


def test_only_rooms_that_own_tables_import_models() -> None:
    """Pages, forms and the API ask a room for what stands in the database."""
    users = {name_of(path).split(".")[1] for path in PLAYGROUND if "playground.models" in set(imports(path))}
    assert users <= OWN_TABLES


OWN_TABLES = {"store", "access", "live", "catalogue", "fleet", "runs", "scenarios", "schedules", "worker"}


def test_the_command_line_does_not_know_the_api() -> None:
    """What both show is shaped in a room below them."""
    rooms = (ROOT / "playground" / "commandline", ROOT / "playground" / "management")
    known = {name for room in rooms for path in room.rglob("*.py") for name in imports(path)}
    assert not [name for name in known if inside(name, "playground.api", "playground.views")]


def test_no_file_is_long() -> None:
    """A file is read in one sitting."""
    assert not [name_of(path) for path in ENGINE + PLAYGROUND if len(path.read_text("utf-8").splitlines()) > LONGEST]


LONGEST = 370
"""Lines; a file is meant to have 350 at most, and a few that grew have more."""


def test_no_folder_is_a_heap() -> None:
    """At most fifteen files in a folder, beside those that are one for each kind of a thing."""
    heaps = {}
    for folder in {path.parent for path in ENGINE + PLAYGROUND}:
        files = {path.stem for path in folder.glob("*.py")} - {"__init__"} - A_KIND_EACH.get(folder.name, set())
        if len(files) > 15:
            heaps[folder.name] = len(files)
    assert heaps == {}


A_KIND_EACH: dict[str, set[str]] = {
    "execution": {
        "attempts",
        "concurrent",
        "group",
        "loops",
        "mapping",
        "rehearsing",
        "functions",
        "sequence",
        "steps",
        "waits",
        "threads",
    },
    "views": {
        "actions",
        "answers",
        "compare",
        "doctor",
        "fork",
        "inbox",
        "rehearsing",
        "run",
        "runs",
        "scenarios",
        "schedules",
        "stepping",
        "theme",
        "value",
        "workflows",
    },
    "commands": {path.stem for path in (ROOT / "playground" / "management" / "commands").glob("*.py")},
}
"""Files of which a folder has one for each kind: of node, of page, of command."""


@pytest.mark.parametrize("path", PLAYGROUND, ids=name_of)
def test_what_is_configured_is_handed_on(path: Path) -> None:
    """The environment is read once, into one value; only where a process begins it is taken from Django's settings."""
    tree = ast.parse(path.read_text())
    uses = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Call)]
    read = [use for use in uses if use in ("os.environ", "os.getenv", "os.environb")]
    assert len(read) == uses.count(CHOOSES_SETTINGS) or name_of(path) in READ_THE_ENVIRONMENT
    ours = {use for use in uses if use.startswith("settings.STEPYARD")}
    assert not ours or inside(name_of(path), *WHERE_A_PROCESS_BEGINS)
    assert not [name for name in ours if name.startswith("settings.STEPYARD_")]


CHOOSES_SETTINGS = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'playground.settings')"

READ_THE_ENVIRONMENT = {
    "playground.settings",
    "playground.commandline.options",  # turns options into variables
    "playground.supervisor.child",  # hands all of it on to the process that it starts
}

WHERE_A_PROCESS_BEGINS = (
    "playground.asgi",
    "playground.broadcast.redis.apps",
    "playground.cli",
    "playground.commandline.base",
    "playground.management.commands",
    "playground.queues.celery.apps",
    "playground.worker.__main__",
    "playground.worker.inspection",
    "playground.worker.scenarios.scenario_runs",
)


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
