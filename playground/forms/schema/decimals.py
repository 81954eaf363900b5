"""Decimals, as Python's `Decimal`: a number or the same number as text, which the same limits hold for."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from engine.validation.regexes import PatternError, compiled
from playground.forms.schema.shape import numeric
from playground.forms.values.values import Json, Literal, is_decimal

LIMITS = {"minimum": ge, "exclusiveMinimum": gt, "maximum": le, "exclusiveMaximum": lt}


def is_decimal_text(rule: Mapping[str, Any]) -> bool:
    """Tell whether what a schema says of a text means that the text is a decimal number."""
    pattern = rule.get("pattern")
    return rule.get("format") == "decimal" or (isinstance(pattern, str) and _takes_only_numbers(pattern))


def _takes_only_numbers(pattern: str) -> bool:
    try:
        takes = compiled(pattern)
        return takes("1") and takes("12.5") and not (takes("") or takes("x") or takes("1x"))
    except PatternError:
        return False


def number_beside(options: Any) -> dict[str, Any] | None:
    """Return what alternatives say of numbers when the only other one is the same number as text, or null."""
    rules = {rule.get("type"): rule for rule in options if isinstance(rule, dict) and isinstance(rule.get("type"), str)}
    if len(rules) != len(options) or not {"number", "string"} <= rules.keys() <= {"number", "string", "null"}:
        return None
    number: dict[str, Any] = rules["number"]
    return number if is_decimal_text(rules["string"]) else None


def broken_limits(text: Json, rule: Mapping[str, Any]) -> Iterator[tuple[str, Literal]]:
    """Walk the limits that a decimal as text breaks, exactly; each with the number that it is."""
    if not isinstance(text, str) or not is_decimal(text.strip()):
        return
    number = Decimal(text.strip())
    for keyword, holds in LIMITS.items():
        limit = rule.get(keyword)
        # A limit is what was written in decimals, and not the binary fraction next to it.
        if numeric(limit) and not holds(number, Decimal(repr(limit))):
            yield keyword, Literal(text.strip())
