"""The user's source files, and whether one has changed."""

import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from playground.supervisor.mentions import mentions
from playground.supervisor.module_paths import may_hold_flows, place_of

Signature = tuple[int, int]
Snapshot = dict[Path, Signature]


def locate(modules: Sequence[str], search: Sequence[str] | None = None) -> tuple[Path, ...]:
    """Return where the modules of the command are, without importing anything.

    A module is a file, a folder, or a dotted name that is looked for in the current directory and on the import path.
    What is not there yet is expected in the current directory.
    """
    places = [Path(entry) for entry in (sys.path if search is None else search)]
    return tuple(_locate(module, places) for module in modules)


def _locate(module: str, places: Iterable[Path]) -> Path:
    """Return the file of one module, or the folder that is no package."""
    place = place_of(module, Path.cwd())
    if place is not None:
        package = place / "__init__.py"
        return (package if package.exists() else place).resolve()
    relative = Path(*module.split("."))
    candidates = [place / relative.parent / name for place in places for name in _names(relative)]
    expected = Path.cwd() / relative.parent / f"{relative.name}.py"
    return next((path for path in candidates if path.is_file()), expected).resolve()


def _names(relative: Path) -> Iterator[str]:
    """Yield where in its folder a module may be."""
    yield f"{relative.name}.py"
    yield f"{relative.name}/__init__.py"


class Sources:
    """Compares the files with how they were when looked at before."""

    def __init__(self, targets: Iterable[Path]) -> None:
        """Take the files that the command names; of those beside them, the ones that they may import are watched, too.

        Such a one may be missing so far, or be imported by a step later.
        """
        self._targets = frozenset(targets)
        self._read: set[Path] = set(self._targets)
        """The targets, and what was ever imported."""
        self._known: Snapshot = {}
        self._known = self._snapshot(())

    def look(self, imported: Iterable[Path], *, since: float) -> frozenset[Path]:
        """Return the files that changed, went or came since the last look.

        Arguments: the files that workers imported, which are watched from now on; the time at which the youngest worker
        was started, in seconds of the epoch: what is newer than it may have been imported in an older state.
        """
        self._read.update(imported)
        before, self._known = self._known, self._snapshot(self._read)
        watched = self._beside() | self._targets
        changed = frozenset(
            path
            for path, signature in self._known.items()
            if (path not in before and (path in watched or signature[0] > since * 1e9))
            or before.get(path, signature) != signature
        ) | (before.keys() - self._known.keys())
        return frozenset(path for path in changed if path in self._read or self._is_served(path))

    def _is_served(self, path: Path) -> bool:
        """Tell whether a file beside the targets, which nobody has imported so far, is one of theirs.

        So it is in a folder or a package that is served, but for the programs of other tools, and where a file of the
        user's may import it. While a target is missing nobody knows what it will import.
        """
        home, name = _named(path)
        served = (home in self._targets and path.parent == home) or (home / "__init__.py").is_file()
        missing = any(not target.exists() for target in self._targets if _named(target)[0] == home)
        return missing or (served and may_hold_flows(name)) or self._is_mentioned(path)

    def _is_mentioned(self, path: Path) -> bool:
        """Tell whether a file that was imported may import another one, be it by way of others beside it."""
        left, asked, beside = [path], {path}, self._beside()
        while left:
            _, name = _named(left.pop())
            if any(mentions(file, name) for file in self._read if file.suffix == ".py"):
                return True
            by = {file for file in beside - asked if mentions(file, name)}
            asked |= by
            left += by
        return False

    def _snapshot(self, imported: Iterable[Path]) -> Snapshot:
        """Return the state of all that is watched; a file that was imported once is watched for good."""
        paths = {*self._targets, *imported, *self._beside(), *self._known}
        return {path: signature for path in paths if (signature := _signature(path)) is not None}

    def _beside(self) -> frozenset[Path]:
        """Return the modules and packages in the folders of the targets, whether they are imported or not."""
        folders = {target if target.is_dir() else target.parent for target in self._targets}
        return frozenset(path for folder in folders for way in ("*.py", "*/__init__.py") for path in folder.glob(way))


def _named(path: Path) -> tuple[Path, str]:
    """Return the folder that a module or a package lies in, and its name there."""
    return (path.parent.parent, path.parent.name) if path.stem == "__init__" else (path.parent, path.stem)


def _signature(path: Path) -> Signature | None:
    """Return what changes when a file is saved, or None where there is no file; folders change with each import."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None
