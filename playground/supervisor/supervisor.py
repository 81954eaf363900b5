"""Keeps the workers of one playground alive and their code fresh."""

import asyncio
import itertools
import logging
import secrets
import signal
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.layers import LocalLayer
from playground.supervisor.backoff import Backoff
from playground.supervisor.child import Child, Command, WorkerExit
from playground.supervisor.watched_files import Sources

CHANNEL = "supervisor"
"""Takes ``{"type": "worker.replace", "worker_id": …}`` from any process of the playground; ``worker.renew`` spares the
worker until its successor has imported all that it holds."""

AT_ONCE = 3.0
"""Seconds at most for a worker that is to be replaced at once to end by itself."""
DEAF = 1.0
"""Seconds after which a worker is ended that has not even said that it heard the signal to end."""
LOOK_SECONDS = 0.2
SETTLE_SECONDS = 0.05
LONGEST_SECONDS = 60.0
"""The longest pause before a successor that dies again and again is tried once more; meanwhile runs go on."""

log = logging.getLogger(__name__)

OnWorkerExit = Callable[[WorkerExit], Awaitable[None]]
"""Hears how a worker ended."""

Ended = asyncio.Task[WorkerExit]


@dataclass(slots=True, kw_only=True)
class Slot:
    """The place of one worker; its process changes."""

    child: Child | None = None
    successor: Child | None = None  # imports while the child still works
    renew: asyncio.Event = field(default_factory=asyncio.Event)  # set when the process is to be replaced
    at_once: bool = False  # whether the process is of no use any more, so that it goes before its successor is ready


