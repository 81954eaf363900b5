"""A list of a few given values, none of them twice, is a group of boxes to tick."""

import enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from playground.forms import Form, dumps
from tests.forms.browser import Page, Session

OPTIONS: list[Any] = ["a", 1, "1", True, "true", None, 1.5, {"k": [1]}, [], "", "two words", "ä<b>"]


class Color(enum.Enum):
    """Colors with names that differ from their values."""

    RED = "#f00"
    GREEN = "#0f0"


class Order(BaseModel):
    """What is asked for."""

    colors: set[Color]
    sizes: Annotated[set[Literal["s", "m", "l"]], Field(min_length=1)]
    extras: set[Literal["bag", "card"]] | None = None
    more: set[Literal["bag", "card"]] = set()


def schema(*, need: str, nullable: bool = False) -> Any:
    """Return an object with one list of options."""
    kind: Any = {"type": "array", "uniqueItems": True, "items": {"enum": OPTIONS}}
    kind = {"anyOf": [kind, {"type": "null"}]} if nullable else kind
    return {"type": "object", "properties": {"picks": kind}, "required": ["picks"] if need == "required" else []}


def send(session: Session) -> Any:
    """Press Run, look at the form that comes back, and return what it means."""
    form = session.submit()
    session.show(form)
    return form.so_far


def boxes(page: Page, at: str) -> list[Any]:
    """Return the boxes of a field."""
    return [control for control in page.controls if control.type == "checkbox" and control.name == f"f{at}"]


def test_they_are_boxes() -> None:
    """Sets of enums and literals are ticked in one group, with the words of the options, and no list to be built."""
    page = Page(Form.blank(Order.model_json_schema()).html())
    assert [len(boxes(page, f"/{name}")) for name in ("colors", "sizes", "extras", "more")] == [2, 3, 2, 2]
    assert not [control for control in page.controls if control.value.startswith("add:/")]


@pytest.mark.parametrize("nullable", [False, True])
@pytest.mark.parametrize("need", ["required", "optional"])
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_untouched(need: str, nullable: bool, data: st.DataObject) -> None:
    """In whatever order, state and type, what was loaded comes back, also what no box could say."""
    picks = st.one_of(
        st.lists(st.sampled_from(OPTIONS)), st.lists(st.sampled_from([*OPTIONS, "other", 7])), st.none(), st.just("a")
    )
    value = data.draw(st.one_of(st.just({}), picks.map(lambda picks: {"picks": picks})))
    kind = schema(need=need, nullable=nullable)
    session = Session(kind, Form.of(kind, value))
    assert dumps(send(session)) == dumps(value)
    assert dumps(send(session)) == dumps(value)


def test_ticking() -> None:
    """What is ticked is added behind what was there, what is unticked goes, each value with its own type."""
    kind = schema(need="required")
    session = Session(kind, Form.of(kind, {"picks": [True, "a"]}))
    found = boxes(session.page, "/picks")
    found[1].checked = found[2].checked = True
    assert send(session) == {"picks": [True, "a", 1, "1"]}
    found = boxes(session.page, "/picks")
    found[0].checked = False
    assert dumps(send(session)) == '{"picks": [true, 1, "1"]}'


def test_nothing_ticked() -> None:
    """A list that must be there is then empty, one that may be left out is left out, and can be empty on purpose."""
    assert send(Session(schema(need="required"))) == {"picks": []}
    session = Session(schema(need="optional"))
    assert send(session) == {}
    session.press("empty:/picks")
    assert send(session) == {"picks": []}
    boxes(session.page, "/picks")[0].checked = True
    assert send(session) == {"picks": ["a"]}
    boxes(session.page, "/picks")[0].checked = False
    assert send(session) == {}


def test_an_option_that_is_none() -> None:
    """A number that no option has is refused, and the others stay ticked."""
    form = Form.posted(schema(need="required"), [("f/picks", "0"), ("f/picks", "x")]).validate()
    assert [(issue.path, issue.message) for issue in form.issues] == [(("picks",), "Choose some of the options.")]
    assert 'data-path="/picks" data-invalid' in form.html()


def test_refused_as_a_whole() -> None:
    """What the schema refuses of the list stands at the group."""
    form = Form.posted(Order.model_json_schema(), [("f:is/sizes", "=value")]).validate()
    assert ("sizes",) in [issue.path for issue in form.issues]
    assert 'data-path="/sizes" data-invalid' in form.html()


def test_others_stay_lists() -> None:
    """A list that may hold a value twice, or has very many options, is built item by item."""
    for items in ({"items": {"enum": ["a", "b"]}}, {"uniqueItems": True, "items": {"enum": list(range(100))}}):
        page = Page(Form.blank({"type": "array", **items}).html())
        assert not boxes(page, "")
