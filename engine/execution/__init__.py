"""The executor: one short coroutine for each kind of node, and the segment that walks them."""

from engine.execution.recorder import Recorder
from engine.execution.segment import Execution

__all__ = ["Execution", "Recorder"]
