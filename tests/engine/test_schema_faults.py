"""Schemas: what is refused, where it is found, and in which words."""

import threading
from datetime import date, datetime
from typing import Any

import pytest
from pydantic import (
    BaseModel,
    field_serializer,
    field_validator,
)

from engine.errors import InvalidSchema, InvalidValue, NotSerializable
from engine.values.incoming import admitted
from engine.values.schema import Schema
from tests.engine.samples import CET, INF, NAN, Box, City, Point


def test_a_changed_instance_is_checked_again() -> None:
    """An instance that was made wrong after its validation does not pass."""
    changed = City(name="Rome")
    changed.celsius = "hot"  # type: ignore[assignment]
    with pytest.raises(InvalidValue, match="celsius: Input should be a valid number"):
        Schema.of(City).dump(changed)
    with pytest.raises(InvalidValue, match="celsius: Input should be a valid number"):
        Schema.of(list[City | bytes]).dump([changed])


@pytest.mark.parametrize("spec", [City, list[City | bytes], Box[City]])
def test_an_instance_made_without_validation_is_checked(spec: Any) -> None:
    """A required field that was never given does not pass unnoticed."""
    made: Any = City.model_construct()
    value = {City: made, Box[City]: Box[City].model_construct(content=made)}.get(spec, [made])
    with pytest.raises(InvalidValue, match="name: Field required"):
        Schema.of(spec).dump(value)


def test_a_users_own_serializer_decides_where_it_can_be_read_back() -> None:
    """What a serializer writes is given away; what could not be read again is written as its type is."""

    class Event(BaseModel):
        at: datetime

        @field_serializer("at")
        def write(self, at: datetime) -> str:
            return f"{at:%Y-%m-%d}"

    schema = Schema.of(Event)
    midnight = datetime(2026, 7, 1)
    assert schema.dump(Event(at=midnight)) == {"at": "2026-07-01"}
    assert schema.dump(Event(at=CET)) == {"at": "2026-07-01T12:00:00.123456+02:00"}
    assert schema.enter(Event(at=midnight)) == {"at": "2026-07-01T00:00:00"}


def test_a_users_own_validator_is_called_once_each_way() -> None:
    """Validators run when a dict or JSON is read, not when a valid instance is passed on."""
    seen: list[str] = []

    class Checked(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def note(cls, name: str) -> str:
            seen.append(name)
            return name

    schema = Schema.of(Checked)
    value = schema.load({"name": "read"})
    schema.dump(value)
    assert seen == ["read"]


@pytest.mark.parametrize("spec", [None, Any, dict[str, Any], Box[Any]])
def test_what_cannot_become_json_is_named_with_place_and_type(spec: Any) -> None:
    """The error names the place in the value and the type."""
    value = {"content": {"items": [1, threading.Lock()]}}
    with pytest.raises(NotSerializable, match=r"output\.content\.items\[1\]: a value of type _thread\.lock cannot"):
        Schema.of(spec).dump(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"a": [NAN]},
            r"output\.a\[0\]: nan cannot become JSON here; it may stand where a schema says allow_inf",
        ),
        ([-INF], r"output\[0\]: -inf cannot"),
        ({"a": b"\xff"}, r"output\.a: bytes that are not UTF-8 cannot become JSON here; declare them in a schema"),
        ({"a": "\ud800"}, r"output\.a: text with half a surrogate pair cannot become JSON"),
        ({"a": {(1, object()): 1}}, r"output\.a: a key of type tuple cannot become JSON"),
        (object(), r"output: a value of type object cannot become JSON"),
    ],
)
def test_without_a_schema_only_json_passes(value: Any, message: str) -> None:
    """What only a declared type could carry is refused with the way to mend it."""
    with pytest.raises(NotSerializable, match=message):
        Schema.of(None).dump(value)


def test_a_number_with_more_digits_than_can_be_read_is_refused() -> None:
    """Readers of JSON take 4,300 digits: what is longer is refused at once, not when the run is read again."""
    assert Schema.of(None).dump(10**4000) == 10**4000
    for value in (10**5000, {"n": [-(10**5000)]}):
        with pytest.raises(NotSerializable, match=r"output.*cannot become JSON: number out of range"):
            Schema.of(None).dump(value)


def test_a_value_that_contains_itself_is_refused() -> None:
    """The place at which it begins again is named."""
    loop: dict[str, Any] = {"list": []}
    loop["list"].append(loop)
    with pytest.raises(NotSerializable, match=r"output\.list\[0\]: this dict contains itself"):
        Schema.of(None).dump(loop)


