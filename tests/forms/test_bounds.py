"""Laws of what is bounded: no schema and no value raises, and no budget that ends loses what was loaded or typed."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from playground.forms import Form, check, dumps, mask
from playground.forms import example as example_of
from playground.forms.fields.form_context import FormContext
from tests.forms.browser import Page, Session

DRAFTS = [
    *(f"http://json-schema.org/draft-0{number}/schema#" for number in (3, 4, 6, 7)),
    *(f"https://json-schema.org/draft/{name}/schema" for name in ("2019-09", "2020-12")),
    "x:unknown",
]
NAMES = st.sampled_from(["a", "b", "type", "$ref"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from([0.5, 1e300, "", "a", "1", "2020-01-01", "(a|a)*"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
WORDS: dict[str, st.SearchStrategy[Any]] = {
    "$schema": st.sampled_from(DRAFTS),
    "$id": st.sampled_from(["https://example.com/a", "b", "::", "#a"]),
    "$anchor": st.just("a"),
    "$dynamicAnchor": st.just("a"),
    "$recursiveAnchor": st.just(True),
    "$ref": st.sampled_from(["#", "#/$defs/a", "#/definitions/a", "#a", "b", "#/properties/a", "#/nowhere", "x:y"]),
    "$dynamicRef": st.sampled_from(["#a", "#", "#/$defs/a"]),
    "$recursiveRef": st.just("#"),
    "type": st.sampled_from(["string", "object", "array", "number", "integer", "null", ["object", "array"], "any", 5]),
    "enum": st.lists(VALUES, max_size=3),
    "const": VALUES,
    "default": VALUES,
    "pattern": st.sampled_from(["^(a+)+$", r"\p{L}", "(?=a)", "(", "(?<=a{1000})b{500}"]),
    "format": st.sampled_from(["date", "email", "uri", "binary", "password", "decimal", "nothing"]),
    "minLength": st.integers(0, 2),
    "maximum": st.integers(-1, 1),
    "exclusiveMaximum": st.sampled_from([True, 1]),
    "multipleOf": st.sampled_from([0, 0.1, 2]),
    "minItems": st.integers(0, 3),
    "uniqueItems": st.booleans(),
    "required": st.sampled_from([["a"], ["a", "b"], True, []]),
    "writeOnly": st.just(True),
}


def holding(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return schemas whose keywords hold others, now and then where none belongs."""
    some, named = st.lists(inner, min_size=1, max_size=3), st.dictionaries(NAMES, inner, max_size=3)
    one = ("not", "if", "then", "else", "contains", "additionalItems", "additionalProperties", "propertyNames")
    one = (*one, "unevaluatedProperties", "unevaluatedItems", "items", "disallow")
    parts: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(one, inner)
    parts |= dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems", "items", "extends", "type"), some)
    parts |= dict.fromkeys(("properties", "$defs", "definitions", "dependentSchemas", "dependencies"), named)
    parts["patternProperties"] = st.dictionaries(st.sampled_from(["^a", "(", ""]), inner, max_size=2)
    parts["properties"] = named | inner
    return st.fixed_dictionaries(
        {}, optional=parts | {name: WORDS[name] for name in ("$schema", "$id", "$ref", "type")}
    )


SCHEMAS = st.recursive(
    st.fixed_dictionaries({}, optional=WORDS) | st.booleans() | st.sampled_from([5, None, [], "x"]),
    holding,
    max_leaves=6,
)
often = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@often
@given(SCHEMAS, VALUES)
def test_no_schema_and_no_value_raises(schema: Any, value: Any) -> None:
    """Whatever is taken for a schema, a form of it is shown, posted, checked, masked and filled with an example."""
    assert isinstance(check(schema, value), list)
    mask(schema, value)
    assert dumps(example_of(schema))
    assert Form.blank(schema).html()
    session = Session(schema, Form.of(schema, value, secrets=True))
    form = session.submit()
    assert form.html()
    assert form.issues or dumps(form.value) == dumps(value)


TYPES = [f"t{number}" for number in range(30)]
NODE = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"type": "string"}},
    "allOf": [
        {
            "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
            "then": {
                "properties": {
                    "props": {
                        "type": "object",
                        "properties": {f"cfg_{name}": {"type": "object", "properties": {"a": {"type": "string"}}}},
                    }
                }
            },
        }
        for name in TYPES
    ],
}
NODES = {"type": "object", "properties": {"nodes": {"type": "object", "additionalProperties": NODE}}}
LOADED = {
    "nodes": {
        f"n{number}": {"type": TYPES[number % 30], "props": {f"cfg_{TYPES[number % 30]}": {"a": "12"}}}
        for number in range(200)
    }
}
UNION = {
    "type": "object",
    "properties": {
        "shape": {
            "anyOf": [
                {"type": "object", "title": name, "properties": {name: {"not": {"const": 0}}, "size": {"type": kind}}}
                for name, kind in (("circle", "number"), ("square", "string"))
            ]
        }
    },
}
CASES: list[tuple[Any, Any]] = [
    (NODES, LOADED),
    (UNION, {"shape": {"square": 1, "size": "2"}}),
    ({"anyOf": [{"type": "string"}, {"type": "string", "pattern": "^(?=b)b+$"}, {"type": "number"}]}, "bb"),
]


