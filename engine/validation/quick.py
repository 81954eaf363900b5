"""A quick answer for the simplest places of a schema, which most of a large value is made of."""

import math
from typing import Any

JSON = Any

IGNORED = frozenset(("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "type"))
LIMITS = frozenset(("minimum", "maximum", "minLength", "maxLength"))
CONDITION = frozenset(("type", "properties", "required", "title", "description"))
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def surely_fits(value: JSON, rule: Any) -> bool:
    """Tell whether a value fits for sure; False means that only the whole validator knows."""
    if not isinstance(rule, dict):
        return rule is True
    if "anyOf" in rule:
        options = rule["anyOf"]
        only = rule.keys() <= IGNORED | {"anyOf"} and "type" not in rule and isinstance(options, list)
        return only and any(surely_fits(value, option) for option in options if _is_leaf(option))
    wanted = rule.get("type")
    kind = TYPES.get(wanted) if isinstance(wanted, str) else None
    if kind is None or not isinstance(value, kind) or (isinstance(value, bool) and wanted != "boolean"):
        return False
    limits = rule.keys() - IGNORED
    return not limits or (limits <= LIMITS and _within(value, rule))


def quickly(value: JSON, rule: Any) -> bool | None:
    """Tell whether a value meets a simple condition: names that must be there, and constants they must hold.

    None means that only the whole validator knows.
    """
    if not isinstance(rule, dict) or not isinstance(value, dict) or not rule.keys() <= CONDITION:
        return None
    names, rules = rule.get("required", []), rule.get("properties", {})
    if not isinstance(names, list) or not isinstance(rules, dict) or rule.get("type", "object") != "object":
        return None
    given = [_is_constant(value[name], rules[name]) for name in rules if name in value]
    lacks = any(not isinstance(name, str) or name not in value for name in names)
    return None if None in given else all(given) and not lacks


def _is_constant(value: JSON, rule: Any) -> bool | None:
    """Tell whether a text is the one, or among those, that a schema names; None for anything else."""
    if not isinstance(rule, dict) or not isinstance(value, str) or not rule.keys() <= {"const", "enum", "type"}:
        return None
    options = rule.get("enum", [value])
    if rule.get("type", "string") != "string" or not isinstance(options, list):
        return None
    return value in options and rule.get("const", value) == value


def _is_leaf(rule: Any) -> bool:
    return isinstance(rule, dict) and "anyOf" not in rule


def _within(value: JSON, rule: dict[str, Any]) -> bool:
    low, high = ("minLength", "maxLength") if isinstance(value, str) else ("minimum", "maximum")
    size = len(value) if isinstance(value, str) else value
    least, most = rule.get(low, -math.inf), rule.get(high, math.inf)
    known = isinstance(least, int | float) and isinstance(most, int | float) and not isinstance(value, bool | None)
    return known and least <= size <= most
