"""The executor: one short coroutine for each kind of node, and the segment that walks them."""

from engine.executor.execution import Execution
from engine.executor.journal import Journal

__all__ = ["Execution", "Journal"]
