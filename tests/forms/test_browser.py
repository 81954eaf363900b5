"""Forms in a real Chromium: nothing is changed on the way, with JavaScript and without, by mouse and by keyboard."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from playground.forms import Form, dumps, example
from tests.forms.corpus import cases
from tests.forms.server import serving
from tests.forms.shipped import shipped
from tests.forms.test_names import NAMES

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
AXE = (Path(__file__).parent.parent / "browser" / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """rules => axe.run(document, {
  runOnly: rules,
  rules: {"label-content-name-mismatch": {enabled: true}},
}).then(result => result.violations)"""
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "Who orders.", "minLength": 2},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "count": {"type": "integer", "minimum": 1, "default": 1},
        "gift": {"type": "boolean"},
        "day": {"type": "string", "format": "date"},
        "at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "color": {"enum": ["red", "blue"]},
        "kind": {"const": "order"},
        "secret": {"type": "string", "format": "password"},
        "file": {"type": "string", "contentEncoding": "base64"},
        "any": {},
        "tags": {"type": "array", "items": {"type": "string"}},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]},
        },
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "pet": {
            "anyOf": [
                {"title": "Cat", "type": "object", "properties": {"lives": {"type": "integer"}}, "required": ["lives"]},
                {"title": "Dog", "type": "object", "properties": {"bark": {"type": "string"}}, "required": ["bark"]},
                {"type": "integer"},
            ]
        },
        "pair": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}], "minItems": 2},
        "old": {"type": "string", "deprecated": True, "readOnly": True},
    },
    "required": ["name", "gift", "color", "kind", "lines"],
}
FULL = {
    "name": "Ada",
    "note": None,
    "count": 3,
    "gift": False,
    "day": "2025-01-02",
    "at": "2025-01-02T03:04:05.678901+02:00",
    "color": "blue",
    "kind": "order",
    "file": "aGk=",
    "any": {"x": 1},
    "tags": ["a", "b"],
    "lines": [{"sku": "1"}, {"sku": "2", "extra": [1]}],
    "map": {"one": 1},
    "pet": {"bark": "loud"},
    "pair": [1, True],
    "old": "x",
}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Give a Chromium that talks to nobody by itself."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        await launched.close()


async def run(page: Page) -> str:
    """Press Run and return the JSON that was meant."""
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.locator("#status")).to_have_text("run")
    return await page.locator("#meant").text_content() or ""


async def test_untouched_without_javascript(browser: Browser) -> None:
    """Values of every fifth schema of the corpus come back identical through a real browser."""
    some = {f"/{number}": case for number, case in enumerate(cases()) if case.valid and not number % 5}
    with serving(
        {path: (case.schema, Form.of(case.schema, case.valid[-1], secrets=True)) for path, case in some.items()}
    ) as url:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        for path, case in some.items():
            await page.goto(f"{url}{path}")
            assert await run(page) == dumps(case.valid[-1]), case.name
        await context.close()


async def test_shipped_schemas(browser: Browser) -> None:
    """Examples of every fourth schema that packages ship come back identical through a real browser."""
    some = {f"/{number}": (one.schema, example(one.schema)) for number, one in enumerate(shipped()) if not number % 4}
    with serving(
        {path: (schema, Form.of(schema, value, secrets=True)) for path, (schema, value) in some.items()}
    ) as url:
        context = await browser.new_context()
        page = await context.new_page()
        for path, (_, value) in some.items():
            await page.goto(f"{url}{path}")
            assert await run(page) == dumps(value), path
        await context.close()


async def test_the_whole_form_without_javascript(browser: Browser) -> None:
    """Adding, switching and running work by plain submits, and Enter runs."""
    with serving({"/": (ORDER, Form.blank(ORDER))}) as url:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(url)
        await page.get_by_label("name").fill("Ada")
        await page.get_by_text("false", exact=True).first.click()
        await page.get_by_label("color").select_option("blue")
        await page.get_by_role("button", name="Add item to lines").click()
        await expect(page.get_by_label("sku")).to_be_focused()
        await page.get_by_label("sku").fill("1")
        await page.locator('[data-path="/pet"] .f-state').first.select_option("Dog")
        await page.get_by_role("button", name="Apply the kind of pet").click()
        await page.get_by_label("bark").fill("loud")
        await page.get_by_label("bark").press("Enter")
        await expect(page.locator("#status")).to_have_text("run")
        wanted = '{"name": "Ada", "gift": false, "color": "blue", "kind": "order", "lines": [{"sku": "1"}], '
        assert await page.locator("#meant").text_content() == wanted + '"pet": {"bark": "loud"}}'
        await context.close()


async def test_in_place_with_javascript(browser: Browser) -> None:
    """Structural buttons and selects change the form without loading the page; what was typed and the focus stay."""
    with serving({"/": (ORDER, Form.blank(ORDER))}) as url:
        page = await browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(url)
        await page.evaluate("window.same = true")
        await page.get_by_label("name").fill("Ada")
        await page.get_by_role("button", name="Add item to lines").click()
        await expect(page.get_by_label("sku")).to_be_focused()
        await page.keyboard.type("first")
        await page.locator('[data-path="/pet"] .f-state').first.select_option("Cat")
        await page.get_by_label("lives").fill("9")
        await page.locator('[data-path="/pet"] .f-state').first.select_option("Dog")
        await page.get_by_label("bark").fill("x")
        await page.locator('[data-path="/pet"] .f-state').first.select_option("Cat")
        await expect(page.get_by_label("lives")).to_have_value("9")
        await page.get_by_role("button", name="Add tags").click()
        await page.get_by_role("button", name="Add item to tags").click()
        await page.get_by_role("button", name="Add item to tags").click()
        await page.get_by_role("textbox", name="tags 2").fill("b")
        await page.get_by_role("button", name="Move tags 2 up").click()
        await expect(page.get_by_role("textbox", name="tags 1")).to_have_value("b")
        await page.get_by_role("textbox", name="tags 2").fill("a")
        await page.get_by_role("tab", name="JSON").click()
        await expect(page.get_by_label("The whole input as JSON")).to_be_visible()
        await page.get_by_role("tab", name="Fields").click()
        await page.locator('[data-path="/gift"]').get_by_label("true").check()
        await page.get_by_label("color").select_option("red")
        assert await page.evaluate("window.same") is True
        meant = await run(page)
        assert '"lines": [{"sku": "first"}]' in meant
        assert '"tags": ["b", "a"]' in meant
        assert '"pet": {"lives": 9}' in meant
        assert complaints == []


async def test_states_follow_the_typing(browser: Browser) -> None:
    """A field shows at once that it has a value, or is cleared again, and a pasted line break is kept."""
    with serving({"/": (ORDER, Form.of(ORDER, FULL))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        note = page.get_by_label("note", exact=True)
        state = page.locator('[data-path="/note"] .f-state').first
        await note.fill("x")
        await expect(state).to_have_value("value")
        await note.fill("")
        await expect(state).to_have_value("=null")
        await note.fill("x")
        await note.evaluate(
            """line => { const clipboardData = new DataTransfer(); clipboardData.setData("text", "one\\ntwo");
            line.select();
            line.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true})); }"""
        )
        await expect(page.get_by_label("note", exact=True)).to_have_value("one\ntwo")


async def test_dependent_fields_appear(browser: Browser) -> None:
    """What depends on a field appears as soon as it changes, and neither the focus nor fresh typing is lost by that."""
    schema = {
        "type": "object",
        "properties": {"country": {"type": "string"}, "city": {"type": "string"}},
        "if": {"properties": {"country": {"const": "US"}}, "required": ["country"]},
        "then": {"properties": {"state": {"type": "string"}}, "required": ["state"]},
    }
    with serving({"/": (schema, Form.blank(schema))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_label("country", exact=True).click()
        await page.keyboard.type("US")
        await page.get_by_label("city", exact=True).click()
        await page.keyboard.type("Boston")
        await page.get_by_label("state", exact=True).wait_for()
        await expect(page.get_by_label("city", exact=True)).to_be_focused()
        await page.get_by_label("state", exact=True).fill("MA")
        await page.get_by_label("state", exact=True).press("Enter")
        await expect(page.locator("#status")).to_have_text("run")
        assert await page.locator("#meant").text_content() == '{"country": "US", "city": "Boston", "state": "MA"}'


async def test_nothing_typed_is_lost_while_the_form_changes(browser: Browser) -> None:
    """Keys that are pressed around the moment of the swap are all there, and so are choices made meanwhile."""
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "gift": {"type": "boolean"}, "size": {"enum": ["S", "M"]}},
        "dependentSchemas": {"city": {"properties": {"street": {"type": "string"}}}},
    }
    with serving({"/": (schema, Form.blank(schema))}) as url:
        page = await browser.new_page()
        asked: asyncio.Queue[Route] = asyncio.Queue()
        await page.goto(url)
        await page.route(is_form_of(url), asked.put)
        city = page.get_by_label("city", exact=True)
        await city.fill("Bos")
        await city.blur()
        first = await asked.get()
        await city.click()
        await page.keyboard.type("ton")
        await page.locator('[data-path="/gift"]').get_by_label("true").check()
        await page.get_by_label("size").select_option("M")
        await city.click()
        await page.keyboard.press("End")
        # Each letter comes as soon as the page can take it: before the answer, with it and after it.
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(page.keyboard.type(", Massachusetts"))
            tasks.create_task(first.continue_())
        await (await asked.get()).continue_()
        await page.get_by_label("street", exact=True).wait_for()
        await page.unroute_all()
        await expect(city).to_have_value("Boston, Massachusetts")
        assert await run(page) == '{"city": "Boston, Massachusetts", "gift": true, "size": "M"}'


def is_form_of(url: str) -> re.Pattern[str]:
    """Return what only the address of the form matches, and none of its files."""
    return re.compile(re.escape(url) + "/?$")


async def test_the_picker_writes_text(browser: Browser) -> None:
    """The picker stands beside the text, and gives it an ISO date."""
    with serving({"/": (ORDER, Form.blank(ORDER))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_role("button", name="Pick day").click()
        await page.locator("input[type=date]").fill("2025-02-03")
        await expect(page.get_by_label("day", exact=True)).to_have_value("2025-02-03")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_violation_of_accessibility_rules(browser: Browser, scheme: Any) -> None:
    """Blank, filled, wrong and as JSON, the form passes axe, and no narrow screen scrolls sideways."""
    wrong = Form.posted(ORDER, [("f/name", "a"), ("f/count", "x"), ("f/tags/0", ""), ("f/map/a", "z")]).validate()
    broken = Form.posted(ORDER, [("f:tab", "json"), ("f", "{")]).validate()
    forms = {"/blank": Form.blank(ORDER), "/full": Form.of(ORDER, FULL), "/wrong": wrong, "/json": broken}
    with serving({path: (ORDER, form) for path, form in forms.items()}) as url:
        context = await browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})
        page = await context.new_page()
        for path in forms:
            await page.goto(f"{url}{path}")
            await page.evaluate(AXE)
            found = await page.evaluate(LOOK, RULES)
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], path
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        await context.close()


async def test_by_keyboard_alone(browser: Browser) -> None:
    """Every control that can be seen is reached with the Tab key, and the invisible one is not."""
    with serving({"/": (ORDER, Form.of(ORDER, FULL))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        visible = "input:not([type=hidden]), select, textarea, button, summary"
        names = await page.evaluate(
            f"""() => [...document.querySelectorAll("form :is({visible})")].filter(one => one.checkVisibility({{
            visibilityProperty: true}}) && one.tabIndex >= 0 && (one.type !== "radio" || one.checked)).length"""
        )
        seen = set()
        for _ in range(names + 10):
            await page.keyboard.press("Tab")
            seen.add(await page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
            assert not await page.evaluate("document.activeElement.matches('.f-default')")
        assert len(seen) >= names


@pytest.mark.parametrize("script", [True, False])
async def test_the_focus_stays_with_the_rows(browser: Browser, script: bool) -> None:
    """A moved row keeps the focus on its arrow, a removed one hands it to its neighbour; by keyboard, too."""
    schema = {"type": "array", "items": {"type": "string"}}
    with serving({"/": (schema, Form.of(schema, ["a", "b", "c"]))}) as url:
        context = await browser.new_context(java_script_enabled=script)
        page = await context.new_page()
        await page.goto(url)
        await page.get_by_role("button", name="Move Input 3 up").click()
        await expect(page.get_by_role("button", name="Move Input 2 up")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Move Input 1 down")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Move Input 2 down")).to_be_focused()
        await page.get_by_role("button", name="Remove Input 1").click()
        await expect(page.get_by_role("button", name="Remove Input 1")).to_be_focused()
        await expect(page.get_by_role("textbox", name="Input 1")).to_have_value("c")
        await page.get_by_role("button", name="Remove Input 2").click()
        await expect(page.get_by_role("button", name="Remove Input 1")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Add item to Input")).to_be_focused()
        await context.close()


async def test_the_focus_stays_on_the_button_that_was_pressed(browser: Browser) -> None:
    """A structural button that is still there has the focus again, and not the first button of the form."""
    with serving({"/": (ORDER, Form.of(ORDER, FULL))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_role("tab", name="JSON").press("Enter")
        await expect(page.get_by_role("tab", name="JSON", selected=True)).to_be_focused()
        await page.get_by_role("button", name="Fill in an example").press("Enter")
        await expect(page.get_by_role("button", name="Fill in an example")).to_be_focused()


@pytest.mark.parametrize(
    ("before", "picked", "after"),
    [
        ("", "2025-06-01T10:15", "2025-06-01T10:15:00+02:00"),
        ("", "2025-01-01T10:15:30", "2025-01-01T10:15:30+01:00"),
        ("2025-01-02T03:04:05.678901-05:00", "2025-06-01T10:15", "2025-06-01T10:15:00-05:00"),
        ("2025-01-02 03:04:05Z", "2025-06-01T10:15", "2025-06-01T10:15:00Z"),
        ("2025-01-02T03:04:05", "2025-06-01T10:15", "2025-06-01T10:15:00"),
    ],
)
async def test_a_picked_moment_has_an_offset(browser: Browser, before: str, picked: str, after: str) -> None:
    """A picked date and time gets the offset of the browser's zone on that day, or keeps what stood there."""
    schema = {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}}
    with serving({"/": (schema, Form.of(schema, {"at": before} if before else {}))}) as url:
        context = await browser.new_context(timezone_id="Europe/Berlin")
        page = await context.new_page()
        await page.goto(url)
        await page.get_by_role("button", name="Pick at").click()
        await page.locator("input[type=datetime-local]").fill(picked)
        await expect(page.get_by_label("at", exact=True)).to_have_value(after)
        await context.close()


