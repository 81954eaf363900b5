"""Executes tasks of Celery in a worker process: a thread waits for each, and the runs share the one event loop."""

import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from typing import Any, cast

from celery import Celery
from celery.worker import WorkController, state

from playground.queues.celery.application import TASK, application, know
from playground.queues.port import Execute

PAUSE = 0.5
"""Seconds before a worker of Celery's that has ended by itself is followed by another one."""

logger = logging.getLogger("playground.queues")
# What it says of tasks and of its broker is no news for the person at the terminal, who cannot do anything about it.
for name in ("celery", "kombu", "amqp"):
    logging.getLogger(name).setLevel(logging.CRITICAL)


class ThreadsHost:
    """Keeps a worker of Celery's with a pool of threads; see `playground.queues.port.QueueHost`."""

    def __init__(self, broker: str) -> None:
        """Take where the broker is."""
        self._broker = broker
        self._executed: set[Future[None]] = set()
        self._over = threading.Event()

    async def serve(self, *, queues: Sequence[str], concurrency: int, execute: Execute) -> None:
        """Execute tasks until cancelled; what is executed then goes on, since a task is only a wake."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        app = application(self._broker)

        @app.task(name=TASK)
        def segment(run_id: str) -> None:
            self._wait_for(asyncio.run_coroutine_threadsafe(_quietly(execute, run_id), loop))

        def keep() -> None:
            self._keep_working(app, list(queues), concurrency)
            loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=keep, name="celery-worker", daemon=True).start()
        try:
            await ended.wait()
        finally:
            self._over.set()
            cast(Any, state).should_stop = 0  # looked at by Celery's loop at each turn
            for future in tuple(self._executed):
                future.cancel()
            await ended.wait()

    def _wait_for(self, future: "Future[None]") -> None:
        """Return when a run rests, or is not waited for any more."""
        self._executed.add(future)
        try:
            if not self._over.is_set():
                future.result()
        except CancelledError:
            pass
        finally:
            self._executed.discard(future)

    def _keep_working(self, app: Celery, queues: Sequence[str], concurrency: int) -> None:
        for name in queues:
            know(app, name)
        while not self._over.is_set():
            try:
                WorkController(
                    app=app,
                    pool="threads",
                    concurrency=concurrency,
                    queues=list(queues),
                    without_gossip=True,
                    without_mingle=True,
                    without_heartbeat=True,
                ).start()
            except Exception as error:
                # Each broker's library has errors of its own; whatever it is, the next one may do.
                logger.info("tasks could not be taken from the broker: %s", error)
            time.sleep(PAUSE)


async def _quietly(execute: Execute, run_id: str) -> None:
    await execute(run_id)
