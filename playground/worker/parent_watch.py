"""The tie of a worker to the process that started it: when that one is gone, however it went, the worker ends."""

import os
import select
import signal
import threading


def end_with_parent(fd: int) -> None:
    """End this process and those it started, as soon as the other end of a socket is closed.

    A thread waits for it, so that user code that blocks the event loop does not keep a process alive that nobody can
    reach any more. The kernel's own signal for this (PR_SET_PDEATHSIG) would spare what the process has started.

    Arguments: the inherited end of the socket pair; it is still the caller's to read from.
    """
    threading.Thread(target=_wait_and_end, args=(os.dup(fd),), name="lifeline", daemon=True).start()


def _wait_and_end(fd: int) -> None:
    """Wait until the other end hangs up, then end the whole process group."""
    poll = select.poll()
    poll.register(fd, 0)  # a hang-up is told without being asked for; data is not
    poll.poll()
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
