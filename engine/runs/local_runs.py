"""Which runs are executed in this process now, whatever engine they were started through."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.execution.segment import Execution
from engine.journal.store import Store

_executions: dict[tuple[int, str], list[tuple[asyncio.AbstractEventLoop, Execution]]] = {}
"""By the identity of the store, which an execution keeps alive, and the run; with the loop that each belongs to.

A run that was taken over by force has two for a moment: one that owns it, and one that is about to find that out.
"""


@contextmanager
def executing(store: Store, run_id: str, execution: Execution) -> Iterator[None]:
    """Have the execution told, inside the block, of what is recorded through any engine on its store."""
    key, entry = (id(store), run_id), (asyncio.get_running_loop(), execution)
    _executions.setdefault(key, []).append(entry)
    try:
        yield
    finally:
        _executions[key].remove(entry)
        if not _executions[key]:
            del _executions[key]


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
