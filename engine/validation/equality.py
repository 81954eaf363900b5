"""When two JSON values are equal, by JSON Schema: 1 and 1.0 are, 1 and true are not, and no order of keys counts."""

from collections.abc import Iterable
from typing import Any

from engine.validation.budget import tick


def key_of(value: Any) -> Any:
    """Return something hashable that is equal for equal JSON values, and only for these."""
    match value:
        case bool() | None:
            return ("word", value)
        case list() | tuple():
            tick()
            return ("list", tuple(map(key_of, value)))
        case dict():
            tick()
            return ("object", frozenset((name, key_of(part)) for name, part in value.items()))
        case _:
            return value


def repeated(items: Iterable[Any]) -> tuple[int, int] | None:
    """Return the positions of the first item that is there twice: where it was first, and where again."""
    seen: dict[Any, int] = {}
    for at, item in enumerate(items):
        tick()
        first = seen.setdefault(key_of(item), at)
        if first != at:
            return first, at
    return None
