"""Which kind of field a place of a schema gets; decided here and nowhere else."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from playground.forms.schema.decimals import is_decimal_text
from playground.forms.schema.document import ANYWHERE, Place
from playground.forms.schema.field_kinds import (
    WORDS,
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
    Settled,
    Text,
    Union,
    Upload,
)
from playground.forms.schema.formats import EXAMPLES
from playground.forms.schema.labels import distinct, label_for, label_of, option_labels
from playground.forms.schema.shape import HINTS, NOTES, Shape, fold, mapped, types_named
from playground.forms.values.jsontext import dumps
from playground.forms.values.values import Json

MAX_BRANCHES = 100
DIGITS = ("x-maxDigits", "x-decimalPlaces")
"""What the engine says of a decimal's digits."""
MAX_TOGETHER = 40
"""Alternatives of several unions at one place, each of one with each of the others; more are clearer as JSON."""
MAX_BOXES = 24
"""Options that stand beside each other to be ticked; more are chosen one by one."""
LONG = 255
"""Texts that may be longer get several lines, but for those of a format, such as addresses."""
AREA_FORMATS = ("textarea", "multiline", "markdown", "text", "html")
BINARY_FORMATS = {"binary": "utf-8", "byte": "base64", "base64": "base64", "base64url": "base64url"}
NULL = Const(value=None)
TYPED: Mapping[str, Kind] = {
    "string": Text(),
    "number": Number(whole=False),
    "boolean": Boolean(),
    "array": Sequence(prefix=(), item=ANYWHERE, open=True),
    "object": Record(open=True),
}
"""The types that a value without a type is chosen from, beside null and JSON."""


def settle(place: Place) -> Settled:
    """Find the kind of a place; an alternative that has only null beside it is the place itself."""
    shape = fold(place)
    kind, nullable = kind_of(shape)
    if isinstance(kind, Union) and len(kind.branches) == 1:
        only = kind.branches[0]
        notes = {keyword: shape.facts[keyword] for keyword in NOTES if keyword in shape.facts}
        name = shape.type_name or only.shape.type_name or only.shape.title
        inner = replace(only.shape, facts={**only.shape.facts, **notes}, title=shape.title, type_name=name)
        return Settled(place=place, shape=inner, kind=only.kind, nullable=nullable)
    number = _decimal(kind) if isinstance(kind, Union) else None
    if number is not None:
        keywords = (*HINTS["number"], *DIGITS)
        limits = {keyword: number.facts[keyword] for keyword in keywords if keyword in number.facts}
        inner = replace(shape, facts={**limits, **shape.facts})
        return Settled(place=place, shape=inner, kind=Number(whole=False, decimal=True), nullable=nullable)
    return Settled(place=place, shape=shape, kind=kind, nullable=nullable)


def offered(settled: Settled) -> Settled:
    """Return a place that takes any value as the choice of a type, so that nobody must write JSON to give a word."""
    shape = settled.shape
    if settled.kind != Anything() or shape.never or shape.broken:
        return settled
    bare = replace(shape, facts={}, title="", type_name="")
    branches = [
        Branch(label=WORDS[name], place=settled.place, shape=bare, kind=kind, trail=frozenset())
        for name, kind in TYPED.items()
    ]
    branches.append(Branch(label="JSON", place=settled.place, shape=bare, kind=Anything(), trail=frozenset()))
    return replace(settled, kind=Union(branches=tuple(branches), tag="", free=True), nullable=True)


def _decimal(kind: Union) -> Shape | None:
    """Return what a union says of numbers when its only other alternative is the same number as text."""
    match kind.branches:
        case (Branch(kind=Number(whole=False), shape=number), Branch(kind=Text(), shape=text)):
            if is_decimal_text(text.facts):
                return number
    return None


def kind_of(shape: Shape) -> tuple[Kind, bool]:
    """Return the kind of a shape and whether it takes null beside it."""
    if shape.never or shape.broken:
        return Anything(), False
    if "const" in shape.facts:
        return Const(value=shape.facts["const"]), False
    options = _options(shape)
    if options is not None:
        return _choice(options)
    if _unions(shape):
        return _union(shape)
    types = types_named(shape)
    if types is None:
        return Anything(), False
    nullable = "null" in types
    left = types - {"null"}
    if len(left) > 1:
        return _union(shape)
    return (_plain(next(iter(left)), shape), nullable) if left else (NULL, False)


