"""The files of the user's that this process has imported: reported to the supervisor, which watches them."""

import sys
import sysconfig
from pathlib import Path

_FOREIGN = tuple(
    {f"{path}/" for name, path in sysconfig.get_paths().items() if name in ("stdlib", "purelib", "platlib")}
)
_OURS = tuple(str(Path(__file__).resolve().parents[3] / name) + "/" for name in ("engine", "playground"))
_EXAMPLES = str(Path(__file__).resolve().parents[2] / "examples") + "/"


def user_files() -> tuple[str, ...]:
    """Return the files of all imported modules but the standard library's, installed ones and our own."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    return tuple(sorted(str(file) for file in files if isinstance(file, str) and is_user_file(file)))


def is_user_file(file: str) -> bool:
    """Tell whether a file is the user's; our examples count as such."""
    ours = file.startswith(_OURS) and not file.startswith(_EXAMPLES)
    return not ours and not file.startswith(_FOREIGN) and file.endswith(".py") and Path(file).is_file()


def changed_since(files: tuple[str, ...], moment: float) -> list[str]:
    """Return the files that were saved, or went, after a time in seconds of the epoch."""
    return [file for file in files if not Path(file).exists() or Path(file).stat().st_mtime > moment]
