"""Generated values: an example that a schema takes, found in bounded time."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.forms.schema.document import Place
from playground.forms.schema.field_kinds import (
    Anything,
    Boolean,
    Branch,
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
from playground.forms.schema.formats import EXAMPLES, fits
from playground.forms.schema.kind_decision import limits_of, settle
from playground.forms.schema.shape import Shape, entry_place, fold, listed, mapped, numeric
from playground.forms.validation.regexsample import sample as matching
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import MISSING, Json, Literal, Missing

MAX_VALUES = 300
MAX_ITEMS = 50
MAX_LENGTH = 2000
WORDS = "a quick example text that is long enough "


@dataclass(slots=True, kw_only=True)
class Sampler:
    """Makes one value for a place; `full` also fills what is optional, `turn` picks other alternatives."""

    fits: Callable[[Place, Json], bool] = lambda place, value: False
    """Tells whether a condition of the schema holds."""
    full: bool = False
    turn: int = 0
    most: int = MAX_VALUES
    made: int = 0
    until: float = math.inf
    """When it has to be ready, by `time.thread_time`; what is not made by then is null."""

    def value(self, place: Place, depth: int = 0) -> Json:
        """Return a value that should fit; when there is room for no more, null."""
        self.made += 1
        if time.thread_time() > self.until:
            return None
        found = settle(place)
        given = self.given(found.shape)
        if given is not MISSING:
            return given
        if self.made > self.most or depth > 12:
            return None
        if found.nullable and depth > 3:
            return None
        limits = self.limits(found.shape)
        if limits.parts and not isinstance(found.kind, Union | Anything):
            return self.of_kind(found.kind, fold(found.shape.place.plus(limits)), depth)
        return self.of_kind(found.kind, found.shape, depth)

    def limits(self, shape: Shape) -> Place:
        """Return what else must hold: one alternative of each union that nobody chooses from."""
        chosen = [branches[self.turn % len(branches)] for branches in limits_of(shape)]
        return Place(parts=tuple(part for place in chosen for part in place.parts))

    def given(self, shape: Shape) -> Json | Missing:
        """Return what the schema itself offers as an example."""
        offers = [*listed(shape.facts, "examples")]
        offers += [shape.facts[keyword] for keyword in ("example", "default") if keyword in shape.facts]
        offers = [offer for offer in offers if offer is not None]
        return offers[self.turn % len(offers)] if offers and self.turn < 2 else MISSING

    def of_kind(self, kind: Kind, shape: Shape, depth: int) -> Json:
        """Return a value of the kind."""
        match kind:
            case Text(format=name):
                return _text(shape.facts, name, self.turn)
            case Number(whole=whole):
                return _number(shape.facts, whole=whole)
            case Boolean():
                return self.turn % 2 == 0
            case Choice(options=options):
                return options[self.turn % len(options)][1]
            case Const(value=value):
                return value
            case Upload(encoding=encoding):
                return _text(shape.facts, "", self.turn) if encoding == "utf-8" else "ZXhhbXBsZQ=="
            case Union(branches=branches):
                branch = branches[(self.turn + (depth > 3)) % len(branches)]
                return self.tagged(shape, branch, self.value(branch.place.plus(self.limits(shape)), depth + 1))
            case Record():
                return self.record(shape, depth)
            case Selection(options=options):
                return [value for _, value in options[: _least(shape)]]
            case Sequence():
                return self.sequence(kind, shape, depth)
            case Anything(several=True):
                chosen = [branches[self.turn % len(branches)] for branches in shape.unions if branches]
                parts = tuple(part for place in chosen for part in place.parts)
                return self.value(Place(parts=parts).plus(shape.bare), depth + 1)
            case Anything():
                return "example"

    def tagged(self, shape: Shape, branch: Branch, value: Json) -> Json:
        """Return the value of an alternative with the tag by which pydantic knows it, also if it has a default."""
        if not isinstance(value, dict):
            return value
        known = {tag: branch.shape.properties[tag] for tag in _tags(shape) if tag in branch.shape.properties}
        return {tag: self.value(place) for tag, place in known.items() if tag not in value} | value

    def record(self, shape: Shape, depth: int) -> Json:
        """Return an object with what is required, and with the rest when `full`."""
        wide, required = self.full and depth < 3, shape.required
        found = {}
        for name in [name for name in shape.properties if name in required or wide]:
            if self.made > self.most and name not in required:
                break
            if not fold(shape.properties[name]).never:
                found[name] = self.value(shape.properties[name], depth + 1)
        for name in required:
            if name not in found:
                found[name] = self.value(self.entry(shape, name), depth + 1)
        self.fill(found, shape, depth)
        for _ in range(len(shape.conditions) + len(shape.dependents)):
            for place in self.further(shape, found):
                more = fold(place)
                for name in more.required - found.keys():
                    found[name] = self.value(self.entry(more, name), depth + 1)
        return found

    def further(self, shape: Shape, found: Json) -> Iterator[Place]:
        """Walk what the conditions of an object add for what it holds."""
        for condition in shape.conditions:
            place = condition.then if self.fits(condition.test, found) else condition.other
            if place is not None:
                yield place
        for name, places in shape.dependents.items():
            if name in found:
                yield from places

    def fill(self, found: dict[str, Json], shape: Shape, depth: int) -> None:
        """Add what else must be there: dependent names, and entries up to the least number."""
        for name, others in mapped(shape.facts, "dependentRequired").items():
            if name in found and isinstance(others, list):
                for other in others:
                    found.setdefault(other, self.value(self.entry(shape, other), depth + 1))
        least = shape.facts.get("minProperties")
        wanted = int(least) if numeric(least) else 0
        if self.full and depth < 3 and settle(shape.place).kind == Record(open=True) and not shape.properties:
            wanted = max(wanted, 1)
        for name in (name for name in [*shape.properties, *self.names(shape)] if name not in found):
            if len(found) >= min(wanted, MAX_ITEMS):
                break
            found[name] = self.value(self.entry(shape, name), depth + 1)

    def names(self, shape: Shape) -> Iterator[str]:
        """Walk names for entries that the schema takes."""
        rule = shape.facts.get("propertyNames")
        rule = rule if isinstance(rule, dict) else {}
        yield from (name for name in listed(rule, "enum") if isinstance(name, str))
        for pattern in [*shape.patterns, rule.get("pattern", "")]:
            if isinstance(pattern, str) and pattern:
                yield matching(pattern, rule.get("minLength", 0) if numeric(rule.get("minLength")) else 0)
        yield from (f"name{number}" for number in range(1, MAX_ITEMS))

    def entry(self, shape: Shape, name: str) -> Place:
        """Return the place of one entry of an object."""
        return shape.properties.get(name) or entry_place(shape, name)

    def sequence(self, kind: Sequence, shape: Shape, depth: int) -> Json:
        """Return a list with as many items as are asked for."""
        least, most = shape.facts.get("minItems"), shape.facts.get("maxItems")
        wanted = int(least) if numeric(least) else 0
        wanted = max(wanted, len(kind.prefix), 1 if self.full and depth < 3 else 0)
        among = self.among(shape)
        wanted = min(max(wanted, len(among)), MAX_ITEMS, int(most) if numeric(most) else MAX_ITEMS)
        places = [*kind.prefix, *[kind.item] * wanted][:wanted]
        for number, place in enumerate(among[: wanted - len(kind.prefix)]):
            places[len(kind.prefix) + number] = places[len(kind.prefix) + number].plus(place)
        found = [self.value(place, depth + 1) for place in places]
        if shape.facts.get("uniqueItems") is True:
            found = [
                self.distinct(place, value, found[:at], at)
                for at, (place, value) in enumerate(zip(places, found, strict=True))
            ]
        return found

    def among(self, shape: Shape) -> list[Place]:
        """Return the places of items that must be among the others."""
        rule, least = shape.facts.get("contains"), shape.facts.get("minContains", 1)
        if rule is None or not numeric(least) or not shape.place.parts:
            return []
        return [shape.place.parts[0].at(rule)] * min(int(least), MAX_ITEMS)

    def distinct(self, place: Place, value: Json, before: list[Json], at: int) -> Json:
        """Return a value that is not among those before."""
        known = {dumps(other) for other in before}
        if dumps(value) not in known:
            return value
        match settle(place).kind:
            case Choice(options=options):
                return next((option for _, option in options if dumps(option) not in known), value)
            case Number() if numeric(value):
                return value + at * (fold(place).facts.get("multipleOf") or 1)
            case Text() | Anything():
                return f"{value}{at}"
            case Boolean():
                return not value
            case _:
                return Sampler(full=True, turn=self.turn + at).value(place, 1)


def _tags(shape: Shape, depth: int = 0) -> Iterator[str]:
    """Walk the names of the properties by which alternatives are told apart, those inside alternatives included."""
    tag = mapped(shape.facts, "discriminator").get("propertyName")
    if isinstance(tag, str):
        yield tag
    for place in (place for branches in shape.unions for place in branches if depth < 4):
        yield from _tags(fold(place), depth + 1)


def _text(facts: Mapping[str, Any], name: str, turn: int) -> str:
    low, high = facts.get("minLength"), facts.get("maxLength")
    shortest = min(int(low), MAX_LENGTH) if numeric(low) else 0
    longest = int(high) if numeric(high) else MAX_LENGTH
    if isinstance(facts.get("pattern"), str):
        return matching(facts["pattern"], shortest)[: max(longest, 0)]
    if name in EXAMPLES and fits(EXAMPLES[name], name):
        return EXAMPLES[name]
    text = "example" if turn % 2 == 0 else "another"
    while len(text) < shortest:
        text += " " + WORDS
    return text[: max(shortest, min(longest, max(len("example"), shortest)))] if longest >= shortest else text


def _number(facts: Mapping[str, Any], *, whole: bool) -> Json:
    low, above = facts.get("minimum"), facts.get("exclusiveMinimum")
    high, below = facts.get("maximum"), facts.get("exclusiveMaximum")
    lows: list[float] = [edge for edge in (low, above) if numeric(edge)]
    highs: list[float] = [edge for edge in (high, below) if numeric(edge)]
    step = facts.get("multipleOf")
    if numeric(step) and step > 0:
        start = math.ceil(max(lows) / step) if lows else math.floor(min(highs) / step) if highs else 1
        start += (start * step == above) - (start * step == below and not lows)
        value = start * step
        return value if not whole else round(value)
    value = max(lows) if lows else min([1, *highs])
    if numeric(above) and value == above:
        value = value + 1 if whole or not highs or value + 1 < min(highs) else (value + min(highs)) / 2
    elif numeric(below) and value == below and not lows:
        value = value - 1
    if whole:
        return math.ceil(value)
    return Literal(repr(float(value))) if isinstance(value, float) else value


def _least(shape: Shape) -> int:
    """Return how many values an example has ticked."""
    least = shape.facts.get("minItems")
    return max(1, int(least)) if numeric(least) else 1