def _options(shape: Shape) -> list[tuple[str, Json]] | None:
    options = shape.facts.get("enum")
    if isinstance(options, list):
        names = shape.facts.get("x-enumNames", shape.facts.get("enumNames"))
        named = isinstance(names, list) and len(names) == len(options)
        labels = option_labels([str(name) for name in names] if named else list(map(label_of, options)), options)
        allowed = [pair for pair in zip(labels, options, strict=True) if _allowed(pair[1], shape.types)]
        return allowed or None
    for branches in shape.unions:
        shapes = [fold(branch) for branch in branches[:MAX_BRANCHES]]
        if len(shapes) > 1 and all("const" in branch.facts for branch in shapes):
            given = [branch.facts["const"] for branch in shapes]
            labels = option_labels([shape.title or label_of(shape.facts["const"]) for shape in shapes], given)
            return list(zip(labels, given, strict=True)) if len({*map(dumps, given)}) == len(given) else None
    return None


def _allowed(value: Json, types: frozenset[str] | None) -> bool:
    return types is None or bool(types & types_of(value))


def types_of(value: Json) -> set[str]:
    """Return the names that JSON Schema has for a value's type."""
    match value:
        case None:
            return {"null"}
        case bool():
            return {"boolean"}
        case int():
            return {"integer", "number"}
        case float():
            return {"integer", "number"} if value.is_integer() else {"number"}
        case str():
            return {"string"}
        case list():
            return {"array"}
        case _:
            return {"object"}


def _choice(options: list[tuple[str, Json]]) -> tuple[Kind, bool]:
    values = tuple(pair for pair in options if pair[1] is not None)
    if not values:
        return NULL, False
    nullable = len(values) < len(options)
    return (Const(value=values[0][1]) if len(values) == 1 and not nullable else Choice(options=values)), nullable


def _unions(shape: Shape) -> tuple[tuple[Place, ...], ...]:
    """Return the unions that a person chooses from; each of them must be fitted."""
    found = tuple(branches for branches in shape.unions if branches and not _only_constrains(branches, shape))
    telling = tuple(branches for branches in found if not all(map(_adds_nothing, branches)))
    return telling or found[:1]


def limits_of(shape: Shape) -> list[tuple[Place, ...]]:
    """Return the unions that nobody chooses from: they only say what else must hold."""
    chosen = _unions(shape)
    return [branches for branches in shape.unions if branches and branches not in chosen]


def _only_constrains(branches: tuple[Place, ...], shape: Shape) -> bool:
    """Tell whether alternatives say only what else must hold, such as which names are required."""
    known = shape.types is not None or bool(shape.properties)
    return known and all(_adds_nothing(branch) for branch in branches)


def _adds_nothing(place: Place) -> bool:
    shape = fold(place)
    says = shape.facts.keys() & {"type", "enum", "const", "format"}
    return not (
        says or shape.properties or shape.patterns or shape.items or shape.prefix or shape.unions or shape.conditions
    )


class _TooManyError(Exception):
    """More alternatives meet than anyone could choose from."""


@dataclass(slots=True, kw_only=True)
class _Walk:
    """What a walk through nested alternatives has met, and how many more may be put together."""

    seen: set[int]
    left: list[int]

    def spend(self, number: int) -> None:
        """Take so many alternatives from what is left for the whole walk."""
        self.left[0] -= number
        if self.left[0] < 0:
            raise _TooManyError


def _union(shape: Shape) -> tuple[Kind, bool]:
    try:
        found = list(_branches(shape, 0, _Walk(seen=set(), left=[MAX_TOGETHER])))
    except _TooManyError:
        return Anything(several=True), False
    found = [branch for branch in found if not branch.shape.never][:MAX_BRANCHES]
    nullable = any(branch.kind == NULL for branch in found)
    values = tuple(branch for branch in found if branch.kind != NULL)
    if not values:
        return (NULL, False) if nullable else (Anything(), False)
    tag = mapped(shape.facts, "discriminator").get("propertyName")
    labelled = distinct(values)
    return Union(branches=labelled, tag=tag if isinstance(tag, str) else ""), nullable


def _branches(shape: Shape, depth: int, walk: _Walk) -> Iterator[Branch]:
    """Walk the alternatives, those inside alternatives included; the same ones are met once."""
    unions = _unions(shape)
    if len(unions) > 1:
        yield from _together(shape, unions, depth, walk)
        return
    for place in _alternatives(shape, unions):
        inner = fold(place)
        trail = frozenset(id(part.schema) for part in place.parts)
        if depth < 8 and (_unions(inner) or _many(inner)) and "const" not in inner.facts and _options(inner) is None:
            first = {id(branch.parts[0].schema) for branches in inner.unions for branch in branches if branch.parts}
            if first and first <= walk.seen:
                continue
            walk.seen |= first
            yield from _inside(place, inner, trail, depth, walk)
            continue
        yield from _ends(place, inner, trail, depth)


