"""The Markdown that models write, as HTML: a small part of it, in which no mark-up of the text's own survives.

Headings, paragraphs, lists, quotes, fenced code, rules, and in a line code, bold and italic. Links stay text: what a
model writes must not lead anybody anywhere.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MOST = 20_000
"""So many characters are read; the whole text stands beside it."""

Kind = Literal["blank", "heading", "bullet", "number", "quote", "rule", "code", "text"]


class _Line(NamedTuple):
    kind: Kind
    text: str
    level: int = 0


# Each alternative ends at the next mark of its own kind, so that no text takes more than one look at each character.
_INLINE = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_BULLET = re.compile(r"\s*[-*+]\s+(.*)")
_NUMBER = re.compile(r"\s*\d{1,9}[.)]\s+(.*)")
_RULE = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,})\s*")
_TAGS = ("code", "strong", "em")


def markdown(text: str) -> SafeString:
    """Return a text as HTML, read as Markdown; of a very long one the beginning."""
    cut = SafeString("<p>…</p>" if len(text) > MOST else "")
    blocks = groupby(_lines(text[:MOST].splitlines()), key=lambda line: line.kind)
    return format_html(
        "{}{}", format_html_join("", "{}", ((_block(kind, list(found)),) for kind, found in blocks)), cut
    )


def _lines(lines: Sequence[str]) -> Iterator[_Line]:
    fenced = False
    for line in lines:
        if line.lstrip().startswith("```"):
            fenced = not fenced
            yield _Line("blank", "")
        elif fenced:
            yield _Line("code", line)
        else:
            yield _line(line)


def _line(line: str) -> _Line:
    if not line.strip():
        return _Line("blank", "")
    if found := _HEADING.fullmatch(line):
        return _Line("heading", found[2], len(found[1]))
    if _RULE.fullmatch(line):
        return _Line("rule", "")
    if found := _BULLET.fullmatch(line):
        return _Line("bullet", found[1])
    if found := _NUMBER.fullmatch(line):
        return _Line("number", found[1])
    if line.startswith(">"):
        return _Line("quote", line[1:].strip())
    return _Line("text", line)


def _block(kind: Kind, lines: Sequence[_Line]) -> SafeString:
    texts = [line.text for line in lines]
    match kind:
        case "blank":
            return SafeString("")
        case "heading":
            # The page has headings of its own above these.
            return format_html_join(
                "", '<p class="md-head" data-level="{}">{}</p>', ((x.level, _inline(x.text)) for x in lines)
            )
        case "rule":
            return SafeString("<hr>")
        case "code":
            return format_html("<pre>{}</pre>", "\n".join(texts))
        case "bullet":
            return format_html("<ul>{}</ul>", _items(texts))
        case "number":
            return format_html("<ol>{}</ol>", _items(texts))
        case "quote":
            return format_html("<blockquote>{}</blockquote>", _inline("\n".join(texts)))
        case "text":
            return format_html("<p>{}</p>", _inline("\n".join(texts)))


def _items(texts: Sequence[str]) -> SafeString:
    return format_html_join("", "<li>{}</li>", ((_inline(text),) for text in texts))


def _inline(text: str) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in _parts(text)))


def _parts(text: str) -> Iterator[str]:
    at = 0
    for found in _INLINE.finditer(text):
        yield text[at : found.start()]
        number = found.lastindex or 1
        yield format_html(f"<{_TAGS[number - 1]}>{{}}</{_TAGS[number - 1]}>", found[number])
        at = found.end()
    yield text[at:]
