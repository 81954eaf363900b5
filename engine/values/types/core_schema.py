"""Nodes of a core schema that stand in the place of others, under the same reference."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic_core import core_schema

from engine.validation.python_patterns import is_searched_by_python, searched
from engine.values.schema_walk import CORE, Node

KEYED = frozenset({"model", "dataclass", "typed-dict"})
"""The types of nodes that have fields, and a configuration for what is in them."""


def instead(read: Callable[[Any], Any], node: Node) -> Node:
    """Return the node of a function that reads what another node would read."""
    new = dict(core_schema.no_info_plain_validator_function(read))
    return {**new, "ref": node["ref"]} if "ref" in node else new


def before(function: Callable[[Any], Any], node: Node) -> Node:
    """Return a node whose value goes through ``function`` first."""
    schema: Any = {key: value for key, value in node.items() if key != "ref"}
    new = dict(core_schema.no_info_before_validator_function(function, schema))
    return {**new, "ref": node["ref"]} if "ref" in node else new


def configured(node: Node, config: Any) -> Iterator[tuple[Node, Any]]:
    """Yield each node of a core schema, with the configuration of the model around it."""
    yield node, config
    inside = node.get("config", {}) if node.get("type") in KEYED else config
    for _, part in CORE.parts(node):
        yield from configured(part, inside)


def within_time(core: Node) -> Node:
    """Return a core schema whose texts are searched within a time; itself, if Python's engine searches none of them."""
    by_python = {id(node) for node, config in configured(core, {}) if is_searched_by_python(node, config)}
    if not by_python:
        return core
    return CORE.rewrite(core, lambda new, old: searched(new) if id(old) in by_python else new)
