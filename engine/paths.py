"""Paths: where a step stands in a run, as a tuple and as text.

A path holds the ids of steps and nested workflows and the indexes of foreach items:
``("inner", 0, "ask")``, written ``inner[0].ask``.
"""

import re
from collections.abc import Sequence

Path = tuple[str | int, ...]

_PART = re.compile(r"\.?(?P<id>[^.\[\]]+)|\[(?P<index>\d+)\]")


def format_path(path: Sequence[str | int]) -> str:
    """Write a path as text: ``("inner", 0, "ask")`` gives ``inner[0].ask``."""
    if len(path) == 1 and isinstance(path[0], str):
        return path[0]
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def ids_of(path: Path) -> Path:
    """Return a path without the indexes of items: where its step stands in the workflow."""
    return tuple(part for part in path if isinstance(part, str))


def parse_path(text: str | Sequence[str | int]) -> Path:
    """Read a path from its text or from a list.

    Args:
        text: ``"outer.inner"``, ``"item[2]"``, ``["item", 2]``.

    Raises:
        ValueError: the text is no path.
    """
    if not isinstance(text, str):
        return tuple(text)
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            raise ValueError(f"{text!r} is no path: expected text such as inner[0].ask")
        parts.append(match["id"] if match["index"] is None else int(match["index"]))
        at = match.end()
    return tuple(parts)
