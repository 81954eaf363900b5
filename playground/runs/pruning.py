"""Deletes runs that have ended long enough ago, again and again."""

import asyncio
import logging
import random
from datetime import timedelta

from django.db import DatabaseError

from playground.runs.retention import prune_expired
from playground.store.database import DatabaseBusy

PAUSE = 600.0
"""Seconds between two looks; before the first a part of it, so that processes that begin together look in turn."""

logger = logging.getLogger("playground.runs.pruning")


async def keep_pruned(keep: int | timedelta | None, *, pause: float = PAUSE) -> None:
    """Delete for ever what is not to be kept; several processes may do so at once.

    Args:
        keep: how many of the newest ended runs to keep, or for how long after their end; None keeps all.
        pause: seconds between two looks.
    """
    if keep is None:
        return
    await asyncio.sleep(random.uniform(0, pause))
    while True:
        try:
            if deleted := await prune_expired(keep=keep):
                logger.info("%d runs were deleted, which had ended long enough ago", deleted)
        except (DatabaseError, DatabaseBusy) as error:
            logger.warning("runs that have ended long enough ago could not be deleted: %s", error)
        await asyncio.sleep(pause)
