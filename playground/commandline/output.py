"""How results look: JSON for programs, tables and plain text for people."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from playground.forms import dumps
from playground.history import length_text

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What would move the cursor, change colours or cannot be written at all; line breaks and tabs are kept."""


def json_text(value: Any, encoding: str | None) -> str:
    """Write a value as JSON, in ASCII where the output cannot hold other characters."""
    text = dumps(value, indent=2)
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(json.loads(text), indent=2)
    return text


def clean(text: str) -> str:
    """Return text that a terminal shows as it is: what would command the terminal is written as an escape."""
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text.replace("\r\n", "\n"))


def one_line(text: str, most: int = 100) -> str:
    """Return the first line of a text, cut when it is long."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= most else f"{line[: most - 1]}…"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Return rows in columns under a head; the last column is cut where the terminal ends."""
    cells = [[one_line(clean(cell), 60) for cell in row[:-1]] + [clean(row[-1])] for row in rows]
    sizes = [max(len(row[column]) for row in [head, *cells]) for column in range(len(head))]
    lines = [
        "  ".join(f"{cell:<{size}}" for cell, size in zip(row, sizes, strict=True)).rstrip() for row in [head, *cells]
    ]
    return "\n".join(one_line(line, width) if line else line for line in lines)


def time_text(at: datetime | None) -> str:
    """Write a time in the zone of the machine, which is named."""
    return "" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"


def counted(number: int, what: str) -> str:
    """Write how many there are of something: ``1 run``, ``2 runs``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def lasted(start: datetime | None, end: datetime | None) -> str:
    """Write how long something took, or has taken until now."""
    return "" if start is None else length_text(((end or datetime.now(UTC)) - start).total_seconds())
