"""JSON text to values and back, strictly: what one wrote is what is kept, and what cannot be kept is refused."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, NoReturn, TypeAlias

from playground.forms.values.values import MAX_DIGITS, Json, Literal, NumberError, parse_number, shorten

MAX_DEPTH = 100
"""Levels of nesting; validators and people end long before."""

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
ESCAPED_HALVES = ("\\ud", "\\uD")
"""How a half surrogate, which is no character, begins when it is escaped; a pair of escapes looks like one, too."""
NO_NUMBER = re.compile(r"\b(nan|inf)\b")
"""What stands for a number that is none in text that was written of a value."""
CONTAINERS = (dict, list, tuple)
LONE = re.compile(r"[\ud800-\udfff]")
ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
HINTS = {
    "Expecting value": "A value is expected here: {…}, […], text in double quotes, a number, true, false or null.",
    "Expecting property name enclosed in double quotes": "A name in double quotes is expected here.",
    "Expecting ',' delimiter": "A comma is missing before this, or a bracket is not closed.",
    "Expecting ':' delimiter": "A colon is expected after a name.",
    "Extra data": "There is something after the end of the value.",
    "Unterminated string starting at": "This text has no closing quote.",
    "Invalid control character at": "A line break or control character in text must be written as \\n, \\t or \\u….",
    "Invalid \\escape": "A backslash inside text must be doubled, or start an escape such as \\n.",
    "Illegal trailing comma before end of object": "Remove the comma before the closing bracket.",
    "Illegal trailing comma before end of array": "Remove the comma before the closing bracket.",
}


class JsonError(ValueError):
    """The text is not JSON that can be kept exactly; line and column count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.message}"


class _DefectError(ValueError):
    """Something that Python's reader would take and we do not; `_locate` finds where."""


def parse_json(text: str) -> Json:
    """Read JSON text; 9007199254740993 and 1.10 are kept as written.

    Raises:
        JsonError: on a syntax error, NaN, a number out of range, a name used twice in an object, half of a surrogate
            pair, or more than `MAX_DEPTH` levels.

    """
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_fraction,
            parse_int=_whole,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        hint = next((HINTS[start] for start in HINTS if error.msg.startswith(start)), error.msg)
        raise JsonError(hint, error.lineno, error.colno) from None
    except (RecursionError, _DefectError):
        _locate(text)
    if is_deep(value) or has_halves(text):
        _Scan(text=text).run()
    return value


def is_sure(text: str) -> bool:
    """Tell whether text that `dumps` wrote of a value, not too deep, is read as that value, without reading it."""
    if has_halves(text):
        return False
    # Words are found far faster than a pattern.
    return not ("nan" in text or "inf" in text) or NO_NUMBER.search(text) is None


def has_halves(text: str) -> bool:
    """Tell whether JSON text may have half of a surrogate pair."""
    if any(start in text for start in ESCAPED_HALVES):
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def is_deep(value: Json, limit: int = MAX_DEPTH) -> bool:
    """Tell whether a value has more than `limit` levels, without recursion."""
    level = [value] if isinstance(value, CONTAINERS) else []
    for _ in range(limit):
        level = [child for parent in level for child in _children(parent) if isinstance(child, CONTAINERS)]
        if not level:
            return False
    return bool(level)


def _children(parent: dict[str, Json] | list[Json] | tuple[Json, ...]) -> Iterable[Json]:
    return parent.values() if isinstance(parent, dict) else parent


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DefectError
    return found


def _whole(text: str) -> int | Literal:
    if len(text) > MAX_DIGITS:
        raise _DefectError
    return Literal(text) if text == "-0" else int(text)


def _fraction(text: str) -> Literal:
    number = Literal(text)
    if len(text) > MAX_DIGITS or math.isinf(number):
        raise _DefectError
    return number


def _constant(text: str) -> NoReturn:
    raise _DefectError(text)


def _locate(text: str) -> NoReturn:
    _Scan(text=text).run()
    raise JsonError("This text cannot be read as JSON.", 1, 1)


