"""The walks through schemas know every place where pydantic and JSON Schema put a schema, and no other."""

import re
from typing import Any

from engine.values.schema_walk import CORE, DOCUMENT
from tests.engine.keywords import core_tables, drafts, is_schema

HOLDS_SCHEMAS = re.compile(r"\b(\w*Schema|\w+Field|\w+Parameter)\b")


def test_core_schemas_are_found_where_pydantic_declares_them() -> None:
    """The table of keys is the one in the declarations of `pydantic_core.core_schema`."""
    declared = {key: note for table in core_tables() for key, note in table.items() if HOLDS_SCHEMAS.search(note)}
    # Older versions declare fewer.
    assert declared.keys() <= CORE.single | CORE.named
    named = {key for table in core_tables() for key, note in table.items() if "dict[" in note and key in declared}
    assert named == CORE.named


def test_a_key_that_holds_core_schemas_holds_nothing_else_that_could_be_taken_for_one() -> None:
    """The only other value under such a key is a list of names."""
    other = {
        note
        for table in core_tables()
        for key, note in table.items()
        if key in CORE.single | CORE.named and not HOLDS_SCHEMAS.search(note)
    }
    assert other <= {"Required[list[str]]"}


def test_json_schemas_are_found_where_the_drafts_declare_them() -> None:
    """The table of keywords is the one in the drafts' own schemas."""
    single = {keyword for keyword, rule in drafts() if isinstance(rule, dict) and is_schema(rule)}
    named = {keyword for keyword, rule in drafts() if isinstance(rule, dict) and is_schema(_each(rule))}
    assert (single, named) == (DOCUMENT.single, DOCUMENT.named)


def _each(rule: dict[str, Any]) -> dict[str, Any]:
    each = rule.get("additionalProperties")
    return each if isinstance(each, dict) else {}


def test_places_are_walked_with_their_paths() -> None:
    """Names and values that look like schemas are none."""
    document = {
        "properties": {"properties": {"type": "object", "default": {"properties": {"a": {}}}}, "items": True},
        "allOf": [{"not": {"const": {"items": {}}}}],
        "dependencies": {"a": ["b"], "c": {}},
    }
    assert [path for path, _ in DOCUMENT.places(document)] == [
        (),
        ("properties", "properties"),
        ("allOf", 0),
        ("allOf", 0, "not"),
        ("dependencies", "c"),
    ]


def test_a_rewrite_keeps_names_and_values() -> None:
    """Only schemas go through the function, inner ones first; labels of choices and names stay."""
    core = {
        "type": "model-fields",
        "fields": {"type": {"type": "model-field", "schema": {"type": "str"}}},
        "metadata": {"schema": {"type": "str"}},
    }
    seen = []
    new = CORE.rewrite(core, lambda new, old: seen.append(old) or {**new, "seen": True})  # type: ignore[func-returns-value]
    assert seen == [{"type": "str"}, core["fields"]["type"], core]  # type: ignore[index]
    assert new["metadata"] == core["metadata"]
    union = {"type": "union", "choices": [({"type": "str"}, "text"), {"type": "int"}]}
    assert CORE.rewrite(union, lambda new, old: {**new, "a": 1})["choices"] == [
        ({"type": "str", "a": 1}, "text"),
        {"type": "int", "a": 1},
    ]
