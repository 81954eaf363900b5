"""Where the modules that a command names are: looked up without importing anything."""

import difflib
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

NO_FLOWS = ("__main__", "setup", "conftest")
"""Files of a folder that are programs of other tools; so are tests."""


def may_hold_flows(name: str) -> bool:
    """Tell whether a file of this name, without its ending, is imported when the folder is named that it is in."""
    return not (name in NO_FLOWS or name.startswith((".", "test_")) or name.endswith("_test"))


def is_name(module: str) -> bool:
    """Tell whether a module is named by a dotted name, and not by a path."""
    return not module.endswith(".py") and all(part.isidentifier() for part in module.split("."))


def place_of(module: str, here: Path) -> Path | None:
    """Return the file or folder that a module is in, seen from a folder; None for a name that leads to nothing there.

    A dotted name is looked for in the folder, and in a folder ``src`` of it that is no package. A path may lead
    nowhere.
    """
    if not is_name(module):
        return here / module
    relative = Path(*module.split("."))
    places = (place for root in roots(here) for place in _candidates(root / relative))
    return next((place for place in (*places, here / module) if place.exists()), None)


def roots(here: Path) -> tuple[Path, ...]:
    """Return the folders in which a project that lies in a folder keeps its modules."""
    source = here / "src"
    return (here, source) if source.is_dir() and not (source / "__init__.py").exists() else (here,)


def missing(modules: Sequence[str], here: Path, env_file: Path | None = None) -> list[str]:
    """Return a sentence on each thing that a command names and that is nowhere.

    Args:
        modules: files, folders or dotted names.
        here: the folder from which paths lead.
        env_file: the file of variables, if one is named.
    """
    gone = [_sentence(module, here) for module in modules if not _exists(module, here)]
    if env_file is not None and not env_file.is_file():
        gone.append(f"there is no file {env_file}, from which your code is to get variables.")
    return gone


def _exists(module: str, here: Path) -> bool:
    place = place_of(module, here)
    return _is_installed(module.split(".")) if place is None else place.exists()


def _is_installed(parts: Sequence[str]) -> bool:
    """Tell whether the environment has a module; packages above it are not imported for this."""
    spec = next(filter(None, (finder.find_spec(parts[0], None) for finder in sys.meta_path)), None)
    for part in parts[1:]:
        if spec is None or spec.submodule_search_locations is None:
            return False
        # By its last name alone, since a namespace package can only be found in one that is imported.
        spec = PathFinder.find_spec(part, list(spec.submodule_search_locations))
    return spec is not None


def _candidates(place: Path) -> Iterator[Path]:
    """Yield where a module may be, in the order in which Python prefers them."""
    yield from [place] if (place / "__init__.py").exists() else []
    yield place.with_name(f"{place.name}.py")
    yield place


def _sentence(module: str, here: Path) -> str:
    if is_name(module):
        text = f"there is no module {module}, neither in {here} nor among what is installed for {sys.executable}."
    else:
        text = f"there is no file or folder {here / module}."
    offered = [path.name for path in sorted(here.glob("*.py"))]
    near = difflib.get_close_matches(Path(module).name, offered, n=2, cutoff=0.6)
    near += [f"{module}.py"] if (here / f"{module}.py").exists() else []
    return f"{text} Did you mean {' or '.join(near)}?" if near else text