async def test_names_of_any_letters(browser: Browser) -> None:
    """Properties of any name come back from a real browser's multipart post, untouched and after the form changed."""
    properties = {name: {"type": "string"} for name in NAMES}
    schema = {
        "type": "object",
        "properties": {**properties, "list": {"type": "array", "items": {"type": "object", "properties": properties}}},
    }
    value = {**dict.fromkeys(NAMES, "x"), "list": [dict.fromkeys(NAMES, "y")]}
    with serving({"/": (schema, Form.of(schema, value))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        assert await run(page) == dumps(value)
        await page.goto(url)
        await page.get_by_role("button", name="Add item to list").click()
        await page.get_by_role("button", name="Remove list 2").click()
        await expect(page.get_by_role("button", name="Remove list 1")).to_be_focused()
        assert await run(page) == dumps(value)


async def test_a_choice_made_by_a_condition(browser: Browser) -> None:
    """What was typed is the option when a condition makes its field a choice, and what it opened goes with it."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"stage": {"type": "string"}, "portfolio": {"enum": ["explore", "exploit"]}},
        "if": {"properties": {"portfolio": {"const": "explore"}}, "required": ["portfolio"]},
        "then": {
            "properties": {"stage": {"enum": ["ideation", "discovery"]}, "team": {"type": "object", "properties": {}}},
            "required": ["team"],
        },
    }
    with serving({"/": (schema, Form.blank(schema))}) as url:
        page = await browser.new_page()
        await page.goto(url)
        await page.get_by_label("stage", exact=True).fill("discovery")
        await page.get_by_label("portfolio").select_option("explore")
        stage = page.locator('[data-path="/stage"] select.f-select')
        await expect(stage.locator("option:checked")).to_have_text("discovery")
        await page.get_by_label("portfolio").select_option("exploit")
        await expect(page.locator('[data-path="/stage"] input')).to_have_value("discovery")
        assert await run(page) == '{"stage": "discovery", "portfolio": "exploit"}'
