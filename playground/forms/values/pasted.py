"""What people paste where JSON is asked for: JSON, a Python literal, or a curl command."""

import ast
import shlex
from collections.abc import Iterator, Sequence

from playground.forms.values.jsontext import LONE, MAX_DEPTH, JsonError, parse_json
from playground.forms.values.values import MISSING, Json, Missing, NumberError, parse_number

DATA_OPTIONS = ("--json", "--data", "--data-raw", "--data-binary", "--data-ascii", "-d")
ENVELOPE = ("inputData", "resumeData")
"""Names under which the HTTP API takes a value; a pasted call of it means what is inside."""

CALLS = ("Decimal", "UUID")
"""Classes whose `repr` holds one text that JSON would hold."""


MAX_PYTHON = 200_000
"""Characters; Python's own reader takes a hundred times that in memory."""


class _NotPythonError(ValueError):
    """The text is no Python literal that JSON can hold."""


def parse_pasted(text: str) -> Json:
    """Read JSON, else a curl command's body, else a Python literal such as the `repr` of a dict.

    Raises:
        JsonError: the one that reading it as JSON gave, since that is what most people meant.

    """
    stripped = text.strip()
    if stripped.startswith("curl "):
        return _curl(stripped)
    try:
        return parse_json(text)
    except JsonError:
        found = _python(stripped)
        if found is MISSING:
            raise
        return found


def _python(text: str) -> Json | Missing:
    if len(text) > MAX_PYTHON:
        return MISSING
    try:
        return _Python(source=text).value
    except (_NotPythonError, SyntaxError, ValueError, RecursionError, MemoryError):
        return MISSING


def _curl(text: str) -> Json:
    try:
        words = shlex.split(text.replace("\\\r\n", " ").replace("\\\n", " "))
    except ValueError as error:
        raise JsonError(f"This curl command cannot be read: {error}.", 1, 1) from None
    bodies = list(_bodies(words))
    if not bodies:
        raise JsonError("This curl command has no body: expected -d, --data or --json with JSON text.", 1, 1)
    value = parse_json(bodies[-1])
    urls = [word.partition("?")[0] for word in words if "/api/workflows/" in word]
    if not isinstance(value, dict) or not urls:
        return value
    if any(url.endswith("/send-event") for url in urls) and is_sent_event(value):
        return value.get("data")
    return next((value[name] for name in ENVELOPE if name in value), value)


def is_sent_event(value: Json) -> bool:
    """Tell whether a value is the body of a call that sends an event: its name, and what it carries."""
    return isinstance(value, dict) and isinstance(value.get("event"), str) and value.keys() <= {"event", "data"}


def _bodies(words: list[str]) -> Iterator[str]:
    for number, word in enumerate(words):
        option, joined, body = word.partition("=")
        if joined and option in DATA_OPTIONS:
            yield body
        elif word in DATA_OPTIONS and number + 1 < len(words):
            yield words[number + 1]
        elif word.startswith("-d") and len(word) > 2:
            yield word[2:]


class _Python:
    """Reads the tree of a Python expression; nothing is evaluated."""

    def __init__(self, *, source: str) -> None:
        self.lines = source.encode().split(b"\n")
        self.value = self.read(ast.parse(source, mode="eval").body, 0)

    def read(self, node: ast.expr, depth: int) -> Json:
        """Return the JSON value of a literal, a container or a call such as `Decimal('1.10')`."""
        if depth > MAX_DEPTH:
            raise _NotPythonError
        match node:
            case ast.Constant(value=None | bool()):
                return node.value
            case ast.Constant(value=str() as text) if not LONE.search(text):
                return text
            case ast.Constant(value=int() | float()):
                return self.number(node)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
                return self.number(node)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return [self.read(item, depth + 1) for item in items]
            case ast.Dict(keys=names, values=items):
                return self.pairs(names, items, depth)
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str() as text)], keywords=[]) if (
                name in CALLS
            ):
                return text
            case ast.Call(func=ast.Name(), args=[], keywords=keywords):
                named = [ast.Constant(value=keyword.arg) for keyword in keywords]
                return self.pairs(named, [keyword.value for keyword in keywords], depth)
            case _:
                raise _NotPythonError

    def number(self, node: ast.expr) -> Json:
        # The position counts bytes, and a number stands on one line.
        written = self.lines[node.lineno - 1][node.col_offset : node.end_col_offset]
        try:
            return parse_number(written.decode().replace("_", "").replace(" ", ""))
        except NumberError as error:
            raise _NotPythonError from error

    def pairs(self, names: Sequence[ast.expr | None], items: list[ast.expr], depth: int) -> Json:
        found: dict[str, Json] = {}
        for name, item in zip(names, items, strict=True):
            if (
                not (isinstance(name, ast.Constant) and isinstance(name.value, str))
                or name.value in found
                or LONE.search(name.value)
            ):
                raise _NotPythonError
            found[name.value] = self.read(item, depth + 1)
        return found
