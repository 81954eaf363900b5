"""JSON text: exact in both directions, strict about what cannot be kept."""

import copy
import json
import pickle
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.forms import Form, JsonError, Literal, dumps, parse_json


@pytest.mark.parametrize(
    "text",
    ["9007199254740993", "1.10", "-0", "1E5", "0.1000000000000000055511151231257827", "-0.0", "1e-999999", "1" * 4000],
)
def test_numbers_keep_their_text(text: str) -> None:
    """A number is written as it was read."""
    assert dumps(parse_json(f"[{text}]")) == f"[{text}]"


def test_a_literal_is_a_float() -> None:
    """Whoever calculates with a literal, or copies it, or writes it with the standard library, has a float."""
    number = parse_json("1.10")
    assert number == 1.1
    assert number + 1 == 2.1
    assert json.dumps(number) == "1.1"
    assert copy.deepcopy(number).text == pickle.loads(pickle.dumps(number)).text == "1.10"  # noqa: S301
    assert repr(Literal("1.50")) == "1.50"


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('{"a": 1,\n "b": NaN}', 2, 7, "NaN is not JSON"),
        ("[1e999]", 1, 2, "larger than"),
        ("[-Infinity]", 1, 2, "-Infinity is not JSON"),
        ('{"a": 1, "b": {"a": 1,\n"a": 2}}', 2, 1, "stands twice"),
        ('["\\ud800"]', 1, 2, "half of a surrogate pair"),
        ('{"\\udc00": 1}', 1, 2, "half of a surrogate pair"),
        ("[" * 101 + "]" * 101, 1, 101, "More than 100 levels"),
        ("[" * 5000, 1, 101, "More than 100 levels"),
        ('{"a": 1,}', 1, 9, "name in double quotes"),
        ("{'a': 1}", 1, 2, "double quotes"),
        ('"abc', 1, 1, "no closing quote"),
        ("[1] 2", 1, 5, "after the end"),
        ("", 1, 1, "A value is expected"),
        ("[1 2]", 1, 4, "comma is missing"),
        ('"a\nb"', 1, 3, "line break"),
        ("[" + "1" * 5000 + "]", 1, 2, "5,000 characters"),
    ],
)
def test_what_is_refused(text: str, line: int, column: int, words: str) -> None:
    """What is no JSON, or could not be kept, is refused with its place and a reason."""
    with pytest.raises(JsonError) as caught:
        parse_json(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message
    assert str(caught.value).startswith(f"Line {line}, column {column}: ")


def test_legal_oddities() -> None:
    """NUL, an empty name and a pair of surrogates are legal."""
    assert parse_json('{"": "\\u0000", "x": "\\ud83d\\ude80"}') == {"": "\0", "x": "🚀"}


def test_a_name_may_stand_in_two_objects() -> None:
    """Only within one object is a name unique, and text in a list is no name."""
    assert parse_json('[{"a": {"a": 1}}, {"a": ["a", "a"]}]') == [{"a": {"a": 1}}, {"a": ["a", "a"]}]


def test_written_text_survives_a_browser() -> None:
    """Letters that a browser changes are written as escapes; others are readable."""
    assert dumps("\r\0\x7f\u2028é🚀") == '"\\r\\u0000\\u007f\\u2028é🚀"'
    assert dumps("\ud800") == '"\\ud800"'


def test_indented() -> None:
    """Indented text has one member a line, and empty containers stay short."""
    assert dumps({"a": [1, {}], "b": []}, indent=2) == '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'
    assert dumps({"a": [1, {}], "b": []}) == '{"a": [1, {}], "b": []}'


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
PLAIN |= st.text('aä"\\🚀\n') | st.just(HTTPStatus.OK)


def holding(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Return lists, tuples and objects of such values."""
    return st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text("ab"), inner)


@given(value=st.recursive(PLAIN, holding))
@pytest.mark.parametrize("indent", [None, 0, 2])
def test_written_as_python_writes_it(indent: int | None, value: object) -> None:
    """Values of every type, subtypes included, are written as the standard library does, nested in any way."""
    assert dumps(value, indent=indent) == json.dumps(value, indent=indent, ensure_ascii=False)


def test_any_depth_is_written() -> None:
    """Writing does not end at the depth that reading takes."""
    value: list[object] = []
    for _ in range(5000):
        value = [value]
    assert dumps(value) == "[" * 5001 + "]" * 5001


def test_what_is_no_json() -> None:
    """A value that JSON has no word for is a programmer's error."""
    with pytest.raises(TypeError, match="set is no JSON value"):
        dumps({1})


@pytest.mark.parametrize("part", [float("nan"), float("-inf"), "\ud800", "a\udfff"])
def test_what_is_no_json_is_told_when_it_is_loaded(part: Any) -> None:
    """A value that text cannot give back is shown as it is written, and told."""
    form = Form.of({}, {"a": [part]}).validate()
    assert [issue.message[:5] for issue in form.issues] == ["Line "]
    assert form.html()


@pytest.mark.parametrize("part", ["nan", "-inf", "\\ud800", "\U0001f600", float(2), 10**300])
def test_what_looks_like_no_json_is_kept(part: Any) -> None:
    """Text that holds the words of numbers that are none, or of escapes, is as good as any other."""
    form = Form.of({}, {"a": [part]}).validate()
    assert form.issues == ()
    assert parse_json(dumps(form.value)) == {"a": [part]}
