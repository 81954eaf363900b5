"""Writes the reference pages of the engine from its docstrings: ``make docs``, or with ``--check`` only compares."""

import ast
import importlib
import inspect
import itertools
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent / "reference"
WIDTH = 96

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its file, its introduction, and headings with the names below each, as ``module:name``."""

    file: str
    title: str
    introduction: str
    groups: Mapping[str, Sequence[str]]


ENGINE = Page(
    file="engine.md",
    title="Engine",
    introduction=(
        "Every public name of `engine`. How the constructs behave together is told in "
        "[control flow](control-flow.md); what is recorded, in [events and results](events.md)."
    ),
    groups={
        "Steps": (
            "engine:step",
            "engine:create_step",
            "engine.building.create_step:StepOptions",
            "engine:clone_step",
            "engine:Step",
            "engine:Retry",
            "engine:Fail",
        ),
        "Workflows": (
            "engine:create_workflow",
            "engine.building.create_workflow:WorkflowOptions",
            "engine:Schedule",
            "engine:Every",
            "engine.building.builder:WorkflowBuilder",
            "engine:sequence",
            "engine:Workflow",
            "engine:clone_workflow",
        ),
        "Sources of a mapping": (
            "engine:from_step",
            "engine:from_init",
            "engine:from_state",
            "engine:from_context",
            "engine:value",
            "engine:template",
        ),
        "Inside a step": ("engine:Context",),
        "Runs": ("engine:Engine", "engine:Run", "engine:RunResult", "engine:StepResult", "engine:RunSummary"),
        "Rehearsals": ("engine:Rehearsal", "engine:Failure"),
        "Events and stores": ("engine:Event", "engine:MemoryStore", "engine:Store"),
        "Errors": ("engine:StepyardError",),
    },
)
TESTING = Page(
    file="testing.md",
    title="Testing",
    introduction="Every public name of `engine.testing`. [Test a workflow](../how-to/testing.md) shows them at work.",
    groups={
        "Runs to their end": ("engine.testing:run_to_end", "engine.testing:Answers"),
        "Schedules": ("engine.testing:run_scheduled",),
        "Time": ("engine.testing:FakeClock", "engine.testing:IDLE"),
        "Events": ("engine.testing:Collector", "engine.testing:until"),
        "Crashes": ("engine.testing:FaultPoint", "engine.testing:SimulatedCrash"),
    },
)

# Made by the engine, never by its user.
_UNMADE = frozenset({"Context", "Run", "RunResult", "StepResult", "RunSummary", "WorkflowBuilder", "Workflow", "Step"})
# For the executor, which lives in another module.
_INNER = frozenset({"Context.record_log", "Context.at_close", "Context.close", "FaultPoint.append"})


def public_names(module: ModuleType) -> list[str]:
    """Return the names that a module offers: those of ``__all__``, else what it defines without an underscore."""
    listed: list[str] | None = getattr(module, "__all__", None)
    if listed is not None:
        return listed
    defined = (getattr(node, "name", None) or _target(node) for node in _tree(module).body)
    return [name for name in defined if name and not name.startswith("_")]


def render(page: Page) -> str:
    """Return a page as Markdown."""
    parts = [f"# {page.title}", _generated(), page.introduction]
    for heading, names in page.groups.items():
        parts.append(f"## {heading}")
        for name in names:
            parts += _entry(*name.split(":"))
    return "\n\n".join(parts) + "\n"


def render_errors() -> str:
    """Return the page of the exceptions: the tree, then the sentence of each, which is its message too."""
    module = importlib.import_module("engine.errors")
    introduction = (
        "The exceptions of `engine.errors`. Each sentence below is the message that the exception has when it is "
        "raised without a better one; most are raised with one that names what was found."
    )
    tree = textwrap.dedent(inspect.cleandoc(module.__doc__ or "").partition("\n\n")[2])
    parts = ["# Errors", _generated(), introduction, f"```text\n{tree}\n```"]
    for name in public_names(module):
        parts += [f"### `{name}`", *_prose(inspect.getdoc(getattr(module, name)) or "")]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[Path, str]:
    """Return every generated page by its file."""
    made = {FOLDER / page.file: render(page) for page in (ENGINE, TESTING)}
    return {**made, FOLDER / "errors.md": render_errors()}


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or say which ones are not as they would be written."""
    stale = {path: text for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.name}: {'stale, run make docs' if '--check' in arguments else 'written'}\n")
    return 1 if stale and "--check" in arguments else 0


def _generated() -> str:
    return "<!-- Written by docs/make_reference.py from the docstrings; `make docs` writes it anew. -->"


def _entry(module_name: str, name: str) -> Iterator[str]:
    """Yield the parts of one name."""
    found = getattr(importlib.import_module(module_name), name)
    home = importlib.import_module(getattr(found, "__module__", None) or module_name)
    if not (inspect.isclass(found) or inspect.isfunction(found)):
        home = importlib.import_module(module_name)
    yield f"### `{name}`"
    if inspect.isclass(found):
        yield from _class(found, _definition(home, name))
    elif inspect.isfunction(found):
        yield _signature(name, _last_function(home, name))
        yield from _prose(inspect.getdoc(found) or "")
    else:
        yield from _prose(_docs_of_assignments(_tree(home).body)[name])


