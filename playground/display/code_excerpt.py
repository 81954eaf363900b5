"""Where code stands: the lines around one, read from the file as it is now, and the address that opens an editor."""

from dataclasses import dataclass
from pathlib import Path

AROUND = 2
"""How many lines are shown before and after."""
LARGEST = 1_000_000
"""No larger file is read, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A line of a file."""

    number: int
    text: str
    here: bool
    """Whether it is the line that was asked for."""


def excerpt(file: str, number: int, code: str) -> tuple[SourceLine, ...]:
    """Return a line with those around it; only the line itself when the file has changed since it was recorded.

    Args:
        file: the path.
        number: the line, from 1.
        code: the line as it was recorded, without its indentation.
    """
    lines = _read(file)
    if not code.strip() or not 0 < number <= len(lines) or lines[number - 1].strip() != code.strip():
        return (SourceLine(number=number, text=code, here=True),) if code else ()
    first = max(0, number - 1 - AROUND)
    shown = lines[first : max(number, len("\n".join(lines[: number + AROUND]).rstrip().splitlines()))]
    indent = min((len(line) - len(line.lstrip()) for line in shown if line.strip()), default=0)
    return tuple(
        SourceLine(number=at, text=line[indent:].rstrip(), here=at == number)
        for at, line in enumerate(shown, first + 1)
    )


def editor_url(file: str, line: int | None) -> str:
    """Return the address that opens a file in the editor; empty when the path says too little."""
    return f"vscode://file{file}:{line or 1}" if file and Path(file).is_absolute() else ""


def _read(file: str) -> list[str]:
    path = Path(file)
    try:
        if path.suffix != ".py" or not path.is_absolute() or path.stat().st_size > LARGEST:
            return []
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
