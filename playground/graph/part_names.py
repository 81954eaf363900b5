"""Parts of a graph in the words that people read, and paths without the items of lists."""

import re
from typing import Any


def condition_text(text: Any) -> str:
    """Return a condition's source for people: on one line, and of a lambda what it computes."""
    return re.sub(r"^lambda\b[^:]*:\s*", "", " ".join(str(text or "").split()))


def without_indexes(path: str) -> str:
    """Return a written path without the items of lists: ``inner[0].ask`` gives ``inner.ask``."""
    return re.sub(r"\[\d+\]", "", path)
