"""What a user gave, as it stands in a message: short, and never the cause of another error."""

import difflib
import re
from collections.abc import Iterable

MAX_SHOWN = 200
"""Characters of one value in a message; what is longer is cut."""

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+(?=>)")


def shown(value: object, most: int = MAX_SHOWN) -> str:
    """Return ``repr(value)``, cut after ``most`` characters; the name of its type when ``repr`` itself raises.

    Addresses of memory are left out: they say nothing to anybody, and make two messages of one mistake.
    """
    try:
        text = repr(value)
    except Exception:  # It is the user's, and may raise anything.
        return f"a value of type {type(value).__qualname__}"
    text = text if isinstance(value, str) else _ADDRESS.sub("", text)
    return text if len(text) <= most else f"{text[:most]}…"


def meant(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the known word which was probably meant; nothing when none is near.

    Arguments: what was found, and the words that there are.
    """
    known = tuple(known)
    near = difflib.get_close_matches(word, known, 1)
    near = near or [one for one in known if word and (one.startswith(f"{word}_") or one.endswith(f"_{word}"))]
    return f" Did you mean {near[0]}?" if near else ""
