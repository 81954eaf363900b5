"""The source of each step of a workflow, as far as Python can find it."""

import inspect
import textwrap
from collections.abc import Iterator
from tokenize import TokenError

from engine.paths import Path, format_path
from engine.tree.nodes import Flow, FlowNode, StepNode, walk
from engine.tree.signature import innermost
from engine.tree.step import Step

UNREADABLE = (OSError, TypeError, ValueError, SyntaxError, IndexError, AttributeError, RecursionError, TokenError)
"""What `inspect` raises of functions that were made by `exec`, are built in, or whose file is gone or is no text."""


def sources_of(flow: Flow) -> dict[str, str]:
    """Return the sources of a workflow's steps and of those nested in it, by their written paths.

    A step whose source cannot be found is left out: it runs all the same.
    """
    found = ((format_path(path), source_of(step)) for path, step in _steps(flow, ()))
    return {name: source for name, source in found if source}


def source_of(step: Step[object, object]) -> str:
    """Return the source of a step's function, with its decorators; empty when it cannot be found."""
    try:
        return textwrap.dedent(inspect.getsource(innermost(step.function)))
    except UNREADABLE:
        return ""


def _steps(flow: Flow, around: Path) -> Iterator[tuple[Path, Step[object, object]]]:
    for node in walk(flow.nodes):
        if isinstance(node, StepNode):
            yield (*around, node.id), node.step
        elif isinstance(node, FlowNode):
            yield from _steps(node.flow, (*around, node.id))
