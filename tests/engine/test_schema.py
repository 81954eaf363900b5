"""Schemas: what survives the way through JSON."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Secret, SecretBytes, SecretStr, create_model

from engine.errors import InvalidValue
from engine.values.codec_kinds import TypedCodec
from engine.values.documents import item_of
from engine.values.incoming import admitted
from engine.values.schema import Schema
from tests.engine.samples import (
    BERLIN,
    INF,
    NAN,
    STRICT,
    SURVIVES,
    Box,
    Cat,
    City,
    Colour,
    Endless,
    Hidden,
    Options,
    Order,
    Point,
    Renamed,
    Strict,
    Tree,
)


def same(one: Any, other: Any) -> bool:
    """Compare two values of which both may hold nan."""
    return type(one) is type(other) and repr(one) == repr(other) if one != other else type(one) is type(other)


def parts(tree: Any) -> Iterator[Any]:
    """Yield every value in a JSON tree."""
    yield tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from parts(part)


@pytest.mark.parametrize(("spec", "value"), SURVIVES)
def test_what_the_schema_declares_survives_the_way_through_json(spec: Any, value: Any) -> None:
    """A dumped value is pure JSON, also as text, and loads as what it was."""
    schema = Schema.of(spec)
    written = schema.dump(value)
    assert all(type(part) in (dict, list, str, int, float, bool, type(None)) for part in parts(written))
    assert same(schema.load(json.loads(json.dumps(written, allow_nan=False))), value)


LEAVES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (int, st.integers()),
    (str, st.text()),
    (bool, st.booleans()),
    (Endless, st.floats()),
    (bytes, st.binary()),
    (datetime, st.datetimes(timezones=st.none() | st.just(UTC) | st.just(BERLIN))),
    (date, st.dates()),
    (time, st.times()),
    (timedelta, st.timedeltas(timedelta(days=-99999), timedelta(days=99999))),
    (Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
    (UUID, st.uuids()),
    (Colour, st.sampled_from(Colour)),
    (Tree, st.builds(Tree, value=st.binary(), branches=st.just([]))),
    (Order, st.builds(Order, st.just(()), st.just(timedelta(1)), st.none())),
]
KEYS = [leaf for leaf in LEAVES if leaf[0] in (int, str, bytes, date, UUID, Colour)]


@st.composite
def typed_values(draw: st.DrawFn, depth: int = 2) -> tuple[Any, st.SearchStrategy[Any]]:
    """Return a random type and a strategy for its values."""
    shape = draw(st.sampled_from(["leaf", "list", "dict", "tuple", "optional", "box"])) if depth else "leaf"
    if shape == "leaf":
        return draw(st.sampled_from(LEAVES))  # type: ignore[no-any-return]
    kind, values = draw(typed_values(depth - 1))
    match shape:
        case "list":
            return list[kind], st.lists(values, max_size=3)  # type: ignore[valid-type]
        case "dict":
            key, keys = draw(st.sampled_from(KEYS))
            return dict[key, kind], st.dictionaries(keys, values, max_size=3)  # type: ignore[valid-type]
        case "tuple":
            return tuple[kind, int], st.tuples(values, st.integers())  # type: ignore[valid-type]
        case "optional":
            return kind | None, st.none() | values
        case _:
            return Box[kind], values.map(lambda value: Box[kind](content=value))  # type: ignore[valid-type]


@settings(deadline=None)
@given(st.data())
def test_random_values_of_random_types_survive(data: st.DataObject) -> None:
    """Whatever is put together of the types that JSON does not have, it loads as what it was."""
    spec, values = data.draw(typed_values())
    value = data.draw(values)
    schema = Schema.of(spec)
    assert same(schema.load(json.loads(json.dumps(schema.dump(value), allow_nan=False))), value)


class Plain(BaseModel):
    a: int
    b: float | None = None
    c: list[dict[str, datetime]] = []
    d: Literal["x", "y"] = "x"
    e: bool = False
    f: UUID | None = None
    g: City | None = None


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(-9, 9)
    | st.sampled_from(["x", "1", "2026-01-01", "yes"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abcdefg"), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.fixed_dictionaries({"a": JSON_VALUES}, optional=dict.fromkeys("bcdefg", JSON_VALUES)))
def test_plain_types_are_read_as_if_from_json_text(value: dict[str, Any]) -> None:
    """The fast way of plain types gives the same objects and finds the same faults as the general one."""
    general = TypedCodec(Plain.__pydantic_core_schema__)

    def outcome(load: Any) -> Any:
        try:
            return repr(load(value))
        except InvalidValue as error:
            return [issue.path for issue in error.issues]

    assert outcome(Schema.of(Plain).load) == outcome(general.load)


def test_each_load_gives_a_new_object() -> None:
    """What is done to a loaded value changes neither the JSON nor another loaded value."""
    for spec in (None, dict[str, Any], dict[str, list[int]], {"type": "object"}):
        stored = {"a": [1]}
        schema = Schema.of(spec)
        schema.load(stored)["a"].append(2)
        assert schema.load(stored) == stored == {"a": [1]}


def test_each_dump_gives_new_json() -> None:
    """What is done to a value after it was dumped does not change its JSON."""
    value = {"a": [1]}
    for spec in (None, dict[str, Any], dict[str, list[int]], {"type": "object"}):
        written = Schema.of(spec).dump(value)
        value["a"].append(2)
        assert written == {"a": [1]}
        value["a"].pop()


def test_secrets_are_written_as_what_they_hide() -> None:
    """The next step knows the secret; stars would be a lie."""
    assert Schema.of(Hidden).dump({"text": "word", "raw": b"key", "day": "2026-01-01"}) == {
        "text": "word",
        "raw": "key",
        "day": "2026-01-01",
    }


@pytest.mark.parametrize(
    ("kind", "default"),
    [
        (SecretStr, SecretStr("word")),
        (SecretBytes, SecretBytes(b"word")),
        (Secret[int], Secret[int](7)),
        (list[SecretStr], [SecretStr("word")]),
        (Any, {"in": (1, SecretStr("word"))}),
        (Hidden, Hidden(text=SecretStr("word"), raw=SecretBytes(b"w"), day=Secret[date](date(2026, 1, 1)))),
    ],
)
def test_a_secret_that_is_a_default_is_not_published(kind: Any, default: Any) -> None:
    """A form would hand on its stars as the secret; a field without a default is left out, and the default holds."""
    schema = Schema.of(create_model("Settings", token=(kind, default), size=(int, 3)))
    assert "default" not in schema.json_schema["properties"]["token"]
    assert "*" not in json.dumps(schema.json_schema)
    assert schema.json_schema["properties"]["size"]["default"] == 3
    assert schema.load({}).token == default


def test_what_a_model_declares_survives_without_a_schema_around_it() -> None:
    """A model that a step without output schema returns is written as its own type says, secrets and all."""
    hidden = Hidden(text=SecretStr("word"), raw=SecretBytes(b"\xff"), day=Secret[date](date(2026, 1, 1)))
    for spec in (None, Any, dict[str, Any]):
        written = Schema.of(spec).dump(
            {"in": [hidden, Point(1, 2.0), Box[Endless](content=NAN)], "alone": SecretStr("x")}
        )
        assert Schema.of(Hidden).load(written["in"][0]) == hidden
        assert (written["in"][1:], written["alone"]) == ([[1, 2.0], {"content": "NaN"}], "x")


def test_values_are_written_under_their_aliases() -> None:
    """A result has the keys that the schema promises, and is read by the other names as well."""
    schema = Schema.of(Renamed)
    written = schema.dump(schema.load({"sameForBoth": 1, "nested": [2], "written": 3, "readAs": 4}))
    assert written == {"sameForBoth": 1, "read": 2, "writtenAs": 3, "writtenElsewhere": 4}


def test_computed_fields_are_written_and_skipped_again() -> None:
    """A model that forbids unknown keys reads its own JSON, and still refuses other keys."""
    schema = Schema.of(Strict)
    written = schema.dump(STRICT)
    assert written["count"] == 2
    assert schema.load(written) == STRICT
    assert [str(issue) for issue in schema.check(written | {"other": 1})] == ["other: Extra inputs are not permitted"]


def test_a_dict_is_read_as_the_declared_type() -> None:
    """A step may return a dict where it declares a model; defaults are filled in."""
    assert Schema.of(City).dump({"name": "Rome"}) == {"name": "Rome", "celsius": 20.0}


def test_strict_models_read_json_in_a_dict() -> None:
    """What a strict model refuses as Python value, such as a date in text, is read as the JSON that it is."""
    schema = Schema.of(Strict)
    written = schema.dump(STRICT)
    again = schema.dump(written)
    assert sorted(again.pop("tags")) == sorted(written.pop("tags"))  # the order of a set is nobody's
    assert again == written


def test_a_dict_of_schemas_reads_each_key_by_its_own() -> None:
    """What follows parallel arms is a dict of typed outputs."""
    schema = Schema.keys({"city": Schema.of(City), "n": Schema.of(bytes)})
    value = {"city": City(name="Rome"), "n": b"\xff"}
    assert schema.load(schema.dump(value)) == value
    assert [str(issue) for issue in schema.check({"city": {"name": 1}, "n": ""})] == [
        "city.name: Input should be a valid string"
    ]
    assert [str(issue) for issue in schema.check({"n": ""})] == ["city: missing"]
    assert Schema.keys({"city": Schema.of(City)}, total=False).load({}) == {}


def test_a_list_of_a_schema_reads_each_item() -> None:
    """What follows foreach is a list of typed outputs."""
    schema = Schema.list_of(Schema.of(City))
    assert schema.load([{"name": "Rome"}]) == [City(name="Rome")]
    assert [str(issue) for issue in schema.check([{"name": 1}])] == ["[0].name: Input should be a valid string"]
    assert [str(issue) for issue in schema.check({})] == ["expected a list"]


def test_put_together_json_schemas_keep_their_references() -> None:
    """A reference inside a part still leads to the part's own definitions."""
    schema = Schema.of(Schema.list_of(Schema.keys({"tree": Schema.of(Tree)})).json_schema)
    assert schema.check([{"tree": {"value": "a", "branches": [{"value": "b"}]}}]) == ()
    assert [issue.path for issue in schema.check([{"tree": {"value": "a", "branches": [{}]}}])] == [
        (0, "tree", "branches", 0, "value")
    ]


