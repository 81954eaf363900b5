"""The keywords of JSON Schema that `jsonschema` leaves open to attack, each bounded in time; and all of them watched.

Every keyword looks at the clock before it runs. That bounds references that double at each level, since each keyword
alone takes time in proportion to its value, except those that are replaced here: patterns (which backtrack),
`uniqueItems` (which compares each with each) and `unevaluated…` (which walks the schema without asking any keyword).
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

from jsonschema import Draft4Validator, Draft6Validator, Draft7Validator, Draft201909Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from playground.forms.schema.decimals import broken_limits, number_beside
from playground.forms.schema.formats import fits
from playground.forms.schema.patterns import compiled
from playground.forms.validation.evaluated import evaluated_items, evaluated_names
from playground.forms.validation.plain import surely_fits
from playground.forms.values.values import Json, Literal, keys_of

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]
MAX_EXPONENT = 400
"""Beyond it, exact fractions have so many digits that they cost more than they tell."""

FULL = 0.85
"""The part of the stack that a check may fill."""

deadline: ContextVar[float] = ContextVar("deadline")
"""When the check that runs must be over, by `time.thread_time`: a busy machine must not make a value wrong."""


class OutOfTime(Exception):
    """The value takes too long to be checked."""


def _watched(keyword: Keyword) -> Keyword:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError] | None:
        if time.thread_time() > deadline.get():
            raise OutOfTime
        _room()
        return keyword(validator, value, instance, schema)

    return check


def _room() -> None:
    """Stop before the stack is full: a full one inside the library's own Rust ends in a panic that nobody catches."""
    try:
        sys._getframe(int(sys.getrecursionlimit() * FULL))
    except ValueError:
        return
    raise RecursionError("nested too deeply")


