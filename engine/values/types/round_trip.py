"""Whether a value that was read back is the value that was written."""

import dataclasses
from typing import Any

from pydantic import BaseModel


def same(one: Any, other: Any) -> bool:
    """Return whether two values have the same types and parts, with ``nan`` equal to itself.

    What cannot be compared, because its type knows no equality, counts as the same.
    """
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    match one:
        case dict():
            return len(one) == len(other) and all(key in other and same(part, other[key]) for key, part in one.items())
        case list() | tuple():
            return len(one) == len(other) and all(map(same, one, other))
        case BaseModel():
            return same(one.__dict__, other.__dict__) and same(one.__pydantic_extra__, other.__pydantic_extra__)
        case _ if dataclasses.is_dataclass(one):
            return all(same(*_attributes(field.name, one, other)) for field in dataclasses.fields(one))
        case _:
            return _equal(one, other)


def _attributes(name: str, one: Any, other: Any) -> tuple[Any, Any]:
    """Return an attribute of both, which a field that is no argument may lack."""
    return getattr(one, name, None), getattr(other, name, None)


def _equal(one: Any, other: Any) -> bool:
    """Return whether two values without known parts are equal by their own account."""
    if getattr(type(one), "__eq__", None) is _IDENTITY:
        return True
    try:
        # Sets and decimals may hold nan, which equals nothing.
        return bool(one == other) or repr(one) == repr(other)
    except Exception:  # An array, say, has no truth of its own.
        return repr(one) == repr(other)


_IDENTITY: Any = object.__eq__
