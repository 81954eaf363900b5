"""JSON values for people: laid out and coloured, or in a few words. Always text, never mark-up of the user's."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

MOST = 20_000
"""How many characters of a value are shown; the whole of it is in a download."""

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")(?P<key>\s*:)?"""
    r"""|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>true|false|null)"""
)


def dump(value: Any) -> str:
    """Write a value as JSON for people to read."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def as_html(value: Any, whole: str = "") -> SafeString:
    """Return a value as coloured JSON, cut when it is very long.

    Args:
        value: the JSON value.
        whole: the address at which all of it can be had, if not only with the whole run.
    """
    text = dump(value)
    cut = len(text) > MOST
    parts = "".join(_coloured(text[:MOST] if cut else text))
    # Every piece of the user's text went through escape().
    shown = format_html('<pre class="pre json" tabindex="0">{}</pre>', mark_safe(parts))
    return format_html("{}{}", shown, _rest(len(text) - MOST, whole)) if cut else shown


def _rest(left: int, whole: str) -> SafeString:
    count = f"{left:,} more characters"
    if not whole:
        return format_html('<p class="j-cut">… {}; download the run to see all</p>', count)
    return format_html('<p class="j-cut">… {}: <a href="{}" download>download all of it</a></p>', count, whole)


def preview(value: Any, most: int = 90) -> str:
    """Return a value in one short line."""
    text = " ".join(value.split()) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else text[: most - 1] + "…"


def _coloured(text: str) -> Iterator[str]:
    at = 0
    for match in _TOKEN.finditer(text):
        yield escape(text[at : match.start()])
        kind = "key" if match["key"] is not None else match.lastgroup
        body = match["string"] if match["string"] is not None else match.group()
        yield f'<span class="j-{kind}">{escape(body)}</span>{escape(match["key"] or "")}'
        at = match.end()
    yield escape(text[at:])
