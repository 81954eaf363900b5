"""JSON as text, as journals keep it."""

import json
from typing import Any

from pydantic_core import from_json, to_json


def to_text(value: Any) -> bytes:
    """Write JSON as text in UTF-8.

    Raises:
        ValueError, TypeError: the value is no JSON.
    """
    try:
        return to_json(value)
    except ValueError:
        # Half a surrogate pair is no character, and can only be written as an escape.
        return json.dumps(value, separators=(",", ":")).encode()


def from_text(text: bytes | str) -> Any:
    """Read what `to_text`, or anything else that writes JSON, has written."""
    try:
        return from_json(text)
    except ValueError:
        return json.loads(text)
