"""Schemas and posts that are made to hurt get an answer: an issue, never an exception, never a hang."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from engine.validation.budget import limited
from playground.forms import Form, Issue, check, dumps, example, mask
from tests.patience import PATIENCE

DOUBLING = {
    "$defs": {
        **{
            f"a{n}": {
                "type": "object",
                "properties": {name: {"$ref": f"#/$defs/a{n + 1}"} for name in "xy"},
                "required": ["x", "y"],
            }
            for n in range(25)
        },
        "a25": {"type": "integer"},
    },
    "$ref": "#/$defs/a0",
}
ALL_DOUBLING = {
    "$defs": {
        **{f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}, {"$ref": f"#/$defs/a{n + 1}"}]} for n in range(25)},
        "a25": {},
    },
    "$ref": "#/$defs/a0",
}
ANY_DOUBLING = {
    "$defs": {
        **{f"u{n}": {"anyOf": [{"$ref": f"#/$defs/u{n + 1}"}] * 2} for n in range(25)},
        "u25": {"type": "string"},
    },
    "$ref": "#/$defs/u0",
}


def nested(keyword: str, depth: int) -> Any:
    """Return a schema that is nested in itself."""
    schema: Any = {"type": "string"}
    for _ in range(depth):
        schema = {keyword: {"a": schema} if keyword == "properties" else [schema, {"type": "integer"}]}
    return schema


SCHEMAS: dict[str, Any] = {
    "doubling": DOUBLING,
    "doubling all of": ALL_DOUBLING,
    "doubling any of": ANY_DOUBLING,
    "doubling, unevaluated": {**ALL_DOUBLING, "unevaluatedProperties": False},
    "loop": {"$ref": "#"},
    "loop of any": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}, {"type": "integer"}]},
    "loop of all": {"allOf": [{"$ref": "#"}]},
    "loop that requires itself": {"type": "object", "properties": {"r": {"$ref": "#"}}, "required": ["r"]},
    "loop of conditions": {"type": "object", "if": {"$ref": "#"}, "then": {"$ref": "#"}, "else": {"$ref": "#"}},
    "deep properties": nested("properties", 3000),
    "deep all of": nested("allOf", 3000),
    "deep any of": nested("anyOf", 3000),
    "catastrophic pattern": {"type": "string", "pattern": "^(a|a)*$"},
    "catastrophic look-ahead": {"type": "string", "pattern": "^(?=(a|a)*$)b"},
    "huge repeat": {"type": "string", "pattern": "(((a{1000}){1000}){1000}){1000}"},
    "huge repeat with look-ahead": {"type": "string", "pattern": "(?=x)(((a{1000}){1000}){1000}){1000}"},
    "catastrophic names": {"type": "object", "patternProperties": {"^(a|a)*$": {}}, "unevaluatedProperties": False},
    "huge lengths": {"type": "array", "minItems": 10**9, "items": {"type": "string", "minLength": 10**9}},
    "wide": {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(8_000)}},
    "many options": {"enum": list(range(5_000))},
    "file": {"$ref": "file:///etc/passwd"},
    "other host": {"properties": {"a": {"$ref": "http://localhost:1/x"}}},
}
SPOILED = {
    5: ("type", "properties", "enum", "items", "anyOf", "allOf", "oneOf"),
    "x": ("type", "properties", "enum", "items", "anyOf", "allOf", "oneOf"),
}
OBJECT = ("required", "dependentRequired", "propertyNames", "if", "minProperties")
STRING = ("pattern", "format", "minLength", "title", "default", "examples")
NUMBER = ("minimum", "maximum", "multipleOf", "exclusiveMinimum")
WRONG: list[Any] = [
    *({keyword: wrong} for wrong, keywords in SPOILED.items() for keyword in keywords),
    *({"type": "object", keyword: 5} for keyword in OBJECT),
    *({"type": "string", keyword: [5]} for keyword in STRING),
    *({"type": "number", keyword: "x"} for keyword in NUMBER),
    *({"type": "number", "multipleOf": step} for step in (0, -1)),
    {"type": ["x"]},
    {"anyOf": [5]},
    {"anyOf": []},
    {"properties": {"a": 5}},
    {"required": [["x"]], "type": "object"},
    {"patternProperties": {"(": {}}},
    {"oneOf": [{"type": "object"}, {"type": "string"}], "discriminator": 5},
    {"$ref": 5},
    {"$id": "::"},
    {"$schema": "x:y"},
    {"prefixItems": {}, "type": "array"},
    {"enum": [float("nan")]},
    5,
    None,
    [],
]
VALUES: list[Any] = ["a" * 5000 + "!", [1.5, [None]], {"a": {"a": 1}, "b": "x"}]


SECONDS = 0.05
"""What each of the things that a page does may take of the checks inside: any bound is kept in the same way."""


def everything(schema: Any) -> None:
    """Do with a schema all that a page does."""
    assert briefly(lambda: Form.blank(schema).html())
    assert briefly(lambda: dumps(example(schema)))
    for value in VALUES:
        assert isinstance(briefly(lambda value=value: check(schema, value)), list)
        mask(schema, value)
        assert briefly(lambda value=value: Form.of(schema, value).html())
    for pairs in (
        [("f:tab", "json"), ("f", '{"a": 1, "b": ["x"]}')],
        [("f:tab", "fields"), ("f/a", "x"), ("f/a/a", "1"), ("f/0", "y"), ("f", "aaa"), ("f:is", "1"), ("f:was", "0")],
        [("f/a", "x"), ("f:do", "add:"), ("f:is/a", "value")],
    ):
        assert briefly(lambda pairs=pairs: Form.posted(schema, pairs).validate().html())


def briefly(do: Callable[[], Any]) -> Any:
    """Return what is done while all checks end early."""
    with limited(SECONDS):
        return do()


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_that_hurt(name: str) -> None:
    """Loops, doublings, depths and catastrophic patterns are answered."""
    everything(SCHEMAS[name])


@pytest.mark.parametrize("level", range(0, 60, 3))
def test_a_loop_ends_wherever_the_stack_does(level: int) -> None:
    """An endless schema is answered as too deep, no matter how full the stack was when the check began."""

    def below(left: int) -> list[Issue]:
        return below(left - 1) if left else check(SCHEMAS["loop of conditions"], {})

    assert [issue.message for issue in below(level)] == ["The value or the schema is nested too deeply to be checked."]


@pytest.mark.parametrize("schema", WRONG, ids=repr)
def test_schemas_that_are_none(schema: Any) -> None:
    """A schema that is no schema leaves a JSON editor, and checking says that the schema is at fault."""
    everything(schema)


def test_a_schema_at_fault_is_named() -> None:
    """Who fills the form learns that it is not their value that is wrong."""
    assert check({"type": 5}, 1)[0].message.startswith("The schema itself cannot be used")
    assert "file:///etc/passwd" in check({"$ref": "file:///etc/passwd"}, 1)[0].message


@pytest.mark.parametrize(
    ("pattern", "text", "valid"),
    [("^(a|a)*$", "a" * 50_000 + "b", False), ("^(a+)+$", "a" * 50_000, True), ("(?=(a|a)*$)a", "a" * 40 + "b", False)],
)
def test_patterns_take_linear_time(pattern: str, text: str, *, valid: bool) -> None:
    """A catastrophic pattern is decided, or given up."""
    assert (check({"pattern": pattern}, text) == []) is valid


def test_few_errors_are_explained_where_each_takes_long() -> None:
    """A value with very many errors is refused for some of them, in about the time that its check may take."""
    schema = {"anyOf": [{"properties": {f"p{n}": {}}} for n in range(300)], "unevaluatedProperties": False}
    value = {f"q{n}": 1 for n in range(3000)}
    issues = check(schema, value, seconds=0.4)
    assert 0 < len(issues) <= 100
    assert issues[0].message.startswith("“q0” is not a known property.")


def test_unique_items_take_linear_time() -> None:
    """Fifty thousand different objects are found different."""
    assert check({"uniqueItems": True}, [{"n": n} for n in range(50_000)], seconds=PATIENCE) == []


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 50_000, "1" * 1_000_000, "1e999999", "NaN", '{"a":1,"a":2}', '"\\ud800"', "(" * 50_000],
)
def test_texts_that_hurt(text: str) -> None:
    """Deep, endless and illegal JSON is refused with its place, and comes back to be mended."""
    form = Form.posted({}, [("f:tab", "json"), ("f", text)]).validate()
    assert form.issues[0].message.startswith("Line 1, column ")
    assert form.html()


@pytest.mark.parametrize("text", ["1e999999", "9" * 100_000, "NaN", "0x10", "1,5", "--1", "٣", "1_000", "+1"])
def test_numbers_that_hurt(text: str) -> None:
    """What is no number, or too large for one, stays in its field with the reason."""
    form = Form.posted({"type": "number"}, [("f", text)]).validate()
    assert form.issues
    assert text[:50] in form.html()


def test_deep_values_are_shown() -> None:
    """A value that is deeper than any form is shown as JSON, and comes back."""
    value: Any = 1
    for _ in range(90):
        value = {"a": [value]} if isinstance(value, int) else {"a": value}
    schema = {"type": "object", "properties": {"a": {"$ref": "#"}}}
    form = Form.of(schema, value)
    assert form.value == value


def test_deep_pointers() -> None:
    """A pointer that is longer than any form's is no way to exhaust the stack."""
    schema = {"type": "object", "properties": {"a": {"$ref": "#"}}}
    assert Form.posted(schema, [("f" + "/a" * 5000, "x")]).validate().html()


def test_deep_pointers_that_no_page_posted_are_read_in_bounded_time() -> None:
    """Where each level is read again for its conditions, the time for that is that of all levels together."""
    schema: dict[str, Any] = {"type": "object", "properties": {"a": {"$ref": "#"}}, "if": {"required": ["a"]}}
    schema["then"] = {"properties": {"n": {"const": 1}}, "required": ["n"]}
    start = time.thread_time()
    form = Form.posted(schema, [("f" + "/a" * 13 + "/n", "1")], name_prefix="f")
    assert time.thread_time() - start < 1
    assert form.issues
    assert dumps(form.so_far).count("a") == 13
