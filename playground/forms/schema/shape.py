"""What a schema says at one place, with its references and `allOf` parts folded into one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from referencing.exceptions import Unresolvable

from engine.validation.regexes import PatternError, compiled
from playground.forms.schema.document import ANYWHERE, Part, Place
from playground.forms.values.jsontext import dumps

MAX_PARTS = 200
"""Parts of one place that are folded; more are only met by made-up schemas, and validation still sees them all."""

TYPES = ("null", "boolean", "object", "array", "number", "integer", "string")
NOTES = ("title", "description", "default", "examples", "example", "deprecated", "readOnly", "$comment")
"""Keywords that belong to the place that says them, and not to the branches of a union beside them."""
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
NESTED = (*REFERENCES, "allOf", "anyOf", "oneOf", "if", "then", "else", "$defs", "definitions")


HINTS = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "string": ("pattern", "minLength", "maxLength", "format", "contentEncoding", "contentMediaType"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
"""Keywords that speak of one type only, for schemas that name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`then` holds where `test` does, else `other` does."""

    test: Place
    then: Place | None
    other: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One place of a schema, ready to be shown; validation never reads it."""

    place: Place
    facts: Mapping[str, Any]
    """The keywords that hold a plain value, the tightest of each."""
    title: str
    type_name: str
    """The name of the type that a reference led to."""
    types: frozenset[str] | None
    properties: Mapping[str, Place]
    patterns: Mapping[str, Place]
    additional: Place | None
    additional_given: bool
    """Whether the schema speaks of additional properties at all."""
    closed: bool
    """Whether additional properties are refused."""
    prefix: tuple[Place, ...]
    items: Place | None
    no_more_items: bool
    unions: tuple[tuple[Place, ...], ...]
    conditions: tuple[Condition, ...]
    dependents: Mapping[str, tuple[Place, ...]]
    bare: Place
    """The same place without its unions and its notes: what each branch of a union shares."""
    never: bool
    broken: str
    """The reference that leads nowhere, if one does."""

    @property
    def required(self) -> frozenset[str]:
        """The names that an object must have."""
        return frozenset(name for name in listed(self.facts, "required") if isinstance(name, str))


def fold(place: Place) -> Shape:
    """Fold a place into its shape; references are followed one place at a time, so loops cost nothing."""
    folding = _Folding(place=place)
    for part in place.parts:
        folding.follow(part, through="")
    return folding.shape()


@dataclass(slots=True, kw_only=True)
class _Folding:
    place: Place
    facts: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    type_name: str = ""
    types: frozenset[str] | None = None
    properties: dict[str, Place] = field(default_factory=dict)
    patterns: dict[str, Place] = field(default_factory=dict)
    additional: Place | None = None
    additional_given: bool = False
    closed: bool = False
    prefix: list[Place] = field(default_factory=list)
    items: Place | None = None
    no_more_items: bool = False
    unions: list[tuple[Place, ...]] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    dependents: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    bare: list[Part] = field(default_factory=list)
    never: bool = False
    broken: str = ""
    seen: set[int] = field(default_factory=set)

    def follow(self, start: Part, through: str) -> None:
        waiting = [(start, through)]
        while waiting and len(self.seen) < MAX_PARTS:
            part, through = waiting.pop(0)
            schema = part.schema
            if schema is False:
                self.never = True
            if not isinstance(schema, dict) or id(schema) in self.seen:
                continue
            self.seen.add(id(schema))
            self.add(part, schema, through)
            waiting = [*self.further(part, schema, through), *waiting]

    def further(self, part: Part, schema: dict[str, Any], through: str) -> Iterator[tuple[Part, str]]:
        for keyword in REFERENCES:
            target = schema.get(keyword)
            if isinstance(target, str):
                try:
                    found = part.resolver.lookup(target)
                except (Unresolvable, ValueError, TypeError, AttributeError, RecursionError):
                    self.broken = self.broken or target
                else:
                    yield Part(schema=found.contents, resolver=found.resolver), target.rpartition("/")[2] or "#"
        for child in listed(schema, "allOf"):
            yield from ((inner, through) for inner in part.at(child).parts)

    def add(self, part: Part, schema: dict[str, Any], through: str) -> None:
        self.name(schema, through)
        self.types = narrowed(self.types, schema.get("type"))
        for keyword, value in modern(schema).items():
            if keyword not in NESTED:
                self.facts[keyword] = tighter(keyword, self.facts[keyword], value) if keyword in self.facts else value
                self.never = self.never or (keyword == "const" and dumps(self.facts[keyword]) != dumps(value))
        self.add_object(part, schema)
        self.add_array(part, schema)
        self.unions += [
            tuple(part.at(child) for child in listed(schema, keyword))
            for keyword in ("anyOf", "oneOf")
            if keyword in schema
        ]
        if "if" in schema:
            self.conditions.append(
                Condition(
                    test=part.at(schema["if"]),
                    then=part.at(schema["then"]) if "then" in schema else None,
                    other=part.at(schema["else"]) if "else" in schema else None,
                )
            )
        plain = {keyword: value for keyword, value in schema.items() if keyword not in NESTED and keyword not in NOTES}
        if plain.keys() - {"$schema", "$id", "discriminator"}:
            self.bare.append(Part(schema=plain, resolver=part.resolver))

    def name(self, schema: dict[str, Any], through: str) -> None:
        title = schema.get("title")
        if isinstance(title, str) and title:
            if through:
                self.type_name = self.type_name or title
            else:
                self.title = self.title or title
        elif through:
            self.type_name = self.type_name or through

    def add_object(self, part: Part, schema: dict[str, Any]) -> None:
        for name, child in mapped(schema, "properties").items():
            self.properties[name] = (
                self.properties[name].plus(part.at(child)) if name in self.properties else part.at(child)
            )
        for pattern, child in mapped(schema, "patternProperties").items():
            self.patterns[pattern] = part.at(child)
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if keyword in schema:
                self.closed = self.closed or schema[keyword] is False
                self.additional_given = True
                if schema[keyword] is not False and self.additional is None:
                    self.additional = part.at(schema[keyword])
        for keyword in ("dependentSchemas", "dependencies"):
            for name, child in mapped(schema, keyword).items():
                if not isinstance(child, list):
                    self.dependents[name] = (*self.dependents.get(name, ()), part.at(child))

    def add_array(self, part: Part, schema: dict[str, Any]) -> None:
        items = schema.get("items")
        prefix = listed(schema, "prefixItems") or (items if isinstance(items, list) else [])
        if prefix and not self.prefix:
            self.prefix = [part.at(child) for child in prefix]
        rest = ("additionalItems",) if isinstance(items, list) else ("items", "unevaluatedItems")
        for keyword in rest:
            if keyword in schema:
                self.no_more_items = self.no_more_items or schema[keyword] is False
                if schema[keyword] is not False:
                    self.items = self.items.plus(part.at(schema[keyword])) if self.items else part.at(schema[keyword])

    def shape(self) -> Shape:
        return Shape(
            place=self.place,
            facts=self.facts,
            title=self.title,
            type_name=self.type_name,
            types=self.types,
            properties=self.properties,
            patterns=self.patterns,
            additional=self.additional,
            additional_given=self.additional_given,
            closed=self.closed,
            prefix=tuple(self.prefix),
            items=self.items,
            no_more_items=self.no_more_items,
            unions=tuple(self.unions),
            conditions=tuple(self.conditions),
            dependents=self.dependents,
            bare=Place(parts=tuple(self.bare)),
            never=self.never or self.types == frozenset() or self.is_const_excluded(),
            broken=self.broken,
        )

    def is_const_excluded(self) -> bool:
        """Tell whether the one value that is taken is not among the others' options."""
        options = self.facts.get("enum")
        if "const" not in self.facts or not isinstance(options, list):
            return False
        return dumps(self.facts["const"]) not in map(dumps, options)


