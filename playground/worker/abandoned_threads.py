"""Steps that were cancelled, or timed out, and go on in their threads: only a process can be ended, not its thread."""

import sys
import time

from engine.execution.threads import abandoned
from engine.paths import format_path
from playground.worker.heartbeat import where

SPARED = 2.0
"""Seconds for which such a step may go on, since many notice soon that they were cancelled."""


class Leftovers:
    """Watches the threads that go on for nothing."""

    def __init__(self) -> None:
        """Begin with none."""
        self._since: dict[int, tuple[int, float]] = {}

    def look(self) -> str:
        """Return what goes on, as a sentence; nothing when no thread does so for long."""
        now = time.monotonic()
        found = abandoned()
        # A thread is used again for another step, hence the context beside its identifier.
        known = {thread: self._since.get(thread, (0, 0.0)) for thread in found}
        self._since = {
            thread: known[thread] if known[thread][0] == id(context) else (id(context), now)
            for thread, context in found.items()
        }
        late = [thread for thread, (_, since) in self._since.items() if now - since >= SPARED]
        if not late:
            return ""
        context = found[late[0]]
        place = where(sys._current_frames().get(late[0]), 0.0)
        at = f" at {place.file}:{place.line}" if place.file else ""
        more = f" and {len(late) - 1} more" if len(late) > 1 else ""
        return (
            f"step {format_path(context.path)} of run {context.run_id} has ended, but goes on in its thread{at}{more}"
        )
