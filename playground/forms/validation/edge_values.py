"""Values beside an example: at the edges of what a schema takes, or just past them, one change each."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.forms.schema.document import Place
from playground.forms.schema.field_kinds import Boolean, Choice, Number, Record, Selection, Sequence, Text, Union
from playground.forms.schema.formats import EXAMPLES
from playground.forms.schema.kind_decision import settle
from playground.forms.schema.shape import Shape, entry_place, numeric
from playground.forms.values.values import Json

Where = tuple[str | int, ...]
UNICODE = (
    "\u017dlu\u0165ou\u010dk\u00fd \u4e16\u754c \u05e9\u05dc\u05d5\u05dd \U0001f468\u200d\U0001f469\u200d\U0001f467"
)
LONG = 300
"""Characters of a long text, where no rule says how long it may be."""
LONGEST = 10_000
"""Characters of the longest text that is offered; a schema may allow billions."""
FAR = {
    "date": ("0001-01-01", "9999-12-31", "2024-02-29"),
    "date-time": ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2024-02-29T23:59:60Z"),
    "time": ("00:00:00", "23:59:59.999999"),
}
DEEPEST = 6
MOST_BRANCHES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An example with one change."""

    where: Where
    what: str
    """What is special there, as it follows the name of the place."""
    value: Json
    """The whole value."""

    @property
    def said(self) -> str:
        """Return the change in a few words."""
        place = ".".join(str(step + 1) if isinstance(step, int) else step for step in self.where)
        return f"{place or 'the whole'} {self.what}"


def edges(place: Place, value: Json, until: float) -> Iterator[Variant]:
    """Yield changes that should still fit: what is longest, empty, lowest, null, far away, or of other scripts.

    Args:
        place: of the schema.
        value: one that fits it.
        until: when to stop, by `time.thread_time`.
    """
    return _variants(place, value, _edges_of, until)


def breaches(place: Place, value: Json, until: float) -> Iterator[Variant]:
    """Yield changes that should each break one rule; see `edges`."""
    return _variants(place, value, _breaches_of, until)


def _variants(place: Place, value: Json, of: Any, until: float, depth: int = 0) -> Iterator[Variant]:
    """Yield what becomes of a value, and then of each of its parts."""
    if time.thread_time() > until or depth > DEEPEST:
        return
    found = settle(place)
    for what, other in of(found.kind, found.shape, value, nullable=found.nullable):
        yield Variant(where=(), what=what, value=other)
    if isinstance(found.kind, Union) and of is _edges_of:
        for branch in found.kind.branches[:MOST_BRANCHES]:
            yield from _variants(branch.place, value, of, until, depth + 1)
    for step, part_place, part in _parts(found.kind, found.shape, value):
        for variant in _variants(part_place, part, of, until, depth + 1):
            whole = {**value, step: variant.value} if isinstance(value, dict) else _with(value, step, variant.value)
            yield Variant(where=(step, *variant.where), what=variant.what, value=whole)


def _with(items: list[Json], number: Any, item: Json) -> list[Json]:
    return [*items[:number], item, *items[number + 1 :]]


def _parts(kind: Any, shape: Shape, value: Json) -> Iterator[tuple[Any, Place, Json]]:
    match kind, value:
        case Record(), dict():
            for name, part in value.items():
                yield name, shape.properties.get(name) or entry_place(shape, name), part
        case Sequence(prefix=prefix, item=item), [first, *_]:
            yield 0, (prefix[0] if prefix else item), first
        case _:
            return


def _edges_of(kind: Any, shape: Shape, value: Json, *, nullable: bool) -> Iterator[tuple[str, Json]]:
    facts = shape.facts
    if nullable and value is not None:
        yield "is null", None
    match kind:
        case Text(format=name) if name in FAR:
            yield from ((f"is {far}", far) for far in FAR[name])
        case Text():
            yield from _texts(facts)
        case Number(whole=whole):
            yield from _numbers(facts, whole=whole)
        case Boolean():
            yield from ((f"is {str(other).lower()}", other) for other in (True, False) if other is not value)
        case Choice(options=options):
            yield f"is the last choice, {options[-1][0]}", options[-1][1]
        case Selection(options=options):
            yield "has every choice", [option for _, option in options]
            yield "is empty", []
        case Sequence():
            yield from _lists(facts, value)
        case Record() if isinstance(value, dict):
            yield "is empty", {}
            yield from ((f"has no {name}", _without(value, name)) for name in value if name not in shape.required)


