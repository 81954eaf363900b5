"""The small functions between steps: conditions, mappings and timers, with the name that people read."""

import ast
import linecache
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import CodeType
from typing import Any, get_origin

from engine.tree.signature import Signature, read_signature
from engine.tree.step import Function
from engine.values.schema import Schema

_CONTAINERS = (dict, list, object)


def make_function(function: Callable[..., Any], before: Schema) -> Function:
    """Make what the executor calls of a condition, a mapping function or a timer function.

    Args:
        function: takes ``(data)``, ``(data, ctx)``, ``(ctx: Context)`` or nothing; sync or async.
        before: the schema of the value that it is given.

    Raises:
        DefinitionError: it is no such function.
    """
    signature = read_signature(function)
    return Function(
        name=_name(function, signature),
        schema=_schema(signature, before),
        output=Schema.of(signature.output.resolve()),
        bound=signature.bind(function),
    )


def _schema(signature: Signature, before: Schema) -> Schema:
    """Return how the function's data is read: as it is annotated, or else as what comes before it."""
    annotation = signature.input.resolve()
    if annotation is None or not signature.takes_input:
        return before
    # A mere "dict" after parallel arms means the dict of their typed outputs, not their JSON.
    if isinstance(before.spec, dict | list) and (get_origin(annotation) or annotation) in _CONTAINERS:
        return before
    return Schema.of(annotation)


def _name(function: Callable[..., Any], signature: Signature) -> str:
    """Return the function's own name, or the source of a lambda."""
    name = str(getattr(function, "__name__", signature.name))
    code = getattr(function, "__code__", None)
    if name != "<lambda>" or not isinstance(code, CodeType):
        return name
    return _lambda_source(code) or "lambda"


def _lambda_source(code: CodeType) -> str | None:
    """Return the source of a lambda, in one line and evenly spaced; None if it cannot be found."""
    places = {(line, column) for line, _, column, _ in code.co_positions()}
    source = "".join(linecache.getlines(code.co_filename))
    # Several lambdas may start on one line: theirs is the body that the code's instructions stand in.
    for node in _lambdas(source):
        if node.lineno == code.co_firstlineno and (found := set(_places(node.body))) and not found.isdisjoint(places):
            return ast.unparse(node)
    return None


def _places(node: ast.expr) -> Iterator[tuple[int, int]]:
    """Yield where the expressions in a lambda's body start; those in a lambda inside it are of another code."""
    yield node.lineno, node.col_offset
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.expr) and not isinstance(node, ast.Lambda):
            yield from _places(part)


@lru_cache(maxsize=64)
def _lambdas(source: str) -> tuple[ast.Lambda, ...]:
    """Return the lambdas of a module's source; none if it cannot be parsed."""
    try:
        return tuple(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Lambda))
    except SyntaxError:
        return ()
