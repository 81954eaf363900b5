"""The source of each step of a workflow, with those of its helpers, as far as Python can find it."""

import dis
import functools
import inspect
import textwrap
import types
from collections.abc import Iterator
from tokenize import TokenError

from engine.paths import Path, format_path
from engine.tree.nodes import Flow, FlowNode, StepNode, walk
from engine.tree.signature import innermost
from engine.tree.step import Step

UNREADABLE = (OSError, TypeError, ValueError, SyntaxError, IndexError, AttributeError, RecursionError, TokenError)
"""What `inspect` raises of functions that were made by `exec`, are built in, or whose file is gone or is no text."""


FUNCTIONS = (types.FunctionType, type(functools.cache(len)))
"""What helpers are: functions, and those that remember their results."""
MOST_HELPERS = 50
"""So many helpers of one step are followed."""


def sources_of(flow: Flow) -> dict[str, str]:
    """Return the sources of a workflow's steps and of those nested in it, by their written paths.

    A step whose source cannot be found is left out: it runs all the same.
    """
    found = ((format_path(path), source_of(step)) for path, step in _steps(flow, ()))
    return {name: source for name, source in found if source}


def source_of(step: Step[object, object]) -> str:
    """Return the source of a step's function, with its decorators; empty when it cannot be found.

    The functions of the same module that it names, and those that these name, follow, each after an empty line, in the
    order of the file: so a step has other code when one of its helpers has. Methods, classes, values, and what lies in
    other modules are not followed.
    """
    try:
        function = innermost(step.function)
    except UNREADABLE:
        return ""
    own = _read(function)
    helpers = sorted(_helpers(function), key=lambda helper: helper.__code__.co_firstlineno) if own else []
    return "\n\n".join(filter(None, [own, *map(_read, helpers)]))


def _read(function: object) -> str:
    try:
        return textwrap.dedent(inspect.getsource(function))  # type: ignore[arg-type]  # what is none raises
    except UNREADABLE:
        return ""


def _helpers(function: object) -> list[types.FunctionType]:
    """Return the functions of a function's own module that it names, and those that these name in turn."""
    found: dict[types.CodeType, types.FunctionType] = {}
    left = [function]
    while left and len(found) < MOST_HELPERS:
        one = left.pop()
        if inspect.isfunction(one):
            named = (one.__globals__.get(name) for name in sorted(_names(one.__code__)))
            mine = [helper for helper in map(_plain, named) if helper and helper.__globals__ is one.__globals__]
            left += [helper for helper in mine if helper is not function and helper.__code__ not in found]
            found |= {helper.__code__: helper for helper in mine if helper is not function}
    return list(found.values())


def _plain(value: object) -> types.FunctionType | None:
    """Return the function that a value is, inside of wrappers that say so; None when there is none to be found."""
    try:
        found = innermost(value) if isinstance(value, FUNCTIONS) else None
    except UNREADABLE:
        return None
    return found if inspect.isfunction(found) else None


def _names(code: types.CodeType) -> set[str]:
    """Return the names of the module that code looks up, also in the functions and comprehensions inside of it."""
    found = {str(one.argval) for one in dis.get_instructions(code) if one.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    inner = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return found.union(*map(_names, inner))


def _steps(flow: Flow, around: Path) -> Iterator[tuple[Path, Step[object, object]]]:
    for node in walk(flow.nodes):
        if isinstance(node, StepNode):
            yield (*around, node.id), node.step
        elif isinstance(node, FlowNode):
            yield from _steps(node.flow, (*around, node.id))