def nested(depth: int) -> Any:
    """Return a list in a list in a list."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("depth", [250, 500, 5000])
def test_what_is_nested_too_deeply_is_refused(depth: int) -> None:
    """Text that no reader takes is not written; 198 levels are fine."""
    assert Schema.of(None).dump(nested(198)) == nested(198)
    for spec in (None, Any, list[Any]):
        with pytest.raises((NotSerializable, InvalidValue)):
            Schema.of(spec).dump(nested(depth))
        with pytest.raises((NotSerializable, InvalidValue)):
            admitted(Schema.of(spec), nested(depth))


def test_text_that_is_no_unicode_is_no_json() -> None:
    """Half a surrogate pair can be neither stored nor sent."""
    for spec in (None, Any, str, {"type": "string"}):
        with pytest.raises((NotSerializable, InvalidValue)):
            Schema.of(spec).dump("\ud800")


def test_without_a_schema_common_objects_become_json() -> None:
    """Models, dataclasses, dates, sets and tuples have an obvious JSON form."""
    value = {"model": City(name="Rome"), "order": Point(1), "day": date(2026, 1, 1), "set": {1}, 5: (1,)}
    assert Schema.of(None).dump(value) == {
        "model": {"name": "Rome", "celsius": 20.0},
        "order": [1, 0.0],
        "day": "2026-01-01",
        "set": [1],
        "5": [1],
    }


def test_faults_are_told_with_their_places() -> None:
    """Each issue of an invalid value has a path and a sentence."""
    with pytest.raises(InvalidValue) as caught:
        Schema.of(dict[str, list[City]]).load({"x": [{"name": 1}, {"name": "Rome", "celsius": "warm"}]})
    assert [(issue.path, issue.message) for issue in caught.value.issues] == [
        (("x", 0, "name"), "Input should be a valid string"),
        (("x", 1, "celsius"), "Input should be a valid number, unable to parse string as a number"),
    ]


def test_json_schema_documents_are_checked_with_jsonschema() -> None:
    """A dict is a JSON Schema of draft 2020-12; values are copied, checked and told with their places."""
    schema = Schema.of({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})
    assert schema.load({"n": 1, "more": True}) == {"n": 1, "more": True}
    assert [str(issue) for issue in schema.check({"n": "1"})] == ["n: Found the text '1', expected a whole number."]
    with pytest.raises(InvalidValue, match="'n' is missing and required"):
        schema.dump({})


def test_references_inside_a_document_are_followed() -> None:
    """$defs and anchors work; each $ref leads somewhere inside."""
    schema = Schema.of({"$defs": {"n": {"type": "integer"}}, "type": "array", "items": {"$ref": "#/$defs/n"}})
    assert schema.load([1]) == [1]
    assert schema.check(["a"])


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"type": "nonsense"}, "This dict is no JSON Schema"),
        ({"$ref": "http://localhost/x.json"}, "refers to 'http://localhost/x.json', which is not in it"),
        ({"$ref": "file:///etc/passwd"}, "references to files and addresses are never followed"),
        ({"$ref": "#/$defs/absent"}, "refers to '#/\\$defs/absent'"),
        (threading.Lock, "cannot be a schema"),
        (3, "3 cannot be a schema"),
        (list["Absent"], "Absent"),  # type: ignore[name-defined]  # noqa: F821
    ],
)
def test_what_is_no_schema_is_refused(spec: Any, message: str) -> None:
    """The error is raised where the schema is made, and says what to do."""
    with pytest.raises(InvalidSchema, match=message):
        Schema.of(spec)


@pytest.mark.parametrize("document", [{"pattern": "^(a+)+$"}, {"patternProperties": {"^(a+)+$": False}}])
def test_a_pattern_that_backtracks_takes_linear_time(document: dict[str, Any]) -> None:
    """In Python's own engine these would take longer than anyone can wait."""
    text = "a" * 50_000
    value: Any = text if "pattern" in document else {text: 1}
    other: Any = text + "b" if "pattern" in document else {text + "b": 1}
    assert bool(Schema.of(document).check(value)) == ("patternProperties" in document)
    assert bool(Schema.of(document).check(other)) == ("pattern" in document)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"), [("(?<=x)y", "xy", True), (r"^(.)\1$", "ab", False), ("é", "é", True)]
)
def test_patterns_of_every_kind_are_searched(pattern: str, text: str, fits: bool) -> None:
    """Look-around and references to groups, which no linear engine has, too."""
    assert (Schema.of({"pattern": pattern}).check(text) == ()) is fits