def _texts(facts: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    shortest, longest = _count(facts, "minLength", 0), _count(facts, "maxLength", LONG)
    yield "is empty", ""
    if longest <= LONGEST:
        yield f"has {longest} characters", ("long text " * (longest // 10 + 1))[:longest]
    if 0 < shortest <= LONGEST:
        yield f"has {shortest} characters", "x" * shortest
    yield "is of many scripts", UNICODE[:longest]
    yield "is blank", " "
    yield "has several lines", "one\ntwo"


def _numbers(facts: Mapping[str, Any], *, whole: bool) -> Iterator[tuple[str, Json]]:
    for name in ("minimum", "maximum"):
        if numeric(facts.get(name)):
            yield f"is the {name}, {facts[name]}", facts[name]
    step: Any = facts["multipleOf"] if numeric(facts.get("multipleOf")) else 1
    if numeric(facts.get("exclusiveMinimum")) and whole:
        yield "is the lowest", facts["exclusiveMinimum"] + step
    if numeric(facts.get("exclusiveMaximum")) and whole:
        yield "is the highest", facts["exclusiveMaximum"] - step
    yield from ((f"is {number}", number) for number in (0, -1, 10**6 * step, 2**53 + 1, -(2**31)))
    if not whole:
        yield "is tiny", 1e-9


def _lists(facts: Mapping[str, Any], value: Json) -> Iterator[tuple[str, Json]]:
    yield "is empty", []
    least, most = _count(facts, "minItems", 0), _count(facts, "maxItems", 20)
    if isinstance(value, list) and value:
        for size in {least, most} - {0}:
            yield f"has {size} items", [value[number % len(value)] for number in range(min(size, 50))]


def _breaches_of(kind: Any, shape: Shape, value: Json, *, nullable: bool) -> Iterator[tuple[str, Json]]:
    facts = shape.facts
    match kind:
        case Text(format=name):
            if 0 < (low := _count(facts, "minLength", 0)) <= LONGEST:
                yield f"is shorter than {low} characters", "x" * (low - 1)
            if "maxLength" in facts and _count(facts, "maxLength", 0) <= LONGEST:
                yield f"is longer than {facts['maxLength']} characters", "x" * (_count(facts, "maxLength", 0) + 1)
            if "pattern" in facts:
                yield "does not match its pattern", "\u2603 no match \u2603"
            if name in EXAMPLES:
                yield f"is no {name}", f"no {name}"
        case Number(whole=whole):
            yield from _past(facts)
            yield "is no number", "many"
            if whole:
                yield "is no whole number", 0.5
        case Boolean() | Choice():
            yield "is none of the choices", "none of these"
        case Sequence() | Selection():
            yield from _wrong_sizes(facts, value)
        case Record() if isinstance(value, dict):
            yield from ((f"has no {name}, which is required", _without(value, name)) for name in shape.required)
            yield "has a property that is not known", {**value, "not_known": 1}
        case Union():
            yield "is none of the alternatives", {"none": "of these"}
    if not nullable:
        yield "is null", None


def _past(facts: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    for name, by in (("minimum", -1), ("maximum", 1), ("exclusiveMinimum", 0), ("exclusiveMaximum", 0)):
        if numeric(facts.get(name)):
            yield f"is past its limit of {facts[name]}", facts[name] + by
    step = facts.get("multipleOf")
    if numeric(step):
        yield f"is no multiple of {step}", step * 1.5


def _wrong_sizes(facts: Mapping[str, Any], value: Json) -> Iterator[tuple[str, Json]]:
    if least := _count(facts, "minItems", 0):
        yield f"has fewer than {least} items", (value if isinstance(value, list) else [])[: least - 1]
    if isinstance(value, list) and value:
        if "maxItems" in facts:
            more = _count(facts, "maxItems", 0) + 1
            yield f"has more than {more - 1} items", [value[number % len(value)] for number in range(min(more, 100))]
        if facts.get("uniqueItems") is True:
            yield "has an item twice", [value[0], *value]


def _without(value: dict[str, Json], name: str) -> dict[str, Json]:
    return {other: part for other, part in value.items() if other != name}


def _count(facts: Mapping[str, Any], name: str, otherwise: int) -> int:
    return int(facts[name]) if numeric(facts.get(name)) else otherwise
