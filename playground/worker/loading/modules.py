"""Imports the user's files: one file is one module, by whatever names it is reached."""

import importlib
import importlib.util
import os
import re
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import cast

from playground.worker.loading.user_files import is_user_file

OURS = ("engine", "playground")
"""Packages of Stepyard's that a folder of the user's may be named like."""
SPARE = "user_module_"
"""Stands before the name of a module whose own name cannot be used: it has a dash, or is taken."""

_STDLIB = [
    path
    for path in dict.fromkeys(
        [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), sysconfig.get_config_var("DESTSHARED")]
    )
    if path
]


def import_file(file: Path) -> ModuleType:
    """Import a file, under the name by which other code imports it where there is one.

    A file that was imported before, also through a link to it, gives the module that it became then.

    Raises:
        FileNotFoundError: there is no such file.
        ImportError: it is no Python file.
    """
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {file.absolute()}")
    _install()
    # Without the dots of a relative name, which tracebacks and pages would show.
    named = Path(os.path.abspath(file))
    for place in dict.fromkeys([file.resolve(), named]):
        search_from(place)
    with _apart_from_others(_root(named)):
        return loaded(file) or _import(named)


def import_name(name: str) -> ModuleType:
    """Import a module by its dotted name."""
    _install()
    return importlib.import_module(name)


def search_from(file: Path) -> None:
    """Have imports look where Python would if the file were run: beside it, or beside its package; and in `src`."""
    source = next((folder for folder in file.parents if folder.name == "src" and not _is_package(folder)), None)
    for folder in filter(None, (source, _root(file))):
        if str(folder) in sys.path:
            sys.path.remove(str(folder))
        sys.path.insert(0, str(folder))


def loaded(file: Path) -> ModuleType | None:
    """Return the module that a file has become, under any name."""
    real = _real(str(file))
    for module in list(sys.modules.values()):
        # A module may be any object, whose attributes may do anything.
        if issubclass(type(module), ModuleType) and (held := _file_of(module)) and _real(held) == real:
            return module
    return None


def _file_of(module: ModuleType) -> str | None:
    file = vars(module).get("__file__")
    return file if isinstance(file, str) else None


class _OneModuleEach(MetaPathFinder):
    """Finds the user's files, and gives one that is imported already back when another name leads to it."""

    def __init__(self) -> None:
        self.taken: dict[str, str] = {}
        """Names that may not be imported now, and why."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return how to import a file of the user's; None leaves a name to the other finders."""
        if name in self.taken:
            raise ImportError(self.taken[name], name=name)
        spec = _find(name, path)
        if spec is None or spec.origin is None or not is_user_file(spec.origin):
            return spec
        known = None if target is not None else loaded(Path(spec.origin))
        if known is not None:
            return ModuleSpec(name, _Again(known), origin=spec.origin)
        if type(spec.loader) is SourceFileLoader:
            spec.loader = _Whole(spec.loader.name, spec.loader.path)
        return spec


class _Again(Loader):
    """Gives a module that there is already."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of a module, which nobody will see, to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the known module in the place of the new one."""
        sys.modules[module.__name__] = self._module


class _Whole(SourceFileLoader):
    """Leaves nothing of a module behind that fails half way, under any name."""

    def exec_module(self, module: ModuleType) -> None:
        """Execute the file."""
        try:
            super().exec_module(module)
        except BaseException:
            for name in [name for name, held in list(sys.modules.items()) if held is module]:
                del sys.modules[name]
            raise


_FINDER = _OneModuleEach()


def _install() -> None:
    """Have Python ask us before it looks along the path itself."""
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else 0, _FINDER)


@contextmanager
def _apart_from_others(folder: Path) -> Iterator[None]:
    """Refuse, while a file of a folder is imported, names of its neighbours that stand for files of other folders.

    Without this, the second of two folders that both have a ``helper.py`` would get the first one's, silently.
    """
    hidden = {name: module for name, module in list(sys.modules.items()) if _stands_for_another(name, module, folder)}
    for name, module in hidden.items():
        del sys.modules[name]
        _FINDER.taken[name] = (
            f"the {name!r} in {folder} cannot be imported, since {_file_of(module)} has this name already. Rename one "
            f"of the two, or put an __init__.py into their folders and write `from . import {name}`"
        )
    try:
        yield
    finally:
        for name, module in hidden.items():
            del _FINDER.taken[name]
            sys.modules[name] = module