def test_parts_keep_their_references_under_any_key() -> None:
    """Keys may hold what separates the steps of a reference; anchors hold everywhere."""
    tree = Schema.of(Tree)
    for key in ("a/b", "~", "%41", "", "né", "#", "$ref"):
        schema = Schema.of(Schema.keys({key: tree}).json_schema)
        assert schema.check({key: {"value": "a", "branches": [{"value": "b"}]}}) == ()
        found = schema.check({key: {"value": "a", "branches": [{}]}})
        assert [issue.path for issue in found] == [(key, "branches", 0, "value")]
    named = Schema.of({"$defs": {"n": {"$anchor": "n", "type": "integer"}}, "$ref": "#n"})
    assert Schema.of(Schema.list_of(named).json_schema).check([1]) == ()


def test_the_items_of_a_list_keep_their_references() -> None:
    """Also those to the whole list."""
    items = item_of({"type": "array", "items": {"anyOf": [{"type": "integer"}, {"$ref": "#"}]}})
    assert items is not None
    assert Schema.of(items).check([1, [2]]) == () == Schema.of(items).check(1)
    assert Schema.of(items).check([["a"]])
    assert item_of({"type": "array"}) is None


@pytest.mark.parametrize("spec", [City, Strict, Renamed, Order, Options, Colour, Tree, list[City | Cat]])
def test_json_schemas_are_valid_documents(spec: Any) -> None:
    """Both JSON Schemas of a type are schemas of draft 2020-12, and what is written fits the second."""
    schema = Schema.of(spec)
    Schema.of(schema.json_schema)
    written = Schema.of(schema.output_json_schema)
    for kind, value in SURVIVES:
        if kind is spec and kind is not Strict:
            assert written.check(schema.dump(value)) == ()


