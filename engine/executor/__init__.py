"""The executor: one short coroutine for each kind of node, and the segment that walks them."""

from engine.executor.execution import Execution

__all__ = ["Execution"]