def is_kept(schema: Any, value: Any) -> bool:
    """Tell whether a loaded value comes back as it was, or an issue is told with all of its names and texts shown."""
    form = Form.posted(schema, Page(Form.of(schema, value, secrets=True).html()).pairs())
    again = Form.posted(schema, Page(form.html()).pairs())
    return bool(form.issues or again.issues) or dumps(form.value) == dumps(value) == dumps(again.value)


@pytest.mark.parametrize("seconds", [0, 0.003, 0.03, 30])
@pytest.mark.parametrize(("schema", "value"), CASES, ids=["conditions", "union", "texts"])
def test_a_budget_that_ends_loses_nothing(
    schema: Any, value: Any, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no time, a hundredth, a tenth and plenty, a loaded value is identical or it is told."""
    monkeypatch.setattr("playground.forms.fields.form_context.SECONDS", seconds)
    assert is_kept(schema, value)
    assert seconds != 30 or Session(schema, Form.of(schema, value)).submit().issues == ()


@pytest.mark.parametrize("seconds", [0, 0.003])
@pytest.mark.parametrize(("schema", "value"), CASES, ids=["conditions", "union", "texts"])
def test_a_post_that_is_read_without_time_is_told_and_shown(
    schema: Any, value: Any, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fields that were made in time and are read without are kept as JSON, which gives the value when sent again."""
    pairs = Page(Form.of(schema, value).html()).pairs()
    monkeypatch.setattr("playground.forms.fields.form_context.SECONDS", seconds)
    form = Form.posted(schema, pairs)
    assert form.issues or form.value == value
    again = Form.posted(schema, Page(form.html()).pairs())
    assert again.issues or as_texts(again.value) == as_texts(value)


def as_texts(value: Any) -> Any:
    """Return a value with its numbers as texts, which fields without a kind cannot tell apart."""
    match value:
        case dict():
            return {name: as_texts(part) for name, part in value.items()}
        case list():
            return list(map(as_texts, value))
        case _:
            return str(value)


def test_a_form_with_more_fields_than_may_be_opened_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under every number of fields that may be read, down to none, the value is identical or it is told."""
    schema = {
        "type": "object",
        "properties": {"a": {"items": {"properties": {"b": {"type": "string"}}, "type": "object"}}},
    }
    value = {"a": [{"b": "x"}, {"b": "y"}]}
    pairs = Page(Form.of(schema, value).html()).pairs()
    for left in range(12):
        monkeypatch.setattr("playground.forms.form.MAX_POSTED", left)
        form = Form.posted(schema, pairs)
        assert form.issues or form.value == value


@often
@given(SCHEMAS, VALUES, st.sampled_from([0, 0.0003, 0.003]))
@example(schema=NODES, value={"nodes": {"n0": {"type": "t0", "props": {"cfg_t0": {"a": "v"}}}}}, seconds=0.0003)
def test_no_budget_changes_a_value(schema: Any, value: Any, seconds: float) -> None:
    """For every schema and every time, what is loaded and posted untouched is identical or an issue is told."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("playground.forms.fields.form_context.SECONDS", seconds)
        assert is_kept(schema, value)


DEPENDENT: dict[str, Any] = {
    "type": "object",
    "properties": {"cat": {"enum": ["a", "b"]}},
    "dependencies": {
        "cat": {
            "oneOf": [
                {"properties": {"cat": {"enum": ["a"]}, "sa": {"type": "string"}}},
                {"properties": {"cat": {"enum": ["b"]}, "sb": {"type": "integer"}}, "required": ["sb"]},
            ]
        }
    },
}


@pytest.mark.parametrize("seconds", [0.3, 0.003, 0.0003, 0])
@pytest.mark.parametrize("value", [{}, {"cat": "a", "sa": "x"}, {"cat": "b", "sb": 3}, {"cat": "b", "sa": "", "z": 1}])
@pytest.mark.parametrize("keyword", ["dependencies", "dependentSchemas"])
def test_what_depends_on_a_choice_is_kept_under_every_budget(
    keyword: str, value: Any, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alternatives below `dependencies` are asked in bounded time, and what they add is kept when that is over."""
    monkeypatch.setattr("playground.forms.fields.form_context.SECONDS", seconds)
    schema = {name: rule for name, rule in DEPENDENT.items() if name != "dependencies"}
    schema[keyword] = DEPENDENT["dependencies"]
    for whole, inner in ((schema, value), ({"type": "array", "items": schema}, [value, value])):
        assert is_kept(whole, inner)


def test_the_desk_has_its_time() -> None:
    """The budget that the other tests change is the one that forms use."""
    assert FormContext(schema={}).seconds == pytest.approx(0.3)
