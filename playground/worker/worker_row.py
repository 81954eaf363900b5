"""The worker's own row: written when it starts, when it changes what it does, and when it ends."""

import os
import resource
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from playground.fleet.crash_suspects import give_back
from playground.models import Worker as WorkerRow
from playground.store.database import transact
from playground.store.database_clock import Now
from playground.store.rows import plain, to_text


class OwnRow:
    """Writes the row of this process."""

    def __init__(self, worker_id: str, host_name: str) -> None:
        """Take the id, and what this machine is called."""
        self._worker_id = worker_id
        self._host_name = host_name

    def create(self, site: Sequence[str], *, since: datetime | None = None) -> None:
        """Write the row, and say of workers of this machine whose process is gone that they have ended.

        Args:
            site: the modules to import.
            since: when the command was started that keeps the worker.
        """
        transact(lambda: self._create(self._host_name, site, since))

    def importing(self, module: str) -> None:
        """Write which module is being imported; if the process dies now, that is why."""
        transact(lambda: self._update(importing=plain(module)))

    def ready(self, queues: Sequence[str] = ()) -> None:
        """Write that runs are taken from now on; like all that follows, for use in a transaction.

        Arguments: the distributed queues from which they are taken; none when they are looked for.
        """
        self._update(status="ready", memory_first=resident_memory(), queues=to_text(list(queues)))

    def stopping(self, reason: str) -> None:
        """Write why the worker stops, and that its runs are free."""
        self._update(status="stopping", exit=plain(reason))

    def remark(self, text: str) -> None:
        """Write what is odd about the worker while it works; nothing takes it back."""
        self._update(exit=plain(text) or None)

    def ended(self) -> None:
        """Write that the worker has ended as it should."""
        self._update(status="ended", ended_at=Now(), running="[]", blocked="null")

    def _create(self, host: str, site: Sequence[str], since: datetime | None) -> None:
        if connection.vendor == "sqlite":
            # Where machines share the database, names and numbers of processes mean nothing: silence tells.
            _bury(host)
        WorkerRow.objects.create(
            worker_id=self._worker_id,
            pid=os.getpid(),
            host=host,
            site=to_text(list(site)),
            status="importing",
            started_at=Now(),
            heartbeat_at=Now(),
            hosted_since=since,
        )

    def _update(self, **columns: Any) -> None:
        # What others have ended stays so.
        WorkerRow.objects.filter(worker_id=self._worker_id, ended_at=None).update(**columns)


def _bury(host: str) -> None:
    """End the rows of processes that ended without anyone to write it, as after a power cut, and free their runs."""
    rows = WorkerRow.objects.filter(host=host, ended_at=None)
    gone = [row.worker_id for row in rows if not _is_alive(row.pid)]
    WorkerRow.objects.filter(worker_id__in=gone).update(
        status="ended", ended_at=Now(), exit="ended with its playground"
    )
    give_back(gone)


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def resident_memory() -> int:
    """Return the bytes of memory that the process holds now; on systems without /proc, the most it ever held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
