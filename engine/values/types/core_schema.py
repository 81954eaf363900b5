"""Nodes of a core schema that stand in the place of others, under the same reference."""

from collections.abc import Callable
from typing import Any

from pydantic_core import core_schema

from engine.values.schema_walk import Node


def instead(read: Callable[[Any], Any], node: Node) -> Node:
    """Return the node of a function that reads what another node would read."""
    new = dict(core_schema.no_info_plain_validator_function(read))
    return {**new, "ref": node["ref"]} if "ref" in node else new


def before(function: Callable[[Any], Any], node: Node) -> Node:
    """Return a node whose value goes through ``function`` first."""
    schema: Any = {key: value for key, value in node.items() if key != "ref"}
    new = dict(core_schema.no_info_before_validator_function(function, schema))
    return {**new, "ref": node["ref"]} if "ref" in node else new
