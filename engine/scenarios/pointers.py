"""JSON pointers (RFC 6901): places in a JSON value, as text."""

from collections.abc import Sequence
from typing import Any


def pointer_of(path: Sequence[str | int]) -> str:
    """Write a place as a pointer: ``("items", 0)`` gives ``/items/0``; the value itself is the empty text."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def parts_of(pointer: str) -> list[str]:
    """Return the parts of a pointer, as they are called in the value."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def container_of(value: Any, pointer: str) -> tuple[Any, str | int] | None:
    """Return the object or list that holds a place, and its key or index there; None when the value has no such place.

    The empty pointer is the whole value, which nothing holds.
    """
    holder: tuple[Any, str | int] | None = None
    for part in parts_of(pointer):
        key = _key(value, part)
        if key is None:
            return None
        holder, value = (value, key), value[key]
    return holder


def _key(value: Any, part: str) -> str | int | None:
    """Return a part of a pointer as the key of an object or the index of a list that has it."""
    if isinstance(value, dict) and part in value:
        return part
    if isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
        return int(part)
    return None
