"""The store of a worker: in the tests of recovery it is mortal, and the process ends itself at the n-th write."""

import os
import signal
from collections.abc import Sequence

from engine.events import Draft
from playground.store import OrmStore
from playground.store.orm import Moved

VARIABLE = "STEPYARD_KILL_AT"


class MortalStore(OrmStore):
    """Keeps journals like any store, until the n-th append; there the process dies as by ``kill -9``."""

    def __init__(self, *, at: int, durable: bool, moved: Moved) -> None:
        """Take which append is the last one, from 1, and whether it is still recorded."""
        super().__init__(moved=moved)
        self._left = at
        self._durable = durable

    async def append(self, run_id: str, drafts: Sequence[Draft], *, epoch: int, after: int) -> int:
        """Record events, or die before or after it."""
        self._left -= 1
        if self._left == 0 and not self._durable:
            os.kill(os.getpid(), signal.SIGKILL)
        last = await super().append(run_id, drafts, epoch=epoch, after=after)
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return last


def make_store(moved: Moved) -> OrmStore:
    """Return the worker's store: a mortal one when the variable says where to die, as ``7:before`` or ``7:after``."""
    where = os.environ.get(VARIABLE)
    if not where:
        return OrmStore(moved=moved)
    at, _, when = where.partition(":")
    return MortalStore(at=int(at), durable=when == "after", moved=moved)
