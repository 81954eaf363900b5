"""Finds the user's workflows: imports the modules that the command names and looks through what they hold."""

import importlib.util
import linecache
import os
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MethodType, ModuleType, TracebackType
from typing import Any

from django.apps import apps

from engine.building.builder import WorkflowBuilder
from engine.building.workflow import Workflow
from engine.failure import describe, message_of
from engine.registry import Engine
from engine.tree.nodes import Flow, FlowNode, walk
from playground.catalogue.problems import ImportProblem, complaints
from playground.catalogue.published import WorkflowEntry
from playground.supervisor.module_paths import may_hold_flows, place_of, roots
from playground.worker.loading.catalogue_entries import entry_of
from playground.worker.loading.error_hints import hint
from playground.worker.loading.modules import import_file, import_name
from playground.worker.loading.user_files import is_user_file

EXAMPLES = "playground.examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A workflow, and what the catalogue keeps of it."""

    workflow: Workflow[Any, Any]
    entry: WorkflowEntry

    @property
    def module(self) -> str:
        """Return the module that holds it, as the command named it."""
        return self.entry.module


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What the modules gave."""

    found: tuple[Found, ...]
    problems: tuple[ImportProblem, ...]
    imported: frozenset[str] = frozenset()
    """The modules that gave what they should, as the command named them, and their parts."""

    @property
    def there(self) -> str:
        """Return which workflows there are, and what did not import, for whoever misses one."""
        ids = ", ".join(one.workflow.id for one in self.found) or "none"
        return "; ".join([f"There are: {ids}", *complaints(self.problems)])


@dataclass(frozen=True, slots=True)
class Importable:
    """One thing to import for a name that the command was given."""

    label: str
    """How it is called."""
    file: Path | None = None
    """None for what is only known by its dotted name."""


def site(arguments: Sequence[str], configured: Sequence[str]) -> tuple[str, ...]:
    """Return the modules to import: the arguments, else those configured, else those of Django apps, else examples."""
    if given := tuple(arguments) or tuple(configured):
        return given
    of_apps = [f"{config.name}.workflows" for config in apps.get_app_configs()]
    return tuple(name for name in of_apps if importlib.util.find_spec(name) is not None) or (EXAMPLES,)


def discover(
    modules: Sequence[str],
    importing: Callable[[str], None] = lambda module: None,
    without: Mapping[str, ImportProblem] | None = None,
    *,
    here: Path | None = None,
) -> Discovery:
    """Import the modules and return their workflows; a module that does not import hurts no other one.

    Args:
        modules: files, folders or dotted names.
        importing: told of each module before it is imported, and of ``""`` after the last.
        without: modules, as `importing` was told of them, that are not imported, and the problems that stand for them.
        here: the folder from which paths lead; the current one by default.
    """
    here = here or Path.cwd()
    # Python takes a compiled file for current when its source has the same size and second: a second save may, too.
    sys.dont_write_bytecode = True
    for root in reversed(roots(here)):
        if str(root) not in sys.path:
            sys.path.insert(0, str(root))
    gathered = _Gathered(importing, without or {})
    for module in modules:
        gathered.take_all(module, here)
    importing("")
    return gathered.result


def problem_of(error: BaseException, module: str) -> ImportProblem:
    """Return why a module did not import, with the place in the user's code where it went wrong."""
    if isinstance(error, SyntaxError):
        file, line, source = error.filename, error.lineno, error.text
    else:
        user = [frame for frame in describe(error)["traceback"] if is_user_file(frame["file"])]
        last: dict[str, Any] = next(reversed(user), {})
        file, line, source = last.get("file"), last.get("line"), None
    if source is None and file and line:
        source = linecache.getline(file, line)
    return ImportProblem(
        module=module,
        type=type(error).__name__,
        message=". ".join(filter(None, [message_of(error).rstrip("."), hint(error)])),
        file=file,
        line=line,
        source=source.rstrip() if source else None,
        traceback="".join(traceback.format_exception(type(error), error, _from_users_code(error), limit=-20)),
    )


