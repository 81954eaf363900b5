"""Whether what one schema writes can ever be what another reads, told from their JSON Schemas.

The answer "no" is certain: a required field that cannot be there, or types that have nothing in common. Whatever a
schema leaves open, such as a function that may turn anything into anything, counts as "yes".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from engine.paths import Path
from engine.values.documents import keyed
from engine.values.schema_walk import CORE, DOCUMENT
from engine.values.types.plain_types import is_pydantics, is_reversible

Document = dict[str, Any]

# Which JSON types pydantic can make of which, outside of strict mode: "5" is read as 5, 1 as True.
_READ_AS = {
    "null": {"null"},
    "boolean": {"boolean", "integer", "number"},
    "integer": {"integer", "number", "boolean"},
    "number": {"number", "integer", "boolean"},
    "string": {"string", "integer", "number", "boolean"},
    "array": {"array"},
    "object": {"object"},
}
_UNCERTAIN = frozenset({"function-before", "function-wrap", "function-plain"})
_ANYTHING: Document = {}

EACH = "[]"
"""Stands in the path of a mismatch for each item of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaShape:
    """What is certain about the JSON that a schema reads and writes."""

    reads: Document
    """A JSON Schema that all JSON fits that it may read; empty if that is anything."""

    writes: Document
    """A JSON Schema that all JSON fits that it may write; objects without additionalProperties may hold any key."""

    keeps: Document
    """The same of what is recorded of JSON that it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """Why what is written can never be read."""

    path: Path
    """The field, from the outside; `EACH` stands for each item of a list."""

    message: str
    """What is wrong there."""


UNKNOWN = SchemaShape(reads=_ANYTHING, writes=_ANYTHING, keeps=_ANYTHING)


def typed_shape(core: Any, reads: Document, writes: Document) -> SchemaShape:
    """Return the shape of a type, from its pydantic core schema and its two JSON Schemas."""
    if not _is_certain(core):
        return UNKNOWN
    if any(map(_is_read_by_name, CORE.schemas(core))):
        # Read under two keys, and written under one; what no validator changes is recorded as it is written.
        return SchemaShape(
            reads=_ANYTHING, writes=_closed(writes), keeps=_closed(reads) if is_reversible(core) else _ANYTHING
        )
    return SchemaShape(reads=reads, writes=_closed(writes), keeps=_closed(reads))


def keyed_shape(parts: Mapping[str, SchemaShape], total: bool) -> SchemaShape:
    """Return the shape of a dict with a schema for each key, which holds no other keys."""
    reads = keyed({key: part.reads for key, part in parts.items()}, total)
    writes = keyed({key: part.writes for key, part in parts.items()}, total)
    keeps = keyed({key: part.keeps for key, part in parts.items()}, total)
    closed: Document = {"additionalProperties": False}
    return SchemaShape(reads=reads, writes=writes | closed, keeps=keeps | closed)


def mismatch(written: Document, read: Document) -> Mismatch | None:
    """Return why no JSON of the one schema is JSON of the other; None if some may be."""
    return next(_mismatches(SchemaPart(written, written), SchemaPart(read, read), (), frozenset()), None)


@dataclass(frozen=True, slots=True)
class SchemaPart:
    """A part of a JSON Schema, with the whole in which its references are found."""

    root: Document
    part: Any

    def at(self, part: Any) -> "SchemaPart":
        """Return another part of the same whole, with references followed."""
        seen: set[str] = set()
        # References inside a schema with an identifier of its own start from there.
        root = part if isinstance(part, dict) and "$id" in part else self.root
        while isinstance(part, dict) and isinstance(reference := part.get("$ref"), str):
            if reference in seen or not (reference == "#" or reference.startswith("#/")):
                return SchemaPart(root, _ANYTHING)
            seen.add(reference)
            part = _pointed(root, reference)
        return SchemaPart(root, part if isinstance(part, dict) else _ANYTHING)

    def branches(self) -> "list[SchemaPart]":
        """Return the alternatives that a value may follow; the part itself if there are none."""
        for key in ("anyOf", "oneOf"):
            if isinstance(options := self.part.get(key), list):
                return [self.at(option) for option in options]
        return [self]

    def types(self) -> frozenset[str]:
        """Return the JSON types that a value may have; empty if that is not said."""
        declared = self.part.get("type")
        if isinstance(declared, str):
            return frozenset({declared})
        return frozenset(declared) if isinstance(declared, list) else frozenset()

    def texts(self) -> frozenset[str]:
        """Return the only texts that a value may be; empty if it may be another text or no text."""
        values = [self.part["const"]] if "const" in self.part else self.part.get("enum", [])
        texts = frozenset(value for value in values if isinstance(value, str))
        return texts if len(texts) == len(values) else frozenset()


def _pointed(root: Document, reference: str) -> Any:
    """Return what a reference inside a JSON Schema points to (RFC 6901); anything if that is nowhere."""
    found: Any = root
    for step in unquote(reference).removeprefix("#").split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and "$id" in found and found is not root:
            return _ANYTHING
        match found:
            case dict() if key in found:
                found = found[key]
            case list() if key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            case _:
                return _ANYTHING
    return found


def _mismatches(
    written: SchemaPart, read: SchemaPart, path: Path, seen: frozenset[tuple[int, int]]
) -> Iterator[Mismatch]:
    """Yield one reason for the mismatch, if there is one."""
    written, read = written.at(written.part), read.at(read.part)
    pair = (id(written.part), id(read.part))
    if pair in seen:
        return
    seen |= {pair}
    found: list[Mismatch] = []
    for one in written.branches():
        for other in read.branches():
            alone = one.part is written.part and other.part is read.part
            reason = next(_direct(one, other, path, seen) if alone else _mismatches(one, other, path, seen), None)
            if reason is None:
                return
            found.append(reason)
    # Of several alternatives the one that came furthest tells most.
    yield max(found, key=lambda reason: len(reason.path))


def _direct(written: SchemaPart, read: SchemaPart, path: Path, seen: frozenset[tuple[int, int]]) -> Iterator[Mismatch]:
    """Yield reasons why two schemas without alternatives do not fit."""
    gives, takes = written.types(), read.types()
    if gives and takes and not any(_readable(kind, read, takes) for kind in gives):
        yield Mismatch(path=path, message=f"found {_listed(gives)}, expected {_listed(takes)}")
        return
    texts, expected = written.texts(), read.texts()
    if texts and expected and not texts & expected:
        given = " or ".join(map(repr, sorted(texts)))
        yield Mismatch(path=path, message=f"found {given}, expected {' or '.join(map(repr, sorted(expected)))}")
        return
    if gives == {"object"}:
        yield from _fields(written, read, path, seen)
    if gives == {"array"} and isinstance(written.part.get("items"), dict) and isinstance(read.part.get("items"), dict):
        yield from _mismatches(written.at(written.part["items"]), read.at(read.part["items"]), (*path, EACH), seen)


def _readable(kind: str, read: SchemaPart, takes: frozenset[str]) -> bool:
    """Return whether a JSON type can be read as one of others."""
    # A date, a duration and the like is text with a format, and is read from numbers too.
    formatted = "string" in takes and "format" in read.part and kind in ("integer", "number")
    return formatted or not takes.isdisjoint(_READ_AS.get(kind, takes))


def _fields(written: SchemaPart, read: SchemaPart, path: Path, seen: frozenset[tuple[int, int]]) -> Iterator[Mismatch]:
    """Yield reasons why an object's fields do not fit."""
    given: dict[str, Any] = written.part.get("properties", {})
    closed = written.part.get("additionalProperties") is False and not written.part.get("patternProperties")
    for name in read.part.get("required", ()):
        if closed and name not in given:
            offer = ", ".join(map(repr, given)) or "no field"
            yield Mismatch(path=(*path, name), message=f"required, but given: {offer}")
    for name, expected in read.part.get("properties", {}).items():
        # A field that may be left out may also be left out each time.
        if name in given and name in written.part.get("required", ()):
            yield from _mismatches(written.at(given[name]), read.at(expected), (*path, name), seen)


