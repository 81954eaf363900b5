"""The difference of two JSON values as operations of a JSON Patch (RFC 6902): add, remove and replace."""

from collections.abc import Iterator
from typing import Any

from engine.scenarios.pointers import pointer_of

Place = tuple[str | int, ...]
Change = dict[str, Any]


def operations(one: Any, other: Any) -> list[Change]:
    """Return what makes another JSON value of one, when it is applied in this order; nothing when they are the same.

    Types count: 1, 1.0 and true are three values. Of lists, what is the same at the beginning and at the end is kept,
    and what is between is compared item by item, so that it takes time in proportion to their lengths. Operations that
    replace or remove say what was there, as ``was``: whoever applies them passes over keys that the standard does not
    have.
    """
    return [] if one is other else list(_between(one, other, ()))


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are the same, their types included."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is dict:
        return len(one) == len(other) and all(key in other and same(value, other[key]) for key, value in one.items())
    if kind is list:
        return len(one) == len(other) and all(map(same, one, other))
    # NaN is the only value that does not equal itself.
    return bool(one == other or (one != one and other != other))


def _between(one: Any, other: Any, place: Place) -> Iterator[Change]:
    match one, other:
        case dict(), dict():
            yield from _objects(one, other, place)
        case list(), list():
            yield from _lists(one, other, place)
        case _ if not same(one, other):
            yield {"op": "replace", "path": pointer_of(place), "value": other, "was": one}


def _objects(one: dict[str, Any], other: dict[str, Any], place: Place) -> Iterator[Change]:
    for key in one:
        if key not in other:
            yield {"op": "remove", "path": pointer_of((*place, key)), "was": one[key]}
    for key, value in other.items():
        if key not in one:
            yield {"op": "add", "path": pointer_of((*place, key)), "value": value}
        elif one[key] is not value:
            yield from _between(one[key], value, (*place, key))


def _lists(one: list[Any], other: list[Any], place: Place) -> Iterator[Change]:
    shorter = min(len(one), len(other))
    head = next((index for index in range(shorter) if not same(one[index], other[index])), shorter)
    pairs = zip(reversed(one[head:]), reversed(other[head:]), strict=False)
    tail = next((number for number, (a, b) in enumerate(pairs) if not same(a, b)), shorter - head)
    left, right = one[head : len(one) - tail], other[head : len(other) - tail]
    for index, (a, b) in enumerate(zip(left, right, strict=False), head):
        yield from _between(a, b, (*place, index))
    for index in range(head + len(left) - 1, head + len(right) - 1, -1):
        yield {"op": "remove", "path": pointer_of((*place, index)), "was": left[index - head]}
    for index in range(len(left), len(right)):
        yield {"op": "add", "path": pointer_of((*place, head + index)), "value": right[index]}
