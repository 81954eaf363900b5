"""The order of what has none: the items of sets in JSON."""

from collections.abc import Callable
from typing import Any

from pydantic_core import to_json

JSON = Any


def ordered(items: list[JSON]) -> list[JSON]:
    """Return the items of a set in the order in which they are always written: numbers first, then by their text."""
    return sorted(items, key=_rank)


def write_ordered(value: Any, handler: Callable[[Any], list[JSON]]) -> list[JSON]:
    """Write a set: a serializer for pydantic."""
    return ordered(list(handler(value)))


def in_order_of(written: JSON, given: JSON) -> JSON:
    """Return what was written with the items of its sets in the order in which they were given.

    Args:
        written: JSON whose sets are `ordered`.
        given: the JSON that it was read from. A list in it with the same items gives the order. Lists that are no sets
            may be changed by it too, where a validator has sorted them; the caller reads the result to know that it
            means the same.
    """
    match written, given:
        case dict(), dict():
            return {key: in_order_of(part, given[key]) if key in given else part for key, part in written.items()}
        case list(), list() if len(written) == len(given):
            if written == given or sorted(map(to_json, written)) != sorted(map(to_json, given)):
                return [in_order_of(part, other) for part, other in zip(written, given, strict=True)]
            return given
        case _:
            return written


def _rank(item: JSON) -> tuple[bool, float | int, bytes]:
    """Return by what an item is sorted."""
    number = isinstance(item, int | float) and not isinstance(item, bool)
    return not number, item if number else 0, to_json(item)
