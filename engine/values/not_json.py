"""Where in a value the part is that cannot become JSON, and why."""

import dataclasses
import math
from collections.abc import Awaitable, Iterator
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, from_json, to_json

from engine.errors import NotSerializable
from engine.paths import Path
from engine.short_text import shown

_HANDED_ON = {
    ("numpy", "generic"): ".item()",
    ("numpy", "ndarray"): ".tolist()",
    ("pandas", "DataFrame"): '.to_dict("records")',
    ("pandas", "ExtensionArray"): ".tolist()",
    ("pandas", "Index"): ".tolist()",
    ("pandas", "Series"): ".tolist()",
    ("polars", "DataFrame"): ".to_dicts()",
    ("polars", "Series"): ".to_list()",
    ("torch", "Tensor"): ".tolist()",
}
"""The package and the name of a class whose values people compute with, and what makes plain Python values of one."""

_CALLED = (BuiltinFunctionType, FunctionType, MethodType)
UNDECLARED = "would be read back as text, since this dict says nothing of its keys"
"""What is wrong with a key, in the words of every error about it."""


def text_key(key: Any) -> str:
    """Return a key of a dict that says nothing of its keys; only text is read back as what it was.

    Raises:
        ValueError: it is no text.
    """
    if isinstance(key, str):
        return key
    raise ValueError(f"the key {shown(key)} of type {type_name(key)} {UNDECLARED}")


def single_key(key: Any) -> Any:
    """Return a key of a dict that has no schema at all, and so becomes the JSON that there is for it.

    Raises:
        ValueError: it has parts, as a tuple does, and no text stands for it.
    """
    return text_key(key) if parts_of(key) is not None else key


def handed_on(value: Any) -> str:
    """Return how a value is handed on that only stands for others: of numpy, not awaited, not called; else nothing."""
    if isinstance(value, Awaitable):
        return "put await before the call that made it"
    if isinstance(value, _CALLED):
        return "call it, with ()"
    for kind in type(value).__mro__:
        how = _HANDED_ON.get((str(kind.__module__).partition(".")[0], kind.__name__))
        if how is not None:
            return f"hand it on with its {how}"
    return ""


def misfit(value: Any, error: Exception) -> NotSerializable:
    """Return the error that names the place and the type.

    Args:
        value: what was to become JSON.
        error: how it failed; its words are used when no part of the value is to blame by itself.
    """
    try:
        for path, why in _misfits(value, (), ()):
            return NotSerializable(path=path, why=why)
        if UNDECLARED in str(error):
            return _undeclared(list(_keys(value, (), str(error))))
    except RecursionError:
        return NotSerializable(why=f"this {type_name(value)} is nested too deeply to become JSON")
    return NotSerializable(why=f"a value of type {type_name(value)} cannot become JSON: {error}")


def _misfits(value: Any, path: Path, within: tuple[int, ...]) -> Iterator[tuple[Path, str]]:
    """Yield the place of each part that has no JSON form, and what is wrong with it."""
    if id(value) in within:
        yield path, f"this {type_name(value)} contains itself and so cannot become JSON"
        return
    parts = parts_of(value)
    if parts is None:
        if why := _leaf(value):
            yield path, why
        return
    if isinstance(value, dict):
        yield from _collisions(value, path)
    for key, part in parts:
        if not isinstance(key, int | str) and (why := _leaf({key: None})):
            yield path, f"a key of type {type_name(key)} cannot become JSON"
        yield from _misfits(part, (*path, key if isinstance(key, int | str) else str(key)), (*within, id(value)))


def _keys(value: Any, path: Path, error: str) -> Iterator[tuple[Path, Any]]:
    """Yield the place of each key of a dict that an error names, and the key."""
    for key, part in parts_of(value) or ():
        if isinstance(value, dict) and f"the key {shown(key)} of type" in error:
            yield path, key
        yield from _keys(part, (*path, key if isinstance(key, int | str) else str(key)), error)


def _undeclared(found: list[tuple[Path, Any]]) -> NotSerializable:
    """Return what is wrong with a key of which nothing is declared, where it is, and what to do."""
    path, key = found[0]
    kind = type_name(key)
    way = f"declare the keys, as in dict[{kind}, ...]" if parts_of(key) is None else "use a list of pairs"
    why = f"the key {shown(key)} of type {kind} {UNDECLARED}; {way}, or give text"
    # Elsewhere the same key may be declared.
    return NotSerializable(path=path if len(found) == 1 else (), why=why)


def _collisions(value: dict[Any, Any], path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the keys of a dict that are one key in JSON, where one of two values would be lost."""
    found: dict[str, Any] = {}
    for key in value:
        if _writes({key: None}):
            name = next(iter(from_json(to_json({key: None}))))
            if name in found:
                yield (*path, name), f"the keys {found[name]!r} and {key!r} are one key in JSON; rename one of them"
            found[name] = key


def parts_of(value: Any) -> list[tuple[Any, Any]] | None:
    """Return the parts of a value with their keys, or None if it is no container."""
    match value:
        case dict():
            return list(value.items())
        case list() | tuple() | set() | frozenset():
            return list(enumerate(value))
        case BaseModel():
            return list(value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return [(field.name, getattr(value, field.name, None)) for field in dataclasses.fields(value)]
        case _:
            return None


def _leaf(value: Any) -> str | None:
    """Return what is wrong with a value that is no container, if anything."""
    match value:
        case float() if not math.isfinite(value):
            return f"{value} cannot become JSON here; it may stand where a schema says allow_inf_nan=True"
        case bytes():
            return (
                None if _writes(value) else "bytes that are not UTF-8 cannot become JSON here; declare them in a schema"
            )
        case Iterator():
            return f"a value of type {type_name(value)} cannot become JSON, for it can be read only once; give a list"
        case str():
            return None if _writes(value) else "text with half a surrogate pair cannot become JSON"
        case _ if _writes(value):
            return None
        case _:
            return f"a value of type {type_name(value)} cannot become JSON" + _how(value)


def _how(value: Any) -> str:
    """Return what to do about a value, as the end of a sentence."""
    how = handed_on(value)
    return f"; {how}" if how else ""


def _writes(value: Any) -> bool:
    """Return whether a value has a JSON form of its own."""
    try:
        to_json(value)
    except (PydanticSerializationError, ValueError):
        return False
    return True


def type_name(value: Any) -> str:
    """Return the name of a value's type, with its module unless that is a built-in one."""
    kind = type(value)
    return (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )
