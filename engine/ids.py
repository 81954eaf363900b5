"""Ids of steps and workflows: what they may look like, and the next free one."""

import re
from collections.abc import Collection
from os import urandom

from engine.errors import InvalidId
from engine.short_text import shown

LONGEST_ID = 200
"""Characters of an id, that of a run too; every store and address takes that many."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def check_id(id: object, of: str) -> str:
    """Return the id if it is one.

    Args:
        id: what was given.
        of: "step" or "workflow", for the message.

    Raises:
        InvalidId: it is no text, has other characters than ``[A-Za-z0-9][A-Za-z0-9_-]*``, or more than 200.
    """
    if isinstance(id, str) and _ID.fullmatch(id):
        if len(id) <= LONGEST_ID:
            return id
        raise InvalidId(f"The id of a {of} has {len(id)} characters. Expected {LONGEST_ID} at most: {shown(id)}.")
    raise InvalidId(
        f"{shown(id)} cannot be the id of a {of}. Expected letters, digits, _ and -, a letter or digit first."
    )


def new_run_id() -> str:
    """Return a random UUID, version 4 of RFC 9562, as text.

    Written by hand, since each run needs one and `uuid.uuid4` takes four times as long.
    """
    digits = urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def free_id(kind: str, used: Collection[str]) -> str:
    """Return the first of ``kind-1``, ``kind-2`` ... that is not used."""
    number = 1
    while f"{kind}-{number}" in used:
        number += 1
    return f"{kind}-{number}"
