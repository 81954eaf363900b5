"""JSON values as the forms hold them: nothing set, and numbers that remember how they were written."""

import enum
import math
import re
from collections.abc import Iterator
from typing import Any, Final, Self, TypeAlias

Json: TypeAlias = Any
"""None, bool, int, `Literal` (or float), str, list of these, or dict from str to these."""


class Missing(enum.Enum):
    """The type of `MISSING`."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING
"""No value at all, which is something else than null."""

MAX_DIGITS = 4300
"""Longer numbers are refused; Python itself stops reading whole numbers there."""

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)


class NumberError(ValueError):
    """This is not a number that JSON can hold."""


class Literal(float):
    """A JSON number with a fraction, an exponent or a minus zero, that keeps its text.

    It is a float for everyone who calculates, and `dumps` writes its text, so that 1.10 stays 1.10. The standard
    library's `json.dumps` writes it as a plain float.
    """

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Self:
        """Read the number; the text must be one that `float` reads."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        return (self.text,)

    def __repr__(self) -> str:
        return self.text


def parse_number(text: str) -> int | Literal:
    """Read one JSON number, exactly.

    Raises:
        NumberError: with a sentence that says what to write instead.

    """
    if len(text) > MAX_DIGITS:
        raise NumberError(f"This number has {len(text):,} characters; {MAX_DIGITS:,} are the most that can be read.")
    found = NUMBER.fullmatch(text)
    if found is None:
        raise NumberError(f"Found {shorten(text)}. Expected a number with a point, such as 12 or 0.5.")
    if found[1] is None and found[2] is None and text != "-0":
        return int(text)
    number = Literal(text)
    if math.isinf(number):
        raise NumberError(f"The number {shorten(text)} is larger than a computer's number can be (about 1.8e308).")
    return number


def keys_of(name: str) -> Iterator[Json]:
    """Walk what a name may be as a key of a Python dict: the text, or the number or truth that it writes."""
    yield name
    words = {"true": True, "false": False}
    if name in words:
        yield words[name]
    elif NUMBER.fullmatch(name) and len(name) <= MAX_DIGITS:
        number = parse_number(name) if not math.isinf(float(name)) else None
        yield from () if number is None else (number,)


def is_decimal(text: str) -> bool:
    """Tell whether a text is a decimal number as Python's `Decimal` reads it."""
    return len(text) <= MAX_DIGITS and DECIMAL.fullmatch(text) is not None


def unquoted(text: str, limit: int = 60) -> str:
    """Return the text as `shorten` does, without the quotes: for values that are no text."""
    return shorten(text, limit)[1:-1]


def shorten(text: str, limit: int = 60) -> str:
    """Return the text in quotes, cut when it is long, for use in a message."""
    printable = "".join(mark if mark.isprintable() else "\ufffd" for mark in text[: limit + 1])
    return f"“{printable}”" if len(text) <= limit else f"“{printable[:limit]}…”"
