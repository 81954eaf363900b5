"""Walks through schemas by position: what in them is a schema, what a map of names to schemas, and what a value.

The names and values of users may be any words, those of the schema's own language as well: a field may be called
``type``, a tag ``schema``, and a default may look like a schema. So nothing is told from how it looks, only from where
it stands.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.paths import Path

T = TypeVar("T")

Node = dict[str, Any]
Mend = Callable[[Node, Node], Node]
"""Makes a schema of its rewritten parts; also given the schema as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Where in the schemas of one language further schemas stand; all else in them is a value."""

    single: frozenset[str]
    """Keys of a schema, or of a list of schemas."""

    named: frozenset[str]
    """Keys of a map of names to schemas, or of a list of schemas."""

    def holds(self, key: str, value: Any) -> bool:
        """Return whether what stands under a key of a schema is made of schemas."""
        return isinstance(value, dict | list | tuple) and (key in self.single or key in self.named)

    def parts(self, schema: Node) -> Iterator[tuple[Path, Node]]:
        """Yield the schemas right inside a schema, each with its path from there."""
        for key, value in schema.items():
            if key in self.named and isinstance(value, dict):
                for name, part in value.items():
                    yield from (((key, name, *path), found) for path, found in _schemas(part))
            elif key in self.single or key in self.named:
                yield from (((key, *path), found) for path, found in _schemas(value))

    def places(self, schema: Node) -> Iterator[tuple[Path, Node]]:
        """Yield a schema and every one inside it, outer ones first, each with its path from the outermost."""
        yield (), schema
        for path, part in self.parts(schema):
            yield from (((*path, *inner), found) for inner, found in self.places(part))

    def schemas(self, schema: Node) -> Iterator[Node]:
        """Yield a schema and every one inside it, outer ones first."""
        yield schema
        for _, part in self.parts(schema):
            yield from self.schemas(part)

    def rewrite(self, schema: Node, mend: Mend) -> Node:
        """Return a copy of a schema in which every schema went through ``mend``, inner ones first."""
        return mend(self._with_parts(schema, lambda part: self.rewrite(part, mend)), schema)

    def hand_down(self, schema: Node, given: T, change: Callable[[Node, T], tuple[Node, T]]) -> Node:
        """Return a copy of a schema in which every schema went through ``change``, outer ones first.

        Args:
            schema: the schema.
            given: what holds for it, from outside.
            change: makes of a schema, and of what holds for it, the new schema, and what holds inside it.
        """
        new, inside = change(schema, given)
        return self._with_parts(new, lambda part: self.hand_down(part, inside, change))

    def _with_parts(self, schema: Node, make: Callable[[Node], Node]) -> Node:
        return {key: self._rewritten(key, value, make) for key, value in schema.items()}

    def _rewritten(self, key: str, value: Any, make: Callable[[Node], Node]) -> Any:
        if key in self.named and isinstance(value, dict):
            return {name: _each(part, make) for name, part in value.items()}
        return _each(value, make) if key in self.single or key in self.named else value


def _each(value: Any, make: Callable[[Node], Node]) -> Any:
    match value:
        case dict():
            return make(value)
        case list():
            return [_each(part, make) for part in value]
        case tuple():
            return tuple(_each(part, make) for part in value)
        case _:
            return value


def _schemas(value: Any) -> Iterator[tuple[Path, Node]]:
    """Yield the schemas in what stands where one or several are expected; anything else there is none."""
    match value:
        case dict():
            yield (), value
        case list() | tuple():
            for number, part in enumerate(value):
                yield from (((number, *path), found) for path, found in _schemas(part))
        case _:
            pass


CORE = Positions(
    single=frozenset(
        {
            "arguments_schema",
            "computed_fields",
            "definitions",
            "extras_keys_schema",
            "extras_schema",
            "items_schema",
            "json_schema",
            "json_schema_input_schema",
            "keys_schema",
            "lax_schema",
            "python_schema",
            "return_schema",
            "schema",
            "serialization",
            "steps",
            "strict_schema",
            "values_schema",
            "var_args_schema",
            "var_kwargs_schema",
        }
    ),
    named=frozenset({"choices", "fields"}),
)
"""pydantic's core schemas. Fields, parameters and serializations count as schemas: they hold some."""

DOCUMENT = Positions(
    single=frozenset(
        {
            "additionalItems",
            "additionalProperties",
            "allOf",
            "anyOf",
            "contains",
            "contentSchema",
            "else",
            "if",
            "items",
            "not",
            "oneOf",
            "prefixItems",
            "propertyNames",
            "then",
            "unevaluatedItems",
            "unevaluatedProperties",
        }
    ),
    named=frozenset(
        {"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"},
    ),
)
"""JSON Schemas of draft 2020-12 and older ones; ``true`` and ``false``, which have no parts, are passed over."""
