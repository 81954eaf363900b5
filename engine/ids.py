"""Ids of steps and workflows: what they may look like, and the next free one."""

import re
from collections.abc import Collection

from engine.errors import InvalidId
from engine.shown import shown

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def check_id(id: object, of: str) -> str:
    """Return the id if it is one.

    Args:
        id: what was given.
        of: "step" or "workflow", for the message.

    Raises:
        InvalidId: it is no text, or has other characters than ``[A-Za-z0-9][A-Za-z0-9_-]*``.
    """
    if isinstance(id, str) and _ID.fullmatch(id):
        return id
    raise InvalidId(
        f"{shown(id)} cannot be the id of a {of}. Expected letters, digits, _ and -, a letter or digit first."
    )


def free_id(kind: str, used: Collection[str]) -> str:
    """Return the first of ``kind-1``, ``kind-2`` ... that is not used."""
    number = 1
    while f"{kind}-{number}" in used:
        number += 1
    return f"{kind}-{number}"
