"""Under which key of a JSON object a field is read and written."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

Node = dict[str, Any]
Fields = Mapping[str, Node]


_PARTS = frozenset({"model-fields", "dataclass-args", "typed-dict"})


def with_fields(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return a model, dataclass or TypedDict with the part changed that holds its fields, perhaps inside functions."""
    if node["type"] in _PARTS:
        return change(node)
    if node.get("root_model") or not isinstance(node.get("schema"), dict):
        return node
    return {**node, "schema": with_fields(node["schema"], change)} if _leads_to_fields(node) else node


def _leads_to_fields(node: Node) -> bool:
    """Return whether the fields are those of the node, and not of a model inside it."""
    inner = node["schema"]["type"]
    return inner in _PARTS or str(inner).startswith("function-")


def computed_keys(node: Node) -> frozenset[str]:
    """Return the keys under which a model, dataclass or TypedDict writes its computed fields."""
    found: list[Node] = []

    def note(part: Node) -> Node:
        found.extend(part.get("computed_fields", ()))
        return part

    with_fields(node, note)
    return frozenset(str(field.get("alias") or field["property_name"]) for field in found)


def fields_of(node: Node) -> dict[str, Node]:
    """Return the fields in the part of a node that holds them, by name."""
    fields: dict[str, Node] | list[Node] = node["fields"]
    return fields if isinstance(fields, dict) else {field["name"]: field for field in fields}


def _with_each(node: Node, change: Callable[[str, Node], Node]) -> Node:
    """Return the part of a node that holds fields with each field changed."""
    if isinstance(node["fields"], dict):
        return {**node, "fields": {name: change(name, field) for name, field in node["fields"].items()}}
    return {**node, "fields": [change(field["name"], field) for field in node["fields"]]}


def _choices(name: str, field: Node) -> list[list[str | int]]:
    """Return the paths under which pydantic finds a field."""
    known = field.get("validation_alias", name)
    if isinstance(known, str):
        return [[known]]
    return known if isinstance(known[0], list) else [known]


def _read_key(name: str, field: Node, config: Mapping[str, Any]) -> str:
    """Return the key that the published schema gives a field for input: its first alias that is a single key."""
    if config.get("validate_by_alias") is False:
        return name
    return next((str(path[0]) for path in _choices(name, field) if len(path) == 1), name)


def _written_keys(fields: Fields, config: Mapping[str, Any]) -> dict[str, str]:
    """Return the key of each field in what a model writes: its serialization alias, if it can be read back.

    Where such a key is that under which another field is read, all are written as they are read.
    """
    read = {name: _read_key(name, field, config) for name, field in fields.items()}
    keys = {name: field.get("serialization_alias", name) for name, field in fields.items()}
    return read if any(_is_read_by_other(name, key, fields) for name, key in keys.items()) else keys


def _found_too(name: str, field: Node, keys: Iterable[str], fields: Fields) -> Node:
    """Return a field that is also found under the keys that it is written to, unless another field is read there."""
    known = _choices(name, field)
    more = [[key] for key in dict.fromkeys(keys) if [key] not in known and not _is_read_by_other(name, key, fields)]
    if any(len(path) > 1 for path in known):
        # The key of its own goes first, for another field may be written to where the path leads.
        return {**field, "validation_alias": [*more, *sorted(known, key=len)]}
    return {**field, "validation_alias": [*known, *more]} if more else field


def as_input(config: Mapping[str, Any], part: Node) -> Node:
    """Return fields that are written as the published input schema has them."""
    part = {key: value for key, value in part.items() if key != "computed_fields"}
    return _with_each(part, lambda name, field: _included(part, name, field, _read_key(name, field, config)))


def as_output(config: Mapping[str, Any], part: Node) -> Node:
    """Return fields that are written as they are to be given away, if they can be read back from that."""
    keys = _written_keys(fields_of(part), config)
    return _with_each(part, lambda name, field: _included(part, name, field, keys[name]))


def as_read(config: Mapping[str, Any], part: Node) -> Node:
    """Return fields that are also found under the keys to which they are written."""
    fields = fields_of(part)
    keys = _written_keys(fields, config)
    return _with_each(
        part, lambda name, field: _found_too(name, field, (_read_key(name, field, config), keys[name]), fields)
    )


def minds_extra(node: Node) -> bool:
    """Return whether a model or dataclass refuses or keeps keys that it does not know."""
    part = node.get("schema", node)
    configured = node.get("config", {}).get("extra_fields_behavior")
    return not {part.get("extra_behavior"), configured}.isdisjoint({"forbid", "allow"})


def _included(part: Node, name: str, field: Node, key: str) -> Node:
    """Return a field that is always written, to this key."""
    if part["type"] == "typed-dict":
        # The dict itself has the field under its name, and is checked as it is.
        field = _found_too(name, field, (name,), part["fields"])
    hidden = ("serialization_exclude", "serialization_exclude_if")
    return {**{word: value for word, value in field.items() if word not in hidden}, "serialization_alias": key}


def _is_read_by_other(name: str, key: str, fields: Fields) -> bool:
    """Return whether a field other than this one is read from a key."""
    return any(other != name and any(path[0] == key for path in _choices(other, fields[other])) for other in fields)


@lru_cache(maxsize=256)
def keys_by_name(kind: Any) -> dict[str, str]:
    """Return the keys under which the fields of a model or dataclass are read, by all names that they have.

    Those are what the field is called in Python, last, and its other aliases. Any other type has none.
    """
    fields = getattr(kind, "model_fields", None) or getattr(kind, "__pydantic_fields__", None) or {}
    known = {name: _aliases(field) or [name] for name, field in fields.items()}
    others = {other: first for first, *more in known.values() for other in more}
    return others | {name: first for name, (first, *_) in known.items()}


def _aliases(field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return [choice for choice in choices if isinstance(choice, str)]
