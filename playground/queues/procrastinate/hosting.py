"""Executes jobs of Procrastinate in a worker process, for as long as it lives, whatever becomes of the database."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import psycopg
import psycopg_pool
from django.db import connection
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ProcrastinateException

from playground.queues.port import Execute
from playground.queues.procrastinate.wakes import TASK

POLL = 2.0
"""Seconds between two looks for jobs, in case that a notification was lost."""
PAUSE = 0.5
"""Seconds before a worker of Procrastinate's that has ended by itself is followed by another one."""
CONNECTIONS = 3
"""How many connections at most take jobs and finish them; one more listens."""
NEVER = 3600.0
"""Seconds between two looks whether a job is to be aborted, which nobody asks for."""
TIMEOUT = 5.0
"""Seconds to wait for one of them, before the database counts as away."""

logger = logging.getLogger("playground.queues")
# What it says of jobs is of no interest, and an outage is told of by the store.
logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)


class JobsHost:
    """Keeps a worker of Procrastinate's, which stops by itself when the database goes; see `QueueHost`."""

    async def serve(self, *, queues: Sequence[str], concurrency: int, execute: Execute) -> None:
        """Execute jobs until cancelled; what is executed then goes on, since a job is only a wake."""
        while True:
            try:
                await _work(list(queues), concurrency, execute)
            except (ProcrastinateException, psycopg.Error, psycopg_pool.PoolTimeout, OSError) as error:
                logger.info("jobs could not be taken from the queue: %s", error.__cause__ or error)
            await asyncio.sleep(PAUSE)


async def _work(queues: list[str], concurrency: int, execute: Execute) -> None:
    """Execute jobs until the database goes."""
    app = App(connector=PsycopgConnector(**_pool()))

    async def segment(run_id: str) -> None:
        await execute(run_id)

    app.task(name=TASK)(segment)
    async with app.open_async():
        await app.run_worker_async(
            queues=queues,
            concurrency=concurrency,
            fetch_job_polling_interval=POLL,
            abort_job_polling_interval=NEVER,
            delete_jobs="always",
            install_signal_handlers=False,
            # Executing goes on without the job, and what comes next is not to wait for it.
            shutdown_graceful_timeout=0.0,
        )


def _pool() -> dict[str, Any]:
    """Return how connections are made: as Django does, a few of them."""
    given = connection.get_connection_params()
    wanted = {name: value for name, value in given.items() if name not in ("context", "cursor_factory")}
    return {
        "kwargs": wanted,
        "min_size": 1,
        "max_size": CONNECTIONS,
        "timeout": TIMEOUT,
        "reconnect_timeout": TIMEOUT,
    }
