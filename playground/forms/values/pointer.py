"""Names of controls: JSON pointers behind a prefix, with the characters escaped that browsers change in names."""

import re

UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|~|/")
ESCAPED = re.compile("~(?:u([0-9a-f]{4})|([01]))")
ENTRY = "~k"
"""Marks the segment of an entry whose name is typed: no escaped name begins so."""


def segment(name: str) -> str:
    """Return a name as a segment of a pointer."""
    return UNSAFE.sub(_escape, name)


def name_in(text: str) -> str:
    """Return the name that a segment stands for."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "~/"[int(found[2])], text)


def _escape(found: re.Match[str]) -> str:
    letter = found[0]
    return "~0" if letter == "~" else "~1" if letter == "/" else f"~u{ord(letter):04x}"


def child(at: str, name: str) -> str:
    """Return the pointer of a property."""
    return f"{at}/{segment(name)}"