def _pattern(validator: Any, pattern: str, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not compiled(pattern)(instance):
        yield ValidationError("pattern")


def _inside(validator: Any, value: Json, rule: Any, name: str) -> Iterator[ValidationError]:
    """Check one property; `jsonschema` leaves out where it stands when the schema is false."""
    if rule is False:
        yield ValidationError("unexpected", path=(name,))
    elif not surely_fits(value, rule):
        yield from validator.descend(value, rule, path=name, schema_path=name)


def _properties(validator: Any, rules: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name, rule in rules.items():
            if name in instance:
                yield from _inside(validator, instance[name], rule, name)


def _pattern_properties(validator: Any, patterns: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for pattern, subschema in patterns.items():
            search = compiled(pattern)
            for name, value in instance.items():
                if search(name):
                    yield from _inside(validator, value, subschema, name)


def _additional_properties(validator: Any, rule: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    known = schema.get("properties", {})
    searches = [compiled(pattern) for pattern in schema.get("patternProperties", {})]
    for name, value in instance.items():
        if name in known or any(search(name) for search in searches):
            continue
        yield from _inside(validator, value, rule, name)


def _items(validator: Any, rule: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, list):
        return
    first = len(schema.get("prefixItems", ()))
    if rule is False and len(instance) > first:
        yield ValidationError("too many")
        return
    for at in range(first, len(instance)):
        if not surely_fits(instance[at], rule):
            yield from validator.descend(instance[at], rule, path=at)


def _property_names(validator: Any, rule: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name in instance:
            if not any(next(validator.descend(key, rule), None) is None for key in keys_of(name)):
                yield ValidationError("name", path=(name,))


def _required(validator: Any, names: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        yield from (ValidationError("missing", path=(name,)) for name in names if name not in instance)


def _dependent_required(validator: Any, rules: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name, others in rules.items():
            if name in instance:
                yield from (ValidationError("missing", path=(other,)) for other in others if other not in instance)


def _dependencies(validator: Any, rules: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name, rule in rules.items():
            if name in instance and isinstance(rule, list):
                yield from (ValidationError("missing", path=(other,)) for other in rule if other not in instance)
            elif name in instance:
                yield from validator.descend(instance, rule, schema_path=name)


def _unique_items(validator: Any, wanted: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list):
        seen: dict[Any, int] = {}
        for at, item in enumerate(instance):
            first = seen.setdefault(hashable(item), at)
            if first != at:
                yield ValidationError(str(first), path=(at,))
                return


def hashable(value: Json) -> Any:
    """Return something that is equal for equal JSON values: 1 and 1.0 are, 1 and true are not."""
    match value:
        case bool() | None:
            return ("word", value)
        case list():
            return ("list", tuple(map(hashable, value)))
        case dict():
            return ("object", frozenset((name, hashable(child)) for name, child in value.items()))
        case _:
            return value


def _multiple_of(validator: Any, step: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, int | float) and not isinstance(instance, bool) and exact(instance) % exact(step):
        yield ValidationError("multiple")


def exact(number: float) -> Fraction:
    """Return a number as it was written in decimals, so that 0.3 is a multiple of 0.1."""
    if isinstance(number, int):
        return Fraction(number)
    text = number.text if isinstance(number, Literal) else repr(number)
    exponent = text.lower().partition("e")[2]
    return Fraction(text) if abs(int(exponent or 0)) < MAX_EXPONENT else Fraction(float(number))


def _format(validator: Any, name: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and isinstance(name, str) and not fits(instance, name):
        yield ValidationError("format")


def _any_of(plain: Keyword) -> Keyword:
    def check(validator: Any, options: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
        yield from plain(validator, options, instance, schema) or ()
        number = number_beside(options) if isinstance(instance, str) and isinstance(options, list) else None
        # The schema limits the number alone, but the type means its text as well.
        for keyword, found in broken_limits(instance, number or {}):
            limit = {"validator": keyword, "validator_value": (number or {})[keyword]}
            yield ValidationError("limit", instance=found, schema=number or {}, **limit)

    return check


def _unevaluated_properties(validator: Any, rule: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        known = evaluated_names(validator, instance, schema)
        for name in instance:
            if name not in known:
                for _ in validator.descend(instance[name], rule, path=name):
                    yield ValidationError("unexpected", path=(name,))
                    break


def _unevaluated_items(validator: Any, rule: Any, instance: Json, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, list):
        known = evaluated_items(validator, instance, schema)
        for at, item in enumerate(instance):
            if at not in known:
                for _ in validator.descend(item, rule, path=at):
                    yield ValidationError("unexpected", path=(at,))
                    break


REPLACED: Mapping[str, Keyword] = {
    "pattern": _pattern,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "propertyNames": _property_names,
    "required": _required,
    "dependentRequired": _dependent_required,
    "dependencies": _dependencies,
    "uniqueItems": _unique_items,
    "multipleOf": _multiple_of,
    "format": _format,
    "unevaluatedProperties": _unevaluated_properties,
    "unevaluatedItems": _unevaluated_items,
}


def _bounded(draft: Any) -> type[Validator]:
    keywords = draft.VALIDATORS | {name: check for name, check in REPLACED.items() if name in draft.VALIDATORS}
    keywords["anyOf"] = _any_of(keywords["anyOf"])
    if "prefixItems" in keywords:
        keywords["items"] = _items
    # Files of older drafts are often not marked as such, and the newer drafts gave this name no other meaning.
    keywords.setdefault("dependencies", _dependencies)
    found: type[Validator] = extend(draft, {name: _watched(check) for name, check in keywords.items()})  # type: ignore[no-untyped-call]
    return found


DRAFTS: Mapping[str, type[Validator]] = {
    "http://json-schema.org/draft-04/schema": _bounded(Draft4Validator),
    "http://json-schema.org/draft-06/schema": _bounded(Draft6Validator),
    "http://json-schema.org/draft-07/schema": _bounded(Draft7Validator),
    "https://json-schema.org/draft/2019-09/schema": _bounded(Draft201909Validator),
    "https://json-schema.org/draft/2020-12/schema": _bounded(Draft202012Validator),
}
NEWEST = DRAFTS["https://json-schema.org/draft/2020-12/schema"]


def validator_class(schema: Json) -> type[Validator]:
    """Return the bounded validator of the draft that a schema names, else of the newest."""
    dialect = schema.get("$schema") if isinstance(schema, dict) else None
    return DRAFTS.get(dialect.rstrip("#"), NEWEST) if isinstance(dialect, str) else NEWEST
