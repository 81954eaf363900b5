"""One word, one thing: which names of modules and classes occur twice, and what they have in common."""

import ast
import re
from collections import Counter
from pathlib import Path

from tests.test_rooms import ENGINE, PLAYGROUND, tree_of

ROOT = Path(__file__).parents[1]


def test_a_name_of_a_module_means_one_thing() -> None:
    """Two files are called alike only where both are about the same thing, each from its own side."""
    names = Counter(path.stem for path in ENGINE + PLAYGROUND if not path.stem.startswith("__"))
    alike = {name for name, times in names.items() if times > 1}
    assert alike == set(ALIKE)


def test_a_name_of_a_class_means_one_thing() -> None:
    """Two public classes are called alike only where both are about the same thing; examples speak as users do."""
    paths = [path for path in ENGINE + PLAYGROUND if "examples" not in path.parts]
    classes = (node.name for path in paths for node in tree_of(path).body if isinstance(node, ast.ClassDef))
    names = Counter(name for name in classes if not name.startswith("_"))
    assert {name for name, times in names.items() if times > 1} == set(CLASSES_ALIKE)


def test_no_file_points_to_a_section_that_nobody_can_read() -> None:
    """A number of a section means something only beside the name of its document."""
    numbered = re.compile(r"(?<!\w)Sections? \d|(?<!, )\bsections? \d")
    paths = [*ENGINE, *PLAYGROUND, *(ROOT / "tests").rglob("*.py"), *(ROOT / "docs").rglob("*.md")]
    found = {str(path.relative_to(ROOT)) for path in paths if numbered.search(path.read_text("utf-8"))}
    assert found == set()


SIDES = "what is asked for, and the page, route or command that asks"
LAYERS = "what it is, and how it is executed, recorded or kept"

ALIKE = {
    **dict.fromkeys(
        [
            "actions",
            "backup",
            "compare",
            "fork",
            "fuzz",
            "inbox",
            "rehearsing",
            "run",
            "runs",
            "scenarios",
            "proceed_retry",
            "schedules",
            "worker",
            "workflows",
        ],
        SIDES,
    ),
    **dict.fromkeys(["functions", "nodes", "sequence", "waits"], LAYERS),
    "apps": "Django looks for it by this name",
    "hosting": "a queue's workers in a worker process, for each queue",
    "port": "what may be chosen for many machines: a queue, and a carrier of hints",
    "consumers": "what Channels calls them: of sockets, and of a worker's channels",
    "crash_suspects": "runs under which workers die: whose death it was, and their beginning one by one",
    "durations": "a length of time, in code and in a form",
    "jsontext": "JSON as text, in the journal and as a person typed it",
    "request": "an HTTP request, as the guard sees it and as the server takes it in",
    "rows": "of a journal as it is shown, and as it is kept",
    "value_checks": "whether a value fits: asked for by a page, and answered by a worker",
    "values": "of JSON, as a form holds them and as a page shows them",
}
"""The names that several modules have, and what they have in common."""

CLASSES_ALIKE = {
    **dict.fromkeys(["Event", "Run", "SavedInput", "Schedule", "Wait", "Worker"], "its table"),
    **dict.fromkeys(
        ["NotificationListener", "Pipeline"], "what a room needs of PostgreSQL, so that it need not be loaded"
    ),
    "Command": "Django looks for it by this name",
    "Failure": "that a page tells of, and that a rehearsal has a step have",
    "Issue": "what is wrong in a value, of the engine and of a form that may also warn",
    "Refusal": "of a request, by the guard and by the engine",
}