def _stands_for_another(name: str, module: object, folder: Path) -> bool:
    if "." in name or not issubclass(type(module), ModuleType):
        return False
    file = _file_of(cast(ModuleType, module))
    if file is None or not is_user_file(file):
        return False
    own = (folder / f"{name}.py", folder / name / "__init__.py")
    return any(place.is_file() for place in own) and _real(file) not in [_real(str(place)) for place in own]


def _find(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """Look for a module along a path.

    A file of the user's never takes the place of a module of the standard library, which other libraries need. And
    what a package of Stepyard's does not have is looked for in folders of the user's that have the same name.
    """
    if path is None and name in sys.stdlib_module_names:
        return PathFinder.find_spec(name, _STDLIB)
    spec = PathFinder.find_spec(name, path)
    package = name.rpartition(".")[0]
    if spec is None and package.partition(".")[0] in OURS:
        folders = [Path(entry, *package.split(".")) for entry in sys.path]
        spec = PathFinder.find_spec(name, [str(folder) for folder in folders if folder.is_dir()])
    return spec


def _import(file: Path) -> ModuleType:
    """Import a file that is not imported yet by the best name that leads to it."""
    folder, stem = (file.parent.parent, file.parent.name) if file.name == "__init__.py" else (file.parent, file.stem)
    packages = [package for package in _packages(folder) if _leads_to(package, folder)]
    if not packages[0] and _is_package(folder):
        packages.insert(0, _import_package(folder))
    for package in packages:
        name = f"{package}.{stem}".lstrip(".")
        if stem.isidentifier() and _is_free_for(file, name, package):
            return importlib.import_module(name)
    return loaded(file) or _import_as(packages[0], SPARE + re.sub(r"\W", "_", stem), file)


def _import_package(folder: Path) -> str:
    """Import the package of a folder whose own name is taken, and return the name that it has instead."""
    module = loaded(folder / "__init__.py") or _import(folder / "__init__.py")
    return module.__name__


def _import_as(package: str, name: str, file: Path) -> ModuleType:
    """Import a file under a name that does not lead to it, inside a package or outside of any."""
    if package:
        importlib.import_module(package)
        name = f"{package}.{name}"
    inside = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
    if spec is None or not isinstance(spec.loader, SourceFileLoader):
        raise ImportError(f"{file} is no Python file: its name must end in .py")
    spec.loader = _Whole(name, str(file))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return sys.modules[name]


def _packages(folder: Path) -> Iterator[str]:
    """Yield the names that a folder has as a package, the longest first; at last the empty one of no package."""
    for above in reversed(folder.parents):
        parts = folder.relative_to(above).parts
        if all(part.isidentifier() for part in parts) and _is_on_path(above):
            yield ".".join(parts)
    yield ""


def _leads_to(package: str, folder: Path) -> bool:
    """Tell whether the modules of a package are looked for in a folder; anything can be, outside of any package."""
    return not package or _real(str(folder)) in [_real(place) for place in _locations(package) or ()]


def _is_free_for(file: Path, name: str, package: str) -> bool:
    """Tell whether a name leads to a file, and to nothing that is imported already."""
    spec = _find(name, _locations(package))
    origin = spec.origin if spec is not None else None
    return name not in sys.modules and origin is not None and _real(origin) == _real(str(file))


def _locations(package: str) -> list[str] | None:
    """Return where the modules of a package are looked for, without importing it; None for the path of all imports."""
    if not package:
        return None
    module = sys.modules.get(package)
    if module is not None:
        found = list(getattr(module, "__path__", ()))
    else:
        found = _unimported(package, _locations(package.rpartition(".")[0]))
    if package.partition(".")[0] in OURS:
        found += [str(folder) for entry in sys.path if (folder := Path(entry, *package.split("."))).is_dir()]
    return found


def _unimported(package: str, path: list[str] | None) -> list[str]:
    # By its last name alone, since a namespace package can only be found in one that is imported.
    spec = _find(package.rpartition(".")[2], path)
    return list(spec.submodule_search_locations or ()) if spec else []


def _root(file: Path) -> Path:
    """Return the folder from which a file is imported: its own, or the one around its outermost package."""
    return next(folder for folder in file.parents if not _is_package(folder))


def _is_package(folder: Path) -> bool:
    return (folder / "__init__.py").is_file()


def _is_on_path(folder: Path) -> bool:
    return any(_real(entry) == _real(str(folder)) for entry in sys.path)


def _real(path: str) -> str:
    """Return the file that a path, which may lead through links, stands for."""
    return _resolved(path) if os.path.isabs(path) else os.path.realpath(path)


@lru_cache(maxsize=8192)
def _resolved(path: str) -> str:
    return os.path.realpath(path)