class Supervisor:
    """Starts workers, replaces those that die or whose code changed, and ends them all when it is cancelled.

    It imports none of the user's code.
    """

    def __init__(
        self,
        *,
        layer: LocalLayer,
        command: Command,
        on_worker_exit: OnWorkerExit,
        show: Callable[[bytes], object],
        workers: int = 1,
        targets: Iterable[Path] = (),
        reload: bool = True,
        grace: float = 3.0,
        deaf: float = DEAF,
    ) -> None:
        """Take what runs and how many of it.

        Arguments: the channel layer that the workers join; how a worker is called; who hears of ends; who shows what
        workers print, without waiting; the number of workers; the files that the command names; whether a saved file
        replaces the workers; the seconds that a worker has to end by itself, and those to say that it will.
        """
        self._layer = layer
        self._command = command
        self._on_worker_exit = on_worker_exit
        self._show = show
        self._slots = [Slot() for _ in range(workers)]
        self._sources = Sources(targets)
        self._reload = reload
        self._grace = grace
        self._deaf = deaf
        self._numbers = itertools.count(1)
        self._born_at = time.time()
        self._imported: frozenset[Path] = frozenset()
        self._died: set[str] = set()
        """The workers that died since something was saved: what they could not import is left out."""
        self.settled = asyncio.Event()
        """Set once a worker is ready, or has ended before it was."""

    @property
    def children(self) -> list[Child]:
        """The processes of this moment."""
        both = [child for slot in self._slots for child in (slot.child, slot.successor)]
        return [child for child in both if child is not None]

    async def run(self) -> None:
        """Keep the workers until cancelled, then end them."""
        async with asyncio.TaskGroup() as tasks:
            for slot in self._slots:
                tasks.create_task(self._keep(slot, tasks))
            tasks.create_task(self._obey())
            if self._reload:
                tasks.create_task(self._watch())

    def renew(self, worker_id: str | None = None, *, at_once: bool = False) -> None:
        """Replace one worker, or all: when a successor has imported what they hold, or at once."""
        self._died.clear()
        for slot in self._slots:
            if worker_id is None or (slot.child is not None and slot.child.worker_id == worker_id):
                slot.at_once = slot.at_once or at_once
                slot.renew.set()

    def end(self, worker_id: str) -> None:
        """End a worker that does not react; it is replaced as after any other death."""
        for child in self.children:
            if child.worker_id == worker_id:
                child.kill()

    async def _keep(self, slot: Slot, tasks: asyncio.TaskGroup) -> None:
        """Have a worker in the slot at all times."""
        backoff = Backoff()
        while True:
            slot.renew.clear()
            slot.at_once = False
            try:
                slot.child, ended = await self._start(tasks)
            except OSError:
                log.exception("A worker could not be started.")
                backoff = backoff.after(0.0)
                await _pause(backoff.delay or backoff.first, slot.renew)
                continue
            ended = await self._attend(slot, ended, tasks)
            slot.child = None
            if ended.done():
                self.settled.set()
                backoff = backoff.after(ended.result().lived)
                await _pause(backoff.delay, slot.renew)
            else:
                backoff = Backoff()

    async def _attend(self, slot: Slot, ended: Ended, tasks: asyncio.TaskGroup) -> Ended:
        """Renew the worker of a slot when asked to; return when it has ended, or was sent away at once.

        A successor that died is tried again after a while, since what killed it may be over; one that gave way is not,
        before something is saved.
        """
        crashes = fresh = Backoff(longest=LONGEST_SECONDS)
        while True:
            await _first(ended, slot.renew, within=crashes.delay or crashes.first if crashes.deaths else None)
            if ended.done():
                return ended
            if slot.at_once and slot.child is not None:
                tasks.create_task(self._retire(slot.child, ended, within=min(self._grace, AT_ONCE)))
                return ended
            if slot.renew.is_set():
                crashes = fresh
            slot.renew.clear()
            ended, crashed = await self._succeed(slot, ended, tasks)
            crashes = crashes.after(0.0) if crashed else fresh

    async def _succeed(self, slot: Slot, ended: Ended, tasks: asyncio.TaskGroup) -> tuple[Ended, bool]:
        """Start a successor, and have it take the slot once it is ready.

        A successor that cannot import what the worker before it holds ends by itself, so that runs go on with the last
        code that was good. While both live, the epoch of each run keeps them apart.

        Returns: the end of whoever has the slot then; whether the successor died.
        """
        old = slot.child
        try:
            new, new_ended = await self._start(tasks, after=() if old is None else old.imported)
        except OSError:
            log.exception("A worker could not be started.")
            return ended, True
        slot.successor = new
        ready = asyncio.ensure_future(new.ready.wait())
        renewed = asyncio.ensure_future(slot.renew.wait())
        try:
            await asyncio.wait([ended, new_ended, ready, renewed], return_when=asyncio.FIRST_COMPLETED)
        finally:
            slot.successor = None
            self._imported |= new.files
            ready.cancel()
            renewed.cancel()
        if new.ready.is_set() and not new_ended.done():
            slot.child = new
            if old is not None:
                tasks.create_task(self._retire(old, ended))
            return new_ended, False
        crashed = new_ended.done() and new_ended.result().code != 0
        tasks.create_task(self._retire(new, new_ended))
        return ended, crashed

    async def _start(self, tasks: asyncio.TaskGroup, *, after: Iterable[str] = ()) -> tuple[Child, Ended]:
        """Start a worker; return it and its end."""
        # Random, since workers of other machines, and of this one before, have had any number and any pid.
        worker_id = f"{next(self._numbers)}-{secrets.token_hex(6)}"
        self._born_at = time.time()
        child = await Child.start(
            worker_id=worker_id,
            command=self._command,
            layer=self._layer,
            show=self._show,
            after=after,
            died=self._died,
            on_ready=self.settled.set,
        )
        return child, tasks.create_task(self._see_off(child))

    async def _retire(self, child: Child, ended: "asyncio.Future[WorkerExit]", *, within: float | None = None) -> None:
        """Ask a worker to end, and make it when it does not, within some seconds or the usual grace.

        Code that lets no other thread run keeps a worker from hearing the signal, and then would take the whole grace.
        """
        child.terminate()
        seconds = self._grace if within is None else within
        try:
            await _first(ended, child.ending, within=min(seconds, self._deaf))
            if child.ending.is_set():
                await asyncio.wait([ended], timeout=seconds)
        finally:
            child.kill()

    async def _see_off(self, child: Child) -> WorkerExit:
        """Wait for a worker's end and tell of it; when cancelled, end it first."""
        ending = asyncio.ensure_future(child.wait())
        try:
            end = await asyncio.shield(ending)
        except asyncio.CancelledError:
            await self._retire(child, ending)
            await self._tell(await ending)
            raise
        await self._tell(end)
        if end.code not in (0, -signal.SIGTERM):
            self._died.add(end.worker_id)
        return end

    async def _tell(self, end: WorkerExit) -> None:
        """Hand the end on; whoever hears of it must not be able to stop the supervisor."""
        try:
            await self._on_worker_exit(end)
        except Exception:
            log.exception("The end of worker %s could not be recorded.", end.worker_id)

    async def _obey(self) -> None:
        """Do what a page asks."""
        while True:
            match await self._layer.receive(CHANNEL):
                case {"type": "worker.replace", "worker_id": str(worker_id)}:
                    self.renew(worker_id, at_once=True)
                case {"type": "worker.renew", "worker_id": str(worker_id)}:
                    self.renew(worker_id)
                case other:
                    log.warning("The supervisor does not know %r.", other)

    async def _watch(self) -> None:
        """Replace the workers when files were saved, once no more are being saved."""
        pending: frozenset[Path] = frozenset()
        while True:
            await asyncio.sleep(SETTLE_SECONDS if pending else LOOK_SECONDS)
            changed = await self._look()
            if pending and not changed:
                log.info("Changed: %s", ", ".join(sorted(str(path) for path in pending)))
                self.renew()
                pending = frozenset()
            pending |= changed

    async def _look(self) -> frozenset[Path]:
        """Compare the files, in a thread, as a network drive may be slow."""
        self._imported = self._imported.union(*(child.files for child in self.children))
        return await asyncio.to_thread(self._sources.look, self._imported, since=self._born_at)


async def _first(task: "asyncio.Future[WorkerExit]", event: asyncio.Event, *, within: float | None = None) -> None:
    """Return when the task is done, the event set or the time over, in seconds; both stay as they are."""
    waiting: asyncio.Future[Any] = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait([task, waiting], timeout=within, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


async def _pause(seconds: float, event: asyncio.Event) -> None:
    """Wait for some seconds, or less when the event is set."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
