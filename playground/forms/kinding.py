"""Which kind of field a place of a schema gets; decided here and nowhere else."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from playground.forms.document import ANYWHERE, Place
from playground.forms.jsontext import dumps
from playground.forms.kinds import (
    WORDS,
    Anything,
    Boolean,
    Branch,
    Choice,
    Const,
    Kind,
    Number,
    Record,
    Sequence,
    Settled,
    Text,
    Union,
    Upload,
)
from playground.forms.patterns import PatternError, compiled
from playground.forms.shape import NOTES, Shape, fold, mapped
from playground.forms.values import Json

MAX_BRANCHES = 100
LONG = 255
"""Texts that may be longer get several lines."""
AREA_FORMATS = ("textarea", "multiline", "markdown", "text", "html")
BINARY_FORMATS = {"binary": "utf-8", "byte": "base64", "base64": "base64", "base64url": "base64url"}
HINTS = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "string": ("pattern", "minLength", "maxLength", "format", "contentEncoding", "contentMediaType"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
"""Keywords that speak of one type only, for schemas that name none."""
NULL = Const(value=None)


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
        limits = {keyword: number.facts[keyword] for keyword in HINTS["number"] if keyword in number.facts}
        inner = replace(shape, facts={**limits, **shape.facts})
        return Settled(place=place, shape=inner, kind=Number(whole=False, decimal=True), nullable=nullable)
    return Settled(place=place, shape=shape, kind=kind, nullable=nullable)


def _decimal(kind: Union) -> Shape | None:
    """Return what a union says of numbers when its only other alternative is the same number as text."""
    match kind.branches:
        case (Branch(kind=Number(whole=False), shape=number), Branch(kind=Text(), shape=text)):
            pattern = text.facts.get("pattern")
            if text.facts.get("format") == "decimal" or (isinstance(pattern, str) and _takes_only_numbers(pattern)):
                return number
    return None


def _takes_only_numbers(pattern: str) -> bool:
    try:
        takes = compiled(pattern)
        return takes("1") and takes("12.5") and not (takes("") or takes("x") or takes("1x"))
    except PatternError:
        return False


def kind_of(shape: Shape) -> tuple[Kind, bool]:
    """Return the kind of a shape and whether it takes null beside it."""
    if shape.never or shape.broken:
        return Anything(), False
    if "const" in shape.facts:
        return Const(value=shape.facts["const"]), False
    options = _options(shape)
    if options is not None:
        return _choice(options)
    if _is_union(shape):
        return _union(shape)
    types = _types(shape)
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
        labels = [str(name) for name in names] if named else [label_of(option) for option in options]
        allowed = [pair for pair in zip(labels, options, strict=True) if _allowed(pair[1], shape.types)]
        return allowed or None
    for branches in shape.unions:
        shapes = [fold(branch) for branch in branches[:MAX_BRANCHES]]
        if len(shapes) > 1 and all("const" in branch.facts for branch in shapes):
            values = [(_const_label(branch), branch.facts["const"]) for branch in shapes]
            return values if len({dumps(value) for _, value in values}) == len(values) else None
    return None


def _const_label(shape: Shape) -> str:
    return shape.title or label_of(shape.facts["const"])


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


def label_of(value: Json) -> str:
    """Return how a given value is called in a list of options."""
    return value if isinstance(value, str) and value.strip() else dumps(value)


def _is_union(shape: Shape) -> bool:
    return any(len(branches) and not _only_constrains(branches, shape) for branches in shape.unions)


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


def _union(shape: Shape) -> tuple[Kind, bool]:
    found = [branch for branch in _branches(shape, 0, set()) if not branch.shape.never][:MAX_BRANCHES]
    nullable = any(branch.kind == NULL for branch in found)
    values = tuple(branch for branch in found if branch.kind != NULL)
    if not values:
        return (NULL, False) if nullable else (Anything(), False)
    tag = mapped(shape.facts, "discriminator").get("propertyName")
    labelled = _distinct(values)
    return Union(branches=labelled, tag=tag if isinstance(tag, str) else ""), nullable


def _branches(shape: Shape, depth: int, seen: set[int]) -> Iterator[Branch]:
    """Walk the alternatives, those inside alternatives included; the same ones are met once."""
    for place, trail in _alternatives(shape):
        inner = fold(place)
        identities = frozenset(id(part.schema) for part in place.parts) | trail
        if depth < 8 and (_is_union(inner) or _many(inner)) and "const" not in inner.facts and _options(inner) is None:
            first = {id(branch.parts[0].schema) for branches in inner.unions for branch in branches if branch.parts}
            if first and first <= seen:
                continue
            seen |= first
            for branch in _branches(inner, depth + 1, seen):
                yield replace(branch, trail=branch.trail | identities)
            continue
        kind, nullable = kind_of(inner) if depth < 8 else (Anything(), False)
        if nullable:
            yield Branch(label="null", place=place, shape=inner, kind=NULL, trail=identities)
        yield Branch(label=_label(inner, kind), place=place, shape=inner, kind=kind, trail=identities)


def _many(shape: Shape) -> bool:
    return len((_types(shape) or frozenset()) - {"null"}) > 1


def _alternatives(shape: Shape) -> Iterator[tuple[Place, frozenset[int]]]:
    for branches in shape.unions:
        if not _only_constrains(branches, shape):
            for branch in branches:
                yield branch.plus(shape.bare), frozenset()
            return
    for name in sorted(_types(shape) or (), key=list(WORDS).index):
        yield shape.bare.parts[0].at({"type": name}).plus(shape.bare), frozenset()


def _label(shape: Shape, kind: Kind) -> str:
    if shape.title or shape.type_name:
        return shape.title or shape.type_name
    match kind:
        case Const(value=value):
            return label_of(value)
        case Text(format=name) if name:
            return name
        case Sequence(item=item):
            inner = fold(item)
            return f"list of {inner.type_name or inner.title or _type_word(inner)}" if item.parts else "list"
        case Choice(options=options):
            return " | ".join(label for label, _ in options[:3]) + (" | …" if len(options) > 3 else "")
        case _:
            return _type_word(shape)


def _type_word(shape: Shape) -> str:
    types = _types(shape)
    return " or ".join(WORDS[name] for name in sorted(types)) if types else "anything"


def _distinct(branches: tuple[Branch, ...]) -> tuple[Branch, ...]:
    counts: dict[str, int] = {}
    found = []
    for branch in branches:
        counts[branch.label] = counts.get(branch.label, 0) + 1
        number = counts[branch.label]
        label = branch.label if number == 1 else f"{branch.label} ({number})"
        found.append(replace(branch, label=label))
    return tuple(found)


def _types(shape: Shape) -> frozenset[str] | None:
    """Return the types that a shape names, else the one that its keywords speak of."""
    if shape.types is not None:
        return shape.types - ({"integer"} if "number" in shape.types else frozenset())
    hinted = [name for name, keywords in HINTS.items() if any(keyword in shape.facts for keyword in keywords)]
    return frozenset(hinted) if len(hinted) == 1 else None


def _plain(name: str, shape: Shape) -> Kind:
    match name:
        case "string":
            return _text(shape.facts)
        case "number" | "integer":
            return Number(whole=name == "integer")
        case "boolean":
            return Boolean()
        case "array":
            more = not shape.no_more_items
            return Sequence(prefix=shape.prefix, item=shape.items or ANYWHERE, open=more)
        case _:
            named = bool(shape.properties)
            given = bool(shape.patterns) or (shape.additional_given and not shape.closed)
            return Record(open=given or not (named or shape.closed or shape.conditions or shape.dependents))


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
        or (isinstance(longest, int) and longest > 255)
    )
    return Text(format=form, area=area and not secret, secret=secret)
