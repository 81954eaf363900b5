"""What a machine says of its workers while they live, and what others ask of them: both through the database.

A worker that executes code which lets no other thread run cannot write that it lives. The supervisor beside it can, as
it imports nothing of the user's. And since it writes once a second anyway, it reads what it is asked on the same way,
so that no other link between machines is needed.
"""

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime
from typing import Literal, cast

from django.db import DatabaseError, connection

from playground.live import nudges
from playground.models import Worker as WorkerRow
from playground.store.database import DatabaseBusy, in_database, in_transaction
from playground.store.database_clock import Now
from playground.supervisor import Supervisor

LOOK = 1.0
"""Seconds between two signs."""

Order = Literal["replace", "renew"]
"""Replace a worker at once, or when its successor has imported all that it holds."""

logger = logging.getLogger("playground.fleet.host")


async def began() -> str:
    """Return when this was called by the clock of a shared database, to tell the newer of two machines."""
    return (await in_database(_now)).isoformat()


def is_reached() -> bool:
    """Tell whether what is asked of a worker gets to its supervisor."""
    return connection.vendor != "sqlite" or not nudges.alone()


async def order(worker_id: str, what: Order) -> None:
    """Have a worker's supervisor do something about it soon, on whatever machine it is."""
    if connection.vendor != "sqlite":
        await in_transaction(WorkerRow.objects.filter(worker_id=worker_id, ended_at=None).update, wanted=what)
    elif what == "replace":
        await nudges.replace_worker(worker_id)
    else:
        await nudges.renew_worker(worker_id)


async def attend(supervisor: Supervisor) -> None:
    """Vouch for the workers of a supervisor that live, and hand on what is asked, for ever.

    Where one machine has the database for itself, nobody has to be told.
    """
    while connection.vendor != "sqlite":
        try:
            living = [child.worker_id for child in supervisor.children if not child.is_stopped]
            for worker_id, wanted in await in_transaction(_vouch, living):
                supervisor.renew(worker_id, at_once=wanted == "replace")
        except (DatabaseError, DatabaseBusy) as error:
            logger.warning("that the workers of this machine live could not be written: %s", error)
        await asyncio.sleep(LOOK)


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (found,) = cursor.fetchone()
    return cast(datetime, found)


def _vouch(worker_ids: Collection[str]) -> list[tuple[str, str]]:
    rows = WorkerRow.objects.filter(worker_id__in=worker_ids, ended_at=None)
    rows.update(vouched_at=Now())
    asked = list(rows.exclude(wanted="").values_list("worker_id", "wanted"))
    if asked:
        rows.exclude(wanted="").update(wanted="")
    return asked
