"""The words in which findings are told: what was found in a value, and what was expected."""

import json
import reprlib
from collections.abc import Iterable
from typing import Any

_words = reprlib.Repr()
_words.maxstring = _words.maxother = _words.maxlong = 80

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}


def shown(value: Any) -> str:
    """Return a value as text for a message, cut when it is long."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    try:
        return _words.repr(value)
    except ValueError:
        return "a number of very many digits"


def expected(what: str, value: Any) -> str:
    """Return the sentence that says what was found instead of what was expected."""
    kind = {str: "the text ", int: "the number ", float: "the number ", list: "the list ", dict: "the object "}
    return f"Found {kind.get(type(value), '')}{shown(value)}, expected {what}."


def types(names: Iterable[Any]) -> str:
    """Return the types that a schema names, in words."""
    return " or ".join(_TYPES.get(name, shown(name)) if isinstance(name, str) else "a schema" for name in names)
