"""Hypothesis strategies for the values that a JSON Schema takes, with a liking for what lies at its edges."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from playground.forms import Json, dumps
from playground.forms.schema.document import place_of
from playground.forms.schema.formats import EXAMPLES
from playground.forms.validation.check import fits
from playground.worker.fuzzing.numbers import integers, numbers

Values = SearchStrategy[Any]
Facts = Mapping[str, Any]

MOST = 4
"""Items of a list and entries of an open object, where the schema asks for no more."""
TEXTS = ("", " ", "0", "null", "-1", "a" * 300, "\u00e9\u4e16\U0001f600", "\x00", "\n", "' OR 1=1 --", "../x", "<b>")
"""Texts that code is seldom tried with."""

SCALARS: Values = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
ANYTHING: Values = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FORMATS: Mapping[str, Callable[[], Values]] = {
    "date": lambda: st.dates().map(str),
    "time": lambda: st.times().map(lambda time: time.isoformat()),
    "date-time": lambda: st.datetimes(timezones=st.timezones() | st.none()).map(lambda at: at.isoformat()),
    "duration": lambda: st.integers(0, 10**7).map(lambda seconds: f"PT{seconds}S"),
    "uuid": lambda: st.uuids().map(str),
    "uuid4": lambda: st.uuids(version=4).map(str),
    "email": st.emails,
    "ipv4": lambda: st.ip_addresses(v=4).map(str),
    "ipv6": lambda: st.ip_addresses(v=6).map(str),
    "binary": lambda: st.text(max_size=40),
}


def values_of(schema: Json) -> Values:
    """Return a strategy of values that a schema takes.

    Args:
        schema: a JSON Schema; references lead only inside it. What it says that no value can be made from directly
            (``not``, ``if``, ``contains``) is tried: values that it refuses are thrown away.
    """
    place = place_of(schema)
    return _Reader(schema).at(schema).filter(lambda value: fits(place, value, schema=schema) is not False)


class _Reader:
    """Makes strategies of the places of one schema, each reference once."""

    def __init__(self, root: Json) -> None:
        self._root = root
        self._referred: dict[str, Values] = {}

    def at(self, schema: Json) -> Values:
        """Return the strategy of one place."""
        if schema is False:
            return st.nothing()
        if not isinstance(schema, dict) or not schema:
            return ANYTHING
        if "const" in schema:
            return st.just(schema["const"])
        if isinstance(schema.get("enum"), list):
            return st.sampled_from(schema["enum"]) if schema["enum"] else st.nothing()
        if isinstance(schema.get("$ref"), str):
            return self._reference(schema)
        for keyword in ("anyOf", "oneOf"):
            if isinstance(schema.get(keyword), list):
                around = without(schema, keyword, "discriminator") | _tagged(schema)
                return st.one_of([self.at(merged(around, branch)) for branch in schema[keyword]])
        if isinstance(schema.get("allOf"), list):
            around = without(schema, "allOf")
            for part in schema["allOf"]:
                around = merged(around, self._open(part))
            return self.at(around)
        return self._typed(schema)

    def _reference(self, schema: Facts) -> Values:
        around = without(schema, "$ref")
        if around:
            return self.at(merged(around, self._open(schema)))
        name = schema["$ref"]
        if name not in self._referred:
            # What refers to itself is only read when it is needed.
            self._referred[name] = st.deferred(lambda: self.at(self._target(name)))
        return self._referred[name]

    def _open(self, schema: Json) -> Json:
        """Return what a schema refers to, if it is a reference."""
        seen: set[str] = set()
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and schema["$ref"] not in seen:
            seen.add(schema["$ref"])
            schema = self._target(schema["$ref"])
        return schema

    def _target(self, name: str) -> Json:
        found = self._root
        for part in name.removeprefix("#").split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found.get(key, {})
        return found

    def _typed(self, schema: Facts) -> Values:
        types = schema.get("type", guessed(schema))
        kinds = [self._of_type(name, schema) for name in (types if isinstance(types, list) else [types])]
        return st.one_of(kinds)

    def _of_type(self, name: Any, schema: Facts) -> Values:
        match name:
            case "null":
                return st.none()
            case "boolean":
                return st.booleans()
            case "integer":
                return integers(schema)
            case "number":
                return numbers(schema)
            case "string":
                return texts(schema)
            case "array":
                return self._items(schema)
            case "object":
                return self._entries(schema)
            case _:
                return ANYTHING

    def _items(self, schema: Facts) -> Values:
        given = schema.get("prefixItems")
        first = [self.at(part) for part in given] if isinstance(given, list) else []
        least, most = bounds(schema, "Items", len(first) + MOST)
        if not first:
            unique = dumps if schema.get("uniqueItems") is True else None
            return st.lists(self.at(schema.get("items", {})), min_size=least, max_size=most, unique_by=unique)
        rest = schema.get("items", {})
        most = len(first) if rest is False else most
        further = st.lists(self.at(rest), min_size=max(least - len(first), 0), max_size=max(most - len(first), 0))
        return st.tuples(st.tuples(*first), further).map(lambda both: [*both[0], *both[1]])

    def _entries(self, schema: Facts) -> Values:
        properties = schema.get("properties")
        known = {name: self.at(part) for name, part in (properties if isinstance(properties, dict) else {}).items()}
        names = [name for name in schema.get("required", ()) if isinstance(name, str)]
        required = {name: known.get(name, ANYTHING) for name in names}
        optional = {name: values for name, values in known.items() if name not in required}
        fixed = st.fixed_dictionaries(required, optional=optional)
        more, patterns = schema.get("additionalProperties"), schema.get("patternProperties")
        if isinstance(patterns, dict):
            others = [self._named({"pattern": name}, part, schema) for name, part in patterns.items()]
        elif isinstance(more, dict) or not known:
            others = [self._named(schema.get("propertyNames"), more, schema)]
        else:
            return fixed
        return st.tuples(*others, fixed).map(lambda parts: {key: part[key] for part in parts for key in part})

    def _named(self, names: Json, values: Json, schema: Facts) -> Values:
        """Return entries whose names nobody knows before."""
        least, most = bounds(schema, "Properties", MOST)
        keys = self.at({"type": "string"} | (names if isinstance(names, dict) else {}))
        return st.dictionaries(keys, self.at(values), min_size=least, max_size=most)


NOTES = ("title", "description", "default", "examples", "deprecated", "readOnly", "$comment", "$defs", "$schema")
"""Keywords that refuse nothing."""


def without(schema: Facts, *names: str) -> dict[str, Any]:
    """Return a schema without some of its keywords, and without those that refuse nothing."""
    return {name: value for name, value in schema.items() if name not in names and name not in NOTES}


def _tagged(schema: Facts) -> dict[str, Any]:
    """Return the rule that the tag is there by which pydantic tells alternatives, also if it has a default."""
    tag = schema["discriminator"].get("propertyName") if isinstance(schema.get("discriminator"), dict) else None
    return {"required": [tag]} if isinstance(tag, str) else {}


def merged(one: Json, other: Json) -> Json:
    """Return a schema that takes what two take, as far as their keywords can be put together."""
    if one is False or other is False:
        return False
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one if isinstance(one, dict) else other
    both = {**one, **other}
    for name in ("properties", "patternProperties", "$defs"):
        if isinstance(one.get(name), dict) and isinstance(other.get(name), dict):
            both[name] = {**one[name], **other[name]}
    if "required" in one and "required" in other:
        both["required"] = [*one["required"], *other["required"]]
    return both


def guessed(schema: Facts) -> Any:
    """Return the type that a schema without one most likely means; None for any."""
    signs = {"object": ("properties", "required", "additionalProperties"), "array": ("items", "prefixItems")}
    signs |= {"string": ("pattern", "format", "maxLength", "minLength"), "number": ("minimum", "maximum", "multipleOf")}
    return next((name for name, keywords in signs.items() if any(keyword in schema for keyword in keywords)), None)


def bounds(schema: Facts, what: str, usual: int) -> tuple[int, int]:
    """Return how much of something there is at the least and at the most."""
    least, most = schema.get(f"min{what}", 0), schema.get(f"max{what}")
    least = int(least) if isinstance(least, int | float) else 0
    return least, max(least, min(int(most), least + usual) if isinstance(most, int | float) else least + usual)


def texts(schema: Facts) -> Values:
    """Return a strategy of the texts that a schema takes."""
    least, most = bounds(schema, "Length", 40)
    longest = schema.get("maxLength")

    def in_bounds(text: str) -> bool:
        return least <= len(text) and not (isinstance(longest, int | float) and len(text) > longest)

    if isinstance(schema.get("pattern"), str):
        return _by_pattern(schema["pattern"]).filter(in_bounds)
    name = str(schema.get("format"))
    if name in FORMATS:
        return FORMATS[name]()
    if name in EXAMPLES:
        return st.just(EXAMPLES[name]) | st.text(max_size=20)
    odd = [text for text in TEXTS if in_bounds(text)]
    plain = st.text(min_size=least, max_size=most)
    return plain | st.sampled_from(odd) if odd else plain


def _by_pattern(pattern: str) -> Values:
    """Return texts that a pattern is found in; of one that is for the whole text, nothing is made around it."""
    is_whole = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$") and "|" not in pattern
    try:
        if is_whole:
            return st.from_regex(re.compile(pattern[1:-1]), fullmatch=True)
        return st.from_regex(re.compile(pattern))
    except (re.error, OverflowError, RecursionError):
        # Another dialect's pattern: texts are tried.
        return st.text(max_size=20)
