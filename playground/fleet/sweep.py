"""Makes up for what a distributed queue loses, in one process at a time: runs that are due and that no worker takes."""

import asyncio
import logging

from django.db import DatabaseError, connection

from playground.queues.port import wakes
from playground.store.database import DatabaseBusy, in_transaction
from playground.store.queue import MOST, offer_again

LOOK = 1.0
"""Seconds between two looks."""
SHORTEST = 0.02
"""Seconds before a look for a timer."""
LOCK = 0x57E9_A4D2
"""The advisory lock of whoever sweeps."""

logger = logging.getLogger("playground.fleet.sweep")


async def keep_swept() -> None:
    """Hand over what is due, for ever, and timers at their time; without a queue, workers look for themselves."""
    while wakes() is not None:
        pause = LOOK
        try:
            found, seconds = await in_transaction(_sweep)
        except (DatabaseError, DatabaseBusy) as error:
            logger.warning("runs that are due could not be looked for: %s", error)
        else:
            pause = 0.0 if found == MOST else min(LOOK, max(SHORTEST, LOOK if seconds is None else seconds))
        await asyncio.sleep(pause)


def _sweep() -> tuple[int, float | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        (alone,) = cursor.fetchone()
    return offer_again() if alone else (0, None)
