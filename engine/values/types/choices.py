"""Enums and literals whose values are no plain JSON: tuples, dates, members of enums."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json

from engine.values.types.text_forms import encode_bytes

JSON = Any
Node = dict[str, Any]


def are_mended(node: Node) -> bool:
    """Return whether some choice of an enum or literal is not, in JSON, what pydantic itself reads back."""
    plain = (str, int, bool, type(None))
    if node["type"] == "enum":
        return any(type(option.value) not in plain for option in node["members"])
    return any(type(option) not in plain for option in node["expected"])


def form(option: Any) -> JSON:
    """Return the JSON of a choice, which is that of the value behind a member of an enum.

    Raises:
        TypeError: it has none.
    """
    value = option.value if isinstance(option, Enum) else option
    if isinstance(value, bytes):
        return encode_bytes(value)
    try:
        return from_json(to_json(value, inf_nan_mode="strings"))
    except (PydanticSerializationError, ValueError):
        raise TypeError(f"{option!r} cannot become JSON.") from None


def key(option: Any) -> str:
    """Return the text that a choice is as a key of a JSON object: pydantic's, or that of its JSON."""
    try:
        return str(next(iter(from_json(to_json({option: None})))))
    except (PydanticSerializationError, ValueError):
        json = form(option)
        return json if isinstance(json, str) else to_json(json).decode()


def tags(tagged: Mapping[Any, Node]) -> dict[Any, Node]:
    """Return the members of a tagged union also by the JSON of their tags, which may be members of an enum."""
    written = {json: part for tag, part in tagged.items() if isinstance(json := form(tag), str | int)}
    return {**written, **tagged}


def reader(node: Node, write: Callable[[Any], JSON] = form) -> Callable[[Any], Any]:
    """Return what turns the JSON of a choice into the choice; other values pass.

    Args:
        node: an enum or a literal.
        write: `form`, or `key` for the keys of an object.

    Raises:
        TypeError: two choices are the same in JSON.
    """
    found: dict[bytes, Any] = {}
    for option in options(node):
        text = to_json(write(option))
        if text in found:
            raise TypeError(f"{found[text]!r} and {option!r} are both {text.decode()} in JSON.")
        found[text] = option
    return lambda value: found.get(to_json(value), value)


def options(node: Node) -> list[Any]:
    """Return what an enum or a literal may be, each once: pydantic lists a member under each of its names."""
    if node["type"] == "literal":
        return list(node["expected"])
    return list({id(member): member for member in node["members"]}.values())
