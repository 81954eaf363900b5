"""What is pasted: JSON, a Python literal, a curl command."""

from typing import Any

import pytest

from playground.forms import Form, JsonError, dumps, parse_pasted
from tests.forms.browser import Session


@pytest.mark.parametrize(
    ("text", "json"),
    [
        ("{'a': True, 'b': None, 'c': (1, 2.50)}", '{"a": true, "b": null, "c": [1, 2.50]}'),
        ("{'price': Decimal('1.10')}", '{"price": "1.10"}'),
        ("Order(sku='x', lines=[Line(n=-1)])", '{"sku": "x", "lines": [{"n": -1}]}'),
        ("{'big': 9_007_199_254_740_993}", '{"big": 9007199254740993}'),
        ("{'é': 'ü', 'n': 1.10}", '{"é": "ü", "n": 1.10}'),
        ("curl -X POST http://x/y -d '{\"a\": 1.10}'", '{"a": 1.10}'),
        ("curl http://x --json='[1]'", "[1]"),
        ('curl http://x \\\n  -H "A: b" \\\n  --data-raw \'{"a": "it is"}\'', '{"a": "it is"}'),
        ('curl http://localhost:4111/api/workflows/w/start -d \'{"inputData": {"a": 1}}\'', '{"a": 1}'),
        ("curl http://x -d'{\"inputData\": 1}'", '{"inputData": 1}'),
    ],
)
def test_taken(text: str, json: str) -> None:
    """Python literals and the bodies of curl commands are read as JSON, numbers exactly."""
    assert dumps(parse_pasted(text)) == json


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')",
        "{1: 2}",
        "{'a': 1, 'a': 2}",
        "f(1)",
        "a.b",
        "[x for x in y]",
        "-" * 5000 + "1",
        "{**a}",
    ],
)
def test_refused(text: str) -> None:
    """Whatever would have to be run is refused as what it is: no JSON."""
    with pytest.raises(JsonError):
        parse_pasted(text)


def test_curl_without_a_body() -> None:
    """A curl command that sends nothing says so."""
    with pytest.raises(JsonError, match="has no body"):
        parse_pasted("curl http://x")
    with pytest.raises(JsonError, match="cannot be read"):
        parse_pasted("curl 'http://x")


def test_in_the_json_tab() -> None:
    """The JSON tab takes a pasted dict, and keeps a broken text with the place of the error."""
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert Form.posted(schema, [("f:tab", "json"), ("f", "{'a': 1}")]).validate().value == {"a": 1}
    form = Form.posted(schema, [("f:tab", "json"), ("f", '{"a": }')]).validate()
    assert "Line 1, column 7" in form.issues[0].message
    assert "{&quot;a&quot;: }" in form.html()


ORDER = {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}


@pytest.mark.parametrize(
    "text",
    [
        '{"inputData": {"sku": "x"}}',
        '{"inputData": {"sku": "x"}, "requestContext": {}}',
        'curl https://example.com/jobs -H \'A: b\' -d \'{"inputData": {"sku": "x"}}\'',
        "{'resumeData': {'sku': 'x'}, 'step': 'ask'}",
    ],
)
def test_a_call_of_the_api(text: str) -> None:
    """What a call carries is taken, the form says so, and the fields show it."""
    form = Form.posted(ORDER, [("f:tab", "json"), ("f", text)]).validate()
    assert (form.value, form.issues) == ({"sku": "x"}, ())
    form = Form.posted(ORDER, [("f:tab", "json"), ("f", text), ("f:do", "tab:fields")])
    assert 'value="x"' in form.html()
    assert "This was a call of the API" in form.html()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"event": "arrived", "data": {"sku": "x"}}', {"sku": "x"}),
        ("{'data': {'sku': 'x'}, 'event': 'arrived'}", {"sku": "x"}),
        ("""curl -d '{"event": "arrived", "data": {"sku": "x"}}' h/api/workflows/w/runs/r/send-event""", {"sku": "x"}),
        ("""curl -d '{"event": "arrived"}' h/api/workflows/w/runs/r/send-event""", None),
    ],
)
def test_a_call_that_sends_an_event(text: str, value: Any) -> None:
    """Its data is taken; an event without data carries null."""
    schema = {"anyOf": [ORDER, {"type": "null"}]}
    form = Form.posted(schema, [("f:tab", "json"), ("f", text)]).validate()
    assert (form.value, form.issues) == (value, ())


def test_what_only_looks_like_an_event() -> None:
    """A schema that has these names means them."""
    schema = {"type": "object", "properties": {"event": {"type": "string"}, "data": {"type": "object"}}}
    text = '{"event": "arrived", "data": {}}'
    assert dumps(Form.posted(schema, [("f:tab", "json"), ("f", text)]).value) == text


def test_errors_of_a_call_speak_of_its_value() -> None:
    """A call whose value does not fit is refused for what is inside."""
    form = Form.posted(ORDER, [("f:tab", "json"), ("f", '{"inputData": {"sku": 1}}')]).validate()
    assert [issue.path for issue in form.issues] == [("sku",)]


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "object", "properties": {"inputData": {"type": "integer"}}}, '{"inputData": 1}'),
        ({}, '{"inputData": 1}'),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, '{"inputData": 1}'),
        ({"type": "object", "properties": {"sku": {"type": "string"}}}, '{"inputData": {}, "sku": "x"}'),
    ],
)
def test_no_call_of_the_api(schema: dict[str, Any], text: str) -> None:
    """Where the schema takes the name, or more stands beside it, the value is what was written."""
    assert dumps(Form.posted(schema, [("f:tab", "json"), ("f", text)]).value) == text


def test_a_loaded_value_is_no_call() -> None:
    """A loaded value that looks like a call comes back as it was."""
    schema = {"type": "object", "properties": {"sku": {"type": "string"}}}
    session = Session(schema, Form.of(schema, {"inputData": {"sku": "x"}}))
    session.press("tab:json")
    assert session.submit().value == {"inputData": {"sku": "x"}}
