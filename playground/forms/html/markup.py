"""HTML elements from strings, each escaped in one place."""

from collections.abc import Mapping
from html import escape

from django.utils.safestring import SafeString

Attributes = Mapping[str, str | bool]
VOID = frozenset(("input", "br", "hr"))


def el(name: str, attributes: Attributes, *children: str) -> SafeString:
    """Return an element; children that are not markup already are escaped, as are all attributes.

    Args:
        name: the element's name, never from data.
        attributes: names (never from data) and values; True writes the bare name, False leaves it out.
        children: markup or text.

    """
    opening = f"<{name}{_written(attributes)}>"
    if name in VOID:
        return SafeString(opening)
    # The parser swallows the first line break of a text area, so one is spent.
    start = "\n" if name == "textarea" else ""
    return SafeString(f"{opening}{start}{join(*children)}</{name}>")


def join(*children: str) -> SafeString:
    """Return markup and text one after the other."""
    return SafeString("".join(child if isinstance(child, SafeString) else escape(child) for child in children))


def _written(attributes: Attributes) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not False
    )


NOTHING = SafeString("")
