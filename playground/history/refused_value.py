"""A value that was refused, line by line, with what is wrong beside the place where it is wrong."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A line of the value."""

    text: str
    place: Place
    wrong: str = ""
    """What is wrong there, if anything is."""


def refused_lines(error: Mapping[str, Any]) -> tuple[RefusedLine, ...]:
    """Return the refused value of an ErrorDetail, marked at the places of its issues; nothing where it has none."""
    if "value" not in error:
        return ()
    lines = list(_lines(error["value"], (), 0, "", ""))
    for issue in error.get("issues") or ():
        at = _nearest(lines, tuple(issue.get("path") or ()))
        before = f"{lines[at].wrong}; " if lines[at].wrong else ""
        lines[at] = replace(lines[at], wrong=f"{before}{issue.get('message')}")
    return tuple(lines)


def _nearest(lines: Sequence[RefusedLine], path: Place) -> int:
    """Return the line of a place; of one that is not there, as a missing key is not, the line around it."""
    first = {line.place: number for number, line in reversed(list(enumerate(lines)))}
    return next(first[path[:length]] for length in range(len(path), -1, -1) if path[:length] in first)


def _lines(value: Any, place: Place, depth: int, before: str, after: str) -> Iterator[RefusedLine]:
    indent = "  " * depth
    parts: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    if not parts:
        yield RefusedLine(text=f"{indent}{before}{json.dumps(value, ensure_ascii=False)}{after}", place=place)
        return
    start, end = "{}" if isinstance(value, dict) else "[]"
    yield RefusedLine(text=f"{indent}{before}{start}", place=place)
    for number, (key, part) in enumerate(parts, 1):
        name = f"{json.dumps(key, ensure_ascii=False)}: " if isinstance(value, dict) else ""
        yield from _lines(part, (*place, key), depth + 1, name, "," if number < len(parts) else "")
    yield RefusedLine(text=f"{indent}{end}{after}", place=place)
