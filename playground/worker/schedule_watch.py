"""A thread that starts what schedules are due for, also while the user's code blocks everything else."""

import threading
from collections.abc import Callable, Sequence

from django.db import Error, connection

from playground.schedules.firing import fire
from playground.store.database import DatabaseBusy, logger

BEAT = 1.0
"""Seconds between two looks; all workers look, and one of them starts a run."""


class Firing:
    """Looks at the schedules from a thread of its own."""

    def __init__(self, started: Callable[[Sequence[str]], None]) -> None:
        """Take what is told the ids of new runs, on that thread."""
        self._started = started
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="firing", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more, soon."""
        self._over.set()

    def _keep(self) -> None:
        while not self._over.wait(BEAT):
            try:
                run_ids = fire()
            except (Error, DatabaseBusy) as error:
                logger.info("the schedules could not be read: %s", error)
                connection.close_if_unusable_or_obsolete()
            except Exception:
                # Whatever it was, due times stay due, and the next look comes to them.
                logger.exception("schedules could not be looked at")
            else:
                if run_ids:
                    self._started(run_ids)
        connection.close()
