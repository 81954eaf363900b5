"""Which schemas a step's function gives its questions, as far as its source names them.

A question's own schema is recorded as JSON Schema only, and the type behind it is known where the step asks. Whoever
takes the answer finds the type again by the expression behind ``answer=``, so that its validators judge first.
"""

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from engine.values.schema import Schema

_DEEP = 3
"""How many functions of the user's may stand between the step and the call of suspend."""


def answer_schema(function: Callable[..., Any], json_schema: Any) -> Schema | None:
    """Return the schema of a question by its JSON Schema; None when the source does not name its type.

    Args:
        function: the step's.
        json_schema: what was recorded with the question.
    """
    plain = inspect.unwrap(function)
    found = _schemas(plain) if isinstance(plain, FunctionType) else ()
    return next((schema for schema in found if schema.json_schema == json_schema), None)


@lru_cache(maxsize=256)
def _schemas(function: FunctionType) -> tuple[Schema, ...]:
    found = []
    for reached in _reached(function, _DEEP):
        for expression in _answers(reached):
            # A name of the call's own, or what is no type: then only the JSON Schema is known.
            with suppress(Exception):
                found.append(Schema.of(_meant(expression, _names(reached))))
    return tuple(found)


def _meant(node: ast.expr, names: dict[str, Any]) -> Any:
    """Return what an expression means that only names types; nothing is called.

    Raises:
        LookupError: a part of it is more than a name.
    """
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return names[name] if name in names else vars(builtins)[name]
        case ast.Attribute(value=inner, attr=name):
            return getattr(_meant(inner, names), name)
        case ast.Subscript(value=inner, slice=key):
            return _meant(inner, names)[_meant(key, names)]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _meant(left, names) | _meant(right, names)
        case ast.Tuple(elts=parts):
            return tuple(_meant(part, names) for part in parts)
        case ast.List(elts=parts):
            return [_meant(part, names) for part in parts]
    raise LookupError(ast.unparse(node))


def _reached(function: FunctionType, depth: int) -> Iterator[FunctionType]:
    """Walk a function and those of the same package that it names."""
    yield function
    names = _names(function)
    for name in _named(function.__code__) if depth else ():
        other = names.get(name)
        if isinstance(other, FunctionType) and other is not function and _package(other) == _package(function):
            yield from _reached(other, depth - 1)


def _named(code: CodeType) -> Iterator[str]:
    """Walk the names in a function's code, functions inside of it included."""
    yield from (*code.co_names, *code.co_freevars)
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _named(part)


def _package(function: FunctionType) -> str:
    return function.__module__.partition(".")[0]


def _names(function: FunctionType) -> dict[str, Any]:
    """Return what the names mean that a function does not define itself."""
    names = dict(function.__globals__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # it was not set yet
            names[name] = cell.cell_contents
    return names


def _answers(function: FunctionType) -> Iterator[ast.expr]:
    """Walk the expressions behind ``answer=`` in the calls of suspend."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "suspend":
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "answer")
