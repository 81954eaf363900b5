"""Children of a node that run at once: arms of a parallel or a branch, items of a foreach."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from engine.execution.outcome import CANCELED, HALTED, HELD, Bailed, Failed, Halted, Outcome
from engine.execution.scope import Scope
from engine.execution.walker import Walker, in_own_context
from engine.journal.refs import Value
from engine.paths import Path


class Member(NamedTuple):
    """One child of a group: how to run it, and which paths are its own. A tuple, since a foreach may have very many."""

    start: Callable[[], Coroutine[Any, Any, Outcome]]
    ids: tuple[str, ...]
    """The ids that the child's steps have in the workflow."""
    number: int | None = None
    """Which item of a foreach it is."""
    known: Outcome | None = None
    """What is recorded of it, when nothing has to be done for that: then it is not started."""

    @property
    def places(self) -> list[Path]:
        """Return where the child's steps stand, from the path of the workflow on."""
        return [(step_id,) if self.number is None else (step_id, self.number) for step_id in self.ids]


class Siblings:
    """Runs children in a sliding window and starts a halted one again when it can go on.

    A child that halts gives its place in the window to the next one, unless the run pauses there: then what comes after
    it waits for it. The group ends when no child runs any more.
    """

    def __init__(
        self,
        run: Walker,
        scope: Scope,
        children: list[Member],
        *,
        limit: int | None,
        launch_all: bool,
        ends_with: type[Value] | type[Failed] | None = None,
        order: Callable[[int], Any] | None = None,
    ) -> None:
        """Take the children and the rules.

        Args:
            run: the run in execution.
            scope: where the node stands.
            children: what to run, in list order.
            limit: how many run at once; None for all.
            launch_all: start the remaining children although one has failed.
            ends_with: the outcome of a child that decides, beside an early end: its siblings are cancelled then.
            order: by what the numbers of the children are sorted before they are started, if not by themselves.
        """
        self.outcomes: list[Outcome] = [CANCELED] * len(children)
        self._run = run
        self._path = scope.path
        self._children = children
        self._limit = len(children) if limit is None else limit
        self._launch_all = launch_all
        self._ends_with = Bailed if ends_with is None else Bailed | ends_with
        self._queue = deque(range(len(children)) if order is None else sorted(range(len(children)), key=order))
        self._running: dict[int, asyncio.Task[None]] = {}
        self._held: set[int] = set()
        """The children before whose next step the run pauses."""
        self._poked: set[int] = set()
        self._moved = asyncio.Event()
        self._failed = False
        self._decided = False
        self._numbers: dict[Path, int] = {}

    async def gather(self) -> None:
        """Run the children until each has ended or halted, or one has decided; the others are cancelled then.

        ``outcomes`` then holds theirs, in list order.
        """
        self._settle()
        with self._run.listening(self, at_once=self._limit > 1):
            async with asyncio.TaskGroup() as tasks:
                while self._launch(tasks):
                    await self._moved.wait()
                    self._moved.clear()
                    await self._run.journal.flush()
                    if self._decided:
                        await self._cancel_running()
        if self._decided:
            self._cancel_open()

    def stopped(self) -> Bailed | Failed | Halted | None:
        """Return why the node has no value yet: an early end, the first failure in list order, or a halt.

        A failure waits for siblings that a timer or an event will wake, or before which the run pauses, as it waits for
        running ones; who waits for a person may wait for ever, so those stay behind.
        """
        bailed = next((outcome for outcome in self.outcomes if isinstance(outcome, Bailed)), None)
        if bailed is not None:
            return bailed
        if self._held:
            return HELD
        failed = next((outcome for outcome in self.outcomes if isinstance(outcome, Failed)), None)
        if failed is None:
            return HALTED if HALTED in self.outcomes else None
        waits = any(self._child_of(step.path) is not None for step in self._run.journal.state.waiting)
        return HALTED if waits else failed

    def poke(self, path: Path) -> None:
        """Start the halted child again in which ``path`` lies."""
        number = self._child_of(path)
        if number is not None:
            self._wake(number)

    def _settle(self) -> None:
        """Take note of the children of which all is known."""
        for number, child in enumerate(self._children):
            if child.known is not None:
                self._note(number, child.known)
        self._queue = deque(number for number in self._queue if self._children[number].known is None)

    def _wake(self, number: int) -> None:
        if number in self._running:
            self._poked.add(number)
        elif isinstance(self.outcomes[number], Halted) and number not in self._queue:
            self._held.discard(number)
            self._queue.appendleft(number)
            self._moved.set()

    def _launch(self, tasks: asyncio.TaskGroup) -> bool:
        """Start what the window has room for; tell whether anything runs."""
        while (number := self._next()) is not None:
            self._running[number] = tasks.create_task(self._run_children(number))
        return bool(self._running)

    def _next(self) -> int | None:
        """Take the next child out of the queue, if there is one and room for it in the window."""
        if self._decided:
            self._queue.clear()
        elif self._failed and not self._launch_all and self._queue:
            begun = self._begun()
            self._queue = deque(number for number in self._queue if number in begun)
        if not self._queue or len(self._running) >= self._limit:
            return None
        if self._held and len(self._running) + len(self._held) >= self._limit:
            return self._next_begun()
        return self._queue.popleft()

    def _next_begun(self) -> int | None:
        """Take the next child that has begun out of the queue.

        One before which the run pauses keeps its place in the window, but not against a sibling that has begun: what
        that one waits for may be over, and the run would neither go on nor rest.
        """
        begun = self._begun()
        number = next((number for number in self._queue if number in begun), None)
        if number is not None:
            self._queue.remove(number)
        return number

    def _begun(self) -> set[int | None]:
        state = self._run.journal.state
        return {self._child_of(path) for path in (*state.open, *state.paused, *state.released)}

    async def _run_children(self, number: int | None) -> None:
        """Run a child, and after it, in the same task, whatever then gets its place in the window.

        Each has context variables of its own. What one has recorded last is written with the first of the next.
        """
        try:
            while number is not None:
                outcome: Outcome = CANCELED
                try:
                    outcome = await in_own_context(self._children[number].start())
                finally:
                    task = self._running.pop(number)
                    self._note(number, outcome)
                number = self._heir(task, outcome)
        finally:
            self._moved.set()

    def _heir(self, task: asyncio.Task[None], outcome: Outcome) -> int | None:
        """Return the child that gets the task of one that has ended, if there is one.

        Only a value is followed at once: whether others still begin after any other end is decided when it is durable.
        """
        # A child may have kept to itself that its task was cancelled.
        if type(outcome) is not Value or task.cancelling():
            return None
        number = self._next()
        if number is not None:
            self._running[number] = task
        return number

    def _note(self, number: int, outcome: Outcome) -> None:
        self.outcomes[number] = outcome
        poked = number in self._poked
        self._poked.discard(number)
        self._failed = self._failed or isinstance(outcome, Failed)
        self._decided = self._decided or isinstance(outcome, self._ends_with)
        if isinstance(outcome, Halted) and poked:
            self._queue.appendleft(number)
        elif outcome is HELD:
            self._held.add(number)

    async def _cancel_running(self) -> None:
        running = list(self._running.values())
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _cancel_open(self) -> None:
        inside = [path for path in self._run.journal.state.open if self._child_of(path) is not None]
        self._held.clear()
        for path in [path for path in self._run.held if self._child_of(path) is not None]:
            del self._run.held[path]
        for path in reversed(inside):
            self._run.journal.emit("step-canceled", path, {"reason": "a sibling ended the run of this group"})

    def _child_of(self, path: Path) -> int | None:
        """Return the number of the child in which ``path`` lies."""
        depth = len(self._path)
        if path[:depth] != self._path or not self._children:
            return None
        if not self._numbers:
            self._numbers = {place: number for number, child in enumerate(self._children) for place in child.places}
        return self._numbers.get(path[depth : depth + len(next(iter(self._numbers)))])
