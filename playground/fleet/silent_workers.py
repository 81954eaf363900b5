"""Frees the runs of workers of which nothing is heard any more: their machine died, hangs, or has lost its network.

Whoever watches looks twice a second, and only one at a time. Two looks must agree, which they note in the database, so
that any two will do: the first suspects a worker in the middle of its time, so that the other need not wait longer than
that. Right after the database was away nobody is taken for dead, as nobody could write.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, Greatest

from playground.fleet.crash_suspects import give_back
from playground.live import nudges
from playground.models import Worker as WorkerRow
from playground.store.database import DatabaseBusy, in_transaction, is_steady
from playground.store.database_clock import Now, database_now

LOOK = 0.5
"""Seconds between two looks."""
SHORTEST = 0.02
"""Seconds before a look at the end of a worker's time."""
AGREE = timedelta(seconds=0.9)
"""How long after a look that suspects a worker another one may agree: as long as a sign takes to come, if it lives."""
LOCK = 0x57E9_A4D1
"""The advisory lock of whoever looks."""
REASON = "gave no sign of life any more: its machine died, hung or was cut off"

logger = logging.getLogger("playground.fleet.silent_workers")


async def watch_for_silence(seconds: float) -> None:
    """Look for silent workers and hand their runs on, for ever; on one machine the supervisor sees all that happens.

    Args:
        seconds: after how many without a sign a worker counts as gone.
    """
    while connection.vendor != "sqlite":
        pause = LOOK
        try:
            gone, run_ids, pause = await in_transaction(lambda: _look(seconds))
        except (DatabaseError, DatabaseBusy) as error:
            logger.warning("silent workers could not be looked for: %s", error)
        else:
            for worker_id in gone:
                logger.warning("worker %s %s", worker_id, REASON)
            for run_id in run_ids:
                await nudges.wake(run_id)
            if gone:
                await nudges.nudge_catalogue()
        await asyncio.sleep(pause)


def _look(seconds: float) -> tuple[list[str], list[str], float]:
    """Return the workers that are gone now, the runs that they leave, and after how many seconds to look again."""
    if not _is_alone():
        return [], [], LOOK
    living = WorkerRow.objects.filter(ended_at=None)
    if not is_steady():
        living.exclude(suspected_at=None).update(suspected_at=None)
        return [], [], LOOK
    quiet = _silent(living, seconds / 2)
    living.exclude(suspected_at=None).exclude(id__in=quiet.values("id")).update(suspected_at=None)
    silent = _silent(living, seconds).filter(suspected_at__lte=Now() - AGREE)
    gone = list(silent.values_list("worker_id", flat=True))
    quiet.filter(suspected_at=None).update(suspected_at=Now())
    pause = _until_over(quiet, seconds)
    if not gone:
        return [], [], pause
    run_ids = give_back(gone)
    rows = WorkerRow.objects.filter(worker_id__in=gone)
    rows.update(status="ended", ended_at=Now(), exit=Coalesce("exit", Value(REASON)), running="[]", blocked="null")
    return gone, run_ids, pause


def _until_over(quiet: QuerySet[WorkerRow, Any], seconds: float) -> float:
    """Return when to look again: when the time of a suspected worker is over, if that is soon."""
    now = database_now()
    heard = [max(beat, vouched or beat) for beat, vouched in quiet.values_list("heartbeat_at", "vouched_at")]
    left = [seconds - (now - sign).total_seconds() for sign in heard]
    return min([LOOK, *(max(SHORTEST, one) for one in left if one > 0)])


def _silent(rows: QuerySet[WorkerRow], seconds: float) -> QuerySet[WorkerRow, Any]:
    heard = Greatest("heartbeat_at", Coalesce("vouched_at", "heartbeat_at"))
    return rows.alias(heard=heard).filter(heard__lt=Now() - timedelta(seconds=seconds))


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])
