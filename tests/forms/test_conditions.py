"""Fields that depend on others: conditions follow what is held, and change nothing of it."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from playground.forms import MISSING, Form, check, dumps
from tests.forms.browser import Session
from tests.forms.filling import fill

SELF: dict[str, Any] = {
    "type": "object",
    "properties": {"version": {"type": "integer"}},
    "if": {"properties": {"version": {"const": 3}}},
    "then": {"properties": {"version": {"const": 3}}},
    "else": {"properties": {"version": {"const": 2}}},
}


def when(name: str, value: Any, then: Any, *, needed: bool = True) -> dict[str, Any]:
    """Return a condition on the value of a property."""
    test = {"properties": {name: {"const": value}}, **({"required": [name]} if needed else {})}
    return {"if": test, "then": {"properties": then}}


TYPED: dict[str, Any] = {
    "type": "object",
    "properties": {"k": {"type": "string"}},
    "allOf": [
        when("k", "a", {"k": {"const": "a"}, "a": {"type": "string"}}),
        when("k", "b", {"k": {"const": "b"}, "b": {"type": "string"}}),
    ],
}
UNNAMED: dict[str, Any] = {
    "type": "object",
    "allOf": [
        when("kind", "A", {"kind": {"const": "A"}}, needed=False),
        when("kind", "B", {"kind": {"const": "B"}}, needed=False),
    ],
}
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
STAGED: dict[str, Any] = {
    "type": "object",
    "properties": {"stage": {"type": "string"}, "portfolio": {"enum": ["explore", "exploit"]}},
    **when("portfolio", "explore", {"stage": {"enum": ["ideation", "discovery"]}}),
}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (SELF, {"version": 2}),
        (SELF, {"version": 3}),
        (SELF, {}),
        (TYPED, {"k": "a", "a": "1"}),
        (TYPED, {"k": "c"}),
        (UNNAMED, {"kind": "B"}),
        (UNNAMED, {"kind": "C"}),
        (UNNAMED, {}),
        (DEPENDENT, {"cat": "a", "sa": "x"}),
        (DEPENDENT, {"cat": "b", "sb": 1}),
        (STAGED, {"stage": "ideation", "portfolio": "explore"}),
        (STAGED, {"stage": "elsewhere", "portfolio": "explore"}),
    ],
)
def test_what_a_condition_fixes_comes_back(schema: Any, value: Any) -> None:
    """Whatever a condition says of the very name that it asks about, what was loaded is what is sent."""
    assert dumps(Session(schema, Form.of(schema, value)).submit().value) == dumps(value)


@pytest.mark.parametrize(
    ("schema", "name", "values"),
    [
        (SELF, "version", [2, 3, 2]),
        (TYPED, "k", ["a", "b", "a"]),
        (UNNAMED, "kind", ["A", "B", "A"]),
        (DEPENDENT, "cat", ["a", "b", "a"]),
    ],
)
def test_every_branch_can_be_chosen(schema: Any, name: str, values: list[Any]) -> None:
    """What conditions ask about can be given, and be given otherwise, however the form has followed it."""
    session = Session(schema)
    for value in values:
        fill(session, f"/{name}", value)
        session.refresh()
        assert session.submit().value == {name: value}


def test_alternatives_of_a_dependency_are_fields() -> None:
    """The branches below an old `dependencies` are told by the name that they depend on, and show their fields."""
    session = Session(DEPENDENT)
    assert session.page.field("/sb") is None
    session.put("f/cat", "1")
    session.refresh()
    assert [issue.path for issue in session.submit().issues] == [("sb",)]
    session.put("f/sb", "3")
    assert session.submit().value == {"cat": "b", "sb": 3}
    session.put("f/sb", "")
    session.put("f/cat", "0")
    session.refresh()
    assert session.page.field("/sb") is None
    session.put("f/sa", "x")
    assert session.submit().value == {"cat": "a", "sa": "x"}


def test_typed_text_becomes_the_choice() -> None:
    """Text that was typed before its field became a choice is the chosen option, or stays as what it is, and back."""
    session = Session(STAGED)
    session.put("f/stage", "ideation")
    session.put("f/portfolio", "0")
    session.refresh()
    assert session.submit().value == {"stage": "ideation", "portfolio": "explore"}
    session.put("f/portfolio", "1")
    session.refresh()
    session.put("f/stage", "elsewhere")
    session.put("f/portfolio", "0")
    session.refresh()
    form = session.submit()
    assert form.value == {"stage": "elsewhere", "portfolio": "explore"}
    assert [issue.path for issue in form.issues] == [("stage",)]


def test_what_cannot_be_read_stays_when_its_field_changes() -> None:
    """A text that is no number is still there when a condition makes its field another one."""
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "k": {"enum": ["x", "y"]}},
        **when("k", "x", {"n": {"enum": [1, 2]}}),
    }
    session = Session(schema)
    session.put("f/n", "one")
    session.put("f/k", "0")
    session.refresh()
    assert ">\none</textarea>" in session.form.html()
    assert session.submit().issues


@pytest.mark.parametrize(
    "opened",
    [
        {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        {"type": "object", "required": ["in"], "properties": {"in": {"type": "object", "properties": {"x": {}}}}},
        {"type": "array", "items": {"type": "string"}},
        {"type": "array", "items": {"type": "string"}, "minItems": 2},
        {"type": "null"},
        {"const": "fixed"},
        {"anyOf": [{"type": "object", "properties": {"x": {"type": "string"}}}, {"type": "integer"}]},
    ],
    ids=lambda schema: str(schema.get("type", next(iter(schema)))),
)
@pytest.mark.parametrize("known", [True, False])
def test_what_the_form_opened_goes_with_its_condition(opened: Any, *, known: bool) -> None:
    """What is required by a condition and was opened for it, without a person's doing, is not sent without it."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"country": {"enum": ["US", "CA"]}, **({"state": opened} if known else {})},
        "if": {"properties": {"country": {"const": "US"}}, "required": ["country"]},
        "then": {"required": ["state"], "properties": {"state": opened}},
    }
    session = Session(schema)
    session.put("f/country", "0")
    session.refresh()
    assert session.page.field("/state") is not None
    session.put("f/country", "1")
    assert session.submit().value == {"country": "CA"}
    session.refresh()
    assert session.submit().value == {"country": "CA"}


