"""An event loop in which nobody waits for time: when nothing else is left to do, its clock goes to the next timer."""

import asyncio
import sys
import threading
from concurrent import futures
from selectors import PollSelector, SelectorKey
from types import FrameType
from typing import Any

_RESTS = futures.thread.__file__
"""Where a thread of a pool waits for its next job."""


class JumpingSelector(PollSelector):
    """Counts the time that was not waited for.

    Time passes as ever while something is awaited that is no timer: a file or socket, a thread, a process.
    """

    def __init__(self) -> None:
        """Begin with a clock that is right."""
        super().__init__()
        self.ahead = 0.0
        """Seconds."""
        self._before = {*sys._current_frames()}
        """The threads that were there before, which nobody in the loop waits for."""

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Return what is ready; when nothing is and nothing can be, leave out the rest of the time."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(0)
        if ready or not self._is_alone():
            return ready or super().select(timeout)
        self.ahead += timeout
        return []

    def _is_alone(self) -> bool:
        """Tell whether only a timer can wake the loop, whose own pipe is the one file that it always looks at."""
        return (
            len(self.get_map()) == 1
            and Jobs.open == 0
            and all(_rests(frame) for thread, frame in sys._current_frames().items() if thread not in self._before)
        )


class TimelessLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers take no time; `Jobs.count` must have been called before it runs."""

    def __init__(self) -> None:
        """Make the loop."""
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the time of the loop's clock, in seconds."""
        return super().time() + self._jumping.ahead


class Jobs:
    """How many jobs the thread pools of this process have that are not over."""

    open = 0
    _lock = threading.Lock()

    @classmethod
    def count(cls) -> None:
        """Begin to count, for as long as the process lives.

        A thread that has just taken a job looks as one at rest does until it is its turn, so jobs are counted where
        they are handed in.
        """
        submit = futures.ThreadPoolExecutor.submit

        def counted(pool: futures.ThreadPoolExecutor, /, *args: Any, **kwargs: Any) -> "futures.Future[Any]":
            cls._add(1)
            try:
                job = submit(pool, *args, **kwargs)
            except BaseException:
                cls._add(-1)
                raise
            job.add_done_callback(lambda _: cls._add(-1))
            return job

        # A method of the library is wrapped, for every pool that user code may make.
        futures.ThreadPoolExecutor.submit = counted  # type: ignore[assignment, method-assign]

    @classmethod
    def _add(cls, more: int) -> None:
        with cls._lock:
            cls.open += more


def _rests(frame: FrameType) -> bool:
    """Tell whether a thread is one of a pool, and waits for its next job."""
    return frame.f_code.co_filename == _RESTS and frame.f_code.co_name == "_worker"