@dataclass(slots=True, kw_only=True)
class _Scan:
    """A second, slow reading that stops at the first defect; it runs only when there is one."""

    text: str
    names: list[set[str] | None] = field(default_factory=list)

    def run(self) -> None:
        """Raise the first defect of the text as a `JsonError`."""
        before = ""
        for found in TOKEN.finditer(self.text):
            token = found[0]
            match token[0]:
                case "{" | "[":
                    self.names.append(set() if token == "{" else None)
                    if len(self.names) > MAX_DEPTH:
                        self.refuse(found.start(), f"More than {MAX_DEPTH} levels of nesting are not taken.")
                case "}" | "]":
                    self.names.pop()
                case '"':
                    self.string(token, found.start(), is_name=before in ("{", ","))
                case "," | ":":
                    pass
                case _:
                    self.word(token, found.start())
            before = token[0]

    def string(self, token: str, at: int, *, is_name: bool) -> None:
        text = json.loads(token, strict=False)
        if LONE.search(text):
            self.refuse(at, "This text holds half of a surrogate pair, which is no character.")
        names = self.names[-1] if self.names else None
        if names is None or not is_name:
            return
        if text in names:
            self.refuse(at, f"The name {shorten(text)} stands twice in this object.")
        names.add(text)

    def word(self, token: str, at: int) -> None:
        if token in ("true", "false", "null"):
            return
        if token in ("NaN", "Infinity", "-Infinity"):
            self.refuse(at, f"{token} is not JSON; write null or a number.")
        try:
            parse_number(token)
        except NumberError as error:
            self.refuse(at, str(error))

    def refuse(self, at: int, message: str) -> NoReturn:
        line = self.text.count("\n", 0, at) + 1
        raise JsonError(message, line, at - self.text.rfind("\n", 0, at))


def dumps(value: Json, *, indent: int | None = None) -> str:
    """Write a value as JSON text, numbers as they were typed.

    Characters that a browser or an editor would change (control characters, line separators, half surrogates) are
    written as escapes; other text is readable as it is. Any depth can be written.
    """
    parts: list[str] = []
    step = " " * (indent or 0)
    around: list[_Open] = [(iter([("", value)]), "", "" if indent is None else "\n")]
    while around:
        rows, end, line = around[-1]
        for before, inner in rows:
            parts.append(before)
            if isinstance(inner, CONTAINERS) and inner:
                around.append(_opened(inner, line, step))
                break
            parts.append(_single(inner))
        else:
            parts.append(end)
            around.pop()
    return "".join(parts)


_Open: TypeAlias = tuple[Iterator[tuple[str, Json]], str, str]
"""What is left to write of a container: its parts, each with what stands before it; the end; the line break between."""


def _opened(value: dict[str, Json] | list[Json] | tuple[Json, ...], line: str, step: str) -> _Open:
    deeper = line + step if line else ""
    start, between = deeper, f",{deeper}" if line else ", "
    if isinstance(value, dict):
        return _named(value, f"{{{start}", between), f"{line}}}", deeper
    return _numbered(value, f"[{start}", between), f"{line}]", deeper


def _named(value: dict[str, Json], before: str, between: str) -> Iterator[tuple[str, Json]]:
    for name, inner in value.items():
        yield f"{before}{_quote(name)}: ", inner
        before = between


def _numbered(value: Iterable[Json], before: str, between: str) -> Iterator[tuple[str, Json]]:
    for inner in value:
        yield before, inner
        before = between


def _single(value: Json) -> str:
    write = WRITERS.get(type(value)) or next((WRITERS[kind] for kind in WRITERS if isinstance(value, kind)), None)
    if write is None:
        raise TypeError(f"{type(value).__name__} is no JSON value")
    return write(value)


def _quote(text: str) -> str:
    # Not `json.dumps`, which would make an encoder for each text.
    quoted = encode_basestring(text)
    if quoted.isascii() and "\x7f" not in quoted:
        return quoted
    return ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


WRITERS: Mapping[type, Callable[[Any], str]] = {
    str: _quote,
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    Literal: attrgetter("text"),
    int: int.__repr__,
    float: float.__repr__,
    dict: lambda _: "{}",
    list: lambda _: "[]",
    tuple: lambda _: "[]",
}
"""How each type is written; of subtypes, which come first, their own way."""
