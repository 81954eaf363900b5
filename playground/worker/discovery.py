"""Finds the user's workflows: imports the modules that the command names and looks through what they hold."""

import importlib
import importlib.util
import linecache
import os
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from django.apps import apps

from engine.building.workflow import Workflow
from engine.failure import describe, message_of
from engine.registry import Engine
from playground.catalogue.catalogue import ImportProblem, WorkflowEntry

EXAMPLES = "playground.examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A workflow and the module that holds it, as the command named it."""

    workflow: Workflow[Any, Any]
    module: str

    @property
    def entry(self) -> WorkflowEntry:
        """Return the workflow as the catalogue keeps it."""
        flow = self.workflow.flow
        return WorkflowEntry(
            workflow_id=flow.id,
            digest=self.workflow.digest,
            graph=self.workflow.graph,
            description=flow.description,
            module=self.module,
            file=flow.file,
            line=flow.line,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What the modules gave."""

    found: tuple[Found, ...]
    problems: tuple[ImportProblem, ...]
    imported: frozenset[str] = frozenset()
    """The modules that gave what they should, as the command named them, and their parts."""


def site(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the modules to import: the arguments, else the environment's, else those of Django apps, else examples."""
    named = tuple(arguments) or tuple(os.environ.get("PLAYGROUND_WORKFLOWS", "").replace(",", " ").split())
    if named:
        return named
    of_apps = [f"{config.name}.workflows" for config in apps.get_app_configs()]
    return tuple(name for name in of_apps if importlib.util.find_spec(name) is not None) or (EXAMPLES,)


def discover(modules: Sequence[str], importing: Callable[[str], None] = lambda module: None) -> Discovery:
    """Import the modules and return their workflows; a module that does not import hurts no other one.

    Args:
        modules: files, folders or dotted names.
        importing: told of each module before it is imported, and of ``""`` after the last.
    """
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    found: dict[str, Found] = {}
    problems: list[ImportProblem] = []
    named = set(modules)
    for module in modules:
        before = len(found), len(problems)
        for part in _parts(module, problems):
            importing(part)
            named.add(part)
            try:
                _collect(_import(part), part, found)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # A module may call sys.exit.
                problems.append(problem_of(error, part))
        if before == (len(found), len(problems)):
            problems.append(_nothing_in(module))
    importing("")
    imported = named.difference(problem.module for problem in problems)
    return Discovery(found=tuple(found.values()), problems=tuple(problems), imported=frozenset(imported))


def problem_of(error: BaseException, module: str) -> ImportProblem:
    """Return why a module did not import, with the place in the user's code where it went wrong."""
    if isinstance(error, SyntaxError):
        file, line, source = error.filename, error.lineno, error.text
    else:
        frames = describe(error)["traceback"]
        user = [frame for frame in frames if frame["user"] and "importlib" not in frame["file"]]
        last: dict[str, Any] = next(reversed(user), {})
        file, line, source = last.get("file"), last.get("line"), None
    if source is None and file and line:
        source = linecache.getline(file, line)
    return ImportProblem(
        module=module,
        type=type(error).__name__,
        message=message_of(error),
        file=file,
        line=line,
        source=source.rstrip() if source else None,
        traceback="".join(traceback.format_exception(error, limit=-20)),
    )


def _nothing_in(module: str) -> ImportProblem:
    message = f"{module} holds no workflow: assign what .commit() returns, or an Engine, to a name at its top level"
    return ImportProblem(module=module, type="NoWorkflows", message=message)


def _collect(module: ModuleType, name: str, found: dict[str, Found]) -> None:
    """Add the workflows that a module holds."""
    for workflow in _held(module):
        known = found.setdefault(workflow.id, Found(workflow=workflow, module=name))
        if known.workflow.flow is not workflow.flow:
            raise ValueError(
                f"two workflows have the id {workflow.id!r}: one in {known.module}, one in {name}. Rename one of them"
            )


def _held(module: ModuleType) -> Iterator[Workflow[Any, Any]]:
    for value in list(vars(module).values()):
        if isinstance(value, Workflow):
            yield value
        elif isinstance(value, Engine):
            yield from value.workflows.values()


def _parts(module: str, problems: list[ImportProblem]) -> Iterator[str]:
    """Yield what is imported for a name: for a folder its files, for a package itself and then its modules."""
    path = Path(module)
    if path.is_dir() and not module.isidentifier():
        yield from sorted(str(file) for file in path.glob("*.py"))
        return
    yield module
    # A package that could not be imported has no modules to look for.
    if module in sys.modules and not any(problem.module == module for problem in problems):
        for info in pkgutil.iter_modules(getattr(sys.modules[module], "__path__", ())):
            if info.name != "__main__":
                yield f"{module}.{info.name}"


def _import(module: str) -> ModuleType:
    """Import a file or a module by its dotted name."""
    return _import_file(Path(module)) if module.endswith(".py") or "/" in module else importlib.import_module(module)


def _import_file(path: Path) -> ModuleType:
    """Import a file under the name that it would have if it were imported from its folder or package."""
    path = path.resolve()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    root, name = path.parent, path.stem
    while (root / "__init__.py").exists():
        root, name = root.parent, f"{root.name}.{name}"
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    if name in sys.modules or name in sys.stdlib_module_names:
        # Something else has this name already, such as a module of the standard library.
        name = f"user_module_{name.replace('.', '_')}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