class _Gathered:
    """What has been found so far."""

    def __init__(self, importing: Callable[[str], None], without: Mapping[str, ImportProblem]) -> None:
        self._importing = importing
        self._without = without
        self._found: dict[str, Found] = {}
        self._problems: list[ImportProblem] = []
        self._committed: set[str] = set()
        self._forgotten: dict[tuple[str | None, int | None, str | None], ImportProblem] = {}
        """Of each place where a workflow was begun that some module holds uncommitted."""
        self._named: set[str] = set()
        self._labels: dict[str, str] = {}
        """Of each file that was imported, how it is called."""
        self._gave: dict[str, bool] = {}
        """Of each file or name, whether it gave anything: workflows or a problem."""

    @property
    def result(self) -> Discovery:
        """Return what was found; a workflow that several modules hold is of the one that defines it."""
        found = []
        for one in self._found.values():
            label = self._labels.get(os.path.realpath(one.entry.file or ""), one.module)
            found.append(replace(one, entry=replace(one.entry, module=label)))
        # What several workflows begin with may stay as it is: one of its id was committed somewhere.
        forgotten = (problem for problem in self._forgotten.values() if problem.workflow not in self._committed)
        problems = (*self._problems, *forgotten)
        problems = tuple(map(self._with_name_of_needed, problems))
        imported = self._named.difference(problem.module for problem in problems)
        return Discovery(found=tuple(found), problems=problems, imported=frozenset(imported))

    def _with_name_of_needed(self, problem: ImportProblem) -> ImportProblem:
        """Return a problem with the module that is needed called as the command calls it, if it does."""
        if problem.needs is None:
            return problem
        return replace(problem, needs=self._labels.get(os.path.realpath(problem.needs), _near(problem.needs)))

    def take_all(self, module: str, here: Path) -> None:
        """Import what the command names."""
        self._named.add(module)
        gave = [self._take(part) for part in self._parts(module, here)]
        if not any(gave):
            message = (
                f"{module} holds no workflow: assign what .commit() returns, or an Engine, to a name at its top level"
            )
            place = place_of(module, here)
            if place is not None and place.is_dir():
                message += ". Folders inside of it are not looked through: name them, too"
            self._problems.append(ImportProblem(module=module, type="NoWorkflows", message=message))

    def _take(self, part: Importable) -> bool:
        """Import a part, unless that was done before under another name; return whether it gave anything."""
        key = part.label if part.file is None else os.path.realpath(part.file)
        if key not in self._gave:
            self._named.add(part.label)
            self._labels[key] = part.label
            self._gave[key] = self._import(part)
        return self._gave[key]

    def _import(self, part: Importable) -> bool:
        if part.label in self._without:
            self._problems.append(self._without[part.label])
            return True
        self._importing(part.label)
        try:
            module = _module(part)
            held = list(_held(module))
            for workflow in held:
                self._keep(workflow, part.label)
                self._committed.update(flow.id for flow in _with_nested(workflow.flow))
            forgotten = [_not_committed(name, flow, part.label) for name, flow in _in_the_making(module)]
            for problem in forgotten:
                self._forgotten.setdefault((problem.file, problem.line, problem.workflow), problem)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # A module may call sys.exit.
            self._problems.append(replace(problem_of(error, part.label), needs=_needed(error, part)))
            return True
        return bool(held or forgotten)

    def _keep(self, workflow: Workflow[Any, Any], module: str) -> None:
        """Keep a workflow, or say why it cannot be served."""
        known = self._found.get(workflow.id)
        if known is not None:
            if known.workflow.flow is not workflow.flow:
                self._problems.append(_same_id(known, workflow, module))
            return
        try:
            self._found[workflow.id] = Found(workflow=workflow, entry=entry_of(workflow, module))
        except Exception as error:
            problem = replace(problem_of(error, module), file=workflow.flow.file, line=workflow.flow.line, source=None)
            self._problems.append(replace(problem, workflow=str(workflow.id)))

    def _parts(self, module: str, here: Path) -> Iterator[Importable]:
        """Yield what is imported for a name: for a folder its files, for a package itself and then its modules."""
        place = place_of(module, here)
        if place is None:
            yield Importable(module)
            yield from self._modules_of(module)
        elif not place.is_dir():
            yield Importable(module, place)
        elif (place / "__init__.py").exists():
            first = module if place.name == module.rpartition(".")[2] else f"{Path(module, '__init__.py')}"
            yield Importable(first, place / "__init__.py")
            # A package that could not be imported has no modules to look for.
            if not any(problem.module == first and problem.workflow is None for problem in self._problems):
                yield from _files_in(place, module)
        else:
            yield from _files_in(place, module)

    def _modules_of(self, package: str) -> Iterator[Importable]:
        for info in pkgutil.iter_modules(getattr(sys.modules.get(package), "__path__", ())):
            if may_hold_flows(info.name):
                yield Importable(f"{package}.{info.name}")


