"""Which runs are executed in this process now, whatever engine they were started through."""

import asyncio
from collections.abc import Callable

from engine.execution.segment import Execution
from engine.journal.store import Store

_executions: dict[tuple[int, str], list[tuple[asyncio.AbstractEventLoop, Execution]]] = {}
"""By the identity of the store, which an execution keeps alive, and the run; with the loop that each belongs to.

A run that was taken over by force has two for a moment: one that owns it, and one that is about to find that out.
"""


class Executing:
    """Have an execution told, inside the ``with`` block, of what is recorded through any engine on its store."""

    __slots__ = ("_entry", "_key")

    def __init__(self, store: Store, run_id: str, execution: Execution) -> None:
        """Take the execution, and which run of which store it executes."""
        self._key = (id(store), run_id)
        self._entry = (asyncio.get_running_loop(), execution)

    def __enter__(self) -> None:
        """Begin."""
        _executions.setdefault(self._key, []).append(self._entry)

    def __exit__(self, *error: object) -> None:
        """Tell it no more."""
        entries = _executions[self._key]
        entries.remove(self._entry)
        if not entries:
            del _executions[self._key]


def tell(store: Store, run_id: str, what: Callable[[Execution], None]) -> None:
    """Do something to whatever executes a run of the store here, in the event loop that it belongs to.

    Args:
        store: where the run is kept.
        run_id: the run.
        what: is given each execution.
    """
    here = asyncio.get_running_loop()
    for loop, execution in tuple(_executions.get((id(store), run_id), ())):
        if loop is here:
            what(execution)
        elif not loop.is_closed():
            loop.call_soon_threadsafe(what, execution)
