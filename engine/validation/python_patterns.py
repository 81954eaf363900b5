"""Patterns that pydantic would search by Python's own `re`, which may backtrack for ever, searched within a time."""

import re
from typing import Any

import regex
from pydantic_core import PydanticCustomError, PydanticKnownError, core_schema

SECONDS = 0.1
"""For how long one text is searched."""
Node = dict[str, Any]


def is_searched_by_python(node: Node, config: Node) -> bool:
    """Return whether a text has a pattern that Python's engine searches, as look-around and compiled patterns ask for.

    Args:
        node: a node of a core schema.
        config: the configuration of the model around it.
    """
    pattern = node.get("pattern")
    engine = node.get("regex_engine", config.get("regex_engine"))
    return node.get("type") == "str" and (isinstance(pattern, re.Pattern) or bool(pattern and engine == "python-re"))


def searched(node: Node) -> Node:
    """Return a text that is searched after everything else; as it is, where the searching engine cannot read it."""
    given = node["pattern"]
    compiled = isinstance(given, re.Pattern)
    text, flags = (given.pattern, _flags(given.flags)) if compiled else (given, 0)
    try:
        search = regex.compile(text, flags).search
    except (regex.error, ValueError, RecursionError, OverflowError):
        return node

    def check(value: str) -> str:
        try:
            found = search(value, timeout=SECONDS)
        except TimeoutError:
            raise PydanticCustomError(
                "pattern_time", "Searching the pattern '{pattern}' took too long", {"pattern": text}
            ) from None
        if found is None:
            raise PydanticKnownError("string_pattern_mismatch", {"pattern": text})
        return value

    inner: Any = {key: part for key, part in node.items() if key not in ("pattern", "ref", "serialization")}
    new = dict(core_schema.no_info_after_validator_function(check, inner))
    return new | {key: node[key] for key in ("ref", "serialization") if key in node}


def _flags(given: int) -> int:
    """Return flags of `re` as `regex` numbers them."""
    same = given & (re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE | re.UNICODE)
    return int(same | (regex.ASCII if given & re.ASCII else 0))
