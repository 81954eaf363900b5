"""Whatever a person does in a form and takes back, in whatever order, leaves the value as it was."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from playground.forms import Form, dumps
from tests.forms.shipped import posted
from tests.forms.test_laws import JSON, SCHEMAS, often


@pytest.fixture(scope="module", autouse=True)
def time_enough() -> Iterator[None]:
    """Give forms all the time they need: what a law finds must not depend on how busy the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("playground.forms.fields.form_context.SECONDS", 30)
        yield


KEYS = st.sampled_from(["a", "b", "kind"])
WORDS = st.sampled_from(["x", "y", 1, True, None])
PICKS = st.builds(
    lambda words: {"type": "array", "uniqueItems": True, "items": {"enum": words}},
    st.lists(WORDS, min_size=2, max_size=4, unique_by=dumps),
)
PLAIN = st.sampled_from([{"type": "string"}, {"type": "integer"}, {"type": "object"}, {"enum": ["x", "y"]}, {}]) | PICKS
PARTS = st.builds(lambda parts: {"properties": parts}, st.dictionaries(KEYS, PLAIN, max_size=2))
ASKED = st.builds(lambda key, word: {"properties": {key: {"const": word}}}, KEYS, WORDS)


@st.composite
def conditional(draw: st.DrawFn) -> Any:
    """Return an object whose fields depend on each other."""
    ways: list[Callable[[], dict[str, Any]]] = [
        lambda: {"if": draw(ASKED), "then": draw(PARTS), "else": draw(PARTS)},
        lambda: {"allOf": [{"if": draw(ASKED), "then": draw(ASKED | PARTS)} for _ in "12"]},
        lambda: {"dependencies": {draw(KEYS): {"oneOf": [draw(PARTS), draw(ASKED)]}}},
        lambda: {"dependentSchemas": {draw(KEYS): draw(PARTS)}},
        lambda: {"oneOf": [{**draw(ASKED), "required": [draw(KEYS)]}, draw(PARTS)]},
    ]
    own = draw(st.dictionaries(KEYS, PLAIN, max_size=3))
    return {
        "type": "object",
        "properties": own,
        "required": draw(st.lists(KEYS, max_size=2)),
        **draw(st.sampled_from(ways))(),
    }


ANY_SCHEMA = SCHEMAS | PICKS | conditional() | st.builds(lambda item: {"type": "array", "items": item}, conditional())
OBJECTS = st.dictionaries(KEYS, WORDS | st.lists(WORDS, max_size=3) | st.dictionaries(KEYS, WORDS, max_size=1))
ANY_VALUE = JSON | OBJECTS | st.lists(OBJECTS, max_size=3) | st.lists(WORDS, max_size=4)


class Browser:
    """A browser without scripts, with a parser of HTML that is not ours."""

    def __init__(self, schema: Any, value: Any) -> None:
        self._schema = schema
        self._html = str(Form.of(schema, value, secrets=True).html())

    @property
    def buttons(self) -> list[str]:
        """What the buttons of the page would post."""
        found = LexborHTMLParser(self._html).css('button[name="f:do"]')
        return [node.attributes.get("value") or "" for node in found]

    def options(self, at: str) -> tuple[str, list[str]]:
        """Return what is chosen at a pointer, and all that could be."""
        selects = LexborHTMLParser(self._html).css("select")
        select = next((one for one in selects if one.attributes.get("name") == f"f:is{at}"), None)
        if select is None:
            return "", []
        chosen = select.css_first("option[selected]") or select.css_first("option")
        options = [one.attributes.get("value") or "" for one in select.css("option")]
        return (chosen.attributes.get("value") or "" if chosen else ""), options

    def press(self, what: str | None, chosen: str = "") -> Form:
        """Post the form with one of its buttons, or with Run, and show what comes back."""
        pressed = [] if what is None else [("f:do", what)]
        here = f"f:is{what.partition(':')[2]}" if chosen and what else ""
        pairs = [(name, chosen if name == here else text) for name, text in posted(self._html)]
        form = Form.posted(self._schema, [*pairs, *pressed])
        form = form.validate() if what is None else form
        self._html = str(form.html())
        return form


def neutral(browser: Browser, button: str, turn: int) -> bool:
    """Press a button and take back what it did; tell whether that can be."""
    verb, _, at = button.partition(":")
    before = browser.buttons
    match verb:
        case "tab" | "refresh":
            browser.press(button)
        case "json" | "fields":
            browser.press(button)
            back = f"{'fields' if verb == 'json' else 'json'}:{at}"
            if back in browser.buttons:
                browser.press(back)
        case "add":
            browser.press(button)
            if f"close:{at}" not in before and f"close:{at}" in browser.buttons:
                browser.press(f"close:{at}")
                return True
            new = [one for one in browser.buttons if one.startswith(f"remove:{at}/") and one not in before]
            browser.press(next(one for one in new if "/" not in one.removeprefix(f"remove:{at}/")))
        case "up" | "down":
            browser.press(button)
            browser.press(f"{'down' if verb == 'up' else 'up'}:{at}")
        case "close":
            browser.press(button)
            browser.press(f"open:{at}")
        case "switch":
            chosen, options = browser.options(at)
            browser.press(button, options[turn % len(options)].removeprefix("="))
            _, options = browser.options(at)
            back = [one for one in options if one.removeprefix("=") == chosen.removeprefix("=")]
            if not back:
                # What was chosen in between has made another kind of field of this one.
                return False
            browser.press(button, back[0])
        case "open":
            browser.press(button)
            browser.press(f"close:{at}")
        case _:
            return False
    return True


@settings(often, max_examples=50)
@given(ANY_SCHEMA, ANY_VALUE, st.data())
def test_what_is_taken_back_changes_nothing(schema: Any, value: Any, data: st.DataObject) -> None:
    """Tabs, JSON and back, a row added and removed, or moved and moved back, another branch and back; and Run."""
    browser = Browser(schema, value)
    for _ in range(data.draw(st.integers(1, 4))):
        buttons = [one for one in browser.buttons if one.partition(":")[0] not in ("example", "default")]
        pressed = data.draw(st.sampled_from(buttons))
        if not neutral(browser, pressed, data.draw(st.integers(0, 9))):
            return
        form = browser.press(None)
        assert dumps(form.so_far) == dumps(value), pressed
