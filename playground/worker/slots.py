"""The runs in execution: so many at once, each in a task of its own."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from engine.errors import NewerJournal, RequestError, StoreError, WorkflowChanged
from engine.journal.state import RunState
from engine.runs.runtime import Runtime

logger = logging.getLogger("playground.worker")

Begin = Callable[[str], Coroutine[Any, Any, RunState | None]]


class Slots:
    """Executes segments of runs, a limited number at the same time."""

    def __init__(
        self,
        runtime: Runtime,
        begin: Begin,
        *,
        limit: int,
        freed: Callable[[RunState | None], None],
        is_shut: Callable[[], bool],
    ) -> None:
        """Take what executes a segment.

        Args:
            runtime: what executes here.
            begin: executes one segment of a run.
            limit: how many runs at the same time.
            freed: called when a slot is free again, with the run that had it. Not after a failure, so that a run
                that fails at once is not tried again without a pause.
            is_shut: tells whether no other run may begin at the moment.
        """
        self._runtime = runtime
        self._begin = begin
        self._limit = limit
        self._freed = freed
        self._is_shut = is_shut
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._aside: set[str] = set()
        self._group: asyncio.TaskGroup | None = None

    @property
    def free(self) -> int:
        """Return how many more runs can be taken."""
        return 0 if self._group is None or self._is_shut() else self._limit - len(self._tasks)

    @property
    def busy(self) -> tuple[str, ...]:
        """Return the ids of the runs in execution."""
        return tuple(self._tasks)

    @property
    def aside(self) -> tuple[str, ...]:
        """Return the ids of the runs that the code of this process cannot go on with."""
        return tuple(self._aside)

    def open(self, group: asyncio.TaskGroup) -> None:
        """Take runs from now on, as tasks of this group."""
        self._group = group

    def offer(self, run_id: str) -> None:
        """Execute a run if there is room; one that is executed already reads what others have recorded."""
        self._aside.discard(run_id)
        if run_id in self._tasks:
            self._runtime.notice(run_id)
        elif self._group is not None and self.free > 0:
            self._tasks[run_id] = self._group.create_task(self._execute(run_id))

    async def take(self, run_id: str) -> None:
        """Execute a run if there is room, and return when it rests; at once when it is executed already."""
        known = self._tasks.get(run_id)
        self.offer(run_id)
        task = self._tasks.get(run_id)
        if task is not None and task is not known:
            await asyncio.wait([task])

    async def drain(self, *, seconds: float) -> None:
        """Take no more runs, and give those in execution so long to come to rest."""
        self._group = None
        if self._tasks and seconds:
            await asyncio.wait(list(self._tasks.values()), timeout=seconds)

    async def close(self, *, seconds: float) -> None:
        """Take no more runs and interrupt those in execution; wait that long for their claims to be given back."""
        self._group = None
        for run_id in self._tasks:
            self._runtime.stop(run_id)
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=seconds)
        for task in self._tasks.values():
            task.cancel()

    async def _execute(self, run_id: str) -> None:
        try:
            state = await self._begin(run_id)
        except (WorkflowChanged, NewerJournal) as error:
            # This process's code stays as it is, so to look again would find the same; another one may go on.
            self._aside.add(run_id)
            logger.warning("run %s is left as it is: %s", run_id, error)
        except (RequestError, StoreError) as error:
            logger.warning("run %s could not go on: %s", run_id, error)
        except Exception:
            # A fault of ours in one run must not end the others; the sweep tries again.
            logger.exception("run %s could not go on", run_id)
        else:
            self._freed(state)
        finally:
            del self._tasks[run_id]
