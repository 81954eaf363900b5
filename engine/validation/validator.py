"""Checks values against JSON Schemas of every draft, in bounded time wherever a sub-schema changes the draft.

`jsonschema` gives a sub-schema with a `$schema` of its own to its stock validator, whose keywords have no bounds; here
it is given to the bounded one of that draft.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, TypeGuard

from jsonschema import (
    Draft3Validator,
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
)
from jsonschema.exceptions import UndefinedTypeCheck, UnknownType, ValidationError
from jsonschema.validators import extend
from referencing.exceptions import Unresolvable
from referencing.jsonschema import specification_with

from engine.validation.budget import OutOfTime, limited
from engine.validation.keywords import ADDED, OLDEST, REPLACED, Keyword, watched
from engine.validation.quick import quickly, surely_fits
from engine.validation.regexes import PatternError
from engine.validation.wording import shown

Wrap = Callable[[Keyword], Keyword]
NEWEST = "https://json-schema.org/draft/2020-12/schema"
DRAFTS: Mapping[str, Any] = {
    "http://json-schema.org/draft-03/schema": Draft3Validator,
    "http://json-schema.org/draft-04/schema": Draft4Validator,
    "http://json-schema.org/draft-06/schema": Draft6Validator,
    "http://json-schema.org/draft-07/schema": Draft7Validator,
    "https://json-schema.org/draft/2019-09/schema": Draft201909Validator,
    NEWEST: Draft202012Validator,
}
SECONDS = 1.0
SECONDS_FOR_PART = 50e-6
UNUSABLE = (
    PatternError,
    Unresolvable,
    UnknownType,
    UndefinedTypeCheck,
    TypeError,
    ValueError,
    KeyError,
    AttributeError,
    IndexError,
    ArithmeticError,
)
"""What is raised for a schema that is none; whoever gives the value cannot help it."""


class Dialects:
    """The validators of all drafts, each of which hands sub-schemas on to the others."""

    def __init__(self, wraps: Mapping[str, Wrap] | None = None) -> None:
        """Make the validators.

        Args:
            wraps: by the name of a keyword, what makes another of it.
        """
        self._kinds = {name: self._bounded(name, draft, wraps or {}) for name, draft in DRAFTS.items()}

    def of(self, schema: Any, default: Any = None) -> Any:
        """Return the validator of the draft that a schema names, else ``default``, else the newest."""
        dialect = schema.get("$schema") if isinstance(schema, dict) else None
        return self._kinds[dialect.rstrip("#")] if self.knows(dialect) else default or self._kinds[NEWEST]

    def knows(self, dialect: Any) -> TypeGuard[str]:
        """Tell whether a value of `$schema` names a draft."""
        return isinstance(dialect, str) and dialect.rstrip("#") in self._kinds

    def _bounded(self, name: str, draft: Any, wraps: Mapping[str, Wrap]) -> Any:
        meant = {**REPLACED, **(OLDEST if draft is Draft3Validator else {})}
        keywords = {**draft.VALIDATORS, **{name: check for name, check in meant.items() if name in draft.VALIDATORS}}
        keywords = {**ADDED, **keywords}
        for keyword, wrap in wraps.items():
            if keyword in keywords:
                keywords[keyword] = wrap(keywords[keyword])
        kind: Any = extend(draft, {keyword: watched(check) for keyword, check in keywords.items()})  # type: ignore[no-untyped-call]
        kind.dialects, kind.specification = self, specification_with(name)
        kind.evolve, kind.descend = _evolve, _descend
        return kind


def _evolve(self: Any, **changes: Any) -> Any:
    """Return the validator of another schema, of the draft that it names."""
    schema = changes.get("schema", self.schema)
    same = {"format_checker": self.format_checker, "registry": self._registry, "_resolver": self._resolver}
    return self.dialects.of(schema, type(self))(**{"schema": schema, **same, **changes})


def _descend(
    self: Any, instance: Any, schema: Any, path: Any = None, schema_path: Any = None, resolver: Any = None
) -> Iterable[ValidationError]:
    """Yield the errors of a part of the value by a sub-schema."""
    if surely_fits(instance, schema):
        return
    if schema is False:
        known = {"validator": None, "validator_value": None, "instance": instance, "schema": schema}
        error = ValidationError(f"{shown(instance)} is not expected", **known)
        yield _at(error, path, None)
        return
    kind = self.dialects.of(schema, type(self))
    inner = resolver or self._resolver.in_subresource(kind.specification.create_resource(schema))
    for error in self.evolve(schema=schema, _resolver=inner).iter_errors(instance):
        yield _at(error, path, schema_path)


def _at(error: ValidationError, path: Any, schema_path: Any) -> ValidationError:
    if path is not None:
        error.path.appendleft(path)
    if schema_path is not None:
        error.schema_path.appendleft(schema_path)
    return error


DIALECTS = Dialects()
"""The validators as the drafts describe them."""


def errors_of(validator: Any, value: Any, *, seconds: float, most: int) -> list[ValidationError] | str:
    """Return what is wrong with a value, or in a sentence why that could not be found out.

    Args:
        validator: one that `Dialects.of` gives, with its schema.
        value: JSON.
        seconds: the longest that it may take, of the thread's own time.
        most: how many errors are enough.
    """
    try:
        with limited(seconds):
            return list(islice(validator.iter_errors(value), most))
    except OutOfTime:
        return f"Checking this value took longer than {seconds:g} s, so it is refused."
    except RecursionError:
        return "The value or the schema is nested too deeply to be checked."
    except Unresolvable as error:
        return (
            f"The schema refers to “{str(error.ref)[:80]}”, which is not in it, and nothing is read from elsewhere. "
            "Put what it means into the schema's “$defs”, and refer to it as “#/$defs/…”."
        )
    except UNUSABLE as error:
        reason = str(error).partition("\n")[0][:200] or type(error).__name__
        return f"The schema itself cannot be used: {reason}."


def fits(validator: Any, value: Any, parts: Iterable[tuple[Any, Any]], *, seconds: float) -> bool | None:
    """Tell whether a value fits all parts of a schema, each with its resolver; None when that could not be decided."""
    parts = list(parts)
    knows = seconds > 0 and "const" in validator.VALIDATORS
    quick = [quickly(value, part) if knows else None for part, _ in parts]
    if None not in quick:
        return all(quick)
    try:
        with limited(seconds):
            return all(next(validator.descend(value, part, resolver=inner), None) is None for part, inner in parts)
    except (OutOfTime, RecursionError, *UNUSABLE):
        return None


def seconds_for(value: Any) -> float:
    """Return how long a check of a step's own value may take: in proportion to its size, however large it is."""
    parts, waiting = 0, [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict | list):
            parts += len(part)
            waiting += part.values() if isinstance(part, dict) else part
    return SECONDS + parts * SECONDS_FOR_PART