def _class(found: type, node: ast.ClassDef) -> Iterator[str]:
    functions = {item.name: item for item in node.body if isinstance(item, Function)}
    fields = [item for item in node.body if isinstance(item, ast.AnnAssign) and _public(_target(item))]
    if found.__name__ not in _UNMADE and "__init__" in functions:
        yield _signature(found.__name__, functions["__init__"])
    yield from _prose(inspect.getdoc(found) or "")
    docs = _docs_of_assignments(node.body)
    if fields:
        yield "*Fields*"
        yield "\n".join(_field(item, docs.get(_target(item) or "", "")) for item in fields)
    for name, function in functions.items():
        if _public(name) and f"{found.__name__}.{name}" not in _INNER:
            yield from _method(found, name, function)


def _method(found: type, name: str, node: Function) -> Iterator[str]:
    kinds = {decorator.id for decorator in node.decorator_list if isinstance(decorator, ast.Name)}
    doc = inspect.cleandoc(ast.get_docstring(node) or "")
    yield f"#### `{found.__name__}.{name}`"
    if "property" not in kinds:
        yield _signature(name, node)
    elif node.returns is not None:
        yield f"A property: `{_annotation(node.returns)}`."
    yield from _prose(doc)


def _field(item: ast.AnnAssign, doc: str) -> str:
    default = "" if item.value is None or "field(" in ast.unparse(item.value) else f" = {ast.unparse(item.value)}"
    text = " ".join(doc.split())
    return f"- `{_target(item)}: {_annotation(item.annotation)}{default}`" + (f": {_inline(text)}" if text else "")


def _signature(name: str, node: Function) -> str:
    """Return how a function is called, as a block of code."""
    arguments = [text for text in _arguments(node.args) if text not in ("self", "cls")]
    returns = "" if node.returns is None or node.name == "__init__" else f" -> {_annotation(node.returns)}"
    before = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    line = f"{before}{name}({', '.join(arguments)}){returns}"
    if len(line) > WIDTH:
        inner = "".join(f"    {argument},\n" for argument in arguments)
        line = f"{before}{name}(\n{inner}){returns}"
    return f"```py\n{line}\n```"


def _arguments(given: ast.arguments) -> Iterator[str]:
    """Yield the parameters of a function as they are written."""
    positional = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(positional) - len(given.defaults)) + list(given.defaults)
    for index, (argument, default) in enumerate(zip(positional, defaults, strict=True), 1):
        yield _argument(argument, default)
        if index == len(given.posonlyargs):
            yield "/"
    if given.vararg is not None:
        yield f"*{_argument(given.vararg, None)}"
    elif given.kwonlyargs:
        yield "*"
    for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        yield _argument(argument, default)
    if given.kwarg is not None:
        yield f"**{_argument(given.kwarg, None)}"


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    annotation = "" if argument.annotation is None else f": {_annotation(argument.annotation)}"
    # A private name stands for "not given".
    value = "" if default is None else ast.unparse(default).replace("MISSING", "...").replace("UNSET", "...")
    equals = " = " if annotation else "="
    return argument.arg + annotation + (f"{equals}{value}" if value else "")


def _annotation(node: ast.expr) -> str:
    """Return an annotation as text, without the quotes that only Python needs."""
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)


_SECTION = re.compile(r"^(Args|Returns|Raises|Attributes|Yields):$")
_ITEM = re.compile(r"^    (\S[^:]*): (.*)$")
_TITLES = {
    "Args": "Arguments",
    "Attributes": "Attributes",
    "Returns": "Returns",
    "Raises": "Raises",
    "Yields": "Yields",
}


def _prose(doc: str) -> Iterator[str]:
    """Yield the paragraphs and lists of a docstring."""
    section = None
    for paragraph in re.split(r"\n\s*\n", doc):
        lines = paragraph.split("\n")
        heading = _SECTION.match(lines[0])
        if heading is not None:
            section, lines = heading[1], lines[1:]
            yield f"*{_TITLES[section]}*"
            yield "\n".join(_items(lines)) if section != "Returns" else _inline(" ".join(" ".join(lines).split()))
        elif paragraph.strip():
            yield _inline(" ".join(paragraph.split()))


def _items(lines: Sequence[str]) -> Iterator[str]:
    """Yield the entries of a section as a list, the lines of each joined."""
    entries: list[list[str]] = []
    for line in lines:
        if _ITEM.match(line):
            entries.append([line])
        else:
            entries[-1].append(line.strip())
    for entry in entries:
        match = _ITEM.match(entry[0])
        assert match is not None
        yield f"- `{match[1]}`: {_inline(' '.join([match[2], *entry[1:]]))}"


def _inline(text: str) -> str:
    return text.replace("``", "`")


def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def _definition(module: ModuleType, name: str) -> ast.ClassDef:
    return next(node for node in _tree(module).body if isinstance(node, ast.ClassDef) and node.name == name)


def _last_function(module: ModuleType, name: str) -> Function:
    """Return the function itself, which stands after its overloads."""
    return [node for node in _tree(module).body if isinstance(node, Function) and node.name == name][-1]


def _target(node: ast.stmt) -> str | None:
    match node:
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case _:
            return None


def _public(name: str | None) -> bool:
    return name is not None and not name.startswith("_")


def _docs_of_assignments(body: Sequence[ast.stmt]) -> dict[str, str]:
    """Return the texts that stand below assignments, by the name that is assigned."""
    docs = {}
    for node, after in itertools.pairwise(body):
        name = _target(node)
        if name and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            docs[name] = inspect.cleandoc(str(after.value.value))
    return docs


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    sys.exit(main(sys.argv[1:]))
