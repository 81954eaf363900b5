"""The patterns of JSON Schemas, searched in linear time: one that backtracks for ever must not stop a worker."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from pydantic_core import SchemaError, SchemaValidator, core_schema


@lru_cache(maxsize=512)
def searching(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a regular expression is found in a text.

    pydantic's engine for them takes linear time. What only Python's own can express, look-around and references to
    groups, is left to it.
    """
    try:
        found = SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
    except (SchemaError, UnicodeEncodeError):
        backtracking = re.compile(pattern)
        return lambda text: backtracking.search(text) is not None
    return lambda text: found.isinstance_python(text.encode("utf-8", "replace").decode())


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not searching(pattern)(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "object"):
        for pattern, subschema in patterns.items():
            for key in filter(searching(pattern), instance):
                yield from validator.descend(instance[key], subschema, path=key, schema_path=pattern)


_KEYWORDS = {"pattern": _pattern, "patternProperties": _pattern_properties}
DocumentValidator: type[Validator] = extend(Draft202012Validator, _KEYWORDS)  # type: ignore[no-untyped-call]
"""Checks values against a document of JSON Schema, draft 2020-12."""
