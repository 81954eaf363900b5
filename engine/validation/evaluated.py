"""Which parts of an object or list the other keywords have spoken of, for `unevaluatedProperties` and `…Items`."""

from collections.abc import Iterator
from typing import Any

from engine.validation.budget import tick
from engine.validation.regexes import compiled

JSON = Any

REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
MAX_STEPS = 2000


class TooManyParts(ValueError):
    """The schema has too many parts at one place."""


def evaluated_names(validator: Any, instance: dict[str, JSON], schema: Any) -> set[str]:
    """Return the names of an object that some part of the schema has spoken of."""
    known: set[str] = set()
    for part in _parts(validator, instance, schema):
        known |= part.get("properties", {}).keys() & instance.keys()
        for pattern in part.get("patternProperties", {}):
            search = compiled(pattern)
            known |= {name for name in instance if search(name)}
        if "additionalProperties" in part or (part is not schema and "unevaluatedProperties" in part):
            known |= instance.keys()
    return known


def evaluated_items(validator: Any, instance: list[JSON], schema: Any) -> set[int]:
    """Return the positions of a list that some part of the schema has spoken of."""
    known: set[int] = set()
    for part in _parts(validator, instance, schema):
        items, prefix = part.get("items"), part.get("prefixItems", [])
        known |= set(range(len(items if isinstance(items, list) else prefix)))
        spoken = "items" in part and not isinstance(items, list)
        if spoken or "additionalItems" in part or (part is not schema and "unevaluatedItems" in part):
            known |= set(range(len(instance)))
        if "contains" in part:
            rule = validator.evolve(schema=part["contains"])
            known |= {at for at, item in enumerate(instance) if rule.is_valid(item)}
    return known


def _parts(validator: Any, instance: JSON, schema: Any) -> Iterator[dict[str, Any]]:
    """Walk the schema and those inside it that speak of the same value and hold for it."""
    waiting = [(validator, schema)]
    for _ in range(MAX_STEPS):
        if not waiting:
            return
        tick()
        current, part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += _inner(current, instance, part)
    raise TooManyParts


def _inner(validator: Any, instance: JSON, part: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    for keyword in REFERENCES:
        if isinstance(part.get(keyword), str):
            found = validator._resolver.lookup(part[keyword])
            yield validator.evolve(schema=found.contents, _resolver=found.resolver), found.contents
    for child in part.get("allOf", []):
        yield validator, child
    for child in [*part.get("anyOf", []), *part.get("oneOf", [])]:
        if validator.evolve(schema=child).is_valid(instance):
            yield validator, child
    if "if" in part:
        holds = validator.evolve(schema=part["if"]).is_valid(instance)
        if holds:
            yield validator, part["if"]
        yield validator, part.get("then" if holds else "else")
    if isinstance(instance, dict):
        for keyword in ("dependentSchemas", "dependencies"):
            for name, child in part.get(keyword, {}).items():
                if name in instance:
                    yield validator, child
