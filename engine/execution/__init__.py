"""The executor: one short coroutine for each kind of node, and the segment that walks them."""

from engine.execution.local_runs import executing, tell
from engine.execution.recorder import Recorder
from engine.execution.segment import Execution

__all__ = ["Execution", "Recorder", "executing", "tell"]
