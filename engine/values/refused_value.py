"""A value that did not fit, as JSON for the person who mends it: short, and never with what its schema calls secret."""

import json
from typing import Any

from engine.short_text import shown

MOST_PARTS = 50
"""So many items of a list or keys of a dict are kept."""
MOST_DEPTH = 8
MOST_TEXT = 500
"""So many characters of a text are kept."""

_SECRET = ('"writeOnly": true', '"format": "password"')


def refused(value: Any, schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return ``{"value": ...}`` with a refused value as JSON, cut where it is long; None where a part may be secret.

    Args:
        value: any Python value; what is no JSON is told by its ``repr``.
        schema: the JSON Schema that it does not fit.
    """
    text = json.dumps(schema)
    return None if any(mark in text for mark in _SECRET) else {"value": _sketch(value, MOST_DEPTH)}


def _sketch(value: Any, depth: int) -> Any:
    match value:
        case None | bool():
            return value
        case int() if type(value) is int and abs(value) < 2**53:
            return value
        case float() if type(value) is float and value == value and abs(value) != float("inf"):
            return value
        case str() if type(value) is str:
            kept = value if len(value) <= MOST_TEXT else f"{value[:MOST_TEXT]}…"
            return kept.encode("utf-8", "backslashreplace").decode("utf-8")
        case list() | tuple() if depth and type(value) in (list, tuple):
            items = [_sketch(item, depth - 1) for item in value[:MOST_PARTS]]
            return items if len(value) <= MOST_PARTS else [*items, f"… {len(value) - MOST_PARTS} more"]
        case dict() if depth and type(value) is dict:
            parts = list(value.items())[:MOST_PARTS]
            left = {"…": f"{len(value) - MOST_PARTS} more"} if len(value) > MOST_PARTS else {}
            return {_key(key): _sketch(part, depth - 1) for key, part in parts} | left
        case _:
            return shown(value, MOST_TEXT).encode("utf-8", "backslashreplace").decode("utf-8")


def _key(key: Any) -> str:
    return (key if type(key) is str else shown(key)).encode("utf-8", "backslashreplace").decode("utf-8")