def _listed(types: frozenset[str]) -> str:
    """Return JSON types as words."""
    return " or ".join(sorted(types))


def _closed(document: Document) -> Document:
    """Return a JSON Schema of a type, saying that a model has no other keys than its own."""

    def close(new: Document, old: Document) -> Document:
        return {"additionalProperties": False, **new} if "properties" in new and new.get("type") == "object" else new

    return DOCUMENT.rewrite(document, close)


def _is_certain(core: Any) -> bool:
    """Return whether JSON Schema says all that there is to say about a core schema."""
    return all(map(_says_all, CORE.schemas(core)))


def _is_read_by_name(node: Document) -> bool:
    """Return whether one node of a core schema reads a field also under its name, beside its alias."""
    return bool((node.get("config") or {}).get("validate_by_name"))


def _says_all(node: Document) -> bool:
    """Return whether one node of a core schema reads and writes just what its JSON Schema says."""
    config = node.get("config") or {}
    if config.get("validate_by_alias") is False or config.get("coerce_numbers_to_str"):
        return False
    # A NamedTuple may be given as a list or as a dict.
    if node.get("type") in ("named-tuple", "call", "arguments"):
        return False
    if node.get("type") in _UNCERTAIN and not is_pydantics(node.get("function")):
        return False
    how = node.get("serialization")
    if isinstance(how, dict) and "return_schema" not in how and "function" in how and not is_pydantics(how):
        return False
    read, written = node.get("validation_alias"), node.get("serialization_alias")
    return read == written and (read is None or isinstance(read, str))
