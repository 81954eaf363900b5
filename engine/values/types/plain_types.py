"""Which types are so plain that reading Python values and reading JSON text come to the same."""

from typing import Any

from engine.validation.python_patterns import is_searched_by_python
from engine.values.schema_walk import CORE, Node

_CONFIG = frozenset(
    {
        "title",
        "extra_fields_behavior",
        "str_max_length",
        "str_min_length",
        "hide_input_in_errors",
    }
)

_SCALARS = frozenset({"str", "int", "float", "bool", "none", "date", "datetime", "time", "timedelta", "uuid"})


def is_plain(node: Any) -> bool:
    """Return whether a core schema is made of plain parts only.

    Plain parts read a Python value and the same value from JSON text alike, share nothing with what they read, and may
    be checked twice. Everything that could do otherwise, such as functions, unions, aliases or strictness, is not.
    """
    if node.get("strict") or "serialization" in node:
        return False
    match node:
        case {"type": kind} if kind in _SCALARS:
            return not is_searched_by_python(node, {})
        case {"type": "definition-ref"}:
            return True
        case {"type": "definitions", "schema": inner, "definitions": shared}:
            return is_plain(inner) and all(is_plain(part) for part in shared)
        case {"type": "nullable", "schema": inner} | {"type": "list", "items_schema": inner}:
            return is_plain(inner)
        case {"type": "default", "schema": inner}:
            return node.get("on_error", "raise") == "raise" and is_plain(inner)
        case {"type": "dict", "keys_schema": {"type": "str"} as keys, "values_schema": inner}:
            return not changes_text(keys) and is_plain(keys) and is_plain(inner)
        case {"type": "literal", "expected": values}:
            return all(type(value) is str for value in values)
        case {"type": "model", "schema": {"type": "model-fields"} as inner}:
            return _plain_model(node, inner)
        case _:
            return False


def changes_text(node: Node) -> bool:
    """Return whether a core schema, or what a configuration says of all text, makes other text of what it reads."""
    words = ("strip_whitespace", "to_lower", "to_upper")
    return any(node.get(word) or node.get(f"str_{word}") for word in words)


def _plain_model(node: Node, inner: Node) -> bool:
    """Return whether a model has nothing but plain fields."""
    config = node.get("config", {})
    return (
        not (node.get("custom_init") or node.get("root_model") or node.get("post_init"))
        and _CONFIG.issuperset(config)
        and "allow" not in (config.get("extra_fields_behavior"), inner.get("extra_behavior"))
        and "generic_origin" not in node
        and not inner.get("computed_fields")
        and all(_plain_field(field) for field in inner["fields"].values())
    )


def _plain_field(field: Node) -> bool:
    """Return whether a model's field is read and written under its own name."""
    renamed = field.keys() & {
        "validation_alias",
        "serialization_alias",
        "serialization_exclude",
        "serialization_exclude_if",
    }
    return not renamed and is_plain(field["schema"])


def is_reversible(core: Any) -> bool:
    """Return whether reading a value of a core schema calls nothing of the user's, which may have side effects."""
    if core.get("custom_init") or core.get("post_init") or not is_pydantics(core.get("function")):
        return False
    return all(is_reversible(part) for path, part in CORE.parts(core) if path[0] != "serialization")


def is_written_twice(node: Node) -> bool:
    """Return whether a node of a core schema may be written in one way as input, and in another as output."""
    renamed = "validation_alias" in node or "serialization_alias" in node
    config = node.get("config") or {}
    timed = "ser_json_timedelta" in config or "ser_json_temporal" in config
    how = node.get("serialization")
    return bool(renamed or timed or node.get("computed_fields") or (isinstance(how, dict) and not is_pydantics(how)))


def may_collide(node: Node) -> bool:
    """Return whether a node of a core schema may be an object with keys that are the same in JSON."""
    keys = node.get("keys_schema")
    configured = (node.get("config") or {}).get("extra_fields_behavior")
    return (isinstance(keys, dict) and keys.get("type") != "str") or "allow" in (node.get("extra_behavior"), configured)


def is_pydantics(function: Any) -> bool:
    """Return whether a function in a core schema comes with pydantic, for one of its own types, or is absent."""
    called = function.get("function") if isinstance(function, dict) else function
    return called is None or str(getattr(called, "__module__", "")).partition(".")[0] == "pydantic"


def checking(core: Any) -> Any:
    """Return a plain core schema that checks instances anew and refuses ``nan`` and ``inf``.

    An instance may have been changed since it was made, or made without any check.
    """
    return CORE.rewrite(core, _checking)


def _checking(new: Node, old: Node) -> Node:
    match new:
        case {"type": "model"}:
            return {**new, "config": {**new.get("config", {}), "revalidate_instances": "always"}}
        case {"type": "float"}:
            return {**new, "allow_inf_nan": False}
        case _:
            return new
