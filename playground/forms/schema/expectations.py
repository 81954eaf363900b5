"""What a place of a schema expects, in words: for help below a field and for messages."""

from collections.abc import Iterator, Mapping
from typing import Any

from playground.forms.schema.document import Place
from playground.forms.schema.field_kinds import (
    Anything,
    Boolean,
    Choice,
    Const,
    Kind,
    Number,
    Record,
    Selection,
    Sequence,
    Text,
    Union,
    Upload,
)
from playground.forms.schema.formats import EXAMPLES
from playground.forms.schema.kind_decision import settle, types_of
from playground.forms.schema.labels import label_of
from playground.forms.schema.shape import Shape, numeric
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import Json, shorten, unquoted

FORMATS = {
    "date": "a date (year-month-day)",
    "time": "a time",
    "date-time": "a date and time, with the offset if it matters",
    "duration": "a duration (ISO 8601)",
    "email": "an e-mail address",
    "uri": "a full URL",
    "uri-reference": "a URL or path",
    "uuid": "a UUID",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "hostname": "a host name",
    "regex": "a regular expression",
    "json-pointer": "a JSON pointer",
    "base64": "base64 text",
    "byte": "base64 text",
    "base64url": "base64 text (URL-safe)",
    "password": "text",
    "decimal": "a decimal number",
}
MAX_WHOLE = 1e15
"""Beyond it, numbers with a point are shown as they are written."""
FOUND = {"null": "null", "boolean": "boolean", "object": "object", "array": "list", "string": "text"}


def found(value: Json) -> str:
    """Return what a value is, for “Found …”."""
    kind = next((FOUND[name] for name in types_of(value) if name in FOUND), "number")
    if value is None:
        return "null"
    if isinstance(value, dict | list):
        return f"{'an' if kind == 'object' else 'a'} {kind} ({counted(len(value), _unit(value))})"
    if isinstance(value, str):
        return f"the text {shorten(value)}" if value else "an empty text"
    return f"the {kind} {shorten(dumps(value)).strip('“”')}"


def _unit(value: Json) -> str:
    return "property" if isinstance(value, dict) else "item"


def counted(number: Any, unit: str) -> str:
    """Return a number with its unit, in the plural where it is needed."""
    plural = {"property": "properties", "entry": "entries"}.get(unit, unit + "s")
    return f"{number} {unit if number == 1 else plural}"


def expected(place: Place) -> str:
    """Return what a place takes, for “Expected …”."""
    found = settle(place)
    limits = list(constraints(found.shape.facts, found.kind))
    words = _kind_words(found.kind, found.shape)
    if limits:
        words += ": " + ", ".join(limits)
    return words + (", or null" if found.nullable else "")


def _kind_words(kind: Kind, shape: Shape) -> str:
    match kind:
        case Text(format=name):
            return FORMATS.get(name, f"text in the format “{name}”" if name in EXAMPLES else "text")
        case Number(whole=whole):
            return "a whole number" if whole else "a number"
        case Boolean():
            return "true or false"
        case Choice(options=options):
            return "one of " + alternatives([_option_and_value(*option) for option in options])
        case Const(value=value):
            return dumps(value)
        case Upload(encoding=encoding):
            return "text" if encoding == "utf-8" else f"{encoding} text"
        case Record():
            return "an object"
        case Sequence():
            return "a list"
        case Selection(options=options):
            return "some of " + alternatives([_option_and_value(*option) for option in options])
        case Union(branches=branches):
            return "one of " + alternatives([shorten(branch.label, 40) for branch in branches])
        case Anything(several=True):
            return "a value that fits several choices at once"
        case Anything():
            return "nothing here" if shape.never else "any value"


def option_word(label: str, value: Json, limit: int = 40) -> str:
    """Return a given value as a sentence shows it: only text stands in quotes."""
    quoted = isinstance(value, str) and label == label_of(value)
    return shorten(label, limit) if quoted else unquoted(label, limit)


def _option_and_value(label: str, value: Json) -> str:
    """Return a given value with its name, for those who see the one and for those who send the other."""
    word = option_word(label, value)
    plain = label == label_of(value) or label == f"“{value}”" or dumps(value) in label
    return word if plain else f"{word} ({shorten(value) if isinstance(value, str) else unquoted(dumps(value))})"


def alternatives(labels: list[str], limit: int = 8) -> str:
    """Return words as a list in a sentence."""
    shown = labels[:limit]
    if len(labels) > limit:
        return ", ".join(shown) + f" and {len(labels) - limit} more"
    return " or ".join(filter(None, [", ".join(shown[:-1]), shown[-1] if shown else ""]))


def constraints(facts: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    """Walk the limits of a field, each in a few words."""
    match kind:
        case Number():
            yield from _number_limits(facts)
        case Text():
            yield from _range(facts, "Length", "character")
            if isinstance(facts.get("pattern"), str):
                yield f"matching {shorten(facts['pattern'], 80)}"
        case Sequence():
            yield from _range(facts, "Items", "item")
            if facts.get("uniqueItems") is True:
                yield "no item twice"
            if "contains" in facts:
                yield from _contains(facts)
        case Selection():
            yield from _range(facts, "Items", "item")
        case Record():
            yield from _range(facts, "Properties", "property")
        case _:
            return


def _number_limits(facts: Mapping[str, Any]) -> Iterator[str]:
    for keyword, words in (
        ("minimum", "at least"),
        ("exclusiveMinimum", "more than"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "less than"),
        ("multipleOf", "a multiple of"),
    ):
        limit = facts.get(keyword)
        if numeric(limit):
            # pydantic writes the limits of decimals as 0.0, which nobody would say.
            whole = abs(limit) < MAX_WHOLE and limit == int(limit)
            yield f"{words} {int(limit) if whole else dumps(limit)}"
    places, digits = facts.get("x-decimalPlaces"), facts.get("x-maxDigits")
    if numeric(places):
        yield f"at most {counted(places, 'decimal place')}"
    if numeric(digits):
        yield f"at most {counted(digits, 'digit')}"


def _range(facts: Mapping[str, Any], noun: str, unit: str) -> Iterator[str]:
    low, high = facts.get(f"min{noun}"), facts.get(f"max{noun}")
    if numeric(low) and numeric(high):
        yield f"exactly {counted(low, unit)}" if low == high else f"{low} to {counted(high, unit)}"
    elif numeric(low) and low:
        yield f"at least {counted(low, unit)}"
    elif numeric(high):
        yield f"at most {counted(high, unit)}"


def _contains(facts: Mapping[str, Any]) -> Iterator[str]:
    low, high = facts.get("minContains", 1), facts.get("maxContains")
    yield f"at least {counted(low, 'item')} of a certain kind"
    if numeric(high):
        yield f"at most {high} of them"


def name_of(name: str) -> str:
    """Return a property's name for use in a message."""
    return shorten(label_of(name))
