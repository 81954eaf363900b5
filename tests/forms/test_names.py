"""Names of properties are data: whatever they are, their values come back through a browser and the server's parser."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, create_model

from playground.forms import Form, dumps
from playground.forms.schema.labels import field_label
from playground.forms.values.pointer import child, name_in, segment
from tests.forms.browser import Session, multipart, parsed

NAMES = [
    'say "x"',
    "end ",
    " start",
    "two  spaces",
    "a\nb",
    "a\r\nb",
    "tab\t",
    "\\",
    'back\\"slash',
    "a;b=c",
    "%22",
    "[0]",
    "a[b]",
    "a.b",
    "a/b~c",
    "~0",
    "~u0041",
    "~k0",
    "~h",
    "größe",
    "数",
    "😀",
    "\u00a0",
    "\u2028",
    "\ufeff",
    "e\u0301",
    "",
    " ",
    "__proto__",
    "constructor",
    "_charset_",
    "isindex",
    "action",
    ":do",
    "=?utf-8?q?x?=",
    "*",
    "<b>",
    "'",
    "n" * 3000,
    "é" * 500,
]
PARTS = st.sampled_from(NAMES) | st.text(st.characters(codec="utf-8"), max_size=8)


def through(session: Session) -> Form:
    """Post a form as a browser does, and read it as the server does."""
    return Form.posted(session.schema, parsed(*multipart(session.page.pairs()))).validate()


def holding(name: str, text: str) -> tuple[dict[str, Any], Any]:
    """Return a schema that names a property at three depths, and a value for it."""
    inner = {"type": "object", "properties": {name: {"type": "string"}, "other": {"type": "string"}}}
    schema = {
        "type": "object",
        "properties": {name: {"type": "string"}, "list": {"type": "array", "items": inner}, "in": {**inner}},
    }
    return schema, {name: text, "list": [{name: text}, {"other": "x", name: text}], "in": {name: text}}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_survives_the_post(name: str) -> None:
    """A property of any name comes back, loaded or typed, in objects, in lists and beside others."""
    schema, value = holding(name, "x")
    session = Session(schema, Form.of(schema, value))
    assert dumps(through(session).value) == dumps(value)
    session.put(f"f{child('', name)}", "typed")
    session.show(Form.posted(schema, [*parsed(*multipart(session.page.pairs())), ("f:do", "refresh:")]))
    assert through(session).value == {**value, name: "typed"}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_as_scripts_post_it(name: str) -> None:
    """Whoever posts a property's name as it is means that property."""
    schema = {"type": "object", "properties": {name: {"type": "integer"}}}
    plain = name.replace("~", "~0").replace("/", "~1")
    assert Form.posted(schema, [(f"f/{plain}", "1")]).validate().value == {name: 1}


def test_names_at_every_depth_fit_into_a_header() -> None:
    """However long names are and however deep they stand, no part of a post is refused for its head."""
    name = "ß" * 300
    schema: Any = {"type": "string"}
    value: Any = "x"
    for _ in range(12):
        schema, value = {"type": "object", "properties": {name: schema}, "required": [name]}, {name: value}
    session = Session(schema, Form.of(schema, value))
    assert dumps(through(session).value) == dumps(value)
    assert max(len(control.name) for control in session.page.controls) < 800


def test_a_long_name_is_known_when_the_schema_has_lost_it() -> None:
    """A value whose name stands beside it is kept, though the schema changed since the page was shown."""
    name = "long " * 200
    before = {"type": "object", "properties": {name: {"type": "string"}, "other": {"type": "string"}}}
    pairs = Session(before, Form.of(before, {name: "1", "other": "no JSON"})).page.pairs()
    form = Form.posted({"type": "object", "additionalProperties": True}, pairs)
    assert [issue.path for issue in form.issues] == [("other",)]
    assert form.so_far == {name: 1}
    assert ">\nno JSON</textarea>" in form.html()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PARTS, min_size=1, max_size=4, unique=True))
@example(["a", "a ", " a", "A"])
@example(["é", "e\u0301"])
def test_names_side_by_side(names: list[str]) -> None:
    """Names that look alike are told apart, and each has its own value."""
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in names}}
    value = {name: number for number, name in enumerate(names)}
    session = Session(schema, Form.of(schema, value))
    assert dumps(through(session).value) == dumps(value)
    assert all(name_in(segment(name)) == name for name in names)


LABELS = {
    "approved_by": "Approved By",
    "approvedBy": "Approved By",
    "ApprovedBy": "Approved By",
    "approved-by": "Approved By",
    "approved": "Approved",
    "invoiceURL": "Invoice URL",
    "HTTPStatus": "HTTP Status",
    "userIDs": "User IDs",
    "URL": "URL",
    "MAX_RETRIES": "Max Retries",
    "sha256Sum": "Sha256 Sum",
    "_private": "Private",
    "größeInMeter": "Größe In Meter",
}


@pytest.mark.parametrize("name", LABELS)
def test_a_name_is_told_in_words(name: str) -> None:
    """The title that pydantic makes of an alias has lost where its words begin."""
    model = create_model("Model", field=(int, Field(alias=name)))
    title = model.model_json_schema()["properties"][name]["title"]
    assert field_label(title, name) == LABELS[name]
    assert f">{LABELS[name]}<" in Form.blank(model.model_json_schema()).html(submit_url="/", id_prefix="x")


@given(st.text())
def test_a_title_of_ones_own_and_a_name_without_a_title_stay(name: str) -> None:
    """What a person wrote is not rewritten, and every field with a title has a label."""
    assert field_label("Who said yes?", name) == "Who said yes?"
    assert field_label("", name) == name
    title = name.title().replace("_", " ").strip()
    assert field_label(title, name) or not title


def test_a_model_inside_a_model_is_called_like_what_is_beside_it() -> None:
    """Where titles are made of names, properties that are other models, which have none, are called in the same way."""

    class Address(BaseModel):
        street: str

    class Order(BaseModel):
        name: str
        billing_address: Address
        ship_to: Address | None = None

    labels = re.findall(r'f-label"[^>]*>([^<]+)<', Form.blank(Order.model_json_schema()).html())
    assert labels == ["Name", "Billing Address", "Street", "Ship To"]
    data = {"type": "object", "properties": {"name": {"type": "string"}, "billing_address": {"type": "string"}}}
    assert re.findall(r'f-label"[^>]*>([^<]+)<', Form.blank(data).html()) == ["name", "billing_address"]
