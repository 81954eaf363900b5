"""JSON Schema in bounded time: every keyword, in every draft, wherever the draft is changed."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from referencing import Registry

from engine.validation.equality import key_of, repeated
from engine.validation.validator import DIALECTS, DRAFTS, errors_of, fits

NEWER = [name for name in DRAFTS if "draft-03" not in name and "draft-04" not in name]
NO_NUMBER = [{"n": n, "of": [n]} for n in range(3000)]
TEXT = "a" * 40 + "!"

HOSTILE: dict[str, tuple[dict[str, Any], Any, bool]] = {
    "pattern": ({"pattern": "^(a+)+$"}, TEXT, False),
    "pattern of classes": ({"pattern": r"^\p{L}+$"}, "añb", True),
    "patternProperties": ({"patternProperties": {"^(a+)+$": {"enum": [2]}}}, {TEXT: 1}, True),
    "additionalProperties": (
        {"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False},
        {TEXT: 1},
        False,
    ),
    "uniqueItems": ({"uniqueItems": True}, NO_NUMBER, True),
    "uniqueItems with one twice": ({"uniqueItems": True}, [*NO_NUMBER, {"of": [7.0], "n": 7}], False),
    "enum": ({"enum": [*NO_NUMBER, [1]]}, [1.0], True),
    "items": ({"items": {"enum": list(range(2000))}}, [2000] * 50, False),
    "multipleOf": ({"multipleOf": 0.1}, 0.3, True),
    "oneOf": ({"oneOf": [{"pattern": "^(a+)+$"}, {"pattern": "!$"}]}, TEXT, True),
    "anyOf": ({"anyOf": [{"pattern": "^(a+)+$"}] * 3}, TEXT, False),
    "not": ({"not": {"pattern": "^(a+)+$"}}, TEXT, True),
}
NEW_HOSTILE: dict[str, tuple[dict[str, Any], Any, bool]] = {
    "contains": ({"contains": {"pattern": "^(a+)+$"}}, [TEXT] * 100, False),
    "propertyNames": ({"propertyNames": {"pattern": "^(a+)+$"}}, {TEXT: 1}, False),
    "const": ({"const": {"a": 1, "b": True}}, {"b": True, "a": 1.0}, True),
}


def below(way: str, draft: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that leads to another of a draft, for the value of its property."""
    there = {"$schema": draft, **schema}
    match way:
        case "schema":
            return {"properties": {"at": there}}
        case "id":
            return {"$id": "https://example.com/root", "properties": {"at": {"$id": "https://example.com/at", **there}}}
        case "ref":
            return {"$defs": {"there": there}, "properties": {"at": {"$ref": "#/$defs/there"}}}
        case "ref by id":
            named = {**there, "$id": "https://example.com/at", "id": "https://example.com/at"}
            return {"$defs": {"there": named}, "properties": {"at": {"$ref": "https://example.com/at"}}}
        case "dynamicRef":
            anchored = {"$dynamicAnchor": "there", "allOf": [there]}
            return {"$defs": {"there": anchored}, "properties": {"at": {"$dynamicRef": "#there"}}}
        case _:
            return {"$schema": draft, "properties": {"at": schema}}


def verdict(schema: dict[str, Any], value: Any, seconds: float = 10.0) -> bool:
    """Tell whether a value is valid; that this cannot be decided is no answer, not even on a slow machine."""
    found = errors_of(DIALECTS.of(schema)(schema, registry=Registry()), value, seconds=seconds, most=10)
    assert isinstance(found, list), found
    return found == []


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: draft.rsplit("/", 2)[-2])
@pytest.mark.parametrize("way", ["schema", "id", "ref", "ref by id", "dynamicRef", "root"])
def test_every_keyword_is_bounded_wherever_the_draft_changes(way: str, draft: str) -> None:
    """What would run for ever, raise or be compared pair by pair is decided, below each way to another schema."""
    table = HOSTILE if draft not in NEWER else HOSTILE | NEW_HOSTILE
    for name, (schema, value, valid) in table.items():
        known = schema.keys() <= DIALECTS.of({"$schema": draft}).VALIDATORS.keys()
        if known:
            assert verdict(below(way, draft, schema), {"at": value}) is valid, name


def test_errors_stand_at_their_places_below_another_draft() -> None:
    """A required property and a forbidden one are reported where they are, not at the object around them."""
    inner = {"$schema": "http://json-schema.org/draft-07/schema#", "required": ["a"], "additionalProperties": False}
    schema = {"properties": {"o": inner}}
    found = errors_of(DIALECTS.of(schema)(schema, registry=Registry()), {"o": {"b": 1}}, seconds=1, most=10)
    assert isinstance(found, list)
    assert sorted((str(error.validator), tuple(error.absolute_path)) for error in found) == [
        ("additionalProperties", ("o", "b")),
        ("required", ("o", "a")),
    ]


def test_the_end_of_the_time_is_told() -> None:
    """Towers of alternatives, and anything at all without time, are not decided: neither right nor wrong."""
    tower: dict[str, Any] = {"$defs": {"u25": {"type": "string"}}, "$ref": "#/$defs/u0"}
    tower["$defs"] |= {f"u{n}": {"anyOf": [{"$ref": f"#/$defs/u{n + 1}"}] * 2} for n in range(25)}
    kind = DIALECTS.of(tower)
    assert "took longer than 0.1 s" in str(errors_of(kind(tower, registry=Registry()), 1, seconds=0.1, most=10))
    assert "took longer than 0 s" in str(errors_of(kind({"not": {}}, registry=Registry()), 1, seconds=0, most=10))
    root = kind(True, registry=Registry())
    assert [fits(root, 1, [({"not": {}}, root._resolver)], seconds=seconds) for seconds in (0, 1)] == [None, False]


