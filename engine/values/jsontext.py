"""JSON as text, as journals keep it."""

import json
from typing import Any

from pydantic_core import SchemaSerializer, core_schema, from_json, to_json

# Made once, it takes half as long as `to_json`, which makes one for each call.
_write = SchemaSerializer(core_schema.any_schema(), {"ser_json_inf_nan": "constants"}).to_json


def to_text(value: Any) -> bytes:
    """Write JSON as text in UTF-8.

    Raises:
        ValueError, TypeError: the value is no JSON.
    """
    try:
        return _write(value)
    except ValueError:
        # Half a surrogate pair is no character, and can only be written as an escape.
        return json.dumps(value, separators=(",", ":")).encode()


def readable(value: Any, indent: int | None = None) -> str:
    """Write JSON for people and programs: letters as they are, unless half a surrogate pair makes escapes of all.

    Args:
        value: JSON; of anything else its text is taken.
        indent: spaces before each further level; None for one line.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent, default=str)
    return text


def from_text(text: bytes | str) -> Any:
    """Read what `to_text`, or anything else that writes JSON, has written."""
    try:
        return from_json(text)
    except ValueError:
        return json.loads(text)


def unambiguous(text: bytes) -> Any:
    """Return the JSON that was written.

    Raises:
        ValueError: two keys of an object are the same in JSON, such as ``1`` and ``"1"``.
    """
    json = from_json(text)
    if len(to_json(json)) != len(text):
        raise ValueError("two keys of an object are the same in JSON")
    return json


def is_json(value: Any) -> bool:
    """Return whether a value is JSON, and no object that only has a JSON form."""
    try:
        return bool(from_json(to_json(value)) == value)
    except Exception:  # What has no JSON form may have no equality either.
        return False
