"""Where scenarios lie: ``scenarios/<workflow>/<name>.json`` below a folder."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import InvalidInput, Issue, RequestError

FOLDER = "scenarios"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
"""What workflows and scenarios are called; so that no name leads out of the folder."""


OTHERS = frozenset({"pins"})
"""Names of files that lie beside the scenarios and are none; a workflow may be called so."""


def files_in(here: Path, workflow: str | None = None) -> Iterator[Path]:
    """Yield the files of the scenarios below a folder, of all workflows or of one, in order."""
    for file in sorted((here / FOLDER).glob(f"{workflow or '*'}/*.json")):
        if is_scenario(file) and file.is_file():
            yield file


def is_name(name: str) -> bool:
    """Tell whether a folder of scenarios, or a file in it, may have a name."""
    return NAME.fullmatch(name) is not None


def is_scenario(file: Path) -> bool:
    """Tell whether a file in a workflow's folder is called as a scenario is."""
    return is_name(file.stem) and file.stem not in OTHERS and is_name(file.parent.name)


def file_of(here: Path, workflow: str, name: str) -> Path:
    """Return where a scenario lies, or is to lie.

    Raises:
        InvalidInput: the name is none that a file gets.
    """
    if not (is_name(name) and is_name(workflow)) or name in OTHERS:
        message = "expected 1 to 100 letters, digits, _ and -, a letter or digit first; and not pins"
        raise InvalidInput(f"{name!r} is no name of a scenario", [Issue(path=("name",), message=message)])
    return here / FOLDER / workflow / f"{name}.json"


def called(file: Path, here: Path) -> str:
    """Return how messages call a file: its path as seen from a folder that it lies in."""
    return file.relative_to(here).as_posix() if file.is_relative_to(here) else str(file)


def write(text: str, file: Path, *, anew: bool = False) -> None:
    """Write the text of a file of scenarios or pins, all of it or nothing.

    Args:
        text: the text.
        file: where it is to stand.
        anew: whether there must be no such file.

    Raises:
        FileExistsError: there is one although there must not.
        RequestError: it cannot be written; the message names the file.
    """
    with _writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        number, spare = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem}-")
        try:
            with open(number, "w", encoding="utf-8", newline="\n") as out:
                out.write(text)
            os.chmod(spare, 0o644)
            if anew:
                os.link(spare, file)
            else:
                os.replace(spare, file)
        finally:
            Path(spare).unlink(missing_ok=True)


def remove(file: Path) -> None:
    """Delete a file of scenarios or pins, if it is there.

    Raises:
        RequestError: it cannot be deleted; the message names the file.
    """
    with _writing(file):
        file.unlink(missing_ok=True)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """Tell what the system has against a change of a file; that it is there already is told by whoever writes it."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileExistsError) and file.is_file():
            raise
        reason = f"{type(error).__name__}: {error.strerror}"
        raise RequestError(
            f"{called(file, Path.cwd())} cannot be written ({reason}): let the playground write to its folder"
        ) from None
