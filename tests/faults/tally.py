"""What the fault tests did, counted over all of them and told at the end."""

import os
from collections import Counter

DONE: Counter[str] = Counter()
"""``kills``, ``races``, ``injections``, ``requests``: how many were done, each followed by its checks."""


def is_full() -> bool:
    """Tell whether everything is tried, not only a sample."""
    return os.environ.get("FAULTS") == "all"


def summary() -> str:
    """Say what was done."""
    return ", ".join(f"{DONE[what]} {what}" for what in sorted(DONE))
