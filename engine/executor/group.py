"""Children of a node that run at once: arms of a parallel or a branch, items of a foreach."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from engine.executor.outcome import CANCELED, HALTED, Bailed, Failed, Halted, Outcome
from engine.executor.scope import Scope
from engine.executor.walker import Walker
from engine.paths import Path


@dataclass(frozen=True, slots=True)
class Child:
    """One child: how to run it, and which paths are its own."""

    start: Callable[[], Awaitable[Outcome]]
    ids: frozenset[str]
    index: int | None = None

    def covers(self, path: Path, depth: int) -> bool:
        """Tell whether ``path`` lies in this child of a node whose workflow's path has ``depth`` parts."""
        return path[depth] in self.ids and (self.index is None or path[depth + 1] == self.index)


class Group:
    """Runs children in a sliding window and starts a halted one again when it can go on.

    A child that halts gives its place in the window to the next one. The group ends when no child runs any more.
    """

    def __init__(
        self, run: Walker, scope: Scope, children: list[Child], *, limit: int | None, fail_fast: bool, launch_all: bool
    ) -> None:
        """Take the children and the rules.

        Args:
            run: the run in execution.
            scope: where the node stands.
            children: what to run, in list order.
            limit: how many run at once; None for all.
            fail_fast: cancel the siblings of a child that fails.
            launch_all: start the remaining children although one has failed.
        """
        self.outcomes: list[Outcome] = [CANCELED] * len(children)
        self._run = run
        self._path = scope.path
        self._children = children
        self._limit = len(children) if limit is None else limit
        self._fail_fast = fail_fast
        self._launch_all = launch_all
        self._queue = deque(range(len(children)))
        self._running: dict[int, asyncio.Task[None]] = {}
        self._poked: set[int] = set()
        self._moved = asyncio.Event()
        self._failed = False
        self._bailed: Bailed | None = None

    async def gather(self) -> Bailed | None:
        """Run the children until each has ended or halted; ``outcomes`` then holds theirs, in list order.

        Returns:
            The early end that a child asked for, if one did; the siblings are cancelled then.
        """
        with self._run.listening(self):
            async with asyncio.TaskGroup() as tasks:
                while self._launch(tasks):
                    await self._moved.wait()
                    self._moved.clear()
                    await self._run.journal.flush()
                    if self._stopped:
                        await self._cancel_running()
        if self._stopped:
            self._cancel_open()
        return self._bailed

    def stopped(self) -> Failed | Halted | None:
        """Return why the node has no value yet: the first failure in list order, else a halt.

        A failure waits for siblings that a timer or an event will wake, as it waits for running ones; who waits for a
        person may wait for ever, so those stay behind.
        """
        failed = next((outcome for outcome in self.outcomes if isinstance(outcome, Failed)), None)
        if failed is not None and not any(self._covers(step.path) for step in self._run.journal.state.waiting):
            return failed
        return HALTED if HALTED in self.outcomes else None

    def poke(self, path: Path) -> None:
        """Start the halted child again in which ``path`` lies."""
        depth = len(self._path)
        if path[:depth] != self._path or len(path) == depth:
            return
        for number, child in enumerate(self._children):
            if child.covers(path, depth):
                self._wake(number)
                return

    @property
    def _stopped(self) -> bool:
        return self._bailed is not None or (self._failed and self._fail_fast)

    def _wake(self, number: int) -> None:
        if number in self._running:
            self._poked.add(number)
        elif self.outcomes[number] is HALTED and number not in self._queue:
            self._queue.appendleft(number)
            self._moved.set()

    def _launch(self, tasks: asyncio.TaskGroup) -> bool:
        """Start what the window has room for; tell whether anything runs."""
        while self._queue and len(self._running) < self._limit and self._may_launch(self._queue[0]):
            number = self._queue.popleft()
            self._running[number] = tasks.create_task(self._run_child(number))
        return bool(self._running)

    def _may_launch(self, number: int) -> bool:
        if self._stopped:
            return False
        return self._launch_all or not self._failed or self.outcomes[number] is HALTED

    async def _run_child(self, number: int) -> None:
        outcome: Outcome = CANCELED
        try:
            outcome = await self._children[number].start()
        finally:
            del self._running[number]
            self._note(number, outcome)
            self._moved.set()

    def _note(self, number: int, outcome: Outcome) -> None:
        self.outcomes[number] = outcome
        poked = number in self._poked
        self._poked.discard(number)
        match outcome:
            case Failed():
                self._failed = True
            case Bailed():
                self._bailed = self._bailed or outcome
        if outcome is HALTED and poked:
            self._queue.appendleft(number)

    async def _cancel_running(self) -> None:
        running = list(self._running.values())
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _cancel_open(self) -> None:
        for path in reversed([path for path in self._run.journal.state.open if self._covers(path)]):
            self._run.journal.emit("step-canceled", path, {"reason": "a sibling ended the run of this group"})

    def _covers(self, path: Path) -> bool:
        depth = len(self._path)
        inside = path[:depth] == self._path and len(path) > depth
        return inside and any(child.covers(path, depth) for child in self._children)
