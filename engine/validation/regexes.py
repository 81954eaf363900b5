"""Regular expressions from schemas, searched in bounded time and memory.

A pattern that backtracks for ever, or that unfolds to gigabytes, must not stop a process. RE2 (linear time, bounded
memory) searches; the few patterns that it cannot express (look-around, references to groups) go to `regex` with a
time limit, and only when they are short and hold no large counted repeat, which that engine would unfold.
"""

import functools
import re
import time
from collections.abc import Callable
from typing import Any

import re2  # type: ignore[import-untyped]
import regex

MAX_PATTERN = 1000
MAX_BACKTRACK_TEXT = 20_000
BACKTRACK_SECONDS = 0.1
CHEAP = 20_000_000
"""Steps of a pattern times characters that never take longer than a fraction of a second."""
TRIED_CHARACTERS = 10_000
TRIED_SECONDS = 0.25

# ECMA 262 and pydantic's engine disagree on whether \w and \d mean ASCII; pydantic's reading is the wider one, and what
# is refused here never reaches pydantic.
WIDER = {"d": r"\p{Nd}", "w": r"\p{L}\p{M}\p{Nd}\p{Pc}", "s": r"\s\p{Z}\x{feff}\v"}
ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{4,6})\}?|\\(.)|(\[\^?)|(\])", re.DOTALL)
COUNTED = re.compile(r"\{\s*(\d*)\s*,?\s*(\d*)\s*\}")

Search = Callable[[str], bool]


class PatternError(ValueError):
    """This regular expression cannot be searched here."""


class PatternTimeout(PatternError):
    """Searching took too long."""


@functools.lru_cache(maxsize=512)
def compiled(pattern: str) -> Search:
    """Return a function that tells whether the pattern is found in a text.

    Raises:
        PatternError: when the pattern is no regular expression, or one that cannot be bounded.

    """
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"it has more than {MAX_PATTERN} characters")
    try:
        return _linear(pattern)
    except (re2.error, UnicodeEncodeError) as error:
        return _limited(pattern, str(error))


def _linear(pattern: str) -> Search:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 4 << 20
    found = re2.compile(_translated(pattern), options)

    def search(text: str) -> bool:
        known = text.encode("utf-8", "replace").decode()
        if len(known) * found.programsize > CHEAP:
            _try(found, known)
        return found.search(known) is not None

    return search


def _try(found: Any, text: str) -> None:
    """Search a long text piece by piece first: linear time is still long when each character takes long.

    Raises:
        PatternTimeout: the whole would take too long.
    """
    end = time.thread_time() + TRIED_SECONDS
    for at in range(0, len(text), TRIED_CHARACTERS):
        found.search(text[at : at + TRIED_CHARACTERS])
        if time.thread_time() > end:
            raise PatternTimeout("searching so long a text took too long")


def _limited(pattern: str, reason: str) -> Search:
    counts = [int(number) for pair in COUNTED.findall(pattern) for number in pair if number and len(number) < 9]
    large = [count for count in counts if count > 20]
    if len(large) > 1 or sum(counts) > 100_000:
        raise PatternError(f"it repeats too much: {reason}")
    try:
        found = regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError) as error:
        raise PatternError(str(error)) from error

    def search(text: str) -> bool:
        if len(text) > MAX_BACKTRACK_TEXT:
            raise PatternTimeout("the text is too long for it")
        try:
            return found.search(text, timeout=BACKTRACK_SECONDS) is not None
        except TimeoutError:
            raise PatternTimeout("searching it took too long") from None

    return search


def _translated(pattern: str) -> str:
    """Return the pattern in RE2's words, with Unicode's meaning of the letter classes."""
    inside = False

    def word(found: re.Match[str]) -> str:
        nonlocal inside
        code, letter, opening, closing = found.groups()
        if code:
            return f"\\x{{{code}}}"
        if opening or closing:
            was, inside = inside, bool(opening)
            return f"\\{found[0]}" if was and opening else found[0]
        if letter.lower() not in WIDER or (inside and letter.isupper()):
            return found[0]
        wide = WIDER[letter.lower()]
        return wide if inside else f"[^{wide}]" if letter.isupper() else f"[{wide}]"

    return ESCAPE.sub(word, pattern)
