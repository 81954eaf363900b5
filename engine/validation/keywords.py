"""The keywords of JSON Schema, each in bounded time, with messages that never hold a whole value."""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any

from jsonschema.exceptions import ValidationError

from engine.validation.budget import remembered, tick
from engine.validation.equality import key_of, repeated
from engine.validation.evaluated import evaluated_items, evaluated_names
from engine.validation.regexes import compiled
from engine.validation.wording import expected, shown, types

BOUNDS = {operator.ge: "at least", operator.gt: "more than", operator.le: "at most", operator.lt: "less than"}
Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Any], Errors | None]

MAX_EXPONENT = 400
"""Beyond it, exact fractions have so many digits that they cost more than they tell."""
MAX_CONTEXT = 20
"""Errors of one alternative that are kept; more explain no better why it was not meant."""


def is_number(value: Any) -> bool:
    """Tell whether a value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def inside(validator: Any, value: Any, rule: Any, name: str) -> Errors:
    """Check one property; `jsonschema` leaves out where it stands when the schema is false."""
    if rule is False:
        yield ValidationError(f"{shown(name)} is not expected", path=(name,))
    else:
        yield from validator.descend(value, rule, path=name, schema_path=name)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, str) and not compiled(pattern)(instance):
        yield ValidationError(expected(f"a text that matches {shown(pattern)}", instance))


def _properties(validator: Any, rules: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name, rule in rules.items():
            if name in instance:
                yield from inside(validator, instance[name], rule, name)


def _properties_3(validator: Any, rules: Any, instance: Any, schema: Any) -> Errors:
    """Draft 3 requires a property inside of its own schema."""
    yield from _properties(validator, rules, instance, schema)
    if isinstance(instance, dict):
        lacking = [name for name, rule in rules.items() if name not in instance and rule.get("required") is True]
        yield from (_missing(name, validator="required", validator_value=True) for name in lacking)


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for pattern, subschema in patterns.items():
            search = compiled(pattern)
            for name, value in instance.items():
                tick()
                if search(name):
                    yield from inside(validator, value, subschema, name)


def _additional_properties(validator: Any, rule: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        known = schema.get("properties", {})
        searches = [compiled(pattern) for pattern in schema.get("patternProperties", {})]
        for name, value in instance.items():
            tick()
            if name not in known and not any(search(name) for search in searches):
                yield from inside(validator, value, rule, name)


def _items(validator: Any, rule: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, list) and isinstance(rule, list):
        yield from _each(validator, instance, rule)
    elif isinstance(instance, list):
        # Older drafts do not know the other keyword.
        first = schema.get("prefixItems", ()) if "prefixItems" in validator.VALIDATORS else ()
        yield from _rest(validator, instance, rule, len(first))


def _additional_items(validator: Any, rule: Any, instance: Any, schema: Any) -> Errors:
    first = schema.get("items")
    if isinstance(instance, list) and isinstance(first, list):
        yield from _rest(validator, instance, rule, len(first))


def _prefix_items(validator: Any, rules: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, list):
        yield from _each(validator, instance, rules)


def _each(validator: Any, instance: list[Any], rules: Iterable[Any]) -> Errors:
    for at, (item, rule) in enumerate(zip(instance, rules, strict=False)):
        yield from validator.descend(item, rule, path=at, schema_path=at)


def _rest(validator: Any, instance: list[Any], rule: Any, first: int) -> Errors:
    if rule is False and len(instance) > first:
        yield ValidationError(f"at most {first} items are expected, and there are {len(instance)}")
        return
    for at in range(first, len(instance)):
        yield from validator.descend(instance[at], rule, path=at)


def _contains(validator: Any, rule: Any, instance: Any, schema: Any) -> Errors:
    if not isinstance(instance, list):
        return
    # The older drafts know neither limit, and ignore what they do not know.
    limits = schema if "dependentSchemas" in validator.VALIDATORS else {}
    least, most = limits.get("minContains", 1), limits.get("maxContains", len(instance))
    matching, inner = 0, validator.evolve(schema=rule)
    for item in instance:
        tick()
        matching += inner.is_valid(item)
        if matching > most:
            yield ValidationError("too many items match", validator="maxContains", validator_value=most)
            return
    if matching < least:
        few = {"validator": "minContains", "validator_value": least} if matching else {}
        yield ValidationError(f"too few items match: {matching}", **few)


def _property_names(validator: Any, rule: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name in instance:
            for error in validator.descend(name, rule):
                yield ValidationError(f"{shown(name)} is no name here: {error.message}", path=(name,), cause=error)


def _missing(name: str, **more: Any) -> ValidationError:
    return ValidationError(f"{shown(name)} is missing and required.", path=(name,), **more)


def _required(validator: Any, names: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        yield from (_missing(name) for name in names if name not in instance)


def _dependencies(validator: Any, rules: Any, instance: Any, schema: Any) -> Errors:
    for name, rule in rules.items() if isinstance(instance, dict) else ():
        if name not in instance:
            continue
        if isinstance(rule, list | str):
            others = [rule] if isinstance(rule, str) else rule
            yield from (_missing(other) for other in others if other not in instance)
        else:
            yield from validator.descend(instance, rule, schema_path=name)


def _unique_items(validator: Any, wanted: Any, instance: Any, schema: Any) -> Errors:
    found = repeated(instance) if wanted is True and isinstance(instance, list) else None
    if found is not None:
        yield ValidationError(f"item {found[1]} is the same as item {found[0]}", path=(found[1],))


def _multiple_of(validator: Any, step: Any, instance: Any, schema: Any) -> Errors:
    if is_number(instance) and exact(instance) % exact(step):
        yield ValidationError(expected(f"a multiple of {shown(step)}", instance))


def exact(number: float) -> Fraction:
    """Return a number as it was written in decimals, so that 0.3 is a multiple of 0.1."""
    if isinstance(number, int):
        return Fraction(number)
    text = repr(number)
    exponent = text.lower().partition("e")[2]
    return Fraction(text) if abs(int(exponent or 0)) < MAX_EXPONENT else Fraction(float(number))


def _type(validator: Any, wanted: Any, instance: Any, schema: Any) -> Errors:
    names = [wanted] if isinstance(wanted, str) else wanted
    if not any(validator.is_type(instance, name) for name in names):
        yield ValidationError(expected(types(names), instance))


def _type_3(validator: Any, wanted: Any, instance: Any, schema: Any) -> Errors:
    """Types of draft 3 may be schemas."""
    names = wanted if isinstance(wanted, list) else [wanted]
    for rule in names:
        inner = validator.evolve(schema=rule) if isinstance(rule, dict) else None
        if inner.is_valid(instance) if inner is not None else validator.is_type(instance, rule):
            return
    yield ValidationError(expected(types(names), instance))


def _enum(validator: Any, options: Any, instance: Any, schema: Any) -> Errors:
    known = remembered(options, lambda given: frozenset(map(key_of, given)))
    if key_of(instance) not in known:
        yield ValidationError(expected(f"one of {shown(options)}", instance))


def _const(validator: Any, value: Any, instance: Any, schema: Any) -> Errors:
    if key_of(instance) != remembered(value, key_of):
        yield ValidationError(expected(shown(value), instance))


def _limit(name: str, holds: Callable[[Any, Any], bool], strictly: Callable[[Any, Any], bool] | None) -> Keyword:
    """Make a keyword that limits a number; in drafts 3 and 4 another keyword says whether it is excluded itself."""
    exclusive = f"exclusive{name.capitalize()}"

    def check(validator: Any, limit: Any, instance: Any, schema: Any) -> Errors:
        excluded = strictly is not None and schema.get(exclusive) is True
        rule = strictly if excluded and strictly else holds
        if is_number(instance) and not rule(instance, limit):
            yield ValidationError(expected(f"{BOUNDS[rule]} {shown(limit)}", instance))

    return check


def _size(kind: type[Any], noun: str, holds: Callable[[Any, Any], bool]) -> Keyword:
    """Make a keyword that limits how much there is of something."""
    one = {"properties": "property"}.get(noun, noun.removesuffix("s"))

    def check(validator: Any, limit: Any, instance: Any, schema: Any) -> Errors:
        size = len(instance) if isinstance(instance, kind) else None
        if size is not None and not holds(size, limit):
            bound = BOUNDS[holds]
            yield ValidationError(f"Found {size} {noun if size != 1 else one}, expected {bound} {shown(limit)}.")

    return check


def _failing(validator: Any, options: Any, instance: Any) -> tuple[int | None, list[ValidationError]]:
    """Return the first alternative that fits, else the errors of all."""
    found: list[ValidationError] = []
    for number, rule in enumerate(options):
        errors = list(islice(validator.descend(instance, rule, schema_path=number), MAX_CONTEXT))
        if not errors:
            return number, []
        for error in errors:
            # That of a schema that is false says nothing of its own place.
            if not error.relative_schema_path:
                error.relative_schema_path.append(number)
        found += errors
    return None, found


def any_of(validator: Any, options: Any, instance: Any, schema: Any) -> Errors:
    """Check that one alternative at least fits."""
    fitting, errors = _failing(validator, options, instance)
    if fitting is None:
        yield ValidationError(f"{shown(instance)} fits none of the alternatives", context=errors)


def _one_of(validator: Any, options: Any, instance: Any, schema: Any) -> Errors:
    fitting, errors = _failing(validator, options, instance)
    if fitting is None:
        yield ValidationError(f"{shown(instance)} fits none of the alternatives", context=errors)
    elif any(validator.evolve(schema=rule).is_valid(instance) for rule in options[fitting + 1 :]):
        yield ValidationError(f"{shown(instance)} fits several alternatives, and must fit one")


def _not(validator: Any, rule: Any, instance: Any, schema: Any) -> Errors:
    if validator.evolve(schema=rule).is_valid(instance):
        yield ValidationError(f"{shown(instance)} is excluded here")


def _disallow(validator: Any, types: Any, instance: Any, schema: Any) -> Errors:
    if validator.evolve(schema={"type": types if isinstance(types, list) else [types]}).is_valid(instance):
        yield ValidationError(f"{shown(instance)} is excluded here")


def _unevaluated_properties(validator: Any, rule: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        known = evaluated_names(validator, instance, schema)
        yield from _unexpected(validator, rule, ((name, instance[name]) for name in instance if name not in known))


def _unevaluated_items(validator: Any, rule: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, list):
        known = evaluated_items(validator, instance, schema)
        yield from _unexpected(validator, rule, ((at, item) for at, item in enumerate(instance) if at not in known))


def _unexpected(validator: Any, rule: Any, parts: Iterable[tuple[str | int, Any]]) -> Errors:
    for step, part in parts:
        tick()
        if next(validator.descend(part, rule), None) is not None:
            yield ValidationError(f"{shown(step)} is not expected", path=(step,))


REPLACED: Mapping[str, Keyword] = {
    "additionalItems": _additional_items,
    "additionalProperties": _additional_properties,
    "anyOf": any_of,
    "const": _const,
    "contains": _contains,
    "dependencies": _dependencies,
    "dependentRequired": _dependencies,
    "disallow": _disallow,
    "divisibleBy": _multiple_of,
    "enum": _enum,
    "exclusiveMaximum": _limit("maximum", operator.lt, None),
    "exclusiveMinimum": _limit("minimum", operator.gt, None),
    "items": _items,
    "maxItems": _size(list, "items", operator.le),
    "maxLength": _size(str, "characters", operator.le),
    "maxProperties": _size(dict, "properties", operator.le),
    "maximum": _limit("maximum", operator.le, operator.lt),
    "minItems": _size(list, "items", operator.ge),
    "minLength": _size(str, "characters", operator.ge),
    "minProperties": _size(dict, "properties", operator.ge),
    "minimum": _limit("minimum", operator.ge, operator.gt),
    "multipleOf": _multiple_of,
    "not": _not,
    "oneOf": _one_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "prefixItems": _prefix_items,
    "properties": _properties,
    "propertyNames": _property_names,
    "required": _required,
    "type": _type,
    "unevaluatedItems": _unevaluated_items,
    "unevaluatedProperties": _unevaluated_properties,
    "uniqueItems": _unique_items,
}
"""By name, for every draft that has a keyword of the name.

`jsonschema`'s own are left where they only hand a value on: references, `allOf`, `extends`, `if`, `dependentSchemas`.
"""

OLDEST: Mapping[str, Keyword] = {"properties": _properties_3, "type": _type_3}
"""What draft 3 means otherwise."""

ADDED: Mapping[str, Keyword] = {"dependencies": _dependencies}
"""Files of older drafts are often not marked as such, and the newer drafts gave this name no other meaning."""


def watched(keyword: Keyword) -> Keyword:
    """Return a keyword that looks at the clock before it runs, which bounds references that double at each level."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Errors | None:
        tick()
        return keyword(validator, value, instance, schema)

    return check
