"""One worker process: how it is started, what it says, how it is ended."""

import asyncio
import contextlib
import json
import os
import signal
import site
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.layers import LocalLayer
from playground.supervisor.tail import Tail

Command = Callable[[int], Sequence[str]]
"""Makes the command line of a worker of the number of the file descriptor that it inherits."""

ROOT = Path(__file__).resolve().parents[2]
LAST_WORDS_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerExit:
    """How a worker ended."""

    worker_id: str
    code: int  # as of `subprocess`: below zero it is the signal that ended it
    tail: str  # what it printed last
    lived: float  # seconds
    asked: bool = False  # whether it was told to end before: then its end is no fault of what it executed


def worker_command(fd: int, modules: Sequence[str], *, grace: float = 0.0, since: str = "") -> list[str]:
    """Return the command line of a worker, which inherits one end of the channel layer's socket pair.

    Args:
        fd: that end.
        modules: what it imports.
        grace: seconds for which its runs go on when it is told to end.
        since: when the command was started that keeps it, where several machines compare this.


    ``-P`` keeps the current directory from the front of the import path, where a user's folder named ``playground``
    would hide this one; ``faulthandler`` makes a segmentation fault leave a traceback among the last words.
    """
    words = [sys.executable, "-P", "-X", "faulthandler", "-m", "playground.worker", "--layer-fd", str(fd)]
    words += [f"--grace={grace:g}"] if grace else []
    words += [f"--since={since}"] if since else []
    return [*words, *modules]


def worker_environment(worker_id: str, after: Iterable[str] = (), died: Iterable[str] = ()) -> Mapping[str, str]:
    """Return the environment of a worker: ours, its id, what it must import, who died before it, and where we are."""
    environment = {
        **os.environ,
        "STEPYARD_WORKER_ID": worker_id,
        "STEPYARD_WORKER_AFTER": json.dumps(sorted(after)),
        "STEPYARD_WORKER_DIED": json.dumps(sorted(died)),
    }
    if str(ROOT) not in site.getsitepackages():
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
    return environment


class Child:
    """A worker process in a session of its own, so that a terminal's Ctrl-C reaches only the supervisor."""

    def __init__(
        self,
        *,
        worker_id: str,
        process: Process,
        printed: int,
        show: Callable[[bytes], object],
        on_ready: Callable[[], object],
    ) -> None:
        """Take a process that has just been started.

        Arguments: its id; it; the pipe on which it prints; who shows that; who hears that it is ready.
        """
        self.worker_id = worker_id
        self.pid = process.pid
        self.files: frozenset[Path] = frozenset()  # the user's files that it imported, as it reported them
        self.imported: frozenset[str] = frozenset()  # the modules that it holds, as it reported them
        self.ready = asyncio.Event()  # set once it has imported and takes runs
        self.ending = asyncio.Event()  # set once it has heard that it is to end
        self._process = process
        self._on_ready = on_ready
        self._printed = printed
        self._tail = Tail(copy_to=show)
        self._born = time.monotonic()
        self._asked = False

    @classmethod
    async def start(
        cls,
        *,
        worker_id: str,
        command: Command,
        layer: LocalLayer,
        show: Callable[[bytes], object],
        after: Iterable[str] = (),
        died: Iterable[str] = (),
        on_ready: Callable[[], object] = lambda: None,
    ) -> "Child":
        """Start a worker and take it into the channel layer.

        Arguments: its id; how it is called; the layer; who shows what it prints, without waiting; the modules that the
        worker before it holds, without which it must not take over; the workers that died since something was saved;
        who hears that it takes runs.
        """
        ours, theirs = socket.socketpair()
        # A pipe of our own: asyncio's would have `wait` last until all that inherited it have closed it.
        printed, prints = os.pipe()
        with contextlib.ExitStack() as undo:
            undo.callback(ours.close)
            undo.callback(os.close, printed)
            with theirs, os.fdopen(prints, "wb"):
                process = await asyncio.create_subprocess_exec(
                    *command(theirs.fileno()),
                    stdin=DEVNULL,
                    stdout=prints,
                    stderr=prints,
                    pass_fds=[theirs.fileno()],
                    env=worker_environment(worker_id, after, died),
                    start_new_session=True,
                )
            undo.pop_all()
        child = cls(worker_id=worker_id, process=process, printed=printed, show=show, on_ready=on_ready)
        await layer.adopt(ours, on_report=child._reported)
        return child

    @property
    def is_stopped(self) -> bool:
        """Tell whether the process was halted (SIGSTOP), so that it does nothing until it is told to go on."""
        try:
            # Looks without taking away what `wait` waits for.
            return os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return False

    async def wait(self) -> WorkerExit:
        """Return how the process ended, once it has and nothing that it started is left."""
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(self._follow())
            code = await self._process.wait()
            self.kill()
            await asyncio.wait([following], timeout=LAST_WORDS_SECONDS)
            following.cancel()
        return WorkerExit(
            worker_id=self.worker_id,
            code=code,
            tail=self._tail.text,
            lived=time.monotonic() - self._born,
            asked=self._asked,
        )

    def terminate(self) -> None:
        """Ask the process to end."""
        self._asked = True
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process and all that it started and left in its session's group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    async def _follow(self) -> None:
        """Keep the last words."""
        stream = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(self._printed, "rb")
        )
        try:
            await self._tail.follow(stream)
        finally:
            transport.close()

    def _reported(self, report: Mapping[str, Any]) -> None:
        """Take in what the worker says about itself."""
        if "files" in report:
            self.files = frozenset(Path(name) for name in report["files"])
        if "imported" in report:
            self.imported = frozenset(report["imported"])
            self.ready.set()
            self._on_ready()
        if "ending" in report:
            self.ending.set()
