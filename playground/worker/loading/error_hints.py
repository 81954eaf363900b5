"""What to do about errors that imports of ordinary programs end in, beyond what Python says."""

import builtins
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.short_text import meant
from playground.worker.loading.modules import OURS
from playground.worker.loading.user_files import is_user_file


def hint(error: BaseException) -> str:
    """Return what to do about an error of an import; nothing when there is nothing to add."""
    match error:
        case SystemExit():
            return (
                "The module ends the process while it is imported: put what it does as a script behind "
                "`if __name__ == '__main__':`."
            )
        case ModuleNotFoundError(name=str(name)) if name.partition(".")[0] == "stepyard":
            return "The library is called engine: `from engine import step, create_workflow`."
        case ImportError(msg=str(text)) if "no known parent package" in text:
            return "The file lies in no package: leave the dot out, or put an __init__.py into its folder."
        case ImportError(name=str(name)) | AttributeError(obj=ModuleType(__name__=str(name))):
            return _on_name(error, name) or _likely(error)
        case _:
            return _likely(error)


def _likely(error: BaseException) -> str:
    """Return which name was probably meant, which Python says in its own traceback and in no message."""
    match error:
        case AttributeError(name=str(name), obj=obj):
            held: Any = obj if isinstance(obj, type | ModuleType) else type(obj)
            return meant(name, dir(held)).strip()
        case NameError(name=str(name)) if error.__traceback__ is not None:
            *_, (frame, _) = traceback.walk_tb(error.__traceback__)
            return meant(name, {**vars(builtins), **frame.f_globals, **frame.f_locals}).strip()
        case _:
            return ""


def _on_name(error: BaseException, name: str) -> str:
    top = name.partition(".")[0]
    hidden = _hidden(top)
    if hidden is not None:
        return (
            f"{hidden} is hidden by {_owner(top)}, which is imported under the same name. Rename yours, or import it "
            f"from inside of its package with a dot: `from . import {hidden.stem}`."
        )
    if isinstance(error, ModuleNotFoundError) and top not in sys.modules:
        return (
            f"Is it installed for {sys.executable}? Files are looked for in the current folder and beside each module."
        )
    return ""


def _hidden(top: str) -> Path | None:
    """Return the file or folder of the user's that a top-level name would mean if nothing else had the name."""
    held = getattr(sys.modules.get(top), "__file__", None)
    if top not in sys.modules or (isinstance(held, str) and is_user_file(held)):
        return None
    places = [Path(entry, name) for entry in sys.path for name in (f"{top}.py", top)]
    found = (place for place in places if place.exists() and is_user_file(str(_source(place))))
    return next((place for place in found if held is None or _source(place).resolve() != Path(held).resolve()), None)


def _source(place: Path) -> Path:
    """Return a file that stands for a place: of a folder, one of its Python files."""
    return next(iter(sorted(place.glob("*.py"))), place) if place.is_dir() else place


def _owner(top: str) -> str:
    if top in OURS:
        return f"Stepyard's own package {top!r}"
    if top in sys.stdlib_module_names:
        return f"Python's own module {top!r}"
    return f"{getattr(sys.modules[top], '__file__', None) or top}"