def test_a_fresh_form_waits_for_what_tells_the_branch() -> None:
    """While the value that a condition asks for is still to come, nothing is opened that depends on it."""
    schema: dict[str, Any] = {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["name", "type"],
            "properties": {"name": {"type": "string"}, "type": {"enum": ["INT64", "RECORD"]}},
            "if": {"properties": {"type": {"enum": ["RECORD"]}}},
            "then": {
                "required": ["fields"],
                "properties": {"fields": {"type": "array", "items": {"type": "string"}}},
            },
        },
    }
    session = Session(schema)
    assert session.page.field("/0/fields") is None
    session.put("f/0/name", "id")
    session.put("f/0/type", "0")
    session.refresh()
    assert session.submit().value == [{"name": "id", "type": "INT64"}]
    session.put("f/0/type", "1")
    session.refresh()
    assert session.page.field("/0/fields") is not None


def test_what_a_person_opened_or_loaded_stays() -> None:
    """An empty object that was chosen or loaded is a value, also when its condition goes."""
    inner = {"type": "object", "properties": {"x": {"type": "string"}}}
    schema = {"type": "object", "properties": {"k": {"type": "string"}}, **when("k", "a", {"o": inner})}
    session = Session(schema, Form.of(schema, {"k": "a", "o": {}}))
    session.put("f/k", "b")
    assert session.submit().value == {"k": "b", "o": {}}
    session = Session(schema)
    session.put("f/k", "a")
    session.refresh()
    session.press("open:/o")
    session.put("f/k", "b")
    assert session.submit().value == {"k": "b", "o": {}}


