"""Whether there can be anything at a path in the JSON of a schema, such as ``city.name`` or ``items.0``.

As in `engine.values.schema_match` the answer "no" is certain, and whatever a schema leaves open counts as "yes".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.short_text import meant
from engine.values.schema_match import Document, SchemaPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Why there is never anything at a path."""

    at: str
    """The part of the path that leads nowhere."""

    found: str
    """What is there instead, as the end of a sentence, and what was probably meant."""

    depth: int
    """How many parts of the path lead somewhere."""


def gap(document: Document, path: Sequence[str]) -> Gap | None:
    """Return why no JSON of a schema has anything at a path; None if some may.

    Args:
        document: a JSON Schema; objects without additionalProperties may hold any key.
        path: keys of objects, and indexes of lists as text.
    """
    return next(_gaps(SchemaPart(document, document), tuple(path), 0, frozenset()), None)


def _gaps(side: SchemaPart, path: tuple[str, ...], depth: int, seen: frozenset[tuple[int, int]]) -> Iterator[Gap]:
    """Yield one reason why there is nothing at the rest of a path, if there is one."""
    side = side.at(side.part)
    here = (id(side.part), depth)
    if depth == len(path) or here in seen:
        return
    found: list[Gap] = []
    for one in side.branches():
        direct = one.part is side.part
        ways = _directly(one, path, depth) if direct else _gaps(one, path, depth, seen | {here})
        reason = next(ways, None)
        if reason is None:
            return
        found.append(reason)
    # Of several alternatives the one that came furthest tells most.
    yield from sorted(found, key=lambda reason: -reason.depth)[:1]


def _directly(side: SchemaPart, path: tuple[str, ...], depth: int) -> Iterator[Gap]:
    """Yield why a schema without alternatives has nothing at the rest of a path, if that is certain."""
    types = side.types()
    part = path[depth]
    if not types:
        return
    found: list[Gap] = []
    for kind in sorted(types):
        match kind:
            case "object":
                inner = _in_object(side.part, part)
            case "array":
                inner = _in_list(side.part, part)
            case _:
                inner = Gap(at=part, found=f"there is a value of type {kind}.", depth=depth)
        if isinstance(inner, str):
            inner = Gap(at=part, found=inner, depth=depth)
        reason = inner if isinstance(inner, Gap) else next(_gaps(side.at(inner), path, depth + 1, frozenset()), None)
        if reason is None:
            return
        found.append(reason)
    yield from sorted(found, key=lambda reason: -reason.depth)[:1]


def _in_object(schema: Document, key: str) -> Any:
    """Return the schema of what an object has under a key; what is there instead, as text, if that is nothing."""
    properties: dict[str, Any] = schema.get("properties", {})
    further = schema.get("additionalProperties", {})
    if key in properties or schema.get("patternProperties") or further is not False:
        return properties.get(key, {} if schema.get("patternProperties") else further)
    known = ", ".join(map(repr, properties))
    return f"there are the keys {known}.{meant(key, properties)}" if properties else "there is no key at all."


def _in_list(schema: Document, index: str) -> Any:
    """Return the schema of what a list has at an index; what is there instead, as text, if that is nothing."""
    if not index.isdecimal():
        return "there is a list, of which a part is taken by its index: 0 is the first."
    first: list[Any] = schema.get("prefixItems", [])
    more = schema.get("items", {})
    most = len(first) if more is False else schema.get("maxItems", int(index) + 1)
    if int(index) >= most:
        return f"there is a list of at most {most}."
    return first[int(index)] if int(index) < len(first) else more
