"""A whole JSON Schema and the places in it; references are followed only inside it, never to a file or a host."""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
from referencing.jsonschema import DRAFT202012, SchemaRegistry, specification_with

from playground.forms.values.values import Json

KNOWN: SchemaRegistry = REGISTRY
"""The drafts' own schemas; made without a way to retrieve, the registry opens nothing else."""

Resolver: TypeAlias = Any
"""`referencing`'s resolver: what a `$ref` at one place is relative to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One schema with what its references are relative to."""

    schema: Json
    resolver: Resolver
    """None when the schema holds no references."""

    def at(self, schema: Json) -> "Place":
        """Return a place for a schema that stands inside this one."""
        return Place(parts=(Part(schema=schema, resolver=inside(self.resolver, schema)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A position that a value can have: all of its parts hold at once."""

    parts: tuple[Part, ...]

    def plus(self, other: "Place") -> "Place":
        """Return the place where the parts of both hold."""
        return replace(self, parts=self.parts + other.parts)


ANYWHERE = Place(parts=())
"""A place that takes every value."""


def place_of(schema: Json) -> Place:
    """Return the root of a schema."""
    return Place(parts=(Part(schema=schema, resolver=resolver_of(schema)),))


def resolver_of(schema: Json) -> Resolver:
    """Return the resolver for a whole schema's own references."""
    resource = specification(schema).create_resource(schema)
    identifier = (resource.id() or "") if isinstance(schema, dict) and isinstance(schema.get("$id"), str) else ""
    return KNOWN.with_resource(identifier, resource).resolver(identifier)


def specification(schema: Json) -> Any:
    """Return the draft that a schema names, else 2020-12."""
    dialect = schema.get("$schema") if isinstance(schema, dict) else None
    return specification_with(dialect, default=DRAFT202012) if isinstance(dialect, str) else DRAFT202012


def inside(resolver: Resolver, schema: Json) -> Resolver:
    """Return the resolver inside a sub-schema, which may have an identifier of its own."""
    if isinstance(schema, dict) and isinstance(schema.get("$id"), str) and resolver is not None:
        return resolver.in_subresource(specification(schema).create_resource(schema))
    return resolver