NAMES = st.sampled_from(["a", "b", "kind", "x"])
VALUES = st.sampled_from(["a", "b", 1, 2, True, "", None])
LEAVES: list[Any] = [
    {},
    *({"type": kind} for kind in ("string", "integer", "boolean", "null")),
    {"type": ["string", "null"]},
]
PLAIN = st.sampled_from(LEAVES) | st.builds(lambda one: {"const": one}, VALUES)
ENUMS = st.builds(lambda values: {"enum": values}, st.lists(VALUES, min_size=1, max_size=3))
LISTS = st.builds(lambda item: {"type": "array", "items": item}, PLAIN)
FIELDS = PLAIN | ENUMS | LISTS


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return schemas of objects whose fields depend on each other in every way that the drafts have."""
    properties = st.dictionaries(NAMES, inner, max_size=3)
    parts = st.builds(
        lambda fields, needed: {"properties": fields, "required": [name for name in fields if needed]},
        properties,
        st.booleans(),
    )
    tests = st.builds(
        lambda name, rule, needed: {"properties": {name: rule}, **({"required": [name]} if needed else {})},
        NAMES,
        PLAIN | ENUMS,
        st.booleans(),
    )
    tests |= st.builds(lambda test: {"not": test}, tests)
    conditions = st.builds(lambda test, then, other: {"if": test, "then": then, "else": other}, tests, parts, parts)
    tagged = st.builds(
        lambda name, one, two: {
            "oneOf": [
                {"properties": {**one["properties"], name: {"enum": ["a"]}}},
                {"properties": {**two["properties"], name: {"enum": ["b"]}}},
            ]
        },
        NAMES,
        parts,
        parts,
    )
    depending = st.builds(
        lambda keyword, name, part: {keyword: {name: part}},
        st.sampled_from(["dependencies", "dependentSchemas"]),
        NAMES,
        parts | tagged | conditions,
    )
    return st.builds(
        lambda base, several: {"type": "object", **base, "allOf": several},
        parts,
        st.lists(conditions | depending, min_size=1, max_size=3),
    )


SCHEMAS = objects(FIELDS) | objects(FIELDS | objects(FIELDS))
OBJECTS = st.recursive(
    VALUES | st.lists(VALUES, max_size=2),
    lambda inner: st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=6,
).filter(lambda value: isinstance(value, dict))
often = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@often
@given(SCHEMAS, OBJECTS)
def test_untouched(schema: Any, value: Any) -> None:
    """Whatever the conditions are, a loaded value comes back identical, also after the form has followed it."""
    session = Session(schema, Form.of(schema, value))
    assert dumps(session.submit().value) == dumps(value)
    session.refresh()
    session.refresh()
    assert dumps(session.submit().value) == dumps(value)


@often
@given(SCHEMAS, OBJECTS)
def test_typed_and_nothing_else(schema: Any, value: dict[str, Any]) -> None:
    """A blank form that is filled in until it shows what is meant, following each name, means that and nothing else."""
    assume(not check(schema, value))
    session = Session(schema)
    for _ in range(2 * len(value) + 2):
        for name in [name for name in lacking(session, value) if session.page.field(f"/{name}")]:
            # A field may go while it is filled in, where conditions contradict each other; its name is looked at again.
            with suppress(LookupError):
                fill(session, f"/{name}", value[name])
            session.refresh()
    left = lacking(session, value)
    assume(not left or any(session.page.field(f"/{name}") for name in left))
    assert dumps(dict(sorted(session.submit().value.items()))) == dumps(dict(sorted(value.items())))


def lacking(session: Session, value: dict[str, Any]) -> list[str]:
    """Return the names of a value that a form does not mean yet."""
    meant = session.submit().so_far
    known = meant if isinstance(meant, dict) else {}
    return [name for name in value if name not in known or dumps(known[name]) != dumps(value[name])]


def test_constants_that_ask_for_each_other_go_together() -> None:
    """What a condition opened goes with it, also where constants that it opened require each other."""
    schema = {
        "type": "object",
        "properties": {"k": {"enum": ["x", "y"]}},
        "if": {"properties": {"k": {"const": "x"}}, "required": ["k"]},
        "then": {"properties": {"a": {"const": 1}}, "required": ["a"]},
        "dependentSchemas": {
            "a": {"properties": {"b": {"const": 2}}, "required": ["b"]},
            "b": {"properties": {"a": {"const": 1}}, "required": ["a"]},
        },
    }
    session = Session(schema)
    session.put("f/k", "0")
    session.refresh()
    assert session.submit().value == {"k": "x", "a": 1, "b": 2}
    session.put("f/k", "1")
    session.refresh()
    assert session.submit().value == {"k": "y"}
    loaded = Session(schema, Form.of(schema, {"k": "x", "a": 1, "b": 2}))
    loaded.put("f/k", "1")
    loaded.refresh()
    assert loaded.submit().value == {"k": "y", "a": 1, "b": 2}


def test_a_text_that_became_a_constant_was_typed() -> None:
    """What was typed before a condition made it the only possible value stays when the field is free again."""
    schema = {
        "type": "object",
        "properties": {"b": {"type": "string"}, "k": {"type": "string"}},
        **when("k", "x", {"b": {"const": "typed"}}),
    }
    schema["then"]["required"] = ["b"]
    session = Session(schema)
    session.put("f/b", "typed")
    for text in ("x", "y"):
        session.put("f/k", text)
        session.refresh()
        session.refresh()
        assert session.submit().value == {"b": "typed", "k": text}


@often
@given(SCHEMAS, OBJECTS, NAMES, st.sampled_from(["a", "b", 1, True, None]))
def test_the_others_stay(schema: Any, value: dict[str, Any], name: str, other: Any) -> None:
    """Whoever gives one field another value, so that conditions turn, loses nothing that was loaded elsewhere."""
    session = Session(schema, Form.of(schema, value))
    assume(session.page.field(f"/{name}"))
    try:
        fill(session, f"/{name}", other)
    except LookupError:
        # Where conditions contradict each other, a value may leave its field while it is given.
        reject()
    session.refresh()
    session.refresh()
    meant = session.submit().value
    assert meant is not MISSING
    for kept in value.keys() - {name}:
        assert dumps(meant[kept]) == dumps(value[kept])


def test_what_is_no_value_stays_when_its_object_goes() -> None:
    """Of an object that a condition takes away, a text that is no number stays to be seen, and is told."""
    inner = {"type": "object", "properties": {"n": {"type": "integer"}, "t": {"type": "string"}}}
    schema = {"type": "object", "properties": {"k": {"enum": ["a", "b"]}}, **when("k", "a", {"o": inner})}
    session = Session(schema, Form.of(schema, {"k": "a", "o": {"n": 1, "t": "x"}}))
    session.put("f/o/n", "12 pieces")
    session.put("f/k", "1")
    form = session.submit()
    assert form.issues
    assert "12 pieces" in form.html()
    assert form.so_far == {"k": "b", "o": {"n": "12 pieces", "t": "x"}}