def _inside(place: Place, inner: Shape, trail: frozenset[int], depth: int, walk: _Walk) -> Iterator[Branch]:
    """Walk the alternatives inside an alternative, which is edited as JSON when there are too many."""
    if depth:
        yield from (replace(branch, trail=branch.trail | trail) for branch in _branches(inner, depth + 1, walk))
        return
    try:
        found = list(_branches(inner, 1, replace(walk, left=[MAX_TOGETHER])))
    except _TooManyError:
        kind = Anything(several=True)
        found = [Branch(label=label_for(inner, kind), place=place, shape=inner, kind=kind, trail=trail)]
    yield from (replace(branch, trail=branch.trail | trail) for branch in found)


def _together(shape: Shape, unions: Collection[tuple[Place, ...]], depth: int, walk: _Walk) -> Iterator[Branch]:
    """Walk what several unions allow at once: each alternative of one with each of the others that it can meet."""
    walk.spend(len(unions))
    each = [
        list(_branches(replace(shape, unions=(one,)), depth + 1, replace(walk, seen=set(walk.seen)))) for one in unions
    ]
    walk.spend(math.prod(map(len, each)))
    met = set()
    for chosen in product(*each):
        parts = {id(part.schema): part for branch in chosen for part in branch.place.parts}
        place = Place(parts=tuple(parts.values()))
        inner = fold(place)
        if frozenset(parts) in met or inner.never or any(fold(inner.properties[name]).never for name in _needed(inner)):
            continue
        met.add(frozenset(parts))
        trail = frozenset().union(*(branch.trail for branch in chosen))
        words = dict.fromkeys(branch.label for branch in chosen if branch.shape.title or branch.shape.type_name)
        yield from _ends(place, inner, trail, depth, " + ".join(words))


def _needed(shape: Shape) -> frozenset[str]:
    return shape.required & shape.properties.keys()


def _ends(place: Place, inner: Shape, trail: frozenset[int], depth: int, label: str = "") -> Iterator[Branch]:
    """Return an alternative that holds no further ones, and null beside it where it takes that."""
    kind, nullable = kind_of(inner) if depth < 8 else (Anything(), False)
    if nullable:
        yield Branch(label="null", place=place, shape=inner, kind=NULL, trail=trail)
    yield Branch(label=label or label_for(inner, kind), place=place, shape=inner, kind=kind, trail=trail)


def _many(shape: Shape) -> bool:
    return len((types_named(shape) or frozenset()) - {"null"}) > 1


def _alternatives(shape: Shape, unions: tuple[tuple[Place, ...], ...]) -> Iterator[Place]:
    if unions:
        yield from (branch.plus(shape.bare) for branch in unions[0])
        return
    for name in sorted(types_named(shape) or (), key=list(WORDS).index):
        yield shape.bare.parts[0].at({"type": name}).plus(shape.bare)


def _plain(name: str, shape: Shape) -> Kind:
    match name:
        case "string":
            return _text(shape.facts)
        case "number" | "integer":
            return Number(whole=name == "integer")
        case "boolean":
            return Boolean()
        case "array":
            options = _boxes(shape)
            if options and shape.items:
                return Selection(options=options, item=shape.items)
            more = not shape.no_more_items
            return Sequence(prefix=shape.prefix, item=shape.items or ANYWHERE, open=more)
        case _:
            named = bool(shape.properties)
            given = bool(shape.patterns) or (shape.additional_given and not shape.closed)
            return Record(open=given or not (named or shape.closed or shape.conditions or shape.dependents))


def _boxes(shape: Shape) -> tuple[tuple[str, Json], ...]:
    """Return the values that a list may hold once each, when they are few enough to be ticked; else none."""
    if shape.facts.get("uniqueItems") is not True or shape.prefix or not shape.items:
        return ()
    item = fold(shape.items)
    options = None if item.never or item.broken or "const" in item.facts else _options(item)
    return tuple(options) if options and 1 < len(options) <= MAX_BOXES else ()


def _text(facts: Mapping[str, Any]) -> Kind:
    given = facts.get("format")
    form = given if isinstance(given, str) else ""
    encoding = facts.get("contentEncoding")
    if encoding in ("base64", "base64url"):
        return Upload(encoding=encoding)
    if form in BINARY_FORMATS:
        return Upload(encoding=BINARY_FORMATS[form])
    secret = form == "password" or facts.get("writeOnly") is True
    longest = facts.get("maxLength")
    area = (
        form in AREA_FORMATS
        or facts.get("contentMediaType") is not None
        or (isinstance(longest, int) and longest > LONG and form not in EXAMPLES)
    )
    return Text(format=form, area=area and not secret, secret=secret)