def test_normal_takes_json_and_python_alike() -> None:
    """An input may be given as JSON or as objects; either way the same JSON is recorded."""
    schema = Schema.of(Order)
    as_json = {"items": ["1"], "due": "P1D"}
    assert admitted(schema, as_json) == admitted(schema, Order((Decimal(1),), timedelta(1)))
    assert admitted(schema, as_json) == {"items": ["1"], "due": "P1D", "parent": None, "notes": []}
    assert admitted(Schema.of(bytes), "data:;base64,/w==") == "data:;base64,/w=="
    assert admitted(Schema.of(City), {"name": "Rome", "celsius": 2}) == {"name": "Rome", "celsius": 2.0}
    with pytest.raises(InvalidValue, match="found inf, for which JSON has no number"):
        admitted(Schema.of(City), {"name": "Rome", "celsius": INF})


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("must be even", "Must be even."),
        ("first_page: must not be after last", "first_page: must not be after last."),
        ("pages: must go up", "pages: must go up."),
        ("Stop!", "Stop!"),
        ("3 pages at most", "3 pages at most."),
    ],
)
def test_what_a_validator_says_is_a_sentence_and_names_stay(raised: str, told: str) -> None:
    """The words are the user's: the name of a field before a colon gets no capital that it does not have."""

    def refuse(value: int) -> int:
        raise ValueError(raised)

    (issue,) = Schema.of(Annotated[int, AfterValidator(refuse)]).check(1)
    assert issue.message == told
