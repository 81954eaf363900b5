"""Wakes as messages to the broker, sent when the transaction that makes runs due has ended well."""

import logging
import threading
import time
from collections.abc import Sequence

from celery import Celery
from django.db import transaction

from playground.queues.celery.application import TASK, application, know, urgency
from playground.queues.port import Due

PAUSE = 0.5
"""Seconds between two tries while the broker is away."""
MOST = 10_000
"""How many wakes wait in a process for a broker that is away; the sweep brings further ones later."""

logger = logging.getLogger("playground.queues")


class SentWakes:
    """Sends a message for each run that is due; see `playground.queues.port.Wakes`.

    A thread sends, so that no request waits for the broker or fails with it. What waits is lost with the process; the
    sweep makes up for that.
    """

    gap: float = 5.0

    def __init__(self, broker: str) -> None:
        """Take where the broker is; it is connected to with the first wake."""
        self._broker = broker
        self._changed = threading.Condition()
        self._waiting: dict[str, Due] = {}
        """The wakes to be sent, by run, the longest waiting first."""
        self._thread: threading.Thread | None = None

    def enqueue(self, runs: Sequence[Due]) -> None:
        """Have messages sent once the transaction is committed."""
        transaction.on_commit(lambda: self._send_soon(runs))

    def clear(self) -> None:
        """Leave it to the broker, which delivers anew what a worker took and did not acknowledge."""

    def _send_soon(self, runs: Sequence[Due]) -> None:
        with self._changed:
            for run in runs:
                if run.run_id in self._waiting or len(self._waiting) < MOST:
                    self._waiting[run.run_id] = run
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_sending, name="celery-sender", daemon=True)
                self._thread.start()

    def _keep_sending(self) -> None:
        app = application(self._broker)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                run = next(iter(self._waiting.values()))
            try:
                _send(app, run)
            except Exception as error:
                # Each broker's library has errors of its own; whatever it is, the next try may do.
                logger.info("a wake could not be sent to the broker: %s", error)
                time.sleep(PAUSE)
                continue
            with self._changed:
                if self._waiting.get(run.run_id) is run:
                    del self._waiting[run.run_id]


def _send(app: Celery, run: Due) -> None:
    know(app, run.queue)
    priority = urgency(app, run.priority)
    app.send_task(TASK, args=[run.run_id], queue=run.queue, priority=priority, retry=False)
