"""Columns of values as PostgreSQL's arrays in binary, so that one statement takes the rows of a whole batch.

Nothing has to be escaped; see ``array_recv`` in the server's source for the format. A COPY, which no pipeline takes,
would pay for larger batches than there are: measured, 100 and 1,000 rows take as long either way, 10,000 half as long.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct, pack

INT8, TEXT, TIMESTAMPTZ = 20, 25, 1184
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

_HEAD = Struct("!iiIii")
_LENGTH = Struct("!i").pack


def integers(values: Sequence[int], kind: int = INT8) -> bytes:
    """Return an ``int8[]``, or another array of 64 bits."""
    interleaved = [8] * (2 * len(values))
    interleaved[1::2] = values
    return _head(kind, len(values)) + pack("!" + "iq" * len(values), *interleaved)


def times(values: Sequence[datetime]) -> bytes:
    """Return a ``timestamptz[]``."""
    return integers([(value - EPOCH) // MICROSECOND for value in values], TIMESTAMPTZ)


def texts(values: Sequence[str]) -> bytes:
    """Return a ``text[]``."""
    parts = [_head(TEXT, len(values))]
    for value in values:
        encoded = value.encode()
        parts += (_LENGTH(len(encoded)), encoded)
    return b"".join(parts)


def _head(kind: int, length: int) -> bytes:
    # One dimension, no nulls, counted from 1.
    return _HEAD.pack(1, 0, kind, length, 1)