def entry_place(shape: Shape, name: str) -> Place:
    """Return the place of an entry by its name: all patterns that match, else the additional properties."""
    matching = [place for pattern, place in shape.patterns.items() if _matches(pattern, name)]
    if matching:
        return Place(parts=tuple(part for place in matching for part in place.parts))
    return shape.additional or ANYWHERE


def _matches(pattern: str, name: str) -> bool:
    try:
        return compiled(pattern)(name)
    except PatternError:
        return False


def types_named(shape: Shape) -> frozenset[str] | None:
    """Return the types that a shape names, else the one that its keywords speak of."""
    if shape.types is not None:
        return shape.types - ({"integer"} if "number" in shape.types else frozenset())
    hinted = [name for name, keywords in HINTS.items() if any(keyword in shape.facts for keyword in keywords)]
    return frozenset(hinted) if len(hinted) == 1 else None


def modern(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with draft 4's way of excluding a limit written as the later drafts do."""
    found = schema
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is True and limit in schema:
            found = {keyword: value for keyword, value in found.items() if keyword != limit}
            found[exclusive] = schema[limit]
    return found


def listed(schema: Mapping[str, Any], keyword: str) -> list[Any]:
    """Return a keyword's list, or none when it holds something else."""
    found = schema.get(keyword)
    return found if isinstance(found, list) else []


def mapped(schema: Mapping[str, Any], keyword: str) -> dict[str, Any]:
    """Return a keyword's object, or none when it holds something else."""
    found = schema.get(keyword)
    return found if isinstance(found, dict) else {}


def narrowed(known: frozenset[str] | None, given: Any) -> frozenset[str] | None:
    """Return the types that are left when `given` holds too."""
    names = frozenset(name for name in (given if isinstance(given, list) else [given]) if name in TYPES)
    if not names:
        return known
    if known is None:
        return names
    both = known & names
    return both | ({"integer"} if "integer" in known | names and "number" in known | names else frozenset())


def tighter(keyword: str, one: Any, two: Any) -> Any:
    """Return the stricter of two values of one keyword, or the first where neither is."""
    match keyword:
        case "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" | "minContains":
            return max(one, two) if numeric(one) and numeric(two) else one
        case "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" | "maxContains":
            return min(one, two) if numeric(one) and numeric(two) else one
        case "required" if isinstance(one, list) and isinstance(two, list):
            return one + [name for name in two if name not in one]
        case "enum" if isinstance(one, list) and isinstance(two, list):
            known = {dumps(option) for option in two}
            return [option for option in one if dumps(option) in known]
        case "uniqueItems" | "deprecated" | "readOnly" | "writeOnly":
            return bool(one) or bool(two)
        case _:
            return one


def numeric(value: Any) -> TypeGuard[float]:
    """Tell whether a keyword's value is a number that can be compared."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