def test_a_pattern_that_is_slow_for_each_letter_ends_on_a_long_text() -> None:
    """Linear time is long for a large pattern and a large text, so that it is not decided at all."""
    schema = {"pattern": "(a?){900}b"}
    found = errors_of(DIALECTS.of(schema)(schema, registry=Registry()), "a" * 5_000_000, seconds=1, most=10)
    assert "took too long" in str(found)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, -1.0, 0.5, "", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)


def is_equal(one: Any, two: Any) -> bool:
    """Tell whether two JSON values are equal, pair by pair."""
    match one, two:
        case bool(), _:
            return one is two
        case _, bool():
            return False
        case list(), list():
            return len(one) == len(two) and all(map(is_equal, one, two))
        case dict(), dict():
            return one.keys() == two.keys() and all(is_equal(one[name], two[name]) for name in one)
        case _:
            return bool(one == two)


@given(st.lists(JSON_VALUES, max_size=6))
def test_uniqueness_by_hash_is_uniqueness_by_pairs(items: list[Any]) -> None:
    """1 and 1.0 are the same, 1 and true are not, the order of keys does not count, at any depth."""
    pairs = [(one, two) for two in range(len(items)) for one in range(two) if is_equal(items[one], items[two])]
    assert (repeated(items) is None) == (not pairs)
    assert all(key_of(items[one]) == key_of(items[two]) for one, two in pairs)


def subschemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return schemas with one or more keywords that hold inner schemas."""
    some = st.lists(inner, min_size=1, max_size=3)
    names = st.sampled_from(["a", "b"])
    parts: dict[str, st.SearchStrategy[Any]] = {
        "items": inner,
        "prefixItems": some,
        "contains": inner,
        "minContains": st.integers(0, 2),
        "maxContains": st.integers(0, 2),
        "properties": st.dictionaries(names, inner, max_size=2),
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "b$"]), inner, max_size=2),
        "additionalProperties": inner,
        "additionalItems": inner,
        "propertyNames": inner,
        "anyOf": some,
        "oneOf": some,
        "allOf": some,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
        "dependentSchemas": st.dictionaries(names, inner, max_size=1),
        "dependentRequired": st.dictionaries(names, st.lists(names, max_size=2), max_size=1),
    }
    return st.fixed_dictionaries({}, optional=parts)


LEAVES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"]),
        "enum": st.lists(JSON_VALUES, min_size=1, max_size=3),
        "const": JSON_VALUES,
        "minimum": st.integers(-1, 1),
        "exclusiveMaximum": st.integers(-1, 1),
        "maxLength": st.integers(0, 1),
        "minItems": st.integers(0, 2),
        "maxProperties": st.integers(0, 1),
        "uniqueItems": st.booleans(),
        "required": st.lists(st.sampled_from("ab"), max_size=2, unique=True),
        "pattern": st.sampled_from(["^a", "^$"]),
    },
)
SCHEMAS = st.recursive(LEAVES | st.booleans(), subschemas, max_leaves=5)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(NEWER), SCHEMAS, JSON_VALUES)
def test_verdicts_are_those_of_the_library(draft: str, schema: Any, value: Any) -> None:
    """The bounds change no answer: in each draft a value is valid exactly when the stock validator says so."""
    document = {"$schema": draft, **schema} if isinstance(schema, dict) else schema
    stock = DRAFTS[draft]
    try:
        stock.check_schema(document)
        known = stock(document).is_valid(value)
    except Exception:
        assume(False)
    assert verdict(document if isinstance(document, dict) else {"$schema": draft, "allOf": [document]}, value) is known


@pytest.mark.parametrize(
    ("schema", "value", "sentence"),
    [
        ({"type": "boolean"}, "maybe", "Found the text 'maybe', expected true or false."),
        ({"type": ["integer", "null"]}, 1.5, "Found the number 1.5, expected a whole number or null."),
        ({"type": "object"}, [1], "Found the list [1], expected an object."),
        ({"type": "string"}, None, "Found null, expected a text."),
        ({"enum": ["a", "b"]}, "c", "Found the text 'c', expected one of ['a', 'b']."),
        ({"const": True}, False, "Found false, expected true."),
        ({"maximum": 3}, 4, "Found the number 4, expected at most 3."),
        ({"exclusiveMinimum": 0}, 0, "Found the number 0, expected more than 0."),
        ({"multipleOf": 2}, 3, "Found the number 3, expected a multiple of 2."),
        ({"pattern": "^a"}, "b", "Found the text 'b', expected a text that matches '^a'."),
        ({"minLength": 2}, "a", "Found 1 character, expected at least 2."),
        ({"maxItems": 1}, [1, 2], "Found 2 items, expected at most 1."),
        ({"required": ["a"]}, {}, "'a' is missing and required."),
    ],
)
def test_a_message_says_what_was_found_and_what_was_expected(schema: Any, value: Any, sentence: str) -> None:
    """In words of the project, wherever a finding is read by a person."""
    (error,) = errors_of(DIALECTS.of(schema)(schema, registry=Registry()), value, seconds=1, most=5)
    assert error.message == sentence