def _near(file: str) -> str:
    """Return a file as people call it who stand in the current folder."""
    return os.path.relpath(file) if Path(file).is_relative_to(Path.cwd()) else file


def _from_users_code(error: BaseException) -> TracebackType | None:
    """Return the traceback of an error from where the user's code was entered; the whole one when it never was."""
    trace = error.__traceback__
    while trace is not None and not is_user_file(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace or error.__traceback__


def _needed(error: BaseException, part: Importable) -> str | None:
    """Return the other file whose import an error has ended; None when it is that of the part itself."""
    broken = _broken(error)
    return None if part.file is None or broken == os.path.realpath(part.file) else broken


def _broken(error: BaseException) -> str | None:
    """Return the innermost file of the user's that was being imported when an error came."""
    if isinstance(error, SyntaxError) and error.filename and is_user_file(error.filename):
        return os.path.realpath(error.filename)
    frames = (frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__))
    files = [code.co_filename for code in frames if code.co_name == "<module>" and is_user_file(code.co_filename)]
    return os.path.realpath(files[-1]) if files else None


def _module(part: Importable) -> ModuleType:
    arguments = sys.argv
    # A program that reads its arguments while it is imported is not to find those of the worker.
    sys.argv = [part.label]
    try:
        return import_name(part.label) if part.file is None else import_file(part.file)
    finally:
        sys.argv = arguments


def _files_in(folder: Path, module: str) -> Iterator[Importable]:
    """Yield the files of a folder and, when it is a package, the packages in it; they are called as the folder was."""
    dotted = module.rpartition(".")[2] == folder.name
    inner = folder.glob("*/__init__.py") if (folder / "__init__.py").exists() else ()
    for file in sorted([*folder.glob("*.py"), *inner]):
        name = file.parent.name if file.name == "__init__.py" else file.stem
        if file != folder / "__init__.py" and may_hold_flows(name):
            yield Importable(f"{module}.{name}" if dotted else str(Path(module, file.relative_to(folder))), file)


def _held(module: ModuleType) -> Iterator[Workflow[Any, Any]]:
    # Looked at by type, since the class that an object says it has may raise, as that of a lazy one does.
    for value in list(getattr(module, "__dict__", {}).values()):
        if issubclass(type(value), Workflow):
            yield value
        elif issubclass(type(value), Engine):
            yield from value.workflows.values()


def _in_the_making(module: ModuleType) -> Iterator[tuple[str, Flow]]:
    """Yield the workflows that a module holds and that were not committed, each with its name there."""
    for name, value in list(getattr(module, "__dict__", {}).items()):
        # Without its parentheses, .commit is a method of what is still in the making.
        builder: Any = value.__self__ if type(value) is MethodType else value
        if issubclass(type(builder), WorkflowBuilder):
            yield name, builder.flow


def _not_committed(name: str, flow: Flow, module: str) -> ImportProblem:
    return ImportProblem(
        module=module,
        type="NotCommitted",
        message=f"{name} is a workflow that was not committed: call .commit() at the end of its definition",
        workflow=flow.id,
        file=flow.file,
        line=flow.line,
        source=(linecache.getline(flow.file, flow.line).rstrip() if flow.file and flow.line else "") or None,
    )


def _with_nested(flow: Flow) -> Iterator[Flow]:
    yield flow
    for node in walk(flow.nodes):
        if isinstance(node, FlowNode):
            yield from _with_nested(node.flow)


def _same_id(known: Found, workflow: Workflow[Any, Any], module: str) -> ImportProblem:
    one, other = ((found.flow.file, found.flow.line) for found in (known.workflow, workflow))
    message = (
        f"two workflows have the id {workflow.id!r}: one in {known.module}, one in {module}. The first is served "
        f"({one[0]}:{one[1]}), the second is not ({other[0]}:{other[1]}). Rename one of them"
    )
    return ImportProblem(
        module=module, type="DuplicateId", message=message, workflow=workflow.id, file=other[0], line=other[1]
    )
