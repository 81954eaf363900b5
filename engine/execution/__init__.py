"""The executor: what the coroutines of the nodes are given, and the segment that walks them."""

from engine.execution.recorder import Recorder
from engine.execution.segment import Execution

__all__ = ["Execution", "Recorder"]
