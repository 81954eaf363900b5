"""The walls between the rooms: who may import whom."""

import ast
from collections.abc import Iterator
from functools import cache
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
    "short_text",
    "errors",
    "events",
    "ids",
    "failure",
    "rehearsal",
    "mermaid",
    "import_help",
    "validation",
    "values",
    "tags",
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
        "histogram",
        "logs",
        "database_url",
        "broadcast",
        "queues",
        "traces",
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
    *[
        "actions",
        "schedules",
        "runs",
        "scenarios",
        "fuzzing",
        "step_runs",
        "runpage",
        "templatetags",
        "views",
        "consumers",
        "api",
        "worker",
    ],
    *["handbook", "agents", "commandline", "examples", "pytest_plugin"],
]
"""The rooms of the playground, bottom up; Django's own files stand above them."""

FORMS_FLOORS = ["values", "schema", "validation", "fields", "html", "form"]

OF_THE_ENGINE = [
    "paths",
    "clock",
    "short_text",
    "errors",
    "events",
    "ids",
    "failure",
    "rehearsal",
    "mermaid",
    "validation",
    "values",
]
OF_THE_ENGINE += ["tags", "schedules", "journal", "scenarios"]
"""What every room of the playground may import of the engine, beside the face: its vocabulary and its journals."""

DJANGO = ["apps", "asgi", "cli", "management", "migrations", "settings", "urls"]
"""Django\'s own files and the console script, which tie the rooms together and stand above them all."""


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file; several tests look at each."""
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the modules that a file imports; for ``from a import b`` both a and a.b."""
    return frozenset(imported(tree_of(path), path))


def imported(tree: ast.AST, path: Path) -> Iterator[str]:
    """Yield what a part of a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(module: str, *rooms: str) -> bool:
    """Tell whether a module is one of the rooms or lies in one."""
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def test_the_engine_knows_no_django() -> None:
    """The engine imports neither Django nor the playground."""
    found = [(name_of(path), name) for path in ENGINE for name in imports(path)]
    assert not [(path, name) for path, name in found if inside(name, "django", "channels", "playground")]


@pytest.mark.parametrize("paths", [ENGINE, PLAYGROUND], ids=["engine", "playground"])
def test_no_module_imports_in_a_circle(paths: list[Path]) -> None:
    """Arrows run one way: the modules of a package can be put in an order."""
    faces = {name_of(path) for path in paths if path.name == "__init__.py"}
    modules = {name_of(path) for path in paths} - faces
    graph = {name_of(path): imports(path) & modules - {name_of(path)} for path in paths}
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


def test_the_playground_takes_its_share_of_the_engine() -> None:
    """Rooms know the engine's vocabulary and journals; only the worker knows what executes and builds workflows."""
    of_all = {f"engine.{name}" for name in OF_THE_ENGINE}
    of_the_worker = {f"engine.{name}" for name in ("tree", "execution", "runs", "building", "registry", "playing")}
    wrong = []
    for path in PLAYGROUND:
        allowed = of_all | of_the_worker if inside(name_of(path), "playground.worker") else of_all
        taken = {name for name in imports(path) if inside(name, "engine")} - FACE - {"engine"}
        wrong += [(name_of(path), name) for name in taken if not inside(name, *allowed)]
    assert not wrong


FACE = {f"engine.{name}" for name in engine.__all__}


def test_no_import_is_hidden() -> None:
    """No import stands in a function, and none behind TYPE_CHECKING."""
    hidden = []
    for path in ENGINE + PLAYGROUND:
        functions = [
            node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        hidden += [(name_of(path), name) for function in functions for name in imported(function, path)]
    assert not hidden
    assert not [name_of(path) for path in ENGINE + PLAYGROUND if "typing.TYPE_CHECKING" in imports(path)]


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_know_neither_database_nor_http(room: str) -> None:
    """Forms, diagram and journal work on values alone."""
    known = {name for path in (ROOT / "playground" / room).rglob("*.py") for name in imports(path)}
    foreign = ("django.db", "django.http", "channels", "playground.models", "playground.store", "playground.views")
    assert not [name for name in known if inside(name, *foreign)]


def test_only_rooms_that_own_tables_import_models() -> None:
    """Pages, forms and the API ask a room for what stands in the database."""
    users = {name_of(path).split(".")[1] for path in PLAYGROUND if "playground.models" in imports(path)}
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
    "views": {
        "actions",
        "alone",
        "answers",
        "compare",
        "doctor",
        "fork",
        "fuzz",
        "inbox",
        "pins",
        "rehearsing",
        "run",
        "runs",
        "scenarios",
        "schedules",
        "proceed_retry",
        "theme",
        "value_download",
        "workflow_list",
        "workflows",
    },
    "commands": {path.stem for path in (ROOT / "playground" / "management" / "commands").glob("*.py")},
}
"""Files of which a folder has one for each kind: of node, of page, of command."""


def test_what_is_configured_is_handed_on() -> None:
    """The environment is read once, into one value; only where a process begins it is taken from Django's settings."""
    for path in PLAYGROUND:
        text = path.read_text("utf-8")
        if "environ" not in text and "getenv" not in text and "STEPYARD" not in text:
            continue
        nodes = (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute | ast.Call))
        uses = [ast.unparse(node) for node in nodes]
        read = [use for use in uses if use in ("os.environ", "os.getenv", "os.environb")]
        assert len(read) == uses.count(CHOOSES_SETTINGS) or name_of(path) in READ_THE_ENVIRONMENT, path
        ours = {use for use in uses if use.startswith("settings.STEPYARD")}
        assert not ours or inside(name_of(path), *WHERE_A_PROCESS_BEGINS), path
        assert not [name for name in ours if name.startswith("settings.STEPYARD_")], path


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
    "playground.commandline.runs_command",
    "playground.management.commands",
    "playground.queues.celery.apps",
    "playground.traces.opentelemetry.apps",
    "playground.worker.__main__",
    "playground.worker.inspection",
    "playground.worker.fuzzing.fuzz_runs",
    "playground.worker.loading.helper_main",
    "playground.worker.scenarios.scenario_runs",
    "playground.worker.step_runs.step_process",
)


def test_only_the_worker_imports_user_code() -> None:
    """Nothing outside of the worker imports by name."""
    ways = {"importlib.util", "importlib.import_module", "runpy", "imp"}
    importers = {name_of(path) for path in PLAYGROUND if ways & imports(path) or "import_module(" in path.read_text()}
    assert importers
    assert all(inside(name, "playground.worker") for name in importers), importers


def test_only_live_sends_on_the_channel_layer() -> None:
    """Whoever wants to nudge asks `playground.live.nudges`; the layer itself is its own room."""
    senders = {name_of(path) for path in PLAYGROUND if set(sent_on_layers(tree_of(path)))}
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
